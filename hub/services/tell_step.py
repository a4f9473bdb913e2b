"""A step of a hit is told to the sides that know of the hit; whoever took it knows by the answer."""

from datetime import datetime

from symbolon.hub.domain.hits import Hit, alert_of
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.messages import SideNotice, StepTaken
from symbolon.protocol.references import MemberCode


class TellStep:
    """Posts the hub's word on hits, inside the transaction of what it tells."""

    def __init__(self, post: PostMessage, *, exercise: bool) -> None:
        self._post = post
        self._exercise = exercise

    def __call__(self, work: Work, hit: Hit, step: TrackStep, now: datetime) -> None:
        """Tell of a step, which no sealed message carries. Whoever was never told of the hit learns nothing."""
        taken = StepTaken(hit.hit_id, step.exchange_id, step.event, step.follows, step.urgency, step.by, step.at)
        for member in hit.told:
            if member != step.by:
                self._post(work, member, taken, now)

    def alert_newly_told(self, work: Work, before: Hit, after: Hit, now: datetime) -> None:
        """Post the alert to the sides that may know of the hit since this change."""
        for member in after.told:
            if member not in before.told:
                self._post(work, member, alert_of(after, member, exercise=self._exercise), now)
                self._tell_of_acknowledgement(work, after, member, now)

    def _tell_of_acknowledgement(self, work: Work, hit: Hit, member: MemberCode, now: datetime) -> None:
        seen_at, told_at = hit.counterpart_of(member).acknowledged_at, hit.side_of(member).alerted_at
        if seen_at is not None and told_at is not None:
            # Not earlier than the own alert: it would say that the hit was held, and for how long.
            self._post(work, member, SideNotice(hit.hit_id, max(seen_at, told_at)), now)
