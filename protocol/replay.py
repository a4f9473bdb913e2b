"""What a receiver compares so that no message counts twice or after a later one; the roles keep what is seen.

Every message runs in a lane. To the hub that is (sender, purpose): the hub keeps each nonce until its envelope can no
longer be accepted, and the newest ``issued_at`` of the lane, both in the transaction of the act. From member to member
it is (sender, hit, or no hit): the receiver keeps the newest ``issued_at`` of the lane and, for each message id, under
which delivery it came.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from symbolon.protocol.envelope import CLOCK_SKEW, Envelope
from symbolon.protocol.membership_problems import OutOfOrder, Replayed
from symbolon.protocol.references import DeliveryId, HitId, MemberCode

NO_HIT: Final = "no-hit"
"""The topic of a member-to-member lane of what belongs to no hit (the linkage key)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """In which order of messages an envelope stands: ``topic`` is a purpose towards the hub, else a hit id."""

    sender: MemberCode
    topic: str


@dataclass(frozen=True, slots=True)
class HubSight:
    """What the hub has of a lane: whether this sender's nonce lies there, and the newest accepted issue (or None)."""

    nonce_seen: bool
    newest_issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class NodeSight:
    """What a node has of a lane: under which delivery this message id came (or None), and the newest accepted issue."""

    delivered_as: DeliveryId | None
    newest_issued_at: datetime | None


class Arrival(StrEnum):
    """What a node does with a delivery: take it, or acknowledge again what it took before."""

    NEW = "new"
    REPEATED = "repeated"


def hub_lane(envelope: Envelope) -> Lane:
    """Give the lane of an envelope to the hub."""
    return Lane(envelope.sender, envelope.purpose.value)


def member_lane(sender: MemberCode, hit_id: HitId | None) -> Lane:
    """Give the lane of a message from member to member."""
    return Lane(sender, NO_HIT if hit_id is None else hit_id)


def keep_nonce_until(envelope: Envelope) -> datetime:
    """Give the moment from which on the envelope is refused as expired whatever the clocks, and its nonce may go."""
    return envelope.expires_at + CLOCK_SKEW


def admit_at_hub(envelope: Envelope, sight: HubSight) -> None:
    """Refuse what the hub had before (:class:`Replayed`) or what comes after a later one (:class:`OutOfOrder`).

    An honest second try is signed anew, with a fresh nonce and a fresh time, so it is neither.
    """
    if sight.nonce_seen:
        raise Replayed("An envelope of this sender with this nonce was received before; sign the message anew.")
    _refuse_older(envelope, sight.newest_issued_at)


def admit_at_node(envelope: Envelope, delivery_id: DeliveryId, sight: NodeSight) -> Arrival:
    """Say whether a member's message is new, or comes again under the delivery that it came under before.

    Raises :class:`Replayed` where its message id came under another delivery, :class:`OutOfOrder` where it was issued
    before the newest of its lane.
    """
    if sight.delivered_as is not None:
        if sight.delivered_as != delivery_id:
            raise Replayed(
                "A message with this id was received before, under another delivery: it counted once; tell the hub's "
                "operator where that goes on."
            )
        return Arrival.REPEATED
    _refuse_older(envelope, sight.newest_issued_at)
    return Arrival.NEW


def _refuse_older(envelope: Envelope, newest_issued_at: datetime | None) -> None:
    if newest_issued_at is not None and envelope.issued_at < newest_issued_at:
        raise OutOfOrder(
            "A message that was issued later was received before this one: its sender has to sign it anew; where that "
            "goes on, compare the sender's clock."
        )
