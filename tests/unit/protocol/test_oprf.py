"""The oblivious function: RFC 9497's vectors, and what a key holder that cheats cannot do."""

import secrets
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol import oprf
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.ristretto import Scalar, parse_element, parse_scalar

SEED, LABEL = b"\xa3" * 32, b"test key"
SECRET = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909"
PUBLIC = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
BLIND = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
NONCE = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"
BLINDED = "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"
EVALUATED = "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"
PROOF = (
    "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
    "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d"
)
OUTPUT = (
    "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
    "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
)
KEY = oprf.derive_key(SEED, LABEL)
PUBLIC_KEY = oprf.public_key(KEY)


def drawn(scalar: str = "") -> bytes:
    return bytes.fromhex(scalar) + bytes(32) if scalar else secrets.token_bytes(64)


def test_the_key_of_the_rfc_is_derived() -> None:
    assert (KEY.hex(), PUBLIC_KEY.hex()) == (SECRET, PUBLIC)


def test_the_rfcs_first_vector_is_met_byte_for_byte() -> None:
    blinded = oprf.blind(b"\x00", drawn(BLIND))
    evaluated, proof = oprf.evaluate(KEY, [blinded.element], drawn(NONCE))
    assert blinded.element.hex() == BLINDED
    assert evaluated[0].hex() == EVALUATED
    assert (proof.challenge + proof.response).hex() == PROOF
    assert oprf.finalize(blinded, evaluated[0]).hex() == OUTPUT


def test_the_value_does_not_depend_on_the_blind() -> None:
    values = set()
    for _ in range(5):
        blinded = oprf.blind(b"AB1234567", drawn())
        evaluated, _ = oprf.evaluate(KEY, [blinded.element], drawn())
        values.add(oprf.finalize(blinded, evaluated[0]))
    assert len(values) == 1


def test_one_proof_is_for_a_whole_batch() -> None:
    batch = [oprf.blind(bytes([number]), drawn()).element for number in range(20)]
    evaluated, proof = oprf.evaluate(KEY, batch, drawn())
    assert oprf.check_proof(PUBLIC_KEY, batch, evaluated, proof)


def test_another_key_for_one_element_of_a_batch_is_found() -> None:
    batch = [oprf.blind(bytes([number]), drawn()).element for number in range(5)]
    evaluated, proof = oprf.evaluate(KEY, batch, drawn())
    wrong, _ = oprf.evaluate(oprf.derive_key(SEED, b"another"), batch, drawn())
    assert not oprf.check_proof(PUBLIC_KEY, batch, (*evaluated[:4], wrong[4]), proof)


def test_exchanged_answers_are_found() -> None:
    batch = [oprf.blind(bytes([number]), drawn()).element for number in range(2)]
    evaluated, proof = oprf.evaluate(KEY, batch, drawn())
    assert not oprf.check_proof(PUBLIC_KEY, batch, evaluated[::-1], proof)


def test_an_answer_that_is_left_out_is_found() -> None:
    batch = [oprf.blind(bytes([number]), drawn()).element for number in range(2)]
    evaluated, proof = oprf.evaluate(KEY, batch, drawn())
    assert not oprf.check_proof(PUBLIC_KEY, batch, evaluated[:1], proof)


@given(st.sampled_from(["challenge", "response"]), st.integers(0, 251))
@settings(max_examples=examples(40), deadline=None)
def test_a_proof_with_another_bit_is_none(part: str, bit: int) -> None:
    batch = [oprf.blind(b"x", b"\x09" * 64).element]
    evaluated, proof = oprf.evaluate(KEY, batch, b"\x08" * 64)
    number = int.from_bytes(getattr(proof, part), "little") ^ (1 << bit)
    changed = Scalar((number % (2**252)).to_bytes(32, "little"))
    assert not oprf.check_proof(PUBLIC_KEY, batch, evaluated, replace(proof, **{part: changed}))


def test_a_proof_under_another_public_key_is_none() -> None:
    batch = [oprf.blind(b"x", drawn()).element]
    evaluated, proof = oprf.evaluate(KEY, batch, drawn())
    assert not oprf.check_proof(oprf.public_key(oprf.derive_key(SEED, b"another")), batch, evaluated, proof)


@pytest.mark.parametrize("raw", [b"", bytes(32), b"\xff" * 32, b"\x01" + bytes(31), bytes(31)])
def test_what_is_no_element_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_element(raw)


@pytest.mark.parametrize("raw", [b"", b"\xff" * 32, bytes(33)])
def test_what_is_no_reduced_scalar_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_scalar(raw)


def test_a_batch_without_elements_and_one_too_large_are_refused() -> None:
    element = oprf.blind(b"x", drawn()).element
    for batch in ([], [element] * (oprf.MOST_IN_BATCH + 1)):
        with pytest.raises(MalformedMessage):
            oprf.evaluate(KEY, batch, drawn())


def test_an_input_that_is_too_long_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        oprf.blind(bytes(oprf.LONGEST_INPUT + 1), drawn())


def test_neither_input_nor_factor_is_in_a_representation() -> None:
    blinded = oprf.blind(b"AB1234567", drawn())
    assert "AB1234567" not in repr(blinded)
    assert blinded.factor.hex() not in repr(blinded)
