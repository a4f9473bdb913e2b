"""What a receiver refuses although it is well formed, each with the problem that it is to find."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from symbolon.protocol import messages as m
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, sign
from symbolon.protocol.federation import sign_directory
from symbolon.protocol.handling import HoldRuling
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, MemberCode
from symbolon.protocol.replay import HubSight

NOTHING_SEEN = HubSight(nonce_seen=False, newest_issued_at=None)
DirectoryRefusal = tuple[str, Problem, m.FederationDirectory | None, m.SignedDirectory]


@dataclass(frozen=True, slots=True)
class EnvelopeRefusal:
    """An envelope, what its receiver expects and has seen, the time, and the problem."""

    name: str
    problem: Problem
    envelope: Envelope
    expected: Expectation
    now: datetime
    sight: HubSight


def envelopes(samples: ModuleType, header_for: Callable[..., EnvelopeHeader]) -> Iterator[EnvelopeRefusal]:
    """Give envelopes from XA to the hub that the hub refuses."""
    message = m.HoldDecision(hit_id=samples.HIT, decision=HoldRuling.RELEASE)
    header, now = header_for(message), samples.NOW
    key = samples.SIGNING_KEYS[samples.XA]
    good = sign(message, header, key)
    expected = Expectation(samples.FEDERATION, True, HUB, message.PURPOSE, samples.XA)

    def refused(name: str, problem: Problem, envelope: Envelope, **given: Any) -> EnvelopeRefusal:
        return EnvelopeRefusal(
            name, problem, envelope, expected, given.get("now", now), given.get("sight", NOTHING_SEEN)
        )

    def signed(**changed: Any) -> Envelope:
        return sign(message, replace(header, **changed), key)

    yield refused("another's signature", Problem.BAD_SIGNATURE, sign(message, header, samples.SIGNING_KEYS[samples.XB]))
    yield refused("a signature of zeros", Problem.BAD_SIGNATURE, replace(good, signature=bytes(64)))
    yield refused("another nonce than was signed", Problem.BAD_SIGNATURE, replace(good, nonce=bytes(16)))
    yield refused("another federation", Problem.WRONG_FEDERATION, signed(federation="exercise-other"))
    yield refused("live instead of exercise", Problem.WRONG_FEDERATION, signed(exercise=False))
    yield refused("another sender than the certificate says", Problem.WRONG_SENDER, signed(sender=samples.XB))
    yield refused("for another audience", Problem.WRONG_AUDIENCE, signed(audience=samples.XB))
    acknowledgement = m.DeliveryAcknowledgement(delivery_ids=(samples.DELIVERY,))
    other_purpose = replace(header, purpose=acknowledgement.PURPOSE)
    yield refused("for another purpose", Problem.WRONG_PURPOSE, sign(acknowledgement, other_purpose, key))
    day_long = _signed_beyond_the_limit(message, header, key)
    yield refused("valid for a day", Problem.VALIDITY_TOO_LONG, day_long)
    yield refused("issued in the future", Problem.NOT_YET_VALID, good, now=now - timedelta(minutes=6))
    yield refused("expired", Problem.EXPIRED, good, now=now + timedelta(hours=1))
    yield refused("received before", Problem.REPLAYED, good, sight=HubSight(True, now))
    newer = HubSight(False, now + timedelta(milliseconds=1))
    yield refused("issued before the newest of its lane", Problem.OUT_OF_ORDER, good, sight=newer)


def _signed_beyond_the_limit(message: Any, header: EnvelopeHeader, key: Any) -> Envelope:
    """Sign what :func:`sign` refuses to sign, as an implementation might that does not know the limit."""
    to_member = replace(header, audience=MemberCode("XB"), expires_at=header.issued_at + timedelta(days=1))
    unsigned = replace(sign(message, to_member, key), audience=HUB)
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))


def directories(samples: ModuleType) -> Iterator[DirectoryRefusal]:
    """Give signed directories that do not follow."""
    founding, known = samples.SIGNED_FOUNDING, samples.FOUNDING
    good = samples.SIGNED_DIRECTORY
    later = good.directory
    xa, xb, xc = samples.XA, samples.XB, samples.XC

    def signed(*members: MemberCode, **changed: Any) -> m.SignedDirectory:
        return samples.signed(replace(later, **changed), *members)

    yield "the same version again", Problem.OLDER_DIRECTORY, known, founding
    yield "an older version", Problem.OLDER_DIRECTORY, later, founding
    yield "a later version at the beginning", Problem.BROKEN_SUCCESSION, None, good
    yield "a version left out", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, version=3)
    yield "another version before it", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, previous_digest="00" * 32)
    before = known.issued_at - timedelta(milliseconds=1)
    yield (
        "issued before the one that it follows",
        Problem.BROKEN_SUCCESSION,
        known,
        signed(xa, xb, issued_at=before),
    )
    yield "a member left out", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, members=later.members[:2])
    other_schema = (m.LinkageEpoch(1, "another", samples.DIGEST),)
    yield "another schema for the same epoch", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, epochs=other_schema)
    skipped = (m.LinkageEpoch(3, "symbolon-2026-1", samples.DIGEST),)
    yield "an epoch left out", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, epochs=skipped)
    greedy = replace(later.policies, signing_quorum=3)
    yield "a quorum of more than are active", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, policies=greedy)
    lonely = replace(later.policies, signing_quorum=1)
    yield "a quorum of one", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, policies=lonely)
    reissued = replace(later.members[2], card=replace(later.members[2].card, certificate_fingerprint="00" * 32))
    members = (*later.members[:2], reissued)
    yield "a new card of an expelled member", Problem.BROKEN_SUCCESSION, known, signed(xa, xb, members=members)
    for name, keys in (
        ("a sealing key of low order", {"sealing_key": bytes(32)}),
        ("a signing key of low order", {"signing_key": bytes([1]) + bytes(31)}),
        ("a hybrid sealing key out of range", {"hybrid_sealing_key": b"\xff" * 1216}),
        ("another member's sealing key", {"sealing_key": later.members[1].card.sealing_key}),
    ):
        unusable = replace(later.members[0], card=replace(later.members[0].card, **keys))
        members = (unusable, *later.members[1:])
        yield name, Problem.MALFORMED_MESSAGE, known, signed(xa, xb, members=members)
    yield "another federation", Problem.WRONG_FEDERATION, known, signed(xa, xb, federation="exercise-other")
    yield "live instead of exercise", Problem.WRONG_FEDERATION, known, signed(xa, xb, exercise=False)
    yield "no signature", Problem.NOT_CO_SIGNED, known, signed()
    yield "one signature of two", Problem.NOT_CO_SIGNED, known, signed(xa)
    yield "a founding that one member did not sign", Problem.NOT_CO_SIGNED, None, samples.signed(known, xa, xb)
    twice = replace(good, signatures=good.signatures[:1] * 2)
    yield "one signature twice", Problem.NOT_CO_SIGNED, known, twice
    by_hub = sign_directory(later, HUB, samples.SIGNING_KEYS[HUB])
    yield (
        "the hub signs for a member",
        Problem.NOT_CO_SIGNED,
        known,
        replace(good, signatures=(*good.signatures, by_hub)),
    )
    new_key = replace(good, signatures=(sign_directory(later, xa, samples.XA_NEXT_KEY), good.signatures[1]))
    yield "signed with a key that only the new version lists", Problem.BAD_SIGNATURE, known, new_key
    exchanged = tuple(
        replace(signature, signature=other.signature)
        for signature, other in zip(good.signatures, reversed(good.signatures), strict=True)
    )
    yield "signatures exchanged", Problem.BAD_SIGNATURE, known, replace(good, signatures=exchanged)
    third = sign_directory(later, xc, samples.SIGNING_KEYS[xc])
    broken = replace(third, signature=bytes(64))
    beyond = replace(good, signatures=(*good.signatures, broken))
    yield "a wrong signature beyond the quorum", Problem.BAD_SIGNATURE, known, beyond
    yield "signatures over another draft", Problem.BAD_SIGNATURE, known, replace(good, directory=_lengthened(later))


def _lengthened(directory: m.FederationDirectory) -> m.FederationDirectory:
    return replace(directory, policies=replace(directory.policies, key_lifetime_days=731))
