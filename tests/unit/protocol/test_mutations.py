"""Whatever is changed in a message on its way, its receiver refuses it, and says by a problem code why."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import Envelope, Expectation, sign, verify
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import HoldDecision, KeyReveal, SignedDirectory, Withdrawal
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB
from symbolon.protocol.sealing import seal, unseal


@pytest.fixture(scope="module")
def decision(samples):
    return next(message for message in samples.CLEAR if isinstance(message, HoldDecision))


@pytest.fixture(scope="module")
def envelope(samples, generator, decision):
    return sign(decision, generator.header_for(decision), samples.SIGNING_KEYS[samples.XA])


@pytest.fixture(scope="module")
def receive(samples, envelope):
    """Give what the hub does with bytes that claim to be XA's envelope."""
    expected = Expectation(samples.FEDERATION, True, HUB, envelope.purpose, samples.XA)
    key = samples.SIGNING_KEYS[samples.XA].public

    def step(data):
        arrived = Envelope.from_bytes(data)
        verify(arrived, key, expected, samples.NOW)
        return arrived

    return step


def places_in(value, path=()):
    """Give the path to every value inside a JSON value."""
    if isinstance(value, (dict, list)):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_in(inner, (*path, step))
    else:
        yield path


def changed_at(value, path):
    """Give a JSON value with the one at that path changed to another of its type."""
    if not path:
        if value is None:
            return "5f" * 32
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + 1
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed_at(copy[path[0]], path[1:])
    return copy


def test_an_envelope_with_any_one_byte_changed_is_refused(envelope, receive, refusal_of):
    data = envelope.to_bytes()
    assert receive(data) == envelope
    for place in range(len(data)):
        for mask in (0x01, 0x02, 0x20, 0x80):
            mutated = bytes([*data[:place], data[place] ^ mask, *data[place + 1 :]])
            problem = refusal_of(lambda mutated=mutated: receive(mutated))
            assert problem in {Problem.MALFORMED_MESSAGE, Problem.BAD_SIGNATURE}, (place, mask)


def test_an_envelope_with_any_one_byte_left_out_or_twice_is_refused(envelope, receive, refusal_of):
    data = envelope.to_bytes()
    for place in range(len(data)):
        for mutated in (data[:place] + data[place + 1 :], data[:place] + data[place : place + 1] + data[place:]):
            assert refusal_of(lambda mutated=mutated: receive(mutated)) is not None, place


def test_a_message_of_any_kind_with_any_one_value_changed_is_refused(samples, generator, clear_message, refusal_of):
    key = samples.SIGNING_KEYS[samples.XA]
    expected = Expectation(samples.FEDERATION, True, HUB, clear_message.PURPOSE, samples.XA)
    envelope = sign(clear_message, generator.header_for(clear_message), key)

    def receive(content):
        arrived = Envelope.from_json(content)
        verify(arrived, key.public, expected, samples.NOW)
        arrived.read(type(clear_message))

    content = envelope.to_json()
    receive(content)
    for path in places_in(content):
        problem = refusal_of(lambda path=path: receive(changed_at(content, path)))
        assert problem in {Problem.MALFORMED_MESSAGE, Problem.BAD_SIGNATURE}, path


@pytest.mark.parametrize("field", [field.name for field in fields(Envelope)])
def test_a_field_of_another_envelope_does_not_fit_this_one(samples, generator, envelope, receive, refusal_of, field):
    other = next(message for message in samples.CLEAR if isinstance(message, Withdrawal))
    header = replace(
        generator.header_for(other),
        federation="exercise-other",
        exercise=False,
        sender=samples.XB,
        audience=samples.XC,
        message_id=samples.uuid_text(99),
        nonce=bytes(16),
        issued_at=samples.NOW - timedelta(minutes=1),
        expires_at=samples.NOW + timedelta(minutes=1),
    )
    second = {**sign(other, header, SigningKey(b"z" * 32)).to_json(), "version": "symbolon/2"}
    mixed = canonical_bytes({**envelope.to_json(), field: second[field]})
    problem = refusal_of(lambda: receive(mixed))
    assert problem is (Problem.MALFORMED_MESSAGE if field == "version" else Problem.BAD_SIGNATURE)


def test_each_occasion_is_refused_with_a_problem_of_its_own(samples, generator, refusals, refusal_of):
    found = {}
    for refusal in refusals.envelopes(samples, generator.header_for):
        if refusal.problem in {Problem.REPLAYED, Problem.OUT_OF_ORDER}:
            continue  # these are found by what was received before: test_replay
        key = samples.SIGNING_KEYS[samples.XA].public
        found[refusal.name] = refusal_of(
            lambda refusal=refusal, key=key: verify(refusal.envelope, key, refusal.expected, refusal.now)
        )
        assert found[refusal.name] is refusal.problem, refusal.name
    assert len(set(found.values())) == 8


