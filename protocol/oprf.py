"""Oblivious pseudorandom function, verifiable mode: RFC 9497, suite ristretto255-SHA512; elements are bytes.

Document numbers and telephone numbers are few: who may compute their tokens alone can try them all. So a token is a
function that nobody computes alone: a member blinds its input, a key holder multiplies what it cannot read, and proves
that it used its key. How the key itself is shared among three holders is `symbolon.protocol.oprf_sharing`.

Nothing here draws randomness. Vectors: RFC 9497, appendix A.1.2.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.ristretto import (
    DRAWN_BYTES,
    IDENTITY,
    WIDTH,
    ZERO,
    Element,
    Scalar,
    base_times,
    element_of,
    inverted,
    parse_element,
    plus,
    scalar_minus,
    scalar_of,
    scalar_times,
    times,
)

MOST_IN_BATCH: Final = 1_000
LONGEST_INPUT: Final = 0xFFFF

_CONTEXT: Final = b"OPRFV1-\x01-ristretto255-SHA512"
_TO_GROUP: Final = b"HashToGroup-" + _CONTEXT
_TO_SCALAR: Final = b"HashToScalar-" + _CONTEXT
_SEED: Final = b"Seed-" + _CONTEXT
_DERIVE: Final = b"DeriveKeyPair" + _CONTEXT
_HASH_BLOCK: Final = 128


@dataclass(frozen=True, slots=True)
class Blinded:
    """An input on its way: what is sent, and what its sender keeps to unblind the answer."""

    data: bytes = field(repr=False)
    factor: Scalar = field(repr=False)
    element: Element


@dataclass(frozen=True, slots=True)
class Proof:
    """That all elements of a batch were multiplied by one key: a challenge and a response (RFC 9497, section 2.2)."""

    challenge: Scalar
    response: Scalar


def public_key(key: Scalar) -> Element:
    """Give the element by which a key's proofs are checked."""
    return parse_element(base_times(key))


def derive_key(seed: bytes, info: bytes) -> Scalar:
    """Derive a key of a 32-byte seed (RFC 9497, section 3.2.1)."""
    if len(seed) != WIDTH or len(info) > LONGEST_INPUT:
        raise MalformedMessage("A key is derived of 32 bytes and a short label.")
    for counter in range(256):
        key = _hash_to_scalar(seed + _with_length(info) + bytes([counter]), _DERIVE)
        if key != ZERO:
            return key
    raise MalformedMessage("No key comes of this seed.")


def blind(data: bytes, drawn: bytes) -> Blinded:
    """Blind an input with 64 freshly drawn bytes, each draw for one input alone."""
    if len(data) > LONGEST_INPUT:
        raise MalformedMessage(f"An input has at most {LONGEST_INPUT} bytes.")
    factor = scalar_of(drawn)
    return Blinded(data, factor, parse_element(times(factor, element_of(_expand(data, _TO_GROUP)))))


def evaluate(key: Scalar, batch: Sequence[Element], drawn: bytes) -> tuple[tuple[Element, ...], Proof]:
    """Multiply what members blinded, and prove that it was done with this key.

    Args:
        key: the holder's key, or its share of one.
        batch: 1 to 1,000 blinded elements.
        drawn: 64 bytes, drawn for this proof alone: used twice, two proofs together tell the key.

    """
    _check_batch(batch)
    evaluated = tuple(parse_element(times(key, element)) for element in batch)
    return evaluated, _prove(key, batch, evaluated, scalar_of(drawn))


def check_proof(key: Element, batch: Sequence[Element], evaluated: Sequence[Element], proof: Proof) -> bool:
    """Whether all of a batch was evaluated with the key that this public key belongs to."""
    _check_batch(batch)
    if len(batch) != len(evaluated):
        return False
    mixed, answered = _composites(key, batch, evaluated)
    one = plus(base_times(proof.response), times(proof.challenge, key))
    other = plus(times(proof.response, mixed), times(proof.challenge, answered))
    return _challenge(key, mixed, answered, one, other) == proof.challenge


def finalize(blinded: Blinded, evaluated: Element) -> bytes:
    """Unblind a checked answer: 64 bytes, the function's value, the same whatever blinded it."""
    unblinded = times(inverted(blinded.factor), evaluated)
    return hashlib.sha512(_with_length(blinded.data) + _with_length(unblinded) + b"Finalize").digest()


def _check_batch(batch: Sequence[Element]) -> None:
    if not 1 <= len(batch) <= MOST_IN_BATCH:
        raise MalformedMessage(f"A batch has 1 to {MOST_IN_BATCH} elements.")


def _prove(key: Scalar, batch: Sequence[Element], evaluated: Sequence[Element], nonce: Scalar) -> Proof:
    public = public_key(key)
    mixed, _ = _composites(public, batch, evaluated)
    answered = times(key, mixed)
    challenge = _challenge(public, mixed, answered, base_times(nonce), times(nonce, mixed))
    return Proof(challenge, scalar_minus(nonce, scalar_times(challenge, key)))


def _composites(public: Element, batch: Sequence[Element], evaluated: Sequence[Element]) -> tuple[Element, Element]:
    """Random combinations of both sides, so that one proof is for all (RFC 9497, section 2.2.1)."""
    seed = hashlib.sha512(_with_length(public) + _with_length(_SEED)).digest()
    mixed, answered = IDENTITY, IDENTITY
    for place, (one, other) in enumerate(zip(batch, evaluated, strict=True)):
        transcript = _with_length(seed) + place.to_bytes(2, "big") + _with_length(one) + _with_length(other)
        weight = _hash_to_scalar(transcript + b"Composite", _TO_SCALAR)
        mixed = plus(mixed, times(weight, one))
        answered = plus(answered, times(weight, other))
    return mixed, answered


def _challenge(public: Element, mixed: Element, answered: Element, one: Element, other: Element) -> Scalar:
    parts = (public, mixed, answered, one, other)
    return _hash_to_scalar(b"".join(map(_with_length, parts)) + b"Challenge", _TO_SCALAR)


def _hash_to_scalar(data: bytes, tag: bytes) -> Scalar:
    return scalar_of(_expand(data, tag))


def _expand(data: bytes, tag: bytes) -> bytes:
    """64 bytes by expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1): one block of output is all of it."""
    suffix = tag + bytes([len(tag)])
    first = hashlib.sha512(bytes(_HASH_BLOCK) + data + DRAWN_BYTES.to_bytes(2, "big") + b"\x00" + suffix).digest()
    return hashlib.sha512(first + b"\x01" + suffix).digest()


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part
