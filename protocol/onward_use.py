"""Onward-use tokens: the originator's signed permission for one further use of what it gave."""

from datetime import date
from hashlib import sha256
from typing import Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.messages_case import OnwardUseToken, SignedOnwardUse
from symbolon.protocol.problems import BadSignature, Expired
from symbolon.protocol.references import MemberCode

_LABEL: Final = b"symbolon/1 onward use\n"


def content_digest(message: object) -> str:
    """Give the SHA-256 of a message's canonical bytes, in hexadecimal: what a token is for."""
    return sha256(canonical_bytes(to_wire(message))).hexdigest()


def sign_onward_use(token: OnwardUseToken, key: SigningKey) -> SignedOnwardUse:
    """Sign a token with the originator's signing key (Ed25519, over a label and the canonical bytes)."""
    return SignedOnwardUse(token, key.key_id, key.sign(_signed_bytes(token)))


def verify_onward_use(signed: SignedOnwardUse, key: VerifyingKey, today: date) -> None:
    """Check a token by the originator's key; raises :class:`BadSignature` or, after its last day, :class:`Expired`."""
    if signed.key_id != key.key_id:
        raise BadSignature("The token was signed with another key than its originator's.")
    key.verify(signed.signature, _signed_bytes(signed.token))
    if today > signed.token.expires_on:
        raise Expired("The permission for onward use has ended: ask its originator again.")


def covers(token: OnwardUseToken, digest: str, holder: MemberCode, recipient: MemberCode) -> bool:
    """Whether a verified token is for this content, held by this member, to be passed on to that one."""
    return token.content_digest == digest and token.holder == holder and recipient in token.recipients


def _signed_bytes(token: OnwardUseToken) -> bytes:
    return _LABEL + canonical_bytes(to_wire(token))
