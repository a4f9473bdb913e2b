"""What two states agree on between themselves: other times than the federation's, signed by both."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Annotated, ClassVar, Final

from symbolon.protocol.allowances import Counting
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import KeyId, MemberCode
from symbolon.protocol.wire_limits import Counter, Sha256Hex, SignatureBytes, entries

PAIR_LABEL: Final = b"symbolon/1 pair profile\n"
"""What stands before a profile's canonical bytes where it is signed or hashed."""


@dataclass(frozen=True, slots=True)
class AgreedTime:
    """How much time one clock allows at one urgency: in seconds, or in days where working days are counted."""

    clock: ClockName
    urgency: Urgency
    counting: Counting
    amount: Counter


@dataclass(frozen=True, slots=True)
class PairProfile:
    """One version of what a pair agreed on; what it does not name is as in the federation. Names the version before."""

    members: Annotated[tuple[MemberCode, ...], entries(2, 2)]
    version: Counter
    previous_digest: Sha256Hex | None
    effective_from: date
    times: Annotated[tuple[AgreedTime, ...], entries(0, len(ClockName) * len(Urgency))]

    def __post_init__(self) -> None:
        if list(self.members) != sorted(set(self.members)):
            raise MalformedMessage("A pair is two different members, in the order of their codes.")
        if (self.version == 1) != (self.previous_digest is None):
            raise MalformedMessage("The first version of a pair's profile names no version before it, any other does.")
        if len({(time.clock, time.urgency) for time in self.times}) != len(self.times):
            raise MalformedMessage("A pair's profile names each clock and urgency once.")

    def signed_bytes(self) -> bytes:
        """Give what both members sign: a label and the canonical bytes (RFC 8785)."""
        return PAIR_LABEL + canonical_bytes(to_wire(self))

    def digest(self) -> str:
        """Give the SHA-256 of :meth:`signed_bytes`, in hexadecimal: what the next version names."""
        return sha256(self.signed_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class PairSignature:
    """One member's Ed25519 signature over a profile, by the signing key of its card."""

    member: MemberCode
    key_id: KeyId
    signature: SignatureBytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedPairProfile:
    """A profile with one signature (a proposal) or both (in effect from its day on): to the hub, and from it."""

    PURPOSE: ClassVar[Purpose] = Purpose.PAIR_PROFILE

    profile: PairProfile
    signatures: Annotated[tuple[PairSignature, ...], entries(1, 2)]


@dataclass(frozen=True, slots=True)
class PairProfileBook:
    """What a member agreed on with every other one: all versions of each pair, oldest first, then what is proposed."""

    PURPOSE: ClassVar[Purpose] = Purpose.PAIR_PROFILE_BOOK

    profiles: Annotated[tuple[SignedPairProfile, ...], entries(0, 1_000)]
