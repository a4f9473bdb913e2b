from dataclasses import fields, replace
from hashlib import sha3_256, shake_256

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import Verdict
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey, OwnSealingKeys, RecipientKeys
from symbolon.protocol.keys import SealingKey, SealingPublicKey
from symbolon.protocol.membership_problems import DowngradedSuite
from symbolon.protocol.messages import Purpose, Reply, Vote
from symbolon.protocol.problems import MalformedMessage, UnsealFailed, WrongPurpose
from symbolon.protocol.references import HitId, MemberCode, MessageId
from symbolon.protocol.sealing import HYBRID_SUITE, PADDING_STEP, SUITE, seal, unseal

AUTHENTICATION_TAG = 16
ENCAPSULATED_KEY = {False: 32, True: 1120}
X_WING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
OTHER_ID = "00000000-0000-4000-8000-00000000ffff"


class Channel:
    """What a member with both keys gets from one that has a hybrid key, or has none."""

    def __init__(self, keys, recipient, *, hybrid):
        self.keys, self.recipient, self.hybrid = keys, recipient, hybrid

    def seal(self, plain, context):
        return seal(plain, self.recipient, context, sender_has_hybrid=self.hybrid)

    def open(self, kind, sealed, context):
        return unseal(kind, sealed, self.keys, context, sender_has_hybrid=self.hybrid)


@pytest.fixture(params=[False, True], ids=["classic", "hybrid"])
def channel(samples, request):
    """Each suite, in turn."""
    return Channel(samples.OWN_KEYS[samples.XB], samples.RECIPIENT_KEYS[samples.XB], hybrid=request.param)


@pytest.fixture
def vote(samples):
    return next(message for message in samples.SEALABLE if isinstance(message, Vote))


@pytest.fixture
def context(generator, vote):
    return generator.context_for(vote)


def test_what_was_sealed_opens_to_the_same_message(generator, sealable_message, channel):
    context = generator.context_for(sealable_message)
    sealed = channel.seal(sealable_message, context)
    assert channel.open(type(sealable_message), sealed, context) == sealable_message


def test_the_hybrid_suite_is_used_where_both_have_keys_for_it(samples, vote, context):
    for has_hybrid, recipient, suite in (
        (True, samples.XB, HYBRID_SUITE),
        (False, samples.XB, SUITE),
        (True, samples.XC, SUITE),
        (False, samples.XC, SUITE),
    ):
        keys = samples.RECIPIENT_KEYS[recipient]
        sealed = seal(vote, keys, context, sender_has_hybrid=has_hybrid)
        assert sealed.suite == suite
        assert sealed.recipient_key_id == (keys.hybrid if suite == HYBRID_SUITE else keys.classic).key_id


def test_a_classic_message_between_members_with_hybrid_keys_is_refused_as_downgraded(samples, vote, context):
    keys = samples.OWN_KEYS[samples.XB]
    sealed = seal(vote, samples.RECIPIENT_KEYS[samples.XB], context, sender_has_hybrid=False)
    with pytest.raises(DowngradedSuite):
        unseal(Vote, sealed, keys, context, sender_has_hybrid=True)


def test_a_classic_message_is_taken_where_either_has_no_hybrid_key(samples, vote, context):
    sealed = seal(vote, samples.RECIPIENT_KEYS[samples.XB], context, sender_has_hybrid=False)
    keys = samples.OWN_KEYS[samples.XB]
    assert unseal(Vote, sealed, keys, context, sender_has_hybrid=False) == vote
    assert unseal(Vote, sealed, replace(keys, hybrid=None), context, sender_has_hybrid=True) == vote


def test_a_hybrid_message_does_not_open_without_a_hybrid_key(samples, vote, context):
    sealed = seal(vote, samples.RECIPIENT_KEYS[samples.XB], context, sender_has_hybrid=True)
    with pytest.raises(UnsealFailed):
        unseal(Vote, sealed, replace(samples.OWN_KEYS[samples.XB], hybrid=None), context, sender_has_hybrid=True)


