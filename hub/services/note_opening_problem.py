"""A member opened what cannot be true: operators sent different copies, or one computed wrongly. Nothing goes on."""

from typing import Final

from symbolon.hub.ports import Store
from symbolon.hub.services.declare_pair import receivers_directory
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import OpeningProblem
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock

_WHY: Final = "as {member} says of job {number}, which opened towards it alone{what}"
_BY_CANARIES: Final = " and was wrong about canaries"


class NoteOpeningProblem:
    """The use case of `POST /v1/pairs/problems`. The facilitator resumes, as where the hub finds the operators out."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Stop comparison; the audit log says who called for it."""
        now = self._clock.now()
        with self._store.work() as work:
            problem = self._open(work, envelope, member, OpeningProblem, now)
            receivers_directory(work)
            if was_taken_before(work, envelope, now):
                return
            # What could not be read is asked again, once the facilitator resumes.
            again = work.records.compare_again(member, now)
            what = _BY_CANARIES if problem.by_canaries else ""
            why = _WHY.format(member=member, number=problem.number, what=what)
            if work.operators.stop(why, now):
                detail = {"stopped": True, "again": again, "by_canaries": problem.by_canaries}
                work.audit(AuditAct.OPERATORS_DISAGREE, member, None, detail)
