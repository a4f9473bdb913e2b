"""Lists the deliveries that could not be taken, and lets those that were refused be tried again."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.kept_delivery import KeptDelivery, KeptState
from symbolon.node.errors import Forbidden
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.problems import Problem


class ListDeliveries:
    """What is kept, oldest first."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, state: KeptState | None) -> tuple[KeptDelivery, ...]:
        """All that is kept, or only what waits, or only what was refused."""
        with self._unit_of_work.begin() as work:
            return tuple(kept for kept in work.inbox.kept() if state in (None, kept.state))


class RetryDeliveries:
    """Puts what was refused back among what waits: the worker tries it within a second, and notes what comes of it."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor) -> int:
        """Let everything that was refused be tried again; how many deliveries that is."""
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Trying refused deliveries again is the node administrator's act.")
        with self._unit_of_work.begin() as work:
            count = work.inbox.take_up_again(None)
            work.audit.record(AuditAct.MESSAGE_REFUSED, actor.login, None, {"tried_again": count})
        return count

    def after_own_faults(self) -> int:
        """Let what met a fault of this program be tried again: a newer one may not have it."""
        with self._unit_of_work.begin() as work:
            return work.inbox.take_up_again(Problem.INTERNAL)
