from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import Verdict
from symbolon.protocol.keys import SealingKey, SealingPublicKey
from symbolon.protocol.messages import Purpose, Reply, Vote
from symbolon.protocol.problems import MalformedMessage, UnsealFailed, WrongPurpose
from symbolon.protocol.references import HitId, MemberCode, MessageId
from symbolon.protocol.sealing import PADDING_STEP, seal, unseal

AUTHENTICATION_TAG = 16
ENCAPSULATED_KEY = 32
OTHER_ID = "00000000-0000-4000-8000-00000000ffff"


@pytest.fixture
def key(samples):
    return samples.SEALING_KEYS[samples.XB]


@pytest.fixture
def vote(samples):
    return next(message for message in samples.SEALABLE if isinstance(message, Vote))


@pytest.fixture
def context(generator, vote):
    return generator.context_for(vote)


def test_what_was_sealed_opens_to_the_same_message(generator, sealable_message, key):
    context = generator.context_for(sealable_message)
    sealed = seal(sealable_message, key.public, context)
    assert unseal(type(sealable_message), sealed, key, context) == sealable_message


def test_sealing_again_gives_another_ciphertext(vote, key, context):
    assert seal(vote, key.public, context).ciphertext != seal(vote, key.public, context).ciphertext


def test_another_key_does_not_open_it(samples, vote, key, context):
    with pytest.raises(UnsealFailed):
        unseal(Vote, seal(vote, key.public, context), samples.SEALING_KEYS[samples.XA], context)


def test_another_key_under_the_recipient_s_id_does_not_open_it(vote, key, context):
    stranger = SealingKey.generate(b"s" * 32)
    sealed = seal(vote, stranger.public, context)
    with pytest.raises(UnsealFailed):
        unseal(Vote, replace(sealed, recipient_key_id=key.key_id), key, context)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("federation", "exercise-other"),
        ("sender", MemberCode("XC")),
        ("recipient", MemberCode("XC")),
        ("message_id", MessageId(OTHER_ID)),
        ("hit_id", HitId(OTHER_ID)),
        ("hit_id", None),
    ],
)
def test_it_does_not_open_in_another_context(vote, key, context, field, other):
    sealed = seal(vote, key.public, context)
    elsewhere = replace(context, **{field: other})
    moved = replace(sealed, hit_id=elsewhere.hit_id)
    with pytest.raises(UnsealFailed):
        unseal(Vote, moved, key, elsewhere)


def test_every_field_of_the_context_is_tried_above(context):
    assert {field.name for field in fields(context)} == {
        "federation", "sender", "recipient", "message_id", "hit_id", "purpose"
    }  # fmt: skip


def test_a_message_is_sealed_and_opened_for_its_own_purpose_only(vote, key, context):
    reply_context = replace(context, purpose=Purpose.REPLY)
    with pytest.raises(WrongPurpose):
        seal(vote, key.public, reply_context)
    with pytest.raises(WrongPurpose):
        unseal(Vote, seal(vote, key.public, context), key, reply_context)
    with pytest.raises(UnsealFailed):
        unseal(Reply, seal(vote, key.public, context), key, reply_context)


def test_a_message_about_another_hit_is_neither_sealed_nor_opened(vote, key, context, monkeypatch):
    elsewhere = replace(vote, hit_id=HitId(OTHER_ID))
    with pytest.raises(MalformedMessage, match="another hit"):
        seal(elsewhere, key.public, context)
    with monkeypatch.context() as patch:
        patch.setattr("symbolon.protocol.sealing._refuse_other_hit", lambda *_: None)
        sealed = seal(elsewhere, key.public, context)
    with pytest.raises(MalformedMessage, match="another hit"):
        unseal(Vote, sealed, key, context)


@pytest.mark.parametrize("field", ["hit_id", "recipient_key_id", "suite"])
def test_a_changed_field_beside_the_ciphertext_is_refused(vote, key, context, field):
    other = {"hit_id": None, "recipient_key_id": "0" * 16, "suite": "another"}[field]
    with pytest.raises(UnsealFailed):
        unseal(Vote, replace(seal(vote, key.public, context), **{field: other}), key, context)


@given(data=st.data())
def test_a_changed_or_shortened_ciphertext_is_refused(samples, generator, data):
    vote = samples.SEALABLE[0]
    key, context = samples.SEALING_KEYS[samples.XB], generator.context_for(vote)
    sealed = seal(vote, key.public, context)
    place = data.draw(st.integers(0, len(sealed.ciphertext) - 1))
    flipped = bytearray(sealed.ciphertext)
    # The last bit of an X25519 coordinate is not read (RFC 7748, section 5), but the KEM hashes the bytes as sent.
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    for ciphertext in (bytes(flipped), sealed.ciphertext[:place], b"", bytes(32) + sealed.ciphertext[32:]):
        with pytest.raises(UnsealFailed):
            unseal(Vote, replace(sealed, ciphertext=ciphertext), key, context)