def test_a_message_does_not_open_as_of_the_other_suite(samples, vote, context):
    keys, recipient = samples.OWN_KEYS[samples.XB], samples.RECIPIENT_KEYS[samples.XB]
    classic = seal(vote, recipient, context, sender_has_hybrid=False)
    hybrid = seal(vote, recipient, context, sender_has_hybrid=True)
    relabelled = [
        replace(classic, suite=HYBRID_SUITE, recipient_key_id=recipient.hybrid.key_id),
        replace(hybrid, suite=SUITE, recipient_key_id=recipient.classic.key_id),
    ]
    for sealed in relabelled:
        with pytest.raises(UnsealFailed):
            unseal(Vote, sealed, keys, context, sender_has_hybrid=False)


def test_sealing_again_gives_another_ciphertext(vote, channel, context):
    assert channel.seal(vote, context).ciphertext != channel.seal(vote, context).ciphertext


def test_another_member_s_keys_do_not_open_it(samples, vote, channel, context):
    sealed = channel.seal(vote, context)
    with pytest.raises(UnsealFailed):
        unseal(Vote, sealed, samples.OWN_KEYS[samples.XA], context, sender_has_hybrid=channel.hybrid)


def test_another_key_under_the_recipient_s_id_does_not_open_it(vote, channel, context):
    stranger = RecipientKeys(SealingKey.generate(b"s" * 32).public, HybridSealingKey.generate(b"s" * 32).public)
    sealed = seal(vote, stranger, context, sender_has_hybrid=channel.hybrid)
    own_id = channel.seal(vote, context).recipient_key_id
    with pytest.raises(UnsealFailed):
        channel.open(Vote, replace(sealed, recipient_key_id=own_id), context)


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
def test_it_does_not_open_in_another_context(vote, channel, context, field, other):
    sealed = channel.seal(vote, context)
    elsewhere = replace(context, **{field: other})
    moved = replace(sealed, hit_id=elsewhere.hit_id)
    with pytest.raises(UnsealFailed):
        channel.open(Vote, moved, elsewhere)


def test_every_field_of_the_context_is_tried_above(context):
    assert {field.name for field in fields(context)} == {
        "federation", "sender", "recipient", "message_id", "hit_id", "purpose"
    }  # fmt: skip


def test_a_message_is_sealed_and_opened_for_its_own_purpose_only(vote, channel, context):
    reply_context = replace(context, purpose=Purpose.REPLY)
    with pytest.raises(WrongPurpose):
        channel.seal(vote, reply_context)
    with pytest.raises(WrongPurpose):
        channel.open(Vote, channel.seal(vote, context), reply_context)
    with pytest.raises(UnsealFailed):
        channel.open(Reply, channel.seal(vote, context), reply_context)


def test_a_message_about_another_hit_is_neither_sealed_nor_opened(vote, channel, context, monkeypatch):
    elsewhere = replace(vote, hit_id=HitId(OTHER_ID))
    with pytest.raises(MalformedMessage, match="another hit"):
        channel.seal(elsewhere, context)
    with monkeypatch.context() as patch:
        patch.setattr("symbolon.protocol.sealing._refuse_other_hit", lambda *_: None)
        sealed = channel.seal(elsewhere, context)
    with pytest.raises(MalformedMessage, match="another hit"):
        channel.open(Vote, sealed, context)


@pytest.mark.parametrize("field", ["hit_id", "recipient_key_id", "suite"])
def test_a_changed_field_beside_the_ciphertext_is_refused(vote, channel, context, field):
    other = {"hit_id": None, "recipient_key_id": "0" * 16, "suite": "another"}[field]
    with pytest.raises(UnsealFailed):
        channel.open(Vote, replace(channel.seal(vote, context), **{field: other}), context)


