import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.envelope import CLOCK_SKEW, LONGEST_TO_HUB, Envelope, Expectation, body_digest, sign, verify
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import SEALED_PURPOSES, Alert, Purpose, SafetyHoldNotice, Sealed, Submission
from symbolon.protocol.problems import (
    BadSignature,
    Expired,
    MalformedMessage,
    NotYetValid,
    Problem,
    ProtocolError,
    ValidityTooLong,
    WrongAudience,
    WrongFederation,
    WrongPurpose,
    WrongSender,
)
from symbolon.protocol.references import HUB, KeyId


@pytest.fixture
def notice(samples):
    return next(message for message in samples.CLEAR if isinstance(message, SafetyHoldNotice))


@pytest.fixture
def key(samples):
    return samples.SIGNING_KEYS[samples.XA]


@pytest.fixture
def envelope(generator, notice, key):
    return sign(notice, generator.header_for(notice), key)


@pytest.fixture
def expected(samples):
    return Expectation(samples.FEDERATION, True, HUB, Purpose.SAFETY_HOLD_NOTICE, samples.XA)


def test_a_signed_message_is_accepted_and_read_back(generator, samples, clear_message, key):
    envelope = sign(clear_message, generator.header_for(clear_message), key)
    arrived = Envelope.from_bytes(envelope.to_bytes())
    expected = Expectation(samples.FEDERATION, True, HUB, clear_message.PURPOSE, samples.XA)
    verify(arrived, key.public, expected, samples.NOW)
    assert arrived == envelope
    assert arrived.read(type(clear_message)) == clear_message


def test_signing_again_gives_the_same_bytes(generator, notice, key, envelope):
    assert sign(notice, generator.header_for(notice), key).to_bytes() == envelope.to_bytes()


def test_another_spelling_of_the_json_is_still_the_sender_s_word(samples, envelope, key, expected):
    spelled_out = json.dumps(parse_json(envelope.to_bytes()), indent=2).encode()
    verify(Envelope.from_bytes(spelled_out), key.public, expected, samples.NOW)


OTHER_VALUES = {
    "version": "symbolon/2",
    "federation": "exercise-other",
    "exercise": False,
    "sender": "XB",
    "audience": "XB",
    "purpose": "alert",
    "message_id": "00000000-0000-4000-8000-00000000ffff",
    "nonce": "A" * 22,
    "issued_at": "2026-01-31T09:30:00.122Z",
    "expires_at": "2026-01-31T10:30:00.122Z",
    "key_id": "0" * 16,
    "body": {},
    "signature": "A" * 86,
}


@pytest.mark.parametrize("field", [field.name for field in fields(Envelope)])
def test_an_envelope_with_any_one_field_changed_is_refused(samples, envelope, key, expected, field):
    changed = {**envelope.to_json(), field: OTHER_VALUES[field]}
    with pytest.raises(ProtocolError) as refusal:
        verify(Envelope.from_json(changed), key.public, expected, samples.NOW)
    assert refusal.value.problem is (Problem.MALFORMED_MESSAGE if field == "version" else Problem.BAD_SIGNATURE)


@pytest.mark.parametrize("field", [field.name for field in fields(Envelope)])
def test_an_envelope_with_any_one_field_left_out_is_refused(envelope, field):
    content = envelope.to_json()
    del content[field]
    with pytest.raises(MalformedMessage, match=f"^{field}: is missing"):
        Envelope.from_json(content)


@pytest.mark.parametrize("field", ["hit_id", "event", "at"])
def test_a_body_with_any_one_field_changed_is_refused(samples, envelope, key, expected, field):
    changed = replace(envelope, body={**envelope.body, field: "else"})
    with pytest.raises(BadSignature):
        verify(changed, key.public, expected, samples.NOW)


def test_a_changed_bit_anywhere_is_refused(samples, envelope, key, expected):
    data = bytearray(envelope.to_bytes())
    for place in range(len(data)):
        data[place] ^= 1
        with pytest.raises(ProtocolError):
            verify(Envelope.from_bytes(bytes(data)), key.public, expected, samples.NOW)
        data[place] ^= 1


def test_another_s_signature_is_refused(generator, samples, notice, key, expected):
    forged = sign(notice, generator.header_for(notice), samples.SIGNING_KEYS[samples.XB])
    with pytest.raises(BadSignature):
        verify(forged, key.public, expected, samples.NOW)


def test_another_s_signature_under_the_expected_key_id_is_refused(generator, samples, notice, key, expected):
    forged = sign(notice, generator.header_for(notice), SigningKey.generate(b"x" * 32))
    with pytest.raises(BadSignature):
        verify(replace(forged, key_id=key.key_id), key.public, expected, samples.NOW)


def test_the_own_signature_under_another_key_id_is_refused(samples, envelope, key, expected):
    with pytest.raises(BadSignature):
        verify(replace(envelope, key_id=KeyId("0" * 16)), key.public, expected, samples.NOW)


@pytest.mark.parametrize(
    ("expectation", "error"),
    [
        ({"federation": "exercise-other"}, WrongFederation),
        ({"exercise": False}, WrongFederation),
        ({"sender": "XB"}, WrongSender),
        ({"audience": "XB"}, WrongAudience),
        ({"purpose": Purpose.ALERT}, WrongPurpose),
    ],
)
def test_an_envelope_for_another_occasion_is_refused(samples, envelope, key, expected, expectation, error):
    with pytest.raises(error):
        verify(envelope, key.public, replace(expected, **expectation), samples.NOW)


