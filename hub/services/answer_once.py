"""A message about a hit counts once, and gets the same answer whenever it comes again."""

from collections.abc import Callable
from datetime import datetime

from symbolon.hub.errors import AlreadyVoted, NotNow, NotTheProtector
from symbolon.hub.ports import Work
from symbolon.hub.services.open_envelope import was_taken_before
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle_problems import NotTheirs, StaleState
from symbolon.protocol.problems import IllegalTransition
from symbolon.protocol.references import HitId

Refused = AlreadyVoted | NotNow | NotTheProtector | NotTheirs | StaleState | IllegalTransition
"""What a sender is told for good: it looks at the hit again, and hands in something else."""


def answer_once(
    work: Work, envelope: Envelope, hit_id: HitId, now: datetime, act: Callable[[], object]
) -> Refused | None:
    """Do what a message asks for, unless it was done before; a refusal is kept, and given to the caller to raise.

    A try that was delayed on its way would otherwise be taken after its sender was told that it was refused, and the
    two would go different ways. What waits for the end of a hold (`OnHold`) is raised here, and is as if it had not
    come. `act` raises before it writes anything. Raises what `was_taken_before` raises.
    """
    if was_taken_before(work, envelope, now):
        return None
    try:
        act()
    except (AlreadyVoted, NotNow, NotTheProtector, NotTheirs, StaleState, IllegalTransition) as refused:
        work.mail.note_refusal(envelope.sender, envelope.message_id, refused.problem)
        detail = {"purpose": envelope.purpose.value, "problem": refused.problem.value}
        work.audit(AuditAct.STEP_REFUSED, envelope.sender, hit_id, detail)
        return refused
    return None
