"""How a federation compares: openly at its hub, or blind, by three operators whom the members list and co-sign.

An operator begins with a request that it hands to the hub's facilitator, and gets a welcome back, as a member does. The
keys on its card have one use each: receipts are signed, bundles of shares are sealed to it, and with the third key each
two operators agree on what only they know.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, ClassVar, Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_erasures import Handle
from symbolon.protocol.messages_sessions import OPERATORS, Place
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.protocol.wire_limits import (
    Counter,
    FederationName,
    HybridPublicKeyBytes,
    Name,
    Pem,
    PublicKeyBytes,
    Sha256Bytes,
    Sha256Hex,
    between,
    entries,
    octets,
)

_CARD_LABEL: Final = b"symbolon/1 operator card\n"
_REQUEST_LABEL: Final = b"symbolon/1 operator request\n"
_WELCOME_LABEL: Final = b"symbolon/1 operator welcome\n"
_ERASURE_LABEL: Final = b"symbolon/1 operator erasure\n"
MOST_ERASED: Final = 500

TokenCommitment = Annotated[tuple[Sha256Bytes, ...], entries(2, 2)]
"""An operator's public commitment to its line of the token key (:mod:`symbolon.protocol.oprf_sharing`)."""


class Comparing(StrEnum):
    """Who sees what when records are compared."""

    OPEN = "open"
    BLIND = "blind"


class Opening(StrEnum):
    """To whom the match bits of blind comparison open."""

    HUB = "hub"
    RECEIVERS = "receivers"
    """To the members whose records are compared alone: the hub learns no pair."""


@dataclass(frozen=True, slots=True)
class OperatorCard:
    """One operator's public keys: Ed25519, ML-KEM-768 with X25519, X25519; and its TLS certificate's SHA-256."""

    place: Place
    name: Name
    signing_key: PublicKeyBytes
    sealing_key: HybridPublicKeyBytes
    agreement_key: PublicKeyBytes
    token_commitment: TokenCommitment
    certificate_fingerprint: Sha256Hex


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the federation compares: fixed when it is founded. Blind comparison lists its three operators by place."""

    mode: Comparing
    operators: Annotated[tuple[OperatorCard, ...], entries(0, OPERATORS)]
    opening: Opening = Opening.HUB

    def __post_init__(self) -> None:
        places = [card.place for card in self.operators]
        if places != (list(range(OPERATORS)) if self.mode is Comparing.BLIND else []):
            raise MalformedMessage("Blind comparison lists its three operators in their order, open comparison none.")
        if self.mode is Comparing.OPEN and self.opening is not Opening.HUB:
            raise MalformedMessage("Open comparison has no match bits to open towards receivers.")


OPEN_COMPARISON: Final = Comparison(Comparing.OPEN, ())


@dataclass(frozen=True, slots=True)
class OperatorRequest:
    """What an operator hands to the hub's facilitator; ``csr_pem`` asks for its TLS certificate."""

    place: Place
    name: Name
    federation: FederationName
    exercise: bool
    signing_key: PublicKeyBytes
    sealing_key: HybridPublicKeyBytes
    agreement_key: PublicKeyBytes
    token_commitment: TokenCommitment
    csr_pem: Pem


@dataclass(frozen=True, slots=True)
class OperatorContact:
    """An operator's card, and where the others and the hub call it."""

    card: OperatorCard
    host: Name
    port: Annotated[int, between(1, 65_535)]


@dataclass(frozen=True, slots=True)
class OperatorWelcome:
    """What the hub's facilitator hands back: the certificate, by which certificate the hub calls, who the others are.

    It is written again when another operator is added, until all three know each other.
    """

    federation: FederationName
    exercise: bool
    place: Place
    certificate_pem: Pem
    ca_pem: Pem
    coordinator_fingerprint: Sha256Hex
    operators: Annotated[tuple[OperatorContact, ...], entries(1, OPERATORS)]


@dataclass(frozen=True, slots=True)
class ErasedVersion:
    """A version of a record whose share is gone."""

    reference: RecordReference
    version: Counter


@dataclass(frozen=True, slots=True)
class OperatorErasure:
    """An operator says to a record's owner that its shares of these versions are erased.

    ``number`` is the hub's number of the newest change that this is about.
    """

    federation: FederationName
    exercise: bool
    place: Place
    number: Handle
    owner: MemberCode
    records: Annotated[tuple[ErasedVersion, ...], entries(1, MOST_ERASED)]
    erased_at: datetime

    def signed_bytes(self) -> bytes:
        """Give what the operator signs: a label and the canonical bytes."""
        return _ERASURE_LABEL + canonical_bytes(to_wire(self))


@dataclass(frozen=True, slots=True)
class OperatorErasureReceipt:
    """An operator's word on an erasure, with its Ed25519 signature; the hub only carries it to the owner."""

    PURPOSE: ClassVar[Purpose] = Purpose.OPERATOR_ERASURE_RECEIPT

    erasure: OperatorErasure
    signature: Annotated[bytes, octets(64, 64)]


def operator_card_fingerprint(card: OperatorCard) -> str:
    """Give an operator card's fingerprint for the phone, in the form of a member card's."""
    return _spoken(_CARD_LABEL, card)


def operator_request_fingerprint(request: OperatorRequest) -> str:
    """Give an operator request's fingerprint, over every field of it."""
    return _spoken(_REQUEST_LABEL, request)


def operator_welcome_fingerprint(welcome: OperatorWelcome) -> str:
    """Give an operator welcome's fingerprint, over every field of it."""
    return _spoken(_WELCOME_LABEL, welcome)


def operator_card_digest(card: OperatorCard) -> bytes:
    """Give the SHA-256 of a card: what two operators bind the key to that only they know."""
    return sha256(_CARD_LABEL + canonical_bytes(to_wire(card))).digest()


def _spoken(label: bytes, message: OperatorCard | OperatorRequest | OperatorWelcome) -> str:
    digits = sha256(label + canonical_bytes(to_wire(message))).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class UnreadVersion:
    """A version of a record, under one epoch, of which these operators cannot use the shares."""

    reference: RecordReference
    version: Counter
    key_epoch: Counter
    operators: Annotated[tuple[Place, ...], entries(1, OPERATORS)]


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Records of the addressee that nobody is compared with, since operators cannot use their shares."""

    PURPOSE: ClassVar[Purpose] = Purpose.NOT_COMPARED

    records: Annotated[tuple[UnreadVersion, ...], entries(1, MOST_ERASED)]
