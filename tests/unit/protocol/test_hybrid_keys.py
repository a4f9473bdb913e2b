import pytest

from symbolon.protocol.hybrid_keys import HYBRID_PUBLIC_BYTES, HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import key_id_of

SECRET = b"\x9e" * 32


def test_hybrid_keys_are_those_of_x_wing():
    # draft-connolly-cfrg-xwing-kem, appendix C, the first vector: its secret key, and how its public key begins.
    key = HybridSealingKey.from_bytes(bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))
    beginning = "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5b19cfc3da5fa1a92"
    assert key.public.to_bytes().hex().startswith(beginning)


def test_a_hybrid_key_is_stored_and_taken_back():
    key = HybridSealingKey.generate(SECRET)
    assert HybridSealingKey.from_bytes(key.to_bytes()) == key
    assert HybridSealingPublicKey.from_bytes(key.public.to_bytes()) == key.public
    assert len(key.public.to_bytes()) == HYBRID_PUBLIC_BYTES == 1216


def test_a_hybrid_key_and_its_public_half_have_one_id():
    key = HybridSealingKey.generate(SECRET)
    assert key.key_id == key.public.key_id == key_id_of(key.public.to_bytes())


@pytest.mark.parametrize("length", [0, 31, 33, 96])
def test_a_hybrid_secret_of_another_length_is_refused(length):
    with pytest.raises(MalformedMessage, match="32 bytes"):
        HybridSealingKey.from_bytes(bytes(length))


@pytest.mark.parametrize("length", [0, 32, 1184, 1215, 1217])
def test_a_hybrid_public_key_of_another_length_is_refused(length):
    with pytest.raises(MalformedMessage, match="1216 bytes"):
        HybridSealingPublicKey.from_bytes(bytes(length))


def test_a_hybrid_secret_does_not_show_in_a_repr():
    key = HybridSealingKey.generate(SECRET)
    for shown in (repr(key), str(key), repr([key])):
        assert "\\x9e" not in shown
        assert "9e9e" not in shown
