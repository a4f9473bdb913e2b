"""Tells the hub that what stands for an own record in a hit is gone, or became a protected record."""

from dataclasses import replace

from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.domain.pairs import Pair
from symbolon.node.domain.records import Record, RevisionEffect
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import PairEnd
from symbolon.protocol.references import HUB, new_message_id


def end_pair(work: Work, draws: Draws, pair: Pair, reason: WithdrawalReason) -> None:
    """Queue the word on one pair. One whose record was reclassified lives on, held; every other is over."""
    if pair.hit_id is not None or pair.declare_at is not None:
        end = PairEnd(pair.pair_id, pair.own_alias, reason)
        message_id = new_message_id(draws.uuid())
        body = canonical_bytes(to_wire(end))
        work.outbox.add_message(OutgoingMessage(message_id, end.PURPOSE, HUB, pair.hit_id, body), draws.now())
    if reason is not WithdrawalReason.RECLASSIFIED:
        work.pairs.save(replace(pair, to_tell=False, declare_at=None, is_over=True))


def follow_revision(work: Work, draws: Draws, after: Record, effect: RevisionEffect) -> None:
    """What a revision of a record means for its pairs, at once: that comes before what their time may tell.

    Its hits are held where it became a protected one, and end with states that its list does not name any more, or all
    where it is taken from the hub.
    """
    for pair in work.pairs.of_record(after.reference):
        if pair.is_over:
            continue
        if effect is RevisionEffect.RECLASSIFY and pair.hit_id is None:
            # Not told to anybody from here on; the hub is told that its hit is to be held.
            work.pairs.save(replace(pair, to_tell=False, declare_at=draws.now()))
        elif effect is RevisionEffect.RECLASSIFY:
            end_pair(work, draws, pair, WithdrawalReason.RECLASSIFIED)
        elif effect is RevisionEffect.WITHDRAW or not after.content.comparable_with.admits(pair.counterpart):
            end_pair(work, draws, pair, WithdrawalReason.CORRECTED)
