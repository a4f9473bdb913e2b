"""Who is in the federation: member cards, the directory that the members co-sign, and how a member joins."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, ClassVar, Final

from symbolon.protocol.codec import canonical_bytes, to_wire
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HUB, MemberCode
from symbolon.protocol.wire_limits import (
    Counter,
    FederationName,
    HybridPublicKeyBytes,
    Name,
    Pem,
    PublicKeyBytes,
    SchemaId,
    Sha256Hex,
    entries,
)

MAX_MEMBERS: Final = 250
DIRECTORY_LABEL: Final = b"symbolon/1 federation directory\n"
"""What stands before a directory's canonical bytes where it is signed or hashed."""


class MemberStanding(StrEnum):
    """How a listed member stands; an expelled one stays listed, so that its code does not come back unnoticed."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One member's public keys (raw Ed25519, X25519, and ML-KEM-768 with X25519) and its certificate's fingerprint.

    The fingerprint is the SHA-256 of the TLS client certificate in DER form.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.MEMBER_CARD

    code: MemberCode
    name: Name
    signing_key: PublicKeyBytes
    sealing_key: PublicKeyBytes
    hybrid_sealing_key: HybridPublicKeyBytes | None
    certificate_fingerprint: Sha256Hex


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A member's former signing key; what it signed before ``retired_at`` still counts (messages that waited)."""

    signing_key: PublicKeyBytes
    retired_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the federation lists it; both days of expiry are the last on which keys or certificate may be used.

    A key that was compromised is not among ``retired_keys``: nothing that it signed counts any more.
    """

    card: MemberCard
    standing: MemberStanding
    standing_since: datetime
    keys_expire_on: date
    certificate_expires_on: date
    retired_keys: Annotated[tuple[RetiredKey, ...], entries(0, 8)]

    def __post_init__(self) -> None:
        if self.card.code == HUB:
            raise MalformedMessage("The hub is no member of the federation.")

    @property
    def code(self) -> MemberCode:
        """The member's code, as on its card."""
        return self.card.code

    @property
    def name(self) -> str:
        """The member's name, as on its card."""
        return self.card.name

    @property
    def is_active(self) -> bool:
        """Whether the member takes part: its records are compared, its messages relayed, its signature counts."""
        return self.standing is MemberStanding.ACTIVE


@dataclass(frozen=True, slots=True)
class LinkageEpoch:
    """A linkage key together with the schema used under it: a new key is a new epoch, and so is a new schema."""

    epoch: Counter
    schema_id: SchemaId
    schema_digest: Sha256Hex


@dataclass(frozen=True, slots=True)
class FederationPolicies:
    """How many members sign the next version, and how long keys and certificates serve."""

    signing_quorum: Counter
    key_lifetime_days: Counter
    certificate_lifetime_days: Counter


