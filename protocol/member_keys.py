"""Which public keys a member's card may carry: keys that can be used, each for one purpose of one member.

A key of low order gives every sender the same secret, or lets anybody sign (RFC 7748, section 6.1; RFC 8032, section
8.9). One that cannot be loaded makes sealing for its member fail for good. A key that stands twice lets one member pass
off what another said, or gives one key two uses.
"""

from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from symbolon.protocol.hybrid_keys import ML_KEM_PUBLIC_BYTES, HybridSealingPublicKey
from symbolon.protocol.keys import KEY_BYTES
from symbolon.protocol.messages_membership import FederationDirectory, Member, MemberCard
from symbolon.protocol.problems import MalformedMessage

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
# Any scalar will do: a point of low order gives the same secret (zeros) with each of them.
_PROBE: Final = X25519PrivateKey.from_private_bytes(bytes([9]) * KEY_BYTES)


def check_card(card: MemberCard) -> None:
    """Refuse (:class:`MalformedMessage`) a card with a key that cannot be used, or with one key for two purposes."""
    _check_signing_key(card.signing_key)
    _check_sealing_key(card.sealing_key)
    if card.hybrid_sealing_key is not None:
        _check_hybrid_key(card.hybrid_sealing_key)
    keys = list(_keys_of(card))
    if len(set(keys)) != len(keys):
        raise MalformedMessage("A member card uses one key for two purposes: make a key for each.")


def check_new_cards(known: FederationDirectory | None, offered: FederationDirectory) -> None:
    """Check each card that the version before does not list (:func:`check_card`), and that its keys stand nowhere else.

    Raises :class:`MalformedMessage`. A member may keep some of its keys when it changes others.
    """
    for member in offered.members:
        before = None if known is None else known.member_of(member.code)
        if before is not None and before.card == member.card:
            continue
        check_card(member.card)
        elsewhere = {offered.hub_signing_key, *(key.signing_key for key in member.retired_keys)}
        for other in offered.members:
            if other.code != member.code:
                elsewhere.update(_every_key_of(other))
        if not elsewhere.isdisjoint(_keys_of(member.card)):
            raise MalformedMessage(
                "A member card has a key that another party has, or that its member gave up: make new keys."
            )


def _keys_of(card: MemberCard) -> Iterator[bytes]:
    """Every key of a card; of the hybrid one the two parts, since either could be another card's."""
    yield card.signing_key
    yield card.sealing_key
    if card.hybrid_sealing_key is not None:
        yield card.hybrid_sealing_key[:ML_KEM_PUBLIC_BYTES]
        yield card.hybrid_sealing_key[ML_KEM_PUBLIC_BYTES:]


def _every_key_of(member: Member) -> Iterator[bytes]:
    yield from _keys_of(member.card)
    for retired in member.retired_keys:
        yield retired.signing_key


def _check_sealing_key(raw: bytes) -> None:
    if _is_of_low_order(raw):
        raise MalformedMessage("A member card has a sealing key that gives everybody the same secret: make a new one.")


def _check_hybrid_key(raw: bytes) -> None:
    _check_sealing_key(raw[ML_KEM_PUBLIC_BYTES:])
    try:
        # It refuses a coefficient out of range (FIPS 203, section 7.2).
        HybridSealingPublicKey(raw).exchange_key()
    except ValueError:
        raise MalformedMessage("A member card has a hybrid sealing key that is none: make a new one.") from None


def _check_signing_key(raw: bytes) -> None:
    """An Ed25519 key is the canonical encoding of a point of the curve, and not one of the few of low order."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    on_curve = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if y >= _P or (on_curve != 0 and pow(on_curve, (_P - 1) // 2, _P) != 1):
        raise MalformedMessage("A member card has a signing key that is no point of its curve: make a new one.")
    # The same point as X25519 writes it (RFC 7748, section 4.1): u = (1 + y) / (1 - y).
    if y == 1 or _is_of_low_order(((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(KEY_BYTES, "little")):
        raise MalformedMessage("A member card has a signing key for which anybody can sign: make a new one.")


def _is_of_low_order(raw: bytes) -> bool:
    """Whether an X25519 key gives everybody the same secret, which is what the library refuses to compute."""
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError:
        return True
    return False
