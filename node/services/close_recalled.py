"""Closes a recalled exchange once the other side's receipt says that what it received is purged."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.ports.storage import Work
from symbolon.node.services.hub_line import WORKER
from symbolon.node.services.send_step import TakeOwnStep
from symbolon.protocol.exchange_terms import PurgeReason
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import PurgeReceipt


class CloseRecalled:
    """Follows the receipt. Where the hit is held meanwhile, the hub's clock closes the exchange later."""

    def __init__(self, take_own_step: TakeOwnStep) -> None:
        self._take_own_step = take_own_step

    def __call__(self, work: Work, hit: Hit, stored: StoredMessage) -> None:
        """Close the exchange that the receipt is about, if that was recalled."""
        receipt = stored.message
        if not isinstance(receipt, PurgeReceipt) or receipt.legal_hold:
            return
        purge = work.purges.asked(receipt.purge_id, hit.counterpart)
        if purge is None or purge.scope.hit_id != hit.hit_id or purge.scope.reason is not PurgeReason.RECALLED:
            return
        exchange_id = purge.scope.exchange_id
        exchange = None if exchange_id is None else hit.shown.exchange(exchange_id)
        if exchange is None or exchange.state is not JointState.RECALLED:
            return
        if hit.awaits_hold or hit.shown.state is not JointState.CONFIRMED:
            return
        self._take_own_step(work, hit, Event.CLOSED, WORKER, exchange_id)
