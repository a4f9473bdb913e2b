"""Takes the hub's signed word that this state's encodings of a closed epoch are gone (invariant 7)."""

from symbolon.node.domain.epochs import EpochReceipt
from symbolon.node.errors import WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import EpochErasureReceipt, FederationDirectory
from symbolon.protocol.references import HUB


class ReceiveEpochReceipt:
    """Keeps the receipt as it came, so that a third party can check it."""

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a verified receipt; one of an epoch that is still listed here waits for the directory that closed it."""
        receipt = envelope.read(EpochErasureReceipt)
        if receipt.epoch >= directory.oldest_epoch.epoch:
            raise WaitsForMore(None)
        kept = EpochReceipt(
            receipt.epoch, receipt.erased_encodings, receipt.records, receipt.erased_at, envelope.to_bytes()
        )
        work.encodings.add_receipt(envelope.message_id, kept)
        detail: Detail = {
            "epoch": receipt.epoch,
            "erased_encodings": receipt.erased_encodings,
            "records": receipt.records,
        }
        work.audit.record(AuditAct.EPOCH_ERASED, str(HUB), None, detail)
