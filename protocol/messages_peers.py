"""Between two operators of blind comparison, beside the frames of batches: how each stands, what they deal each other.

Like :mod:`symbolon.protocol.messages_operators`, not signed: the channel says who speaks. What is secret is for the
operator at the other end alone, and mutual TLS 1.3 seals it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_erasures import Handle
from symbolon.protocol.messages_operators import SchemaContent, SegmentDescription
from symbolon.protocol.messages_sessions import Generation, RowAddress
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.protocol.wire_limits import Counter, HybridPublicKeyBytes, Sha256Bytes, between, entries, octets

MOST_PARTS: Final = 100


class Doing(StrEnum):
    """What an operator is at. Pairs are compared while all three are working."""

    WORKING = "working"
    REFRESHING = "refreshing"
    LOST = "needs-restore"
    RESTORING = "restoring"


@dataclass(frozen=True, slots=True)
class PeerStanding:
    """How an operator stands; said again and again, so that none of these messages need arrive.

    ``check`` is of a refresh's seed: during it, of the one that all three contributions on this operator's disk give;
    after it, of the one that led to ``generation``. ``pair`` names the key that the sender has with the receiver for
    shares of ``generation``. ``nonce`` goes into the masks of parts for a third that is restored; another one is drawn
    with each process, change and generation.
    """

    doing: Doing
    generation: Generation
    number: Annotated[int, between(0, 2**53 - 1)]
    has_dealt_share: bool
    check: Sha256Bytes | None = None
    pair: Sha256Bytes | None = None
    nonce: Sha256Bytes | None = None


@dataclass(frozen=True, slots=True)
class PairOffer:
    """From the lower place to the higher: a fresh ML-KEM-768 and X25519 key, to agree on their key of a generation."""

    generation: Generation
    key: HybridPublicKeyBytes


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What the key of a generation is made of, sealed for the fresh key of the offer, which its SHA-256 names."""

    generation: Generation
    offer: Sha256Bytes
    sealed: Annotated[bytes, octets(1, 4_000)]


@dataclass(frozen=True, slots=True)
class DealtShare:
    """A share of the line that the sender deals of the token key."""

    share: Sha256Bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the sender adds to the seed of the refresh that leads to this generation, of all records up to a change."""

    generation: Generation
    number: Annotated[int, between(0, 2**53 - 1)]
    contribution: Sha256Bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskParts:
    """An operator that lost its shares asks for the records after this one."""

    after: Annotated[int, between(0, 2**53 - 1)]


@dataclass(frozen=True, slots=True)
class RecordPart:
    """A record, and the sender's masked part of the lost operator's shares of it."""

    handle: Handle
    reference: RecordReference
    version: Counter
    owner: MemberCode
    rows: Annotated[tuple[RowAddress, ...], entries(0, 1_000)]
    part: Annotated[bytes, octets(0, 2_000_000)] = field(repr=False)
    proved: bool = False
    """That it is bits: where both others say so, the restored operator knows it as well."""


@dataclass(frozen=True, slots=True)
class TokenPart:
    """The sender's masked part of the lost operator's share of the token key; ``moved`` sums the slopes' images."""

    part: Sha256Bytes = field(repr=False)
    moved: Sha256Bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """An answer to :class:`AskParts`: the records up to ``up_to``, all that there are where that is None.

    ``mask`` names the key and the nonces that the parts are masked by: only two answers of one mask fit together. With
    the first come the segments, the schemas and the part of the token key.
    """

    generation: Generation
    number: Annotated[int, between(0, 2**53 - 1)]
    after: Annotated[int, between(0, 2**53 - 1)]
    up_to: Handle | None
    mask: Sha256Bytes
    records: Annotated[tuple[RecordPart, ...], entries(0, MOST_PARTS)]
    segments: Annotated[tuple[SegmentDescription, ...], entries(0, 1_000_000)]
    schemas: Annotated[tuple[SchemaContent, ...], entries(0, 100)]
    token: TokenPart | None


PeerMessage = PeerStanding | PairOffer | PairAnswer | DealtShare | Contribution | AskParts | Parts
_BY_NAME: Final[Mapping[str, type[PeerMessage]]] = {
    kind.__name__: kind for kind in (PeerStanding, PairOffer, PairAnswer, DealtShare, Contribution, AskParts, Parts)
}


def peer_message_bytes(message: PeerMessage) -> bytes:
    """Give a message as it goes over a channel: canonical JSON (RFC 8785)."""
    return canonical_bytes({"kind": type(message).__name__, "body": to_wire(message)})


def parse_peer_message(data: bytes) -> PeerMessage:
    """Read a message of another operator; raises :class:`MalformedMessage`."""
    value = parse_json(data)
    if not isinstance(value, dict) or value.keys() != {"kind", "body"}:
        raise MalformedMessage("A message between operators has a kind and a body.")
    name = value["kind"]
    kind = _BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        raise MalformedMessage("The message is of no kind that operators send each other.")
    return from_wire(kind, value["body"])
