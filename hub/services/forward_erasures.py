"""What the operators signed about erased shares goes to the owners of the records; the hub only carries it.

What is not an operator's word to one of its owners is set aside with the reason, and keeps nothing else back.
"""

from typing import Final

from symbolon.hub.domain.operator_receipts import ReceivedReceipt, checked_receipt
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger

RECEIPTS_PER_RUN: Final = 100


class ForwardErasures:
    """Run every other second; a receipt that is not forwarded waits for the next run."""

    def __init__(self, store: Store, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._post = post
        self._clock = clock

    def __call__(self) -> int:
        """Forward until nothing waits; how many receipts."""
        forwarded = 0
        while True:
            with self._store.work() as work:
                directory = work.directory.in_effect()
                received = () if directory is None else work.operators.take_erasures(RECEIPTS_PER_RUN)
                if directory is not None:
                    forwarded += sum(self._forward(work, each, directory) for each in received)
            if not received:
                return forwarded

    def _forward(self, work: Work, received: ReceivedReceipt, directory: FederationDirectory) -> bool:
        try:
            receipt = checked_receipt(received, directory)
        except ProtocolError as wrong:
            return self._set_aside(work, received, wrong.problem)
        if work.members.find(received.owner) is None:
            return self._set_aside(work, received, Problem.UNKNOWN_MEMBER)
        work.operators.settle_erasures(receipt)
        self._post(work, received.owner, receipt, self._clock.now())
        return True

    def _set_aside(self, work: Work, received: ReceivedReceipt, reason: Problem) -> bool:
        work.operators.set_aside(received, reason)
        detail = {"operator": received.place, "refused": reason.value}
        work.audit(AuditAct.OPERATOR_ERASED, HUB, None, detail)
        get_logger().error("an operator's receipt is none", operator=received.place, reason=reason.value)
        return False
