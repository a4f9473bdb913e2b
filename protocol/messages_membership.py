"""Who is in the federation: member cards, the directory, and how a member joins."""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from symbolon.protocol.codec import canonical_bytes, to_wire
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import MemberCode
from symbolon.protocol.wire_limits import (
    Counter,
    FederationName,
    Name,
    Pem,
    PublicKeyBytes,
    SchemaId,
    Sha256Hex,
)


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One member's public keys (raw 32-byte Ed25519 and X25519) and the fingerprint of its TLS certificate."""

    PURPOSE: ClassVar[Purpose] = Purpose.MEMBER_CARD

    code: MemberCode
    name: Name
    signing_key: PublicKeyBytes
    sealing_key: PublicKeyBytes
    certificate_fingerprint: Sha256Hex


@dataclass(frozen=True, slots=True)
class FederationDirectory:
    """The members and what they agreed on; ``version`` grows with every change."""

    PURPOSE: ClassVar[Purpose] = Purpose.FEDERATION_DIRECTORY

    federation: FederationName
    exercise: bool
    version: Counter
    members: tuple[MemberCard, ...]
    hub_signing_key: PublicKeyBytes
    schema_id: SchemaId
    schema_digest: Sha256Hex
    key_epoch: Counter

    def card_of(self, code: MemberCode) -> MemberCard | None:
        """Give the member's card, or None where there is no such member."""
        return next((card for card in self.members if card.code == code), None)


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What a node hands to the hub's operator to become a member; ``csr_pem`` asks for its TLS client certificate."""

    PURPOSE: ClassVar[Purpose] = Purpose.ENROLMENT_REQUEST

    code: MemberCode
    name: Name
    signing_key: PublicKeyBytes
    sealing_key: PublicKeyBytes
    csr_pem: Pem


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the hub's operator hands back: the directory, the node's certificate, and where to find the hub."""

    PURPOSE: ClassVar[Purpose] = Purpose.WELCOME

    directory: FederationDirectory
    certificate_pem: Pem
    ca_pem: Pem
    hub_url: Name


def card_fingerprint(card: MemberCard) -> str:
    """Give a member card's fingerprint for comparing over the phone: eight groups of four hexadecimal digits.

    It covers every field of the card. Half of a SHA-256 (128 bits) is short enough to be read out, and whoever wants to
    pass off another card must find a second preimage of it.
    """
    return _spoken_fingerprint(b"symbolon/1 member card\n", card)


def enrolment_fingerprint(request: EnrolmentRequest) -> str:
    """Give an enrolment request's fingerprint, in the form of :func:`card_fingerprint`, over every field of it."""
    return _spoken_fingerprint(b"symbolon/1 enrolment request\n", request)


def _spoken_fingerprint(label: bytes, message: MemberCard | EnrolmentRequest) -> str:
    digits = sha256(label + canonical_bytes(to_wire(message))).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
