"""After a party was restored from a backup: what the other side knows, so that neither loses nor doubles anything.

A restored node reads what the hub holds of it (:class:`RecordListing`, :class:`HitListing`) and asks for deliveries
again (:class:`RedeliveryRequest`). To a restored hub each node says what it knows (:class:`KnownRecords`,
:class:`KnownHits`), sends again what the hub then lacks as ordinary submissions and withdrawals, and says when it is
through (:class:`ReconciliationDone`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages_hits import Alert
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, IncarnationId, MemberCode, RecordReference, RequestId
from symbolon.protocol.wire_limits import Counter, Tally, entries

MAX_RECONCILED: Final = 1_000
"""How many records or hits one message of a reconciliation holds."""

MAX_EXCHANGES: Final = 200
"""How many exchanges about one hit there may be."""

References = Annotated[tuple[RecordReference, ...], entries(0, MAX_RECONCILED)]


@dataclass(frozen=True, slots=True)
class KnownExchange:
    """One exchange as a ledger has it (:class:`symbolon.protocol.hit_ledger.Exchange`)."""

    exchange_id: RequestId
    receiver: MemberCode
    urgency: Urgency
    state: JointState
    version: Counter
    since: datetime
    clarifications: Tally


@dataclass(frozen=True, slots=True)
class KnownLedger:
    """How far a hit went, as a party has it confirmed (:class:`symbolon.protocol.hit_ledger.HitLedger`)."""

    state: JointState
    version: Tally
    since: datetime
    round: Counter
    first_round: Counter
    held_from: JointState | None
    closed_from: JointState | None
    exchanges: Annotated[tuple[KnownExchange, ...], entries(0, MAX_EXCHANGES)]


@dataclass(frozen=True, slots=True)
class HitStanding:
    """A restored hub tells a node that missed some of a hit's steps how far it went; newer tracks count, older do not.

    ``frozen`` says whether a safety hold lies on the hit.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.HIT_STANDING

    hit_id: HitId
    ledger: KnownLedger
    frozen: bool


class VoteCustody(StrEnum):
    """Where a party's vote of the present round is, as the hub sees it."""

    NONE = "none"
    LIES_AT_HUB = "lies-at-hub"
    HANDED_OVER = "handed-over"


@dataclass(frozen=True, slots=True)
class ReconciliationRecord:
    """One record as a party holds it: its newest version, in which epochs encodings of it exist, whether withdrawn."""

    reference: RecordReference
    version: Counter
    epochs: Annotated[tuple[Counter, ...], entries(0, 2)]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class RecordListing:
    """What the hub holds of the caller's records, by ascending reference; ``more`` says to ask again after the last."""

    PURPOSE: ClassVar[Purpose] = Purpose.RECORD_LISTING

    incarnation: IncarnationId
    records: Annotated[tuple[ReconciliationRecord, ...], entries(0, MAX_RECONCILED)]
    more: bool


@dataclass(frozen=True, slots=True)
class ReconciliationHit:
    """One of the caller's hits as the hub holds it; ``own_vote`` is the caller's of the ledger's round.

    ``frozen`` says whether a safety hold lies on it, and ``own_safety_hold`` whether one is the caller's.
    """

    hit_id: HitId
    own_reference: RecordReference
    counterpart: MemberCode
    counterpart_reference: RecordReference
    ledger: KnownLedger
    own_vote: VoteCustody
    frozen: bool
    own_safety_hold: bool


@dataclass(frozen=True, slots=True)
class HitListing:
    """The caller's hits as the hub holds them, by ascending id; ``more`` says to ask again after the last."""

    PURPOSE: ClassVar[Purpose] = Purpose.HIT_LISTING

    incarnation: IncarnationId
    hits: Annotated[tuple[ReconciliationHit, ...], entries(0, MAX_RECONCILED)]
    more: bool


@dataclass(frozen=True, slots=True)
class RedeliveryRequest:
    """A restored node asks for everything again that the hub delivered to it since that moment."""

    PURPOSE: ClassVar[Purpose] = Purpose.REDELIVERY_REQUEST

    since: datetime


@dataclass(frozen=True, slots=True)
class RedeliveryReceipt:
    """How many deliveries wait again; ``kept_since`` is the moment from which on the hub still has them all."""

    PURPOSE: ClassVar[Purpose] = Purpose.REDELIVERY_RECEIPT

    queued: Tally
    kept_since: datetime


@dataclass(frozen=True, slots=True)
class KnownRecords:
    """A node tells a restored hub which records it published and withdrew; the hub answers what differs."""

    PURPOSE: ClassVar[Purpose] = Purpose.KNOWN_RECORDS

    incarnation: IncarnationId
    records: Annotated[tuple[ReconciliationRecord, ...], entries(1, MAX_RECONCILED)]


@dataclass(frozen=True, slots=True)
class RecordDifferences:
    """The hub's answer: what it lacks (or holds too old, or not in every epoch), and what it holds though withdrawn.

    The node submits the first again and withdraws the second again, in the ordinary way.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.RECORD_DIFFERENCES

    incarnation: IncarnationId
    lacking: References
    still_held: References


@dataclass(frozen=True, slots=True)
class KnownHit:
    """A hit as a node holds it: the alert that it was told of it by, and its confirmed ledger.

    From the alert the hub knows the pair again, under the id that both parties know, and does not raise it anew.
    ``opened_round`` is the newest round of which this node opened both votes, 0 before the first; ``safety_hold`` says
    whether one of its own lies on the hit, and ``released`` whether it has released the hold that lies on it.
    """

    alert: Alert
    ledger: KnownLedger
    opened_round: Tally
    safety_hold: bool
    released: bool


@dataclass(frozen=True, slots=True)
class KnownHits:
    """A node tells a restored hub of its hits, so that no pair is alerted twice and none goes back in its state."""

    PURPOSE: ClassVar[Purpose] = Purpose.KNOWN_HITS

    incarnation: IncarnationId
    hits: Annotated[tuple[KnownHit, ...], entries(1, MAX_RECONCILED)]


@dataclass(frozen=True, slots=True)
class ReconciliationDone:
    """A node has told the restored hub all that it knows and sent what was lacking; matching may go on for it."""

    PURPOSE: ClassVar[Purpose] = Purpose.RECONCILIATION_DONE

    incarnation: IncarnationId
    records: Tally
    hits: Tally
