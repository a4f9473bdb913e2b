import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.keys import LinkageKey, SealingKey, SealingPublicKey, SigningKey, VerifyingKey
from symbolon.protocol.problems import BadSignature, MalformedMessage
from symbolon.protocol.references import key_id_of

SECRET = b"\x9e" * 32


def test_signatures_are_those_of_rfc_8032():
    # RFC 8032, section 7.1, TEST 2.
    key = SigningKey.from_bytes(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert key.public.to_bytes().hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72") == signature


def test_sealing_keys_are_those_of_rfc_7748():
    # RFC 7748, section 6.1, Alice's key pair.
    key = SealingKey.from_bytes(bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
    assert key.public.to_bytes().hex() == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_fits_its_message_and_no_other(seed, message, other):
    key = SigningKey.generate(seed)
    signature = key.sign(message)
    key.public.verify(signature, message)
    if other != message:
        with pytest.raises(BadSignature):
            key.public.verify(signature, other)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64])
def test_something_else_than_a_signature_is_refused(signature):
    with pytest.raises(BadSignature):
        SigningKey.generate(SECRET).public.verify(signature, b"data")


@pytest.mark.parametrize("raw", [b"\xff" * 32, bytes(32), b"\x02" + bytes(31)])
def test_a_verifying_key_that_is_no_point_of_the_curve_accepts_nothing(raw):
    with pytest.raises(BadSignature):
        VerifyingKey.from_bytes(raw).verify(SigningKey.generate(SECRET).sign(b"data"), b"data")


@pytest.mark.parametrize("kind", [SigningKey, VerifyingKey, SealingKey, SealingPublicKey])
@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_another_length_are_refused(kind, length):
    with pytest.raises(MalformedMessage, match="32 bytes"):
        kind.from_bytes(bytes(length))


@pytest.mark.parametrize("kind", [SigningKey, SealingKey])
def test_keys_are_stored_and_taken_back(kind):
    key = kind.generate(SECRET)
    assert kind.from_bytes(key.to_bytes()) == key
    assert type(key.public).from_bytes(key.public.to_bytes()) == key.public


@pytest.mark.parametrize("key", [SigningKey.generate(SECRET), SealingKey.generate(SECRET)], ids=["signing", "sealing"])
def test_a_key_and_its_public_half_have_one_id(key):
    assert key.key_id == key.public.key_id == key_id_of(key.public.to_bytes())


@pytest.mark.parametrize(
    "key",
    [SigningKey.generate(SECRET), SealingKey.generate(SECRET), LinkageKey.generate(1, SECRET)],
    ids=["signing", "sealing", "linkage"],
)
def test_secrets_do_not_show_in_a_repr(key):
    for shown in (repr(key), str(key), f"{key}", repr([key])):
        assert "\\x9e" not in shown
        assert "9e9e" not in shown


def test_every_label_and_secret_has_a_subkey_of_its_own():
    keys = [LinkageKey.generate(1, bytes([seed]) * 32) for seed in range(3)]
    derived = [key.subkey(label) for key in keys for label in ("vector/name", "vector/date", "check", "")]
    derived += [key.secret for key in keys]
    assert len(set(derived)) == len(derived)
    assert {len(each) for each in derived} == {32}


def test_a_check_value_tells_keys_and_epochs_apart_and_is_no_subkey():
    values = {
        LinkageKey.generate(epoch, secret * 32).check_value() for epoch in (1, 2) for secret in (b"\x01", b"\x02")
    }
    assert len(values) == 4
    assert {len(value) for value in values} == {16}


@pytest.mark.parametrize("epoch", [0, -1])
def test_epochs_are_counted_from_one(epoch):
    with pytest.raises(MalformedMessage):
        LinkageKey.generate(epoch, SECRET)


def test_a_linkage_key_of_another_length_is_refused():
    with pytest.raises(MalformedMessage):
        LinkageKey.generate(1, bytes(31))
