"""How much time a pair gives itself, and by whose office hours it counts: what clocks of hits need to be read."""

from datetime import UTC, datetime

from symbolon.hub.domain.closing import HubClocks
from symbolon.hub.domain.hits import Hit
from symbolon.hub.ports import Work
from symbolon.protocol.acting_desks import agreed_allowance
from symbolon.protocol.clocks import Allowance
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages import PairProfile


def hub_clocks(work: Work, hit: Hit, since: datetime, now: datetime) -> HubClocks:
    """The clocks by which the hub acts on a hit, with the pauses since a moment."""
    agreed = _agreed(work, hit)

    def allowed(clock: ClockName, urgency: Urgency, began: datetime) -> Allowance:
        return agreed_allowance(agreed, clock, urgency, began.astimezone(UTC).date())

    return HubClocks(work.hits.pauses(hit.hit_id, since), allowed, now)


def _agreed(work: Work, hit: Hit) -> tuple[PairProfile, ...]:
    one, other = sorted(side.member for side in hit.sides)
    return tuple(signed.profile for signed in work.pair_profiles.agreed((one, other)))