@pytest.mark.parametrize("hybrid", [False, True], ids=["classic", "hybrid"])
@given(data=st.data())
def test_a_changed_or_shortened_ciphertext_is_refused(samples, generator, hybrid, data):
    vote = samples.SEALABLE[0]
    channel = Channel(samples.OWN_KEYS[samples.XB], samples.RECIPIENT_KEYS[samples.XB], hybrid=hybrid)
    context = generator.context_for(vote)
    sealed = channel.seal(vote, context)
    encapsulated = ENCAPSULATED_KEY[hybrid]
    place = data.draw(st.integers(0, len(sealed.ciphertext) - 1))
    flipped = bytearray(sealed.ciphertext)
    # The last bit of an X25519 coordinate is not read (RFC 7748, section 5), but the KEM hashes the bytes as sent.
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    zeroed = bytes(encapsulated) + sealed.ciphertext[encapsulated:]
    for ciphertext in (bytes(flipped), sealed.ciphertext[:place], b"", zeroed):
        with pytest.raises(UnsealFailed):
            channel.open(Vote, replace(sealed, ciphertext=ciphertext), context)


def test_a_recipient_s_key_of_low_order_is_refused(samples, vote, context):
    hybrid = samples.RECIPIENT_KEYS[samples.XB].hybrid
    low_order = HybridSealingPublicKey.from_bytes(hybrid.to_bytes()[:-32] + bytes(32))
    keys = RecipientKeys(SealingPublicKey.from_bytes(bytes(32)), low_order)
    for has_hybrid in (False, True):
        with pytest.raises(MalformedMessage, match="not usable"):
            seal(vote, keys, context, sender_has_hybrid=has_hybrid)


def test_a_recipient_s_key_that_is_no_ml_kem_key_is_refused(samples, vote, context):
    keys = RecipientKeys(samples.RECIPIENT_KEYS[samples.XB].classic, HybridSealingPublicKey(b"\xff" * 1216))
    with pytest.raises(MalformedMessage, match="not usable"):
        seal(vote, keys, context, sender_has_hybrid=True)


@given(verdict=st.sampled_from(Verdict), reason=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=1000))
def test_all_votes_have_one_length_whatever_they_say(samples, generator, verdict, reason):
    vote = replace(samples.SEALABLE[0], verdict=verdict, reason=reason)
    shortest = replace(vote, verdict=Verdict.SAME, reason="")
    for hybrid in (False, True):
        channel = Channel(samples.OWN_KEYS[samples.XB], samples.RECIPIENT_KEYS[samples.XB], hybrid=hybrid)
        lengths = {len(channel.seal(each, generator.context_for(vote)).ciphertext) for each in (vote, shortest)}
        assert len(lengths) == 1


@pytest.mark.parametrize("character", ["𐍈", '"', "\\", "\n", "x"])
def test_the_longest_reason_fits_the_one_length_of_votes(samples, channel, context, character):
    vote = replace(samples.SEALABLE[0], verdict=Verdict.DIFFERENT, reason=character * 1000, round=2**31 - 1)
    shortest = replace(vote, verdict=Verdict.SAME, reason="", round=1)
    assert len(channel.seal(vote, context).ciphertext) == len(channel.seal(shortest, context).ciphertext)


def test_every_sealed_message_is_padded_to_whole_steps(generator, sealable_message, channel):
    sealed = channel.seal(sealable_message, generator.context_for(sealable_message))
    content = len(sealed.ciphertext) - ENCAPSULATED_KEY[channel.hybrid] - AUTHENTICATION_TAG
    assert content % PADDING_STEP == 0


def test_the_ciphertext_is_what_rfc_9180_describes(generator, sealable_message, channel):
    """Open with the RFC's own steps: sections 4.1 (DHKEM), 5.1 (key schedule, base mode) and 6.1 (single-shot)."""
    context = generator.context_for(sealable_message)
    sealed = channel.seal(sealable_message, context)
    info = b"symbolon/1 seal\n" + canonical_bytes({**to_wire(context), "suite": sealed.suite})
    plain = open_as_rfc_9180_says(sealed.ciphertext, channel.keys, info, aad=b"", hybrid=channel.hybrid)
    assert plain.rstrip(b" ") == canonical_bytes(to_wire(sealable_message))


