"""How a version of the federation directory comes into effect: proposed by the hub, signed by the members."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from symbolon.protocol.messages_membership import MAX_MEMBERS, FederationDirectory
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import IncarnationId, KeyId, MemberCode
from symbolon.protocol.wire_limits import Counter, Sha256Hex, entries, octets

MAX_HISTORY: Final = 50
"""How many versions one answer holds; the node asks again from the last one on."""


@dataclass(frozen=True, slots=True)
class DirectorySignature:
    """One member's Ed25519 signature over a directory; ``key_id`` names the key of its card that made it."""

    member: MemberCode
    key_id: KeyId
    signature: Annotated[bytes, octets(64, 64)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedDirectory:
    """A directory with the signatures that put it in effect."""

    directory: FederationDirectory
    signatures: Annotated[tuple[DirectorySignature, ...], entries(0, MAX_MEMBERS)]


@dataclass(frozen=True, slots=True)
class FederationHistory:
    """The versions after the one that a node asked from; ``incarnation`` changes when the hub is restored."""

    PURPOSE: ClassVar[Purpose] = Purpose.FEDERATION_DIRECTORY

    incarnation: IncarnationId
    versions: Annotated[tuple[SignedDirectory, ...], entries(0, MAX_HISTORY)]


@dataclass(frozen=True, slots=True)
class DirectoryProposal:
    """The version that waits for signatures, and who signed it so far; None where nothing is proposed."""

    PURPOSE: ClassVar[Purpose] = Purpose.DIRECTORY_PROPOSAL

    directory: FederationDirectory | None
    signed_by: Annotated[tuple[MemberCode, ...], entries(0, MAX_MEMBERS)]


@dataclass(frozen=True, slots=True)
class DirectoryApproval:
    """A member signs the proposed version; ``digest`` says which draft of it."""

    PURPOSE: ClassVar[Purpose] = Purpose.DIRECTORY_APPROVAL

    version: Counter
    digest: Sha256Hex
    signature: DirectorySignature
