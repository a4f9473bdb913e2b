"""Which public keys a member's card may carry."""

from dataclasses import replace

import pytest

from symbolon.protocol.federation import verify_succession
from symbolon.protocol.hybrid_keys import ML_KEM_PUBLIC_BYTES
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.member_keys import check_card, check_new_cards
from symbolon.protocol.problems import MalformedMessage

_P = 2**255 - 19
# The points of low order (RFC 7748, section 6.1, and of its twist; RFC 8032's curve as y), also where not reduced.
LOW_ORDER_U = (
    0,
    1,
    _P - 1,
    _P,
    _P + 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
LOW_ORDER_Y = (
    0,
    1,
    _P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
)
SIGN_BIT = 2**255


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


@pytest.fixture
def card(samples):
    return samples.FOUNDING.members[0].card


def test_the_cards_of_the_samples_are_taken(samples):
    for member in (*samples.FOUNDING.members, *samples.DIRECTORY.members):
        check_card(member.card)


@pytest.mark.parametrize("seed", range(64))
def test_every_key_that_was_made_as_it_should_be_is_taken(card, seed):
    check_card(
        replace(
            card,
            signing_key=SigningKey.generate(bytes([seed]) * 32).public.to_bytes(),
            sealing_key=SealingKey.generate(bytes([seed, 1]) * 16).public.to_bytes(),
        )
    )


@pytest.mark.parametrize("u", LOW_ORDER_U)
def test_a_sealing_key_of_low_order_is_refused(card, u):
    with pytest.raises(MalformedMessage, match="same secret"):
        check_card(replace(card, sealing_key=little(u)))
    with pytest.raises(MalformedMessage, match="same secret"):
        check_card(replace(card, hybrid_sealing_key=card.hybrid_sealing_key[:ML_KEM_PUBLIC_BYTES] + little(u)))


@pytest.mark.parametrize("y", [*LOW_ORDER_Y, *(y + SIGN_BIT for y in LOW_ORDER_Y)])
def test_a_signing_key_for_which_anybody_can_sign_is_refused(card, y):
    with pytest.raises(MalformedMessage, match="anybody can sign"):
        check_card(replace(card, signing_key=little(y)))


@pytest.mark.parametrize("y", [2, 7, _P, _P + 1, SIGN_BIT - 1])
def test_a_signing_key_that_is_no_point_of_the_curve_is_refused(card, y):
    with pytest.raises(MalformedMessage, match="no point"):
        check_card(replace(card, signing_key=little(y)))


@pytest.mark.parametrize("start", [0, 1, ML_KEM_PUBLIC_BYTES - 34])
def test_an_ml_kem_key_out_of_range_is_refused(card, start):
    raw = card.hybrid_sealing_key
    with pytest.raises(MalformedMessage, match="hybrid sealing key"):
        check_card(replace(card, hybrid_sealing_key=raw[:start] + b"\xff\xff" + raw[start + 2 :]))


def test_one_key_for_two_purposes_is_refused(card):
    with pytest.raises(MalformedMessage, match="two purposes"):
        check_card(replace(card, sealing_key=card.hybrid_sealing_key[ML_KEM_PUBLIC_BYTES:]))


def test_a_key_of_another_member_or_of_the_hub_is_refused(samples, card):
    founding = samples.FOUNDING
    other = founding.members[1]
    for changes in (
        {"signing_key": other.card.signing_key},
        {"sealing_key": other.card.sealing_key},
        {"hybrid_sealing_key": other.card.hybrid_sealing_key},
        {"signing_key": founding.hub_signing_key},
    ):
        thief = replace(founding.members[0], card=replace(card, **changes))
        with pytest.raises(MalformedMessage, match="another party"):
            verify_succession(None, samples.signed(replace(founding, members=(thief, *founding.members[1:]))))


def test_a_key_that_its_member_gave_up_does_not_come_back(samples):
    member = samples.DIRECTORY.members[0]
    back = replace(member, card=replace(member.card, signing_key=member.retired_keys[0].signing_key))
    with pytest.raises(MalformedMessage, match="gave up"):
        check_new_cards(samples.DIRECTORY, replace(samples.DIRECTORY, members=(back, *samples.DIRECTORY.members[1:])))


def test_a_card_that_did_not_change_is_not_looked_at_again(samples, card):
    founding = samples.FOUNDING
    broken = replace(founding, members=(replace(founding.members[0], card=replace(card, sealing_key=bytes(32))),))
    check_new_cards(broken, broken)
