"""The vectors that lie in the repository: written again they are the same, and an implementation can read them."""

import json

import pytest

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import Envelope, Expectation, body_digest, verify
from symbolon.protocol.keys import SealingKey, VerifyingKey
from symbolon.protocol.messages import LinkageKeyShare, Reply, Request, Sealed, Vote
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.sealing import SealContext, unseal


@pytest.mark.parametrize(
    "name",
    [
        "canonical.json",
        "refused.json",
        "keys.json",
        "envelopes.json",
        "fingerprints.json",
        "expiry.json",
        "sealing.json",
        "lifecycle.json",
        "audit_log.json",
    ],
)
def test_written_again_the_vectors_are_the_same(generator, vectors, name):
    assert generator.rendered(name) == (vectors / name).read_text("utf-8")


def test_every_file_of_vectors_is_compared(generator, vectors):
    assert set(generator.FILES) == {path.name for path in vectors.glob("*.json")}


def load(vectors, name):
    return json.loads((vectors / name).read_text("utf-8"))


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


@pytest.mark.parametrize("kind", [Vote, Request, Reply, LinkageKeyShare])
def test_the_sealed_messages_open(vectors, kind):
    (vector,) = [each for each in load(vectors, "sealing.json") if each["message"] == kind.__name__]
    key = SealingKey.from_bytes(bytes.fromhex(vector["recipient_scalar_hex"]))
    context = from_wire(SealContext, vector["context"])
    assert to_wire(unseal(kind, from_wire(Sealed, vector["sealed"]), key, context)) == vector["content"]
