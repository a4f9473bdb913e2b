"""Takes the other side's word on a purge: that one is asked for, and that one was done."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.purges import TIME_TO_PURGE, Purge, PurgeDirection, PurgeScope
from symbolon.node.errors import UnreadableDelivery
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages import PurgeReceipt, PurgeRequest
from symbolon.protocol.problems import Problem


class NotePurgeRequest:
    """What follows the receipt of a request: the worker purges and gives the receipt, once there is a reason for it.

    The other side's word is none: the ledger says that its record was withdrawn or its exchange recalled, and its own
    message by which day it is to be deleted. Until then the purge waits, and keeps no other from being done.
    One that this node began by itself, since it saw the withdrawal first, takes the other's id; where it is done
    already, the receipt is given again under that id.
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, hit: Hit, stored: StoredMessage) -> None:
        """Note what this node owes.

        Raises:
            UnreadableDelivery: it names an exchange for a whole record, or none for what is one exchange's.

        """
        if not isinstance(stored.message, PurgeRequest):
            return
        asked = stored.message
        scope = PurgeScope(hit.hit_id, asked.exchange_id, asked.reason)
        if not scope.is_sound:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "A purge is of a hit or of an exchange, by its reason.")
        now = self._draws.now()
        work.purges.adopt(
            Purge(
                purge_id=asked.purge_id,
                scope=scope,
                direction=PurgeDirection.OWED,
                holder=hit.own,
                asked_at=now,
                due_at=now + TIME_TO_PURGE,
            )
        )


class NotePurgeReceipt:
    """What follows a holder's word: that it purged, or that a legal hold keeps it from doing so."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, hit: Hit, stored: StoredMessage) -> None:
        """Note it beside what this node asked for; a receipt for nothing that was asked changes nothing."""
        if not isinstance(stored.message, PurgeReceipt):
            return
        receipt = stored.message
        purge = work.purges.asked(receipt.purge_id, hit.counterpart)
        if purge is None or purge.scope.hit_id != hit.hit_id or purge.purged_at is not None:
            return
        if receipt.legal_hold:
            work.purges.note_kept_by_law(purge, self._draws.now())
        else:
            work.purges.note_purged(purge, {count.place: count.entries for count in receipt.purged}, self._draws.now())
        detail: Detail = {"hit": hit.hit_id, "legal_hold": receipt.legal_hold, "message": stored.message_id}
        work.audit.record(AuditAct.PURGE_CONFIRMED, hit.counterpart, receipt.purge_id, detail)
