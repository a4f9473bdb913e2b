"""The key that two operators have between them: of both cards, and of a fresh hybrid agreement for each generation.

From the cards (X25519) follows a secret that only the two can make: it says that nobody else agrees with them. By
itself it masks nothing, since a copied home, or whoever breaks X25519, would give it away for good: the key is drawn
anew for each generation of the shares, and sealed for a fresh key of ML-KEM-768 with X25519 that is in memory alone.
"""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from symbolon.hub.operators.errors import NotJoined
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.keys import KEY_BYTES, SealingKey
from symbolon.protocol.messages_comparison import OperatorCard, operator_card_digest
from symbolon.protocol.problems import MalformedMessage

_CARDS: Final = b"symbolon/1 operators' cards\n"
_PAIR: Final = b"symbolon/1 operators' pair key\n"
_NAME: Final = b"symbolon/1 name of an operators' pair key\n"
_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def card_secret(agreement_key: SealingKey, own: OperatorCard, other: OperatorCard) -> bytes:
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
    return _derived(shared, _CARDS + operator_card_digest(first) + operator_card_digest(second))


def answer_offer(secret: bytes, generation: int, offered: HybridSealingPublicKey, drawn: bytes) -> tuple[bytes, bytes]:
    """Agree to an offered key: the pair key of the generation, and what is sent for it.

    ``secret`` is that of the cards, ``drawn`` 32 fresh random bytes. Raises `MalformedMessage` for an unusable key.
    """
    info = _about(generation, offered)
    try:
        sealed = _HPKE.encrypt(drawn, offered.exchange_key(), info=info)
    except ValueError:
        raise MalformedMessage("The key that another operator offers cannot be used.") from None
    return _derived(secret + drawn, info + sha256(sealed).digest()), sealed


def open_answer(secret: bytes, generation: int, offer: HybridSealingKey, sealed: bytes) -> bytes:
    """Give the pair key that the other agreed to. Raises `MalformedMessage` where the answer is to another offer."""
    info = _about(generation, offer.public)
    try:
        drawn = _HPKE.decrypt(sealed, offer.exchange_key(), info=info)
    except (InvalidTag, ValueError):
        raise MalformedMessage("The answer to an offered key does not open.") from None
    return _derived(secret + drawn, info + sha256(sealed).digest())


def pair_key_name(key: bytes) -> bytes:
    """By which two operators see that they have the same key, without telling it."""
    return _derived(key, _NAME)


def _about(generation: int, offered: HybridSealingPublicKey) -> bytes:
    return _PAIR + generation.to_bytes(8, "big") + sha256(offered.to_bytes()).digest()


def _derived(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)
