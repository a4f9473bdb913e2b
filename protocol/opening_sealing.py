"""An operator seals its shares of match bits to the member that may learn them: whoever carries them learns nothing.

HPKE as for shares (:mod:`symbolon.protocol.share_sealing`), always hybrid. What a sealed opening belongs to, the whole
job included, is HPKE's ``info``: so the member knows which rows were compared and how from the operators, whatever the
hub writes beside it.
"""

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.messages_sessions import CompareRows, Place
from symbolon.protocol.problems import MalformedMessage, UnsealFailed
from symbolon.protocol.references import KeyId, MemberCode, parse_key_id, parse_member_code
from symbolon.protocol.wire_limits import FederationName, Sha256Hex, octets

_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL: Final = b"symbolon/1 seal opening\n"
_MAGIC: Final = b"SYO2"
_HEADER: Final = struct.Struct(">4s16sQB3s16s")


@dataclass(frozen=True, slots=True)
class OpeningContext:
    """To what sealed shares of match bits belong; ``job`` is the SHA-256 of the canonical job."""

    federation: FederationName
    session: Annotated[bytes, octets(16, 16)]
    place: Place
    receiver: MemberCode
    job: Sha256Hex


@dataclass(frozen=True, slots=True)
class SealedShares:
    """One operator's shares of all bits of a job that one receiver may learn, on their way to the hub."""

    session: bytes
    number: int
    place: int
    receiver: MemberCode
    key_id: KeyId
    sealed: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """As they go over a channel: a header, then what is sealed."""
        receiver, key_id = self.receiver.encode().ljust(3), self.key_id.encode()
        return _HEADER.pack(_MAGIC, self.session, self.number, self.place, receiver, key_id) + self.sealed

    @staticmethod
    def from_bytes(data: bytes) -> "SealedShares":
        """Read what came over a channel; raises :class:`MalformedMessage`."""
        if len(data) <= _HEADER.size:
            raise MalformedMessage("A sealed opening is longer than its header.")
        magic, session, number, place, receiver, key_id = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise MalformedMessage("Not a sealed opening of version 1.")
        try:
            member, key = receiver.decode("ascii").rstrip(), key_id.decode("ascii")
        except UnicodeDecodeError:
            raise MalformedMessage("A sealed opening names no member, or no key.") from None
        return SealedShares(session, number, place, parse_member_code(member), parse_key_id(key), data[_HEADER.size :])


def digest_of_job(job: CompareRows) -> str:
    """What a context says of a job."""
    return sha256(canonical_bytes(to_wire(job))).hexdigest()


def seal_opening(shares: bytes, receiver: HybridSealingPublicKey, context: OpeningContext) -> bytes:
    """Seal shares for the receiver; raises :class:`MalformedMessage` where its key cannot be used."""
    try:
        return _HPKE.encrypt(shares, receiver.exchange_key(), info=_info(context))
    except ValueError:
        raise MalformedMessage("The receiver's sealing key is not usable.") from None


def open_opening(sealed: bytes, key: HybridSealingKey, context: OpeningContext) -> bytes:
    """Open what was sealed for this member; raises :class:`UnsealFailed` for another key, context or ciphertext."""
    try:
        return _HPKE.decrypt(sealed, key.exchange_key(), info=_info(context))
    except (InvalidTag, ValueError):
        raise UnsealFailed("The opening does not open with this key in this context.") from None


def _info(context: OpeningContext) -> bytes:
    return _LABEL + canonical_bytes(to_wire(context))
