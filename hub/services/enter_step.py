"""One step goes into a hit's ledger: checked, written down, told, and followed by what the hub does by itself."""

from datetime import datetime
from typing import Final

from symbolon.hub.domain.hit_steps import after_step, next_step
from symbolon.hub.domain.hits import OVER, Hit, own_step, tell_sides
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.hub.services.tell_step import TellStep
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.lifecycle import Event, JointState

_ACTS: Final = {
    Event.HELD: AuditAct.HIT_HELD,
    Event.RELEASED: AuditAct.HIT_RELEASED,
    Event.CLOSED: AuditAct.HIT_CLOSED,
    Event.WITHDRAWN: AuditAct.HIT_WITHDRAWN,
}
_CHANGES_WHO_IS_TOLD: Final = frozenset({Event.HELD, Event.RELEASED})


class EnterStep:
    """Takes steps inside the transaction that locked the hit: the order of the locks is the order of the steps."""

    def __init__(self, tell_step: TellStep, post: PostMessage) -> None:
        self._tell = tell_step
        self._post = post

    def __call__(self, work: Work, hit: Hit, step: TrackStep, now: datetime, *, message: Envelope | None = None) -> Hit:
        """The hit after the step. `message` is the sealed one that the step consists of; it goes to the other side.

        Raises, before anything is written, what `symbolon.hub.domain.hit_steps.after_step` raises.
        """
        after = after_step(hit, step, now)
        if step.exchange_id is None and step.event in _CHANGES_WHO_IS_TOLD:
            after = tell_sides(after, now)
        work.hits.save(after)
        work.hits.note_step(hit.hit_id, step, now)
        if after.state in OVER or after.state is JointState.EXPIRED:
            # Votes that lie here were not shown to anybody, and never will be.
            work.hits.clear_deposits(hit.hit_id)
        if message is None:
            self._tell(work, hit, step, now)
            self._tell.alert_newly_told(work, hit, after, now)
            act = _ACTS.get(step.event, AuditAct.STEP_TAKEN) if step.exchange_id is None else AuditAct.STEP_TAKEN
            work.audit(act, step.by, hit.hit_id, {"event": step.event.value, "follows": step.follows})
        else:
            self._post.forward(work, message, now)
            detail = {"purpose": message.purpose.value, "event": step.event.value, "follows": step.follows}
            work.audit(AuditAct.MESSAGE_RELAYED, step.by, hit.hit_id, detail)
        following = next_step(after, step)
        return after if following is None else self.own(work, after, following, now)

    def own(self, work: Work, hit: Hit, event: Event, now: datetime) -> Hit:
        """The hit after a step of its own track in the hub's name."""
        return self(work, hit, own_step(hit, event, now), now)
