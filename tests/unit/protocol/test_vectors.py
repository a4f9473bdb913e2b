"""The vectors that lie in the repository: written again they are the same, and an implementation can read them."""

import json
from datetime import datetime
from typing import get_args

import pytest

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import Envelope, Expectation, body_digest, verify
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.hybrid_keys import HybridSealingKey, OwnSealingKeys
from symbolon.protocol.key_ceremony import Ceremony, agreed_key, begin, hear, join, messages_due
from symbolon.protocol.keys import SealingKey, VerifyingKey
from symbolon.protocol.messages import Sealed, SignedDirectory
from symbolon.protocol.problems import MalformedMessage, ProtocolError
from symbolon.protocol.replay import HubSight, admit_at_hub
from symbolon.protocol.sealing import HYBRID_SUITE, SUITE, Sealable, SealContext, unseal


@pytest.mark.parametrize(
    "name",
    [
        "canonical.json",
        "refused.json",
        "keys.json",
        "envelopes.json",
        "fingerprints.json",
        "directories.json",
        "refused_directories.json",
        "refused_envelopes.json",
        "ceremony.json",
        "expiry.json",
        "sealing.json",
        "shares.json",
        "lifecycle.json",
        "clocks.json",
        "attachments.json",
        "audit_log.json",
    ],
)
def test_written_again_the_vectors_are_the_same(generator, vectors, name):
    assert generator.rendered(name) == (vectors / name).read_text("utf-8")


def test_every_file_of_vectors_is_compared(generator, vectors):
    assert set(generator.FILES) == {path.name for path in vectors.glob("*.json")}


def load(vectors, name):
    return json.loads((vectors / name).read_text("utf-8"))


def test_the_signed_bundles_open_for_their_operators_and_are_their_members(generator, vectors):
    for vector in load(vectors, "shares.json"):
        assert generator.shares.opened_shares(generator.samples, vector).hex() == vector["shares_hex"]
        with pytest.raises(ProtocolError):
            generator.shares.opened_shares(generator.samples, {**vector, "terms": {**vector["terms"], "vectors": []}})


def test_the_canonical_vectors_are_read(vectors):
    for vector in load(vectors, "canonical.json"):
        assert canonical_bytes(parse_json(vector["json"].encode())).hex() == vector["canonical_hex"]


def test_the_malformed_vectors_are_refused(vectors):
    for vector in load(vectors, "refused.json"):
        with pytest.raises(MalformedMessage):
            parse_json(bytes.fromhex(vector["hex"]) * vector["repeat"])


def test_the_envelopes_are_accepted(vectors):
    for vector in load(vectors, "envelopes.json"):
        envelope = Envelope.from_bytes(vector["envelope"].encode())
        expected = Expectation(
            envelope.federation, envelope.exercise, envelope.audience, envelope.purpose, envelope.sender
        )
        key = VerifyingKey.from_bytes(bytes.fromhex(vector["verifying_key_hex"]))
        verify(envelope, key, expected, envelope.issued_at)
        assert body_digest(envelope) == vector["body_digest"]


def test_the_refused_envelopes_are_refused_each_with_its_own_problem(vectors, refusal_of):
    for vector in load(vectors, "refused_envelopes.json"):
        envelope = Envelope.from_bytes(vector["envelope"].encode())
        newest = vector["newest_issued_at"]
        sight = HubSight(vector["nonce_seen"], None if newest is None else datetime.fromisoformat(newest))

        def receive(vector=vector, envelope=envelope, sight=sight):
            key = VerifyingKey.from_bytes(bytes.fromhex(vector["verifying_key_hex"]))
            expected = from_wire(Expectation, vector["expected"])
            verify(envelope, key, expected, datetime.fromisoformat(vector["now"]))
            admit_at_hub(envelope, sight)

        assert refusal_of(receive) == vector["problem"], vector["name"]


def test_the_refused_envelopes_show_every_problem_of_an_envelope(vectors):
    assert {vector["problem"] for vector in load(vectors, "refused_envelopes.json")} == {
        "bad-signature", "wrong-federation", "wrong-sender", "wrong-audience", "wrong-purpose",
        "validity-too-long", "not-yet-valid", "expired", "replayed", "out-of-order",
    }  # fmt: skip


def test_the_directories_follow_each_other(vectors):
    known = None
    for vector in load(vectors, "directories.json"):
        offered = from_wire(SignedDirectory, vector["signed_directory"])
        verify_succession(known, offered)
        known = offered.directory
        assert known.digest() == vector["digest"]


def test_the_refused_directories_are_refused_each_with_its_own_problem(vectors, refusal_of):
    versions = {None: None}
    for vector in load(vectors, "directories.json"):
        directory = from_wire(SignedDirectory, vector["signed_directory"]).directory
        versions[directory.version] = directory
    for vector in load(vectors, "refused_directories.json"):
        known = versions[vector["known_version"]]
        offered = from_wire(SignedDirectory, vector["offered"])
        problem = refusal_of(lambda known=known, offered=offered: verify_succession(known, offered))
        assert problem == vector["problem"], vector["name"]


def test_the_ceremony_leads_to_its_key(samples, vectors):
    vector = load(vectors, "ceremony.json")
    ceremony = Ceremony.authorised_by(samples.FOUNDING, vector["epoch"])
    contributions = {code: bytes.fromhex(value) for code, value in vector["contributions_hex"].items()}
    states = {code: join(begin(ceremony, code), contribution) for code, contribution in contributions.items()}
    for _ in ("commit", "reveal", "confirm"):
        for sender, message in [(code, each) for code, state in states.items() for each in messages_due(state)]:
            states.update({code: hear(states[code], sender, message) for code in states if code != sender})
    assert {agreed_key(state).secret.hex() for state in states.values()} == {vector["linkage_key_hex"]}


@pytest.mark.parametrize("suite", [SUITE, HYBRID_SUITE])
@pytest.mark.parametrize("kind", get_args(Sealable))
def test_the_sealed_messages_open(vectors, kind, suite):
    (vector,) = [
        each for each in load(vectors, "sealing.json") if (each["message"], each["suite"]) == (kind.__name__, suite)
    ]
    raw = bytes.fromhex(vector["recipient_key_hex"])
    is_hybrid = suite == HYBRID_SUITE
    # The other of the two keys is not needed.
    keys = OwnSealingKeys(SealingKey.from_bytes(raw), HybridSealingKey.from_bytes(raw) if is_hybrid else None)
    context = from_wire(SealContext, vector["context"])
    opened = unseal(kind, from_wire(Sealed, vector["sealed"]), keys, context, sender_has_hybrid=is_hybrid)
    assert to_wire(opened) == vector["content"]