@pytest.mark.parametrize("other", ["hub", "XB", "XC"])
def test_an_envelope_under_another_party_s_key_is_refused(samples, envelope, refusal_of, other):
    expected = Expectation(samples.FEDERATION, True, HUB, envelope.purpose, samples.XA)
    key = samples.SIGNING_KEYS[other].public
    swapped = replace(envelope, key_id=key.key_id)
    for each in (envelope, swapped):
        assert refusal_of(lambda each=each: verify(each, key, expected, samples.NOW)) is Problem.BAD_SIGNATURE


def take(samples, data):
    verify_succession(samples.FOUNDING, from_wire(SignedDirectory, parse_json(data)))


def test_a_signed_directory_with_any_one_byte_changed_is_refused(samples, refusal_of):
    data = canonical_bytes(to_wire(samples.SIGNED_DIRECTORY))
    take(samples, data)
    # Within the long hybrid keys every seventh byte: all of them are text of one base64 value.
    keys = [data.find(b'"hybrid_sealing_key":"', start) for start in (0, len(data) // 3)]
    inside = {place for key in keys for place in range(key + 30, key + 1600) if place % 7}
    for place in set(range(len(data))) - inside:
        mutated = bytes([*data[:place], data[place] ^ 0x01, *data[place + 1 :]])
        assert refusal_of(lambda mutated=mutated: take(samples, mutated)) is not None, place


def test_a_signed_directory_with_any_one_value_changed_is_refused_with_a_problem_of_its_own(samples, refusal_of):
    content = to_wire(samples.SIGNED_DIRECTORY)
    found = {
        path: refusal_of(lambda path=path: take(samples, canonical_bytes(changed_at(content, path))))
        for path in places_in(content)
    }
    assert None not in found.values()
    assert found["directory", "federation"] is Problem.WRONG_FEDERATION
    assert found["directory", "exercise"] is Problem.WRONG_FEDERATION
    assert found["directory", "version"] is Problem.BROKEN_SUCCESSION
    assert found["directory", "previous_digest"] is Problem.BROKEN_SUCCESSION
    assert found["directory", "policies", "signing_quorum"] is Problem.BROKEN_SUCCESSION
    assert found["directory", "policies", "key_lifetime_days"] is Problem.BAD_SIGNATURE
    assert found["directory", "members", 0, "card", "name"] is Problem.BAD_SIGNATURE
    assert found["directory", "epochs", 0, "epoch"] is Problem.MALFORMED_MESSAGE
    assert found["directory", "epochs", 0, "schema_id"] is Problem.BROKEN_SUCCESSION
    assert found["signatures", 0, "key_id"] is Problem.BAD_SIGNATURE


@given(first=st.integers(0, 1), second=st.integers(0, 1))
def test_each_key_of_a_directory_exchanged_for_another_s_is_refused(samples, refusal_of, first, second):
    directory = samples.DIRECTORY
    for name in ("signing_key", "sealing_key", "hybrid_sealing_key"):
        one, other = directory.members[first].card, directory.members[1 - first].card
        card = replace(one, **{name: getattr(other, name)})
        members = list(directory.members)
        members[first] = replace(members[first], card=card)
        offered = replace(samples.SIGNED_DIRECTORY, directory=replace(directory, members=tuple(members)))
        problem = refusal_of(lambda offered=offered: verify_succession(samples.FOUNDING, offered))
        assert problem is Problem.MALFORMED_MESSAGE


@pytest.mark.parametrize("hybrid", [False, True], ids=["classic", "hybrid"])
def test_a_sealed_message_with_any_one_byte_of_its_ciphertext_changed_does_not_open(
    samples, generator, refusal_of, hybrid
):
    reveal = next(message for message in samples.SEALABLE if isinstance(message, KeyReveal))
    context = generator.context_for(reveal)
    sealed = seal(reveal, samples.RECIPIENT_KEYS[samples.XB], context, sender_has_hybrid=hybrid)
    for place in range(len(sealed.ciphertext)):
        flipped = bytearray(sealed.ciphertext)
        flipped[place] ^= 1
        moved = replace(sealed, ciphertext=bytes(flipped))
        problem = refusal_of(
            lambda moved=moved: unseal(
                KeyReveal, moved, samples.OWN_KEYS[samples.XB], context, sender_has_hybrid=hybrid
            )
        )
        assert problem is Problem.UNSEAL_FAILED, place


@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_as_malformed(data):
    with pytest.raises(ProtocolError) as refused:
        Envelope.from_bytes(data)
    assert refused.value.problem is Problem.MALFORMED_MESSAGE


@given(data=st.data())
def test_an_envelope_with_many_bytes_changed_is_never_taken(envelope, receive, data):
    mutated = bytearray(envelope.to_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place] = data.draw(st.integers(0, 255).filter(lambda byte, old=mutated[place]: byte != old))
    if bytes(mutated) != envelope.to_bytes():
        with pytest.raises(ProtocolError):
            receive(bytes(mutated))
