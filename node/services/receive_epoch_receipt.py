"""Takes the hub's signed word that this state's encodings of a closed epoch are gone (invariant 7).

It is compared with what this node knew to be there. The epoch's linkage key, under which nothing is left, is then
removed from `keys/`.
"""

from symbolon.node.domain.epochs import EpochReceipt
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.outside import LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.messages import EpochErasureReceipt, FederationDirectory
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB


class ReceiveEpochReceipt:
    """Keeps the receipt as it came, so that a third party can check it."""

    def __init__(self, linkage_keys: LinkageKeys) -> None:
        self._linkage_keys = linkage_keys

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a verified receipt; one of an epoch that is still listed here waits for the directory that closed it."""
        receipt = envelope.read(EpochErasureReceipt)
        if receipt.epoch > directory.newest_epoch.epoch + 1:
            raise UnreadableDelivery(Problem.WRONG_KEY_EPOCH, "The receipt is for an epoch that is not opened yet.")
        if receipt.epoch >= directory.oldest_epoch.epoch:
            raise WaitsForMore(None)
        closed = work.encodings.closed(receipt.epoch)
        known = [reference for reference, at_hub in closed.items() if at_hub]
        agrees = (len(known), references_digest(known)) == (receipt.records, receipt.references_digest)
        kept = EpochReceipt(
            epoch=receipt.epoch,
            erased_encodings=receipt.erased_encodings,
            records=receipt.records,
            erased_at=receipt.erased_at,
            own_records=len(known) if closed else None,
            agrees=agrees if closed else None,
            envelope=envelope.to_bytes(),
        )
        work.encodings.add_receipt(envelope.message_id, kept)
        work.encodings.forget_closed(receipt.epoch)
        detail: Detail = {
            "epoch": receipt.epoch,
            "erased_encodings": receipt.erased_encodings,
            "records": receipt.records,
        }
        if closed:
            detail = {**detail, "own_records": len(known), "agrees": agrees}
        work.audit.record(AuditAct.EPOCH_ERASED, str(HUB), None, detail)
        # The epoch is closed whatever becomes of this transaction: the receipt comes again, its key is not needed.
        self._linkage_keys.remove(receipt.epoch)