def test_a_recipient_s_key_of_low_order_is_refused(vote, context):
    with pytest.raises(MalformedMessage, match="not usable"):
        seal(vote, SealingPublicKey.from_bytes(bytes(32)), context)


@given(verdict=st.sampled_from(Verdict), reason=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=1000))
def test_all_votes_have_one_length_whatever_they_say(samples, generator, verdict, reason):
    vote = replace(samples.SEALABLE[0], verdict=verdict, reason=reason)
    key, context = samples.SEALING_KEYS[samples.XB], generator.context_for(vote)
    shortest = replace(vote, verdict=Verdict.SAME, reason="")
    assert len(seal(vote, key.public, context).ciphertext) == len(seal(shortest, key.public, context).ciphertext)


@pytest.mark.parametrize("character", ["𐍈", '"', "\\", "\n", "x"])
def test_the_longest_reason_fits_the_one_length_of_votes(samples, generator, character):
    vote = replace(samples.SEALABLE[0], verdict=Verdict.DIFFERENT, reason=character * 1000, round=2**31 - 1)
    key, context = samples.SEALING_KEYS[samples.XB], generator.context_for(vote)
    shortest = replace(vote, verdict=Verdict.SAME, reason="", round=1)
    assert len(seal(vote, key.public, context).ciphertext) == len(seal(shortest, key.public, context).ciphertext)


def test_every_sealed_message_is_padded_to_whole_steps(generator, sealable_message, key):
    sealed = seal(sealable_message, key.public, generator.context_for(sealable_message))
    assert (len(sealed.ciphertext) - ENCAPSULATED_KEY - AUTHENTICATION_TAG) % PADDING_STEP == 0


def test_the_ciphertext_is_what_rfc_9180_describes(generator, sealable_message, key):
    """Open with the RFC's own steps: sections 4.1 (DHKEM), 5.1 (key schedule, base mode) and 6.1 (single-shot)."""
    context = generator.context_for(sealable_message)
    sealed = seal(sealable_message, key.public, context)
    info = b"symbolon/1 seal\n" + canonical_bytes(to_wire(context))
    plain = open_as_rfc_9180_says(sealed.ciphertext, key, info, aad=b"")
    assert plain.rstrip(b" ") == canonical_bytes(to_wire(sealable_message))


def test_the_steps_above_open_the_rfc_s_own_vector():
    # RFC 9180, appendix A.2.1.1, sequence number 0: the same suite in base mode.
    key = SealingKey.from_bytes(bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"))
    ciphertext = bytes.fromhex(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    plain = open_as_rfc_9180_says(ciphertext, key, b"Ode on a Grecian Urn", aad=b"Count-0")
    assert plain == b"Beauty is truth, truth beauty"


def open_as_rfc_9180_says(ciphertext, key, info, aad):
    def labeled_extract(suite_id, salt, label, ikm):
        mac = HMAC(salt or bytes(32), SHA256())
        mac.update(b"HPKE-v1" + suite_id + label + ikm)
        return mac.finalize()

    def labeled_expand(suite_id, prk, label, context, length):
        labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context
        return HKDFExpand(SHA256(), length, labeled).derive(prk)

    encapsulated, body = ciphertext[:32], ciphertext[32:]
    kem = b"KEM" + (0x0020).to_bytes(2, "big")
    hpke = b"HPKE" + b"".join(code.to_bytes(2, "big") for code in (0x0020, 0x0001, 0x0003))
    shared = key.exchange_key().exchange(X25519PublicKey.from_public_bytes(encapsulated))
    kem_context = encapsulated + key.public.to_bytes()
    eae_prk = labeled_extract(kem, b"", b"eae_prk", shared)
    shared_secret = labeled_expand(kem, eae_prk, b"shared_secret", kem_context, 32)
    psk_id_hash = labeled_extract(hpke, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(hpke, b"", b"info_hash", info)
    schedule = b"\x00" + psk_id_hash + info_hash
    secret = labeled_extract(hpke, shared_secret, b"secret", b"")
    content_key = labeled_expand(hpke, secret, b"key", schedule, 32)
    nonce = labeled_expand(hpke, secret, b"base_nonce", schedule, 12)
    return ChaCha20Poly1305(content_key).decrypt(nonce, body, aad)