def test_the_steps_above_open_the_rfc_s_own_vector():
    # RFC 9180, appendix A.2.1.1, sequence number 0: the same suite in base mode.
    key = SealingKey.from_bytes(bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"))
    ciphertext = bytes.fromhex(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
    )
    keys = OwnSealingKeys(key, None)
    plain = open_as_rfc_9180_says(ciphertext, keys, b"Ode on a Grecian Urn", aad=b"Count-0", hybrid=False)
    assert plain == b"Beauty is truth, truth beauty"


def labeled_extract(suite_id, salt, label, ikm):
    mac = HMAC(salt or bytes(32), SHA256())
    mac.update(b"HPKE-v1" + suite_id + label + ikm)
    return mac.finalize()


def labeled_expand(suite_id, prk, label, context, length):
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context
    return HKDFExpand(SHA256(), length, labeled).derive(prk)


def decapsulate_x25519(encapsulated, key):
    """RFC 9180, section 4.1."""
    kem = b"KEM" + (0x0020).to_bytes(2, "big")
    shared = key.exchange_key().exchange(X25519PublicKey.from_public_bytes(encapsulated))
    kem_context = encapsulated + key.public.to_bytes()
    return labeled_expand(kem, labeled_extract(kem, b"", b"eae_prk", shared), b"shared_secret", kem_context, 32)


def decapsulate_x_wing(encapsulated, key):
    """draft-connolly-cfrg-xwing-kem, sections 5.3 and 5.5."""
    stretched = shake_256(key.to_bytes()).digest(96)
    ml_kem_part, x25519_part = encapsulated[:1088], encapsulated[1088:]
    ml_kem_shared = MLKEM768PrivateKey.from_seed_bytes(stretched[:64]).decapsulate(ml_kem_part)
    scalar = X25519PrivateKey.from_private_bytes(stretched[64:])
    x25519_shared = scalar.exchange(X25519PublicKey.from_public_bytes(x25519_part))
    own_public = scalar.public_key().public_bytes_raw()
    return sha3_256(ml_kem_shared + x25519_shared + x25519_part + own_public + X_WING_LABEL).digest()


def open_as_rfc_9180_says(ciphertext, keys, info, aad, *, hybrid):
    length = ENCAPSULATED_KEY[hybrid]
    encapsulated, body = ciphertext[:length], ciphertext[length:]
    if hybrid:
        kem_id, shared_secret = 0x647A, decapsulate_x_wing(encapsulated, keys.hybrid)
    else:
        kem_id, shared_secret = 0x0020, decapsulate_x25519(encapsulated, keys.classic)
    hpke = b"HPKE" + b"".join(code.to_bytes(2, "big") for code in (kem_id, 0x0001, 0x0003))
    psk_id_hash = labeled_extract(hpke, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(hpke, b"", b"info_hash", info)
    schedule = b"\x00" + psk_id_hash + info_hash
    secret = labeled_extract(hpke, shared_secret, b"secret", b"")
    content_key = labeled_expand(hpke, secret, b"key", schedule, 32)
    nonce = labeled_expand(hpke, secret, b"base_nonce", schedule, 12)
    return ChaCha20Poly1305(content_key).decrypt(nonce, body, aad)


def test_a_vote_stands_beside_its_round_and_under_no_other(samples, vote, context):
    keys = samples.RECIPIENT_KEYS[samples.XB]
    sealed = seal(vote, keys, context, sender_has_hybrid=True)
    assert sealed.vote_round == vote.round
    for other in (None, vote.round + 1):
        with pytest.raises(MalformedMessage):
            unseal(
                Vote, replace(sealed, vote_round=other), samples.OWN_KEYS[samples.XB], context, sender_has_hybrid=True
            )
