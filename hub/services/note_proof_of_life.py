"""Somebody at a desk answers that it is there."""

from symbolon.hub.domain.desks import answered
from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import ProofOfLifeAnswer
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class NoteProofOfLife:
    """The use case of `POST /v1/focal-points/answers`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """The desk lives, since now: a node's own clock makes nobody alive. The same answer again changes nothing."""
        now = self._clock.now()
        with self._store.work() as work:
            answer = self._open(work, envelope, member, ProofOfLifeAnswer, now)
            watch = work.focal_points.lock_watch(member, answer.desk_id)
            after = answered(watch, answer.ping_id, now)
            if after != watch:
                work.focal_points.save_watches([after])
                work.audit(AuditAct.DESK_ANSWERED, member, answer.ping_id, {"desk": answer.desk_id})
