"""Each two operators make one key, bound to both of their cards."""

import secrets
from dataclasses import replace

import pytest

from symbolon.hub.operators.domain.pair_keys import pair_key
from symbolon.hub.operators.errors import NotJoined
from symbolon.protocol.keys import SealingKey
from symbolon.protocol.messages_comparison import OperatorCard

KEYS = [SealingKey.generate(secrets.token_bytes(32)) for _ in range(3)]
CARDS = [
    OperatorCard(
        place=place,
        name=f"Body {place}",
        signing_key=bytes([place]) * 32,
        sealing_key=bytes([place]) * 1216,
        agreement_key=key.public.to_bytes(),
        token_commitment=(bytes(32), bytes(32)),
        certificate_fingerprint="5f" * 32,
    )
    for place, key in enumerate(KEYS)
]


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2)])
def test_both_make_the_same_key_and_no_other_pair_does(one: int, other: int) -> None:
    key = pair_key(KEYS[one], CARDS[one], CARDS[other])
    assert key == pair_key(KEYS[other], CARDS[other], CARDS[one])
    third = 3 - one - other
    assert key not in (pair_key(KEYS[third], CARDS[third], CARDS[place]) for place in (one, other))


def test_whoever_was_shown_another_card_makes_another_key() -> None:
    for changed in ({"name": "Somebody"}, {"signing_key": bytes(32)}, {"certificate_fingerprint": "00" * 32}):
        shown = replace(CARDS[1], **changed)
        assert pair_key(KEYS[0], CARDS[0], shown) != pair_key(KEYS[1], CARDS[1], CARDS[0])


def test_a_key_of_small_order_is_refused() -> None:
    with pytest.raises(NotJoined):
        pair_key(KEYS[0], CARDS[0], replace(CARDS[1], agreement_key=bytes(32)))