def test_an_envelope_counts_from_its_issue_to_its_expiry(samples, envelope, key, expected):
    for moment in (envelope.issued_at - CLOCK_SKEW, envelope.expires_at - timedelta(milliseconds=1)):
        verify(envelope, key.public, expected, moment)
    with pytest.raises(NotYetValid):
        verify(envelope, key.public, expected, envelope.issued_at - CLOCK_SKEW - timedelta(milliseconds=1))
    with pytest.raises(Expired):
        verify(envelope, key.public, expected, envelope.expires_at)


def test_an_envelope_to_the_hub_is_valid_for_an_hour_at_most(generator, notice, key):
    header = generator.header_for(notice)
    sign(notice, replace(header, expires_at=header.issued_at + LONGEST_TO_HUB), key)
    with pytest.raises(ValidityTooLong):
        sign(notice, replace(header, expires_at=header.issued_at + LONGEST_TO_HUB + timedelta(milliseconds=1)), key)


def test_an_envelope_to_a_member_may_wait_for_days(generator, samples, notice, key):
    header = replace(generator.header_for(notice), audience=samples.XB)
    envelope = sign(notice, replace(header, expires_at=header.issued_at + timedelta(days=30)), key)
    expected = Expectation(samples.FEDERATION, True, samples.XB, Purpose.SAFETY_HOLD_NOTICE, samples.XA)
    verify(envelope, key.public, expected, samples.NOW + timedelta(days=29))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_nonce_has_sixteen_bytes(generator, notice, key, length):
    with pytest.raises(MalformedMessage, match=r"^nonce: must be 16 bytes long"):
        sign(notice, replace(generator.header_for(notice), nonce=bytes(length)), key)


def test_the_same_message_with_another_nonce_has_another_signature(generator, notice, key, envelope):
    again = sign(notice, replace(generator.header_for(notice), nonce=bytes(16)), key)
    assert again.signature != envelope.signature
    assert body_digest(again) == body_digest(envelope)


def test_an_envelope_that_would_never_count_is_not_signed(generator, notice, key):
    header = generator.header_for(notice)
    with pytest.raises(MalformedMessage, match="expires after"):
        sign(notice, replace(header, expires_at=header.issued_at), key)


def test_a_message_is_signed_for_its_own_purpose_only(generator, notice, key):
    with pytest.raises(WrongPurpose):
        sign(notice, replace(generator.header_for(notice), purpose=Purpose.ALERT), key)


def test_a_body_is_read_as_what_the_envelope_is_for_only(envelope):
    with pytest.raises(WrongPurpose):
        envelope.read(Alert)


def test_a_body_that_does_not_follow_the_wire_format_is_refused_even_when_signed(envelope):
    with pytest.raises(MalformedMessage, match=r"^holds: is missing"):
        replace(envelope, body={"hit_id": envelope.body["hit_id"], "at": envelope.body["at"]}).read(SafetyHoldNotice)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_sealed_body_is_signed_for_sealed_purposes_only(generator, samples, notice, key, purpose):
    sealed = Sealed(hit_id=None, recipient_key_id=key.key_id, suite="any", ciphertext=b"x")
    header = replace(generator.header_for(notice), purpose=purpose, audience=samples.XB)
    if purpose in SEALED_PURPOSES:
        assert sign(sealed, header, key).read(Sealed) == sealed
    else:
        with pytest.raises(WrongPurpose):
            sign(sealed, header, key)


def test_a_sealed_purpose_is_not_read_in_clear(generator, samples, key):
    vote = samples.SEALABLE[0]
    with pytest.raises(WrongPurpose):
        sign(Sealed(None, key.key_id, "any", b"x"), generator.header_for(vote), key).read(Submission)


def test_times_are_cut_to_what_the_wire_carries(generator, notice, key):
    header = generator.header_for(notice)
    fine = replace(header, issued_at=header.issued_at.replace(microsecond=123_999))
    envelope = sign(notice, fine, key)
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope
    assert envelope.issued_at == header.issued_at


def test_the_body_s_digest_covers_the_body_alone(generator, notice, key, envelope):
    later = replace(generator.header_for(notice), message_id="00000000-0000-4000-8000-00000000ffff")
    assert body_digest(sign(notice, later, key)) == body_digest(envelope)
    assert body_digest(replace(envelope, body={**envelope.body, "at": None})) != body_digest(envelope)


def test_neither_body_nor_signature_show_in_a_repr(envelope):
    assert "body" not in repr(envelope)
    assert "signature" not in repr(envelope)


def test_an_envelope_s_bytes_are_canonical(envelope):
    assert canonical_bytes(parse_json(envelope.to_bytes())) == envelope.to_bytes()


def test_between_members_an_envelope_counts_for_four_hundred_days_at_most(generator, samples, notice, key):
    header = replace(generator.header_for(notice), sender=samples.XA, audience=samples.XB)
    longest = replace(header, expires_at=header.issued_at + timedelta(days=400))
    sign(notice, longest, key)
    with pytest.raises(ValidityTooLong):
        sign(notice, replace(longest, expires_at=longest.expires_at + timedelta(milliseconds=1)), key)
