"""Between the hub, as coordinator, and the three operators of blind comparison: control messages over their channels.

None of them is signed: both ends of a channel are known by their certificates (mutual TLS 1.3), and nothing that a
coordinator says can open more than an operator's own rules allow. What is sealed for an operator stays sealed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final

from symbolon.protocol.canonical import EmbeddedObject, canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages_erasures import MOST_CHANGES, AskErasures, Erasures, Handle
from symbolon.protocol.messages_sessions import (
    OPERATORS,
    Announced,
    AskNonce,
    CompareRows,
    Generation,
    Place,
    Proved,
    ProveRecords,
    RowAddress,
    SessionBegin,
    SessionBegun,
    SessionNonce,
    Spoilt,
)
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import IncarnationId, MemberCode, RecordReference
from symbolon.protocol.wire_limits import (
    Counter,
    Name,
    Sentence,
    Sha256Bytes,
    Sha256Hex,
    between,
    entries,
    octets,
)

MOST_VERSIONS: Final = 10

SignedVersion = Annotated[bytes, octets(1, 4_000_000)]
DirectoryVersion = Annotated[int, between(0, 2**31 - 1)]
"""Of the co-signed directory, as an operator verified it; 0 before the founding."""


@dataclass(frozen=True, slots=True)
class SegmentDescription:
    """Rows of one kind: vectors of one profile (or explanation kind) of records of one owner and allow-list.

    ``filled``: all profiles that these records fill, since which profile judges a pair follows from both records'; none
    where the kind is no profile.
    """

    segment: Counter
    epoch: Counter
    schema_digest: Sha256Hex
    what: Name
    bits: Annotated[int, between(64, 1024)]
    owner: MemberCode
    namespace: Namespace
    comparable_with: ComparableWith
    filled: Annotated[tuple[Name, ...], entries(0, 64)] = ()


@dataclass(frozen=True, slots=True)
class AddedRecord:
    """A record that was submitted: where its vectors lie, and this operator's sealed bundle of shares."""

    reference: RecordReference
    version: Counter
    sender: MemberCode
    rows: Annotated[tuple[RowAddress, ...], entries(0, 1_000)]
    sealed: Annotated[bytes, octets(1, 2_000_000)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GoneRecord:
    """Which version is gone, and whose it was."""

    reference: RecordReference
    version: Counter
    owner: MemberCode


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What is new: a record, or (``added`` None) that a record is gone. Numbers rise by the hub's commits.

    ``gone``: what is gone, for the receipt of an operator that holds nothing of it; of what it holds, it knows itself.
    Such a change may come again, after it was made.
    """

    number: Handle
    handle: Handle
    added: AddedRecord | None
    gone: GoneRecord | None = None


@dataclass(frozen=True, slots=True)
class SchemaContent:
    """A linkage schema as the members agreed on it; its SHA-256 is what submissions and shares are bound to."""

    digest: Sha256Hex
    content: Annotated[bytes, octets(1, 4_000_000)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedLife:
    """Since when the hub lives under the feed's incarnation, and its signature (:mod:`symbolon.protocol.hub_life`)."""

    begun_at: datetime
    signature: Annotated[bytes, octets(64, 64)]


@dataclass(frozen=True, slots=True)
class Feed:
    """Changes after those that an operator has; schemas and segments that it may not know yet come first.

    Up to ``floor`` the hub keeps no bundles any more: an operator that is behind it lost shares. ``incarnation`` is
    another after the hub was restored from a backup; its numbers may mean other records then, so ``life`` says that it
    was, and an operator that follows it erases all that it holds. ``versions``: of the
    co-signed directory, after the operator's, each the canonical bytes of a
    :class:`symbolon.protocol.messages_federation.SignedDirectory`; they come before any change.
    """

    schemas: Annotated[tuple[SchemaContent, ...], entries(0, 4)]
    segments: Annotated[tuple[SegmentDescription, ...], entries(0, 10_000)]
    changes: Annotated[tuple[RecordChange, ...], entries(0, MOST_CHANGES)]
    floor: Annotated[int, between(0, 2**53 - 1)] = 0
    incarnation: IncarnationId | None = None
    versions: Annotated[tuple[SignedVersion, ...], entries(0, MOST_VERSIONS)] = ()
    life: SignedLife | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """How far an operator is, and which of the records it could not read: they are not compared."""

    number: Annotated[int, between(0, 2**53 - 1)]
    unreadable: Annotated[tuple[Handle, ...], entries(0, MOST_CHANGES)]
    directory: DirectoryVersion = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operator does not do what it was asked, and says why; for the operator's log and the hub's status page.

    ``member``: whose budget is spent, where that is why: others go on.
    """

    code: Name
    reason: Sentence
    member: MemberCode | None = None


@dataclass(frozen=True, slots=True)
class EvaluateTokens:
    """A member's blinded elements, for this operator's share of the token key (:mod:`symbolon.protocol.oprf`).

    ``envelope``: the member's, of its :class:`symbolon.protocol.messages_tokens.TokenRequest`, as the hub got it: whose
    budget is charged, the member's signature says, not the hub.
    """

    envelope: EmbeddedObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class EvaluatedTokens:
    """The elements in their order, multiplied, and the proof that they were multiplied by this operator's share.

    ``moved``: how refreshes moved the shares (:func:`symbolon.protocol.oprf_sharing.public_share`); two operators whose
    answers fit together say the same.
    """

    elements: Annotated[tuple[Sha256Bytes, ...], entries(1, 1_000)]
    challenge: Sha256Bytes
    response: Sha256Bytes
    moved: Sha256Bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Ask an operator how it is; it answers with its :class:`OperatorStatus`."""


@dataclass(frozen=True, slots=True)
class OperatorStatus:
    """How far an operator is, and whether it reaches the others."""

    place: Place
    number: Annotated[int, between(0, 2**53 - 1)]
    records: Annotated[int, between(0, 2**53 - 1)]
    unreadable: Annotated[int, between(0, 2**53 - 1)]
    reaches: Annotated[tuple[Place, ...], entries(0, OPERATORS)]
    generation: Generation = 0
    doing: Name = "working"
    has_token_share: bool = True
    erasures: Annotated[int, between(0, 2**53 - 1)] = 0
    directory: DirectoryVersion = 0
    incarnation: IncarnationId | None = None
    """The life of the hub that it follows."""
    waits: Annotated[int, between(0, 2**53 - 1)] = 0
    """As in :class:`symbolon.protocol.messages_sessions.Proved`, and ``rows`` likewise."""
    rows: Sha256Bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class AskUnreadable:
    """Ask an operator which records it could not read, of handles after this one; it answers :class:`Unreadable`."""

    after: Annotated[int, between(0, 2**53 - 1)]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Records that an operator could not read, by rising handles; more may follow, none where there are no more.

    Also those that it could, and that are not to be compared: what not all three hold, and (``no_bits``) what they
    proved to be something else than bits.
    """

    handles: Annotated[tuple[Handle, ...], entries(0, MOST_CHANGES)]
    no_bits: Annotated[tuple[Handle, ...], entries(0, MOST_CHANGES)] = ()


OperatorMessage = (
    Feed | Fed | AskNonce | SessionNonce | SessionBegin | SessionBegun | CompareRows | Announced | Spoilt
    | EvaluateTokens | EvaluatedTokens | AskStatus | OperatorStatus | AskErasures | Erasures | Refusal
    | AskUnreadable | Unreadable | ProveRecords | Proved
)  # fmt: skip
_BY_NAME: Final[Mapping[str, type[OperatorMessage]]] = {
    kind.__name__: kind
    for kind in (
        Feed, Fed, AskNonce, SessionNonce, SessionBegin, SessionBegun, CompareRows, Announced, Spoilt,
        EvaluateTokens, EvaluatedTokens, AskStatus, OperatorStatus, AskErasures, Erasures, Refusal,
        AskUnreadable, Unreadable, ProveRecords, Proved,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One control message; an answer has the number of the call that it answers."""

    number: int
    message: OperatorMessage

    def to_bytes(self) -> bytes:
        """As it goes over a channel: canonical JSON (RFC 8785)."""
        body = to_wire(self.message)
        return canonical_bytes({"call": self.number, "kind": type(self.message).__name__, "body": body})

    @staticmethod
    def from_bytes(data: bytes) -> "Call":
        """Read a control message; raises :class:`MalformedMessage`."""
        value = parse_json(data)
        if not isinstance(value, dict) or value.keys() != {"call", "kind", "body"}:
            raise MalformedMessage("A control message has a call, a kind and a body.")
        number, name = value["call"], value["kind"]
        kind = _BY_NAME.get(name) if isinstance(name, str) else None
        if kind is None or not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise MalformedMessage("The control message is of no kind that operators know, or its number is none.")
        return Call(number, from_wire(kind, value["body"]))


class Channel(IntEnum):
    """What a message between operators, or between coordinator and operator, is."""

    CALL = 1
    ANSWER = 2
    FRAME = 3
    OPENING = 4
    STANDING = 5
    SEALED_OPENING = 6
