"""Takes the hub's signed word that records of this node expired there: their encodings are gone (invariant 7)."""

from symbolon.node.domain.receipts import StoredReceipt
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.take_results import take_expiry_results
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import FederationDirectory, Purpose, WithdrawalReceipt, expiry_digest
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB


class ReceiveWithdrawalReceipt:
    """Keeps the receipt and marks the records; the same receipt again changes nothing.

    What the node withdraws itself is answered at once and is never delivered; where the two cross, both receipts are
    kept: one says what was erased, the other that nothing was left.
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> None:
        """Take a verified receipt."""
        receipt = envelope.read(WithdrawalReceipt)
        references = tuple(outcome.reference for outcome in receipt.outcomes)
        if receipt.body_digest != expiry_digest(receipt.batch_id, references):
            raise MalformedMessage("A delivered receipt is for records that expired, and its digest says so.")
        now = self._draws.now()
        results = take_expiry_results(work, receipt, now)
        work.outbox.add_receipt(
            StoredReceipt(
                batch_id=receipt.batch_id,
                purpose=Purpose.WITHDRAWAL_RECEIPT,
                envelope=envelope.to_bytes(),
                received_at=now,
                withdrawn_at=receipt.withdrawn_at,
                withdrawals=results.known,
            )
        )
        detail: Detail = {
            "reason": WithdrawalReason.EXPIRED.value,
            "items": len(receipt.outcomes),
            "withdrawn": results.withdrawn,
        }
        work.audit.record(AuditAct.RECEIPT_RECEIVED, str(HUB), receipt.batch_id, detail)
