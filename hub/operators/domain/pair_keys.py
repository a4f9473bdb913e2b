"""The key that two operators have between them: each makes it alone, of its own key and the other's card."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from symbolon.hub.operators.errors import NotJoined
from symbolon.protocol.keys import KEY_BYTES, SealingKey
from symbolon.protocol.messages_comparison import OperatorCard, operator_card_digest

_LABEL: Final = b"symbolon/1 operators' pair key\n"


def pair_key(agreement_key: SealingKey, own: OperatorCard, other: OperatorCard) -> bytes:
    """32 bytes that only the two operators know: X25519 of their agreement keys, bound to both cards.

    Raises:
        NotJoined: the other's card has no usable key.

    """
    try:
        public = X25519PublicKey.from_public_bytes(other.agreement_key)
        shared = X25519PrivateKey.from_private_bytes(agreement_key.to_bytes()).exchange(public)
    except ValueError:
        raise NotJoined("Another operator's card has no usable key: compare its fingerprint by phone.") from None
    first, second = sorted((own, other), key=lambda card: card.place)
    info = _LABEL + operator_card_digest(first) + operator_card_digest(second)
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(shared)
