"""From member to member: what is sealed for the other side, and the sealed form that the hub relays unread."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    InformationAccuracy,
    IntendedUse,
    SourceReliability,
    Urgency,
    Verdict,
)
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, KeyId, RequestId
from symbolon.protocol.wire_limits import (
    Counter,
    FederationName,
    LongText,
    Name,
    Sentence,
    ShortText,
    entries,
    octets,
)

MAX_QUESTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """The body of every envelope from member to member: a ciphertext for one recipient key.

    It has no purpose of its own: its envelope carries the purpose of what is sealed inside.
    """

    hit_id: HitId | None
    recipient_key_id: KeyId
    suite: Name
    ciphertext: Annotated[bytes, octets(1, 1_048_576)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vote:
    """One side's verdict in one round; the other side opens it only when its own lies there too (invariant 5)."""

    PURPOSE: ClassVar[Purpose] = Purpose.VOTE

    hit_id: HitId
    round: Counter
    verdict: Verdict = field(repr=False)
    reason: ShortText = field(repr=False)
    voted_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """What one state asks the other after both voted SAME: the steps of the request guide, in order."""

    PURPOSE: ClassVar[Purpose] = Purpose.REQUEST

    request_id: RequestId
    hit_id: HitId
    purpose: LongText = field(repr=False)
    relevance: LongText = field(repr=False)
    facts: LongText = field(repr=False)
    questions: Annotated[tuple[Sentence, ...], entries(1, MAX_QUESTIONS)] = field(repr=False)
    why_this_state: LongText = field(repr=False)
    urgency: Urgency
    urgency_reason: ShortText = field(repr=False)
    need_by: date | None
    channel: Channel
    intended_use: IntendedUse
    legal_basis: ShortText = field(repr=False)
    handling_code: HandlingCode
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer per question, how sure it is, and how it may be used."""

    PURPOSE: ClassVar[Purpose] = Purpose.REPLY

    request_id: RequestId
    hit_id: HitId
    answers: Annotated[tuple[LongText, ...], entries(1, MAX_QUESTIONS)] = field(repr=False)
    source_reliability: SourceReliability
    information_accuracy: InformationAccuracy
    caveats: LongText = field(repr=False)
    handling_code: HandlingCode
    delete_by: date | None
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class LinkageKeyShare:
    """The nodes' shared linkage key on its way from one node to another; the hub never holds it (invariant 2)."""

    PURPOSE: ClassVar[Purpose] = Purpose.LINKAGE_KEY

    federation: FederationName
    epoch: Counter
    key: Annotated[bytes, octets(32, 32)] = field(repr=False)
    key_check_value: Annotated[bytes, octets(16, 16)]