@dataclass(frozen=True, slots=True)
class FederationDirectory:
    """The members and what they agreed on, as one version; each version names the digest of the one before it."""

    federation: FederationName
    exercise: bool
    version: Counter
    previous_digest: Sha256Hex | None
    issued_at: datetime
    hub_signing_key: PublicKeyBytes
    members: Annotated[tuple[Member, ...], entries(1, MAX_MEMBERS)]
    epochs: Annotated[tuple[LinkageEpoch, ...], entries(1, 2)]
    policies: FederationPolicies

    def __post_init__(self) -> None:
        codes = [member.code for member in self.members]
        if len(set(codes)) != len(codes):
            raise MalformedMessage("A federation directory lists each member once.")
        numbers = [epoch.epoch for epoch in self.epochs]
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            raise MalformedMessage("A federation directory lists an epoch and a later one, in this order.")
        if (self.version == 1) != (self.previous_digest is None):
            raise MalformedMessage("The first version of a directory names no version before it, any other does.")

    def member_of(self, code: MemberCode) -> Member | None:
        """Give the listed member of that code, whatever its standing, or None."""
        return next((member for member in self.members if member.code == code), None)

    def card_of(self, code: MemberCode) -> MemberCard | None:
        """Give the card of a listed member that is not expelled, or None."""
        member = self.member_of(code)
        return None if member is None or member.standing is MemberStanding.EXPELLED else member.card

    @property
    def active_members(self) -> tuple[Member, ...]:
        """The members that take part, in the order of their codes."""
        return tuple(sorted((each for each in self.members if each.is_active), key=lambda member: member.code))

    @property
    def newest_epoch(self) -> LinkageEpoch:
        """The epoch that everybody moves to."""
        return self.epochs[-1]

    @property
    def oldest_epoch(self) -> LinkageEpoch:
        """The epoch that is left, during a change; else the only one."""
        return self.epochs[0]

    def epoch(self, number: int) -> LinkageEpoch | None:
        """Give the listed epoch of that number, or None."""
        return next((each for each in self.epochs if each.epoch == number), None)

    def signed_bytes(self) -> bytes:
        """Give what the members sign: a label and the canonical bytes (RFC 8785)."""
        return DIRECTORY_LABEL + canonical_bytes(to_wire(self))

    def digest(self) -> str:
        """Give the SHA-256 of :meth:`signed_bytes`, in hexadecimal: what the next version names."""
        return sha256(self.signed_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What a node hands to the hub's operator to become a member; ``csr_pem`` asks for its TLS client certificate."""

    PURPOSE: ClassVar[Purpose] = Purpose.ENROLMENT_REQUEST

    code: MemberCode
    name: Name
    signing_key: PublicKeyBytes
    sealing_key: PublicKeyBytes
    hybrid_sealing_key: HybridPublicKeyBytes | None
    csr_pem: Pem


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the hub's operator hands back: the node's certificate, where to find the hub, and by which key to know it.

    The directory is not in it: it comes over the wire, co-signed.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.WELCOME

    certificate_pem: Pem
    ca_pem: Pem
    hub_url: Name
    hub_signing_key: PublicKeyBytes
    federation: FederationName
    exercise: bool


@dataclass(frozen=True, slots=True)
class RotationRequest:
    """A member's new keys, in an envelope signed with its present one; in effect once a directory lists them.

    With ``retire_old_at_once`` (after a compromise) the present signing key is not kept among the retired ones.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.ROTATION_REQUEST

    signing_key: PublicKeyBytes
    sealing_key: PublicKeyBytes
    hybrid_sealing_key: HybridPublicKeyBytes | None
    csr_pem: Pem = field(repr=False)
    retire_old_at_once: bool


@dataclass(frozen=True, slots=True)
class RotationAnswer:
    """The certificate for a member's new keys; the old one serves until the members have signed the new card."""

    PURPOSE: ClassVar[Purpose] = Purpose.ROTATION_ANSWER

    certificate_pem: Pem


def card_fingerprint(card: MemberCard) -> str:
    """Give a member card's fingerprint for comparing over the phone: eight groups of four hexadecimal digits.

    It covers every field of the card. Half of a SHA-256 (128 bits) is short enough to be read out, and whoever wants to
    pass off another card must find a second preimage of it.
    """
    return _spoken_fingerprint(b"symbolon/1 member card\n", card)


def enrolment_fingerprint(request: EnrolmentRequest) -> str:
    """Give an enrolment request's fingerprint, in the form of :func:`card_fingerprint`, over every field of it."""
    return _spoken_fingerprint(b"symbolon/1 enrolment request\n", request)


def welcome_fingerprint(welcome: Welcome) -> str:
    """Give a welcome's fingerprint, in the form of :func:`card_fingerprint`, over every field of it."""
    return _spoken_fingerprint(b"symbolon/1 welcome\n", welcome)


def directory_fingerprint(directory: FederationDirectory) -> str:
    """Give a directory's fingerprint, in the form of :func:`card_fingerprint`: the first half of its digest."""
    return _spoken_fingerprint(DIRECTORY_LABEL, directory)


def _spoken_fingerprint(label: bytes, message: MemberCard | EnrolmentRequest | Welcome | FederationDirectory) -> str:
    digits = sha256(label + canonical_bytes(to_wire(message))).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
