"""The formulas of the linkage-key ceremony: its id, a commitment, a transcript, and the key that comes of it.

Each is a hash over a label of its own and canonical JSON, so that none can pass for another.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.keys import KEY_BYTES, LinkageKey
from symbolon.protocol.membership_problems import CeremonyStepRefused
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.references import CeremonyId, MemberCode

_ID_LABEL: Final = b"symbolon/1 key ceremony\n"
_COMMITMENT_LABEL: Final = b"symbolon/1 key commitment\n"
_TRANSCRIPT_LABEL: Final = b"symbolon/1 key transcript\n"
_KEY_LABEL: Final = b"symbolon/1 key\n"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Which key is made, by whom: the members active in the version of the directory that first listed the epoch."""

    ceremony_id: CeremonyId
    federation: str
    epoch: int
    participants: tuple[MemberCode, ...]
    quorum: int

    @classmethod
    def authorised_by(cls, directory: FederationDirectory, epoch: int) -> Self:
        """Give the ceremony for an epoch, of the version of the directory that lists it first.

        Raises :class:`CeremonyStepRefused` where that version does not list it.
        """
        if directory.epoch(epoch) is None:
            raise CeremonyStepRefused("The federation directory does not list this epoch, so no key is made for it.")
        named = canonical_bytes({"federation": directory.federation, "epoch": epoch, "directory": directory.digest()})
        return cls(
            ceremony_id=CeremonyId(sha256(_ID_LABEL + named).hexdigest()),
            federation=directory.federation,
            epoch=epoch,
            participants=tuple(member.code for member in directory.active_members),
            quorum=directory.policies.signing_quorum,
        )


def commitment_to(ceremony_id: CeremonyId, attempt: int, member: MemberCode, contribution: bytes) -> bytes:
    """Bind a member to its 32 random bytes: SHA-256 over a label, the ceremony, the attempt, the member and them."""
    bound = canonical_bytes({"ceremony": ceremony_id, "attempt": attempt, "member": member})
    return sha256(_COMMITMENT_LABEL + bound + b"\n" + contribution).digest()


def transcript_of(commitments: Mapping[MemberCode, bytes]) -> bytes:
    """Give the digest of who committed to what: what a reveal says it counts on."""
    listed = canonical_bytes([[member, commitments[member].hex()] for member in sorted(commitments)])
    return sha256(_TRANSCRIPT_LABEL + listed).digest()


def derive_key(ceremony: Ceremony, attempt: int, contributions: Collection[bytes], transcript: bytes) -> LinkageKey:
    """Derive the linkage key: HKDF-SHA256 (RFC 5869) over the sorted contributions, bound to the transcript."""
    bound = canonical_bytes({"ceremony": ceremony.ceremony_id, "attempt": attempt, "transcript": transcript.hex()})
    kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_KEY_LABEL + bound)
    return LinkageKey(ceremony.epoch, kdf.derive(b"".join(sorted(contributions))))
