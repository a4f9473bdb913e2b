"""How much time a pair gives itself, and by whose office hours it counts: what clocks of hits need to be read."""

from datetime import UTC, datetime

from symbolon.hub.domain.closing import HubClocks
from symbolon.hub.domain.hits import Hit
from symbolon.hub.ports import Work
from symbolon.protocol.acting_desks import COMPETENCE_FOR, acting_calendar, agreed_allowance
from symbolon.protocol.clocks import Allowance, RunningClock, due_at
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages import PairProfile
from symbolon.protocol.messages_focal_points import Competence
from symbolon.protocol.references import MemberCode


def hub_clocks(work: Work, hit: Hit, since: datetime, now: datetime) -> HubClocks:
    """The clocks by which the hub acts on a hit, with the pauses since a moment."""
    agreed = _agreed(work, hit)

    def allowed(clock: ClockName, urgency: Urgency, began: datetime) -> Allowance:
        return agreed_allowance(agreed, clock, urgency, began.astimezone(UTC).date())

    return HubClocks(work.hits.pauses(hit.hit_id, since), allowed, now)


def due_for(work: Work, hit: Hit, member: MemberCode, clock: ClockName) -> datetime | None:
    """When a clock of the hit's present state is over for one side; None while it stands still.

    By the hours of that side's desk for the subject, as its state published them, or the usual office hours.
    """
    since = hit.ledger.since
    allowance = agreed_allowance(_agreed(work, hit), clock, hit.urgency, since.astimezone(UTC).date())
    directories = {signed.directory.member: signed.directory for signed in work.focal_points.all()}
    side, other = hit.side_of(member), hit.counterpart_of(member)
    wanted = Competence.VICTIM_PROTECTION if side.is_protected else COMPETENCE_FOR[other.offence_group]
    running = RunningClock(since, allowance, work.hits.pauses(hit.hit_id, since))
    return due_at(running, acting_calendar(directories.get(member), wanted))


def _agreed(work: Work, hit: Hit) -> tuple[PairProfile, ...]:
    one, other = sorted(side.member for side in hit.sides)
    return tuple(signed.profile for signed in work.pair_profiles.agreed((one, other)))
