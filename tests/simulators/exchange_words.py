"""What a hub and two nodes say to each other about one hit, in the model of the exchange."""

from dataclasses import dataclass
from datetime import UTC, datetime

from symbolon.protocol.hit_ledger import HitLedger, TrackStep
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.references import HitId, MemberCode

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
PARTIES = (XA, XB)
START = datetime(2026, 1, 5, tzinfo=UTC)
NEW = HitLedger(HitId("hit"), PARTIES, JointState.DETECTED, 0, START)
OUTCOMES = {Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED}


@dataclass(frozen=True)
class Box:
    """What only its addressee may open; ``seen`` says whether the model let it."""

    addressee: MemberCode
    content: str


@dataclass(frozen=True)
class Message:
    """From a node to the hub, with what the hub may see beside the box."""

    message_id: int
    sender: MemberCode
    kind: str
    step: TrackStep | None = None
    box: Box | None = None
    round: int = 0
    holds: bool = False


@dataclass(frozen=True)
class Delivery:
    """From the hub to a node; a crossing acknowledgement makes it come twice."""

    delivery_id: int
    kind: str
    step: TrackStep | None = None
    box: Box | None = None
    round: int = 0
    ledger: HitLedger | None = None
