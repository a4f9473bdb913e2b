"""Each two operators make one key: fresh, hybrid, and bound to both of their cards."""

import secrets
from dataclasses import replace

import pytest

from symbolon.hub.operators.domain.pair_keys import answer_offer, card_secret, open_answer, pair_key_name
from symbolon.hub.operators.errors import NotJoined
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.keys import SealingKey
from symbolon.protocol.messages_comparison import OperatorCard
from symbolon.protocol.problems import MalformedMessage

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
    key = card_secret(KEYS[one], CARDS[one], CARDS[other])
    assert key == card_secret(KEYS[other], CARDS[other], CARDS[one])
    third = 3 - one - other
    assert key not in (card_secret(KEYS[third], CARDS[third], CARDS[place]) for place in (one, other))


def test_whoever_was_shown_another_card_makes_another_key() -> None:
    for changed in ({"name": "Somebody"}, {"signing_key": bytes(32)}, {"certificate_fingerprint": "00" * 32}):
        shown = replace(CARDS[1], **changed)
        assert card_secret(KEYS[0], CARDS[0], shown) != card_secret(KEYS[1], CARDS[1], CARDS[0])


def test_a_key_of_small_order_is_refused() -> None:
    with pytest.raises(NotJoined):
        card_secret(KEYS[0], CARDS[0], replace(CARDS[1], agreement_key=bytes(32)))


def test_both_make_the_same_pair_key_and_each_agreement_makes_another() -> None:
    secret = card_secret(KEYS[0], CARDS[0], CARDS[1])
    made = []
    for _ in range(2):
        offer = HybridSealingKey.generate(secrets.token_bytes(32))
        key, sealed = answer_offer(secret, 3, offer.public, secrets.token_bytes(32))
        assert open_answer(secret, 3, offer, sealed) == key
        made.append(key)
    assert len({*made, *map(pair_key_name, made), secret}) == 5


def test_who_has_not_the_secret_of_the_cards_makes_another_key() -> None:
    offer = HybridSealingKey.generate(secrets.token_bytes(32))
    key, sealed = answer_offer(bytes(32), 3, offer.public, secrets.token_bytes(32))
    assert open_answer(bytes(31) + b"1", 3, offer, sealed) != key


def test_an_answer_to_another_offer_or_of_another_generation_does_not_open() -> None:
    offer, other = (HybridSealingKey.generate(secrets.token_bytes(32)) for _ in range(2))
    _key, sealed = answer_offer(bytes(32), 3, offer.public, secrets.token_bytes(32))
    for generation, tried, content in (
        (3, other, sealed),
        (4, offer, sealed),
        (3, offer, sealed[:-1]),
        (3, offer, b""),
    ):
        with pytest.raises(MalformedMessage):
            open_answer(bytes(32), generation, tried, content)


def test_an_offer_that_is_no_key_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        answer_offer(bytes(32), 3, HybridSealingPublicKey(b"\xff" * 1216), bytes(32))
