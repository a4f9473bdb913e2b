"""Write the vectors again: ``python tests/vectors/generate.py``; a test regenerates them and compares.

They let another implementation of the wire format check itself. Everything is byte-exact except the sealed messages:
HPKE draws an ephemeral key for each, so those are kept as they are and only opened.
"""

import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from symbolon.protocol.allowances import Allowance, elapsed, office_hours, working_days
from symbolon.protocol.attachments import ChunkPlan, chunk_digest, seal_chunk
from symbolon.protocol.audit_log import GENESIS, AuditAct, Leaf, chain, leaf_bytes, leaf_hash
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.clocks import OpenHours, Pause, RunningClock, WorkCalendar, due_at, zone_named
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import EnvelopeHeader, body_digest, sign
from symbolon.protocol.handling import Verdict
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import LinkageKey, SealingKey, SigningKey
from symbolon.protocol.lifecycle import TRANSITIONS, joint_outcome
from symbolon.protocol.lifecycle_diagram import lifecycle_diagram, lifecycle_rows
from symbolon.protocol.messages import (
    EnrolmentRequest,
    FederationDirectory,
    MemberCard,
    Sealed,
    Welcome,
    card_fingerprint,
    directory_fingerprint,
    enrolment_fingerprint,
    expiry_digest,
    welcome_fingerprint,
)
from symbolon.protocol.messages_case import CHUNK_BYTES
from symbolon.protocol.problems import UnsealFailed
from symbolon.protocol.references import HUB, LeafId
from symbolon.protocol.sealing import HYBRID_SUITE, SUITE, SealContext, seal, unseal

HERE = Path(__file__).parent
Vector = dict[str, Any]


def load_beside(name: str) -> ModuleType:
    """Load a module that lies beside this file, wherever it is run from."""
    spec = importlib.util.spec_from_file_location(f"symbolon_vector_{name}", HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(HERE / f"{name}.py")
    module = sys.modules.get(spec.name)
    if module is None:
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


samples = load_beside("samples")
refusals = load_beside("refusals")
shares = load_beside("shares")

CLOCKS: tuple[tuple[str, str, Allowance, tuple[tuple[str, str], ...]], ...] = (
    ("Asia/Bangkok", "2026-03-06T06:00:00+00:00", working_days(2), ()),
    ("Asia/Bangkok", "2026-03-07T06:00:00+00:00", office_hours(3), ()),
    ("Asia/Bangkok", "2026-04-10T09:00:00+00:00", office_hours(2), ()),
    ("Asia/Bangkok", "2026-03-06T06:00:00+00:00", elapsed(hours=5), ()),
    ("Asia/Bangkok", "2024-02-28T05:00:00+00:00", working_days(1), ()),
    ("Australia/Sydney", "2026-04-03T04:00:00+00:00", office_hours(4), ()),
    ("Australia/Sydney", "2026-10-02T05:00:00+00:00", office_hours(4), ()),
    (
        "Asia/Kathmandu",
        "2026-03-02T04:00:00+00:00",
        working_days(3),
        (("2026-03-02T06:00:00+00:00", "2026-03-03T06:00:00+00:00"),),
    ),
)

CANONICAL_INPUTS = {
    "empty object": "{}",
    "blanks and order": '{ "b" : 1 ,\n"a" : [ true, false, null ] }',
    "escapes": r'"\u0001\b\t\n\u000b\f\r\"\\\/\u007f\u0080"',
    "escaped letters": r'"\u0041\u00e9\u20ac\ud83d\ude02"',
    "largest integers": "[9007199254740991,-9007199254740991,0]",
    # RFC 8785, section 3.2.3: the order of UTF-16 code units, which puts U+1F600 before U+FB33.
    "keys of RFC 8785 section 3.2.3": (
        r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
        r'"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}'
    ),
    "native scripts": '{"name":"နေဝင်း","други":"ធារ៉ា"}',
}

REFUSED_INPUTS = {
    "a float": b"1.0",
    "an exponent": b"1e3",
    "not a number": b"NaN",
    "infinity": b"[-Infinity]",
    "minus zero": b"-0",
    "an integer beyond 2^53-1": b"9007199254740992",
    "a very long integer": b"1" * 5000,
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, once escaped": rb'{"a":1,"\u0061":1}',
    "a lone surrogate": rb'"\ud800"',
    "a lone surrogate as key": rb'{"\udc00":1}',
    "U+0000": rb'"\u0000"',
    "a bare control character": b'"\x01"',
    "bytes that are not UTF-8": b'"\xff"',
    "an overlong form": b'"\xc0\xaf"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "nesting 33 deep": b"[" * 33 + b"]" * 33,
    "nesting 100,000 deep": b"[" * 100_000,
    "nothing": b"",
    "two values": b"{} {}",
    "a trailing comma": b"[1,]",
    "a comment": b"/**/1",
    "single quotes": b"{'a':1}",
    "a leading zero": b"01",
    "a plus sign": b"+1",
    "a hexadecimal number": b"0x1",
    "a tab inside text": b'"\t"',
    "a high surrogate before a letter": rb'"\ud800A"',
    "surrogates in the wrong order": rb'"\ude00\ud83d"',
    "a key without a value": b'{"a"}',
    "a key that is a number": b"{1:1}",
    "text that does not end": b'"a',
    "a list that does not end": b"[1",
    "a blank that JSON does not have": b"\xc2\xa0{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a key twice, deep inside": b'[[{"b":{"a":1,"a":2}}]]',
    "true in capitals": b"True",
}


def canonical_vectors() -> list[Vector]:
    """JSON texts and their canonical form."""
    return [
        {"name": name, "json": text, "canonical_hex": canonical_bytes(parse_json(text.encode())).hex()}
        for name, text in CANONICAL_INPUTS.items()
    ]


def refused_vectors() -> list[Vector]:
    """Bytes that are refused; a long run of one byte at the start is written as a count."""
    return [
        {"name": name, "repeat": len(data), "hex": data[:1].hex()}
        if len(data) > 1_000
        else {"name": name, "repeat": 1, "hex": data.hex()}
        for name, data in REFUSED_INPUTS.items()
    ]


def key_vectors() -> Vector:
    """Keys of fixed secrets, what is derived from them, and a signature."""
    signing, sealing = SigningKey.from_bytes(b"\x01" * 32), SealingKey.from_bytes(b"\x02" * 32)
    hybrid, linkage = HybridSealingKey.from_bytes(b"\x06" * 32), LinkageKey(epoch=7, secret=b"\x03" * 32)
    return {
        "signing": {
            "seed_hex": signing.to_bytes().hex(),
            "public_hex": signing.public.to_bytes().hex(),
            "key_id": signing.key_id,
            "message_hex": b"abc".hex(),
            "signature_hex": signing.sign(b"abc").hex(),
        },
        "sealing": {
            "scalar_hex": sealing.to_bytes().hex(),
            "public_hex": sealing.public.to_bytes().hex(),
            "key_id": sealing.key_id,
        },
        "hybrid_sealing": {
            "seed_hex": hybrid.to_bytes().hex(),
            "public_hex": hybrid.public.to_bytes().hex(),
            "key_id": hybrid.key_id,
        },
        "linkage": {
            "epoch": linkage.epoch,
            "secret_hex": linkage.secret.hex(),
            "check_value_hex": linkage.check_value().hex(),
            "subkeys_hex": {label: linkage.subkey(label).hex() for label in ("vector/name", "token/document")},
        },
    }


def header_for(message: Any, *, audience: str = HUB) -> EnvelopeHeader:
    """Give the fixed header of a message from XA."""
    return EnvelopeHeader(
        federation=samples.FEDERATION,
        exercise=True,
        sender=samples.XA,
        audience=audience,
        purpose=message.PURPOSE,
        message_id=samples.MESSAGE,
        nonce=samples.NONCE,
        issued_at=samples.NOW,
        expires_at=samples.NOW + timedelta(hours=1),
    )


def envelope_vectors() -> list[Vector]:
    """A signed envelope of every kind of message that travels in clear."""
    key = samples.SIGNING_KEYS[samples.XA]
    envelopes = [(type(message).__name__, sign(message, header_for(message), key)) for message in samples.CLEAR]
    return [
        {
            "message": name,
            "verifying_key_hex": key.public.to_bytes().hex(),
            "body_digest": body_digest(envelope),
            "envelope": envelope.to_bytes().decode(),
        }
        for name, envelope in envelopes
    ]


def fingerprint_vectors() -> list[Vector]:
    """What is read out over the phone for a member card, an enrolment request, a welcome and a directory."""
    spoken: dict[type, Callable[[Any], str]] = {
        MemberCard: card_fingerprint,
        EnrolmentRequest: enrolment_fingerprint,
        Welcome: welcome_fingerprint,
        FederationDirectory: directory_fingerprint,
    }
    return [
        {"message": type(message).__name__, "wire": to_wire(message), "fingerprint": spoken[type(message)](message)}
        for message in (*samples.CLEAR, samples.FOUNDING, samples.DIRECTORY)
        if type(message) in spoken
    ]


def directory_vectors() -> list[Vector]:
    """The first two versions of a directory: each is signed as the one before it says, and names its digest."""
    return [
        {"digest": signed.directory.digest(), "signed_directory": to_wire(signed)}
        for signed in (samples.SIGNED_FOUNDING, samples.SIGNED_DIRECTORY)
    ]


def refused_directory_vectors() -> list[Vector]:
    """Signed directories that may not follow that version of ``directories.json``, each with its problem."""
    return [
        {
            "name": name,
            "problem": problem.value,
            "known_version": None if known is None else known.version,
            "offered": to_wire(offered),
        }
        for name, problem, known, offered in refusals.directories(samples)
    ]


def refused_envelope_vectors() -> list[Vector]:
    """Well-formed envelopes that a receiver refuses, each with what it expected and the problem that it finds."""
    return [
        {
            "name": refusal.name,
            "problem": refusal.problem.value,
            "envelope": refusal.envelope.to_bytes().decode(),
            "verifying_key_hex": samples.SIGNING_KEYS[samples.XA].public.to_bytes().hex(),
            "expected": {**to_wire(refusal.expected)},
            "now": refusal.now.isoformat(),
            "nonce_seen": refusal.sight.nonce_seen,
            "newest_issued_at": None
            if refusal.sight.newest_issued_at is None
            else refusal.sight.newest_issued_at.isoformat(),
        }
        for refusal in refusals.envelopes(samples, header_for)
    ]


def ceremony_vectors() -> Vector:
    """A whole linkage-key ceremony of three members."""
    ceremony = samples.CEREMONY
    return {
        "directory_digest": samples.FOUNDING.digest(),
        "federation": ceremony.federation,
        "epoch": ceremony.epoch,
        "ceremony_id": ceremony.ceremony_id,
        "attempt": 1,
        "contributions_hex": {code: value.hex() for code, value in samples.CONTRIBUTIONS.items()},
        "commitments_hex": {code: value.hex() for code, value in samples.COMMITMENTS.items()},
        "transcript_hex": samples.TRANSCRIPT.hex(),
        "linkage_key_hex": samples.LINKAGE_KEY.secret.hex(),
        "check_value_hex": samples.LINKAGE_KEY.check_value().hex(),
    }


def expiry_vectors() -> list[Vector]:
    """The body digests of receipts for records that the hub took out when they expired."""
    return [
        {
            "batch_id": samples.BATCH,
            "references": references,
            "body_digest": expiry_digest(samples.BATCH, references),
        }
        for references in ([samples.OWN], [samples.OWN, samples.OTHER], [samples.OTHER, samples.OWN])
    ]


def context_for(message: Any) -> SealContext:
    """Give the fixed context of a message from XA to XB."""
    return SealContext(
        federation=samples.FEDERATION,
        sender=samples.XA,
        recipient=samples.XB,
        purpose=message.PURPOSE,
        hit_id=getattr(message, "hit_id", None),
        message_id=samples.MESSAGE,
    )


def sealing_vectors() -> list[Vector]:
    """A sealed message of every kind in both suites; one that still opens to the same content is kept."""
    path = HERE / "sealing.json"
    entries = json.loads(path.read_text("utf-8")) if path.exists() else []
    kept = {(entry["message"], entry["suite"]): entry for entry in entries}
    return [
        _sealing_vector(message, suite, kept.get((type(message).__name__, suite)))
        for message in samples.SEALABLE
        for suite in (SUITE, HYBRID_SUITE)
    ]


def _sealing_vector(message: Any, suite: str, kept: Vector | None) -> Vector:
    keys, context, hybrid = samples.OWN_KEYS[samples.XB], context_for(message), suite == HYBRID_SUITE
    fresh = {
        "message": type(message).__name__,
        "suite": suite,
        "recipient_key_hex": (keys.hybrid if hybrid else keys.classic).to_bytes().hex(),
        "context": to_wire(context),
        "content": to_wire(message),
    }
    if kept is not None and fresh == {name: value for name, value in kept.items() if name != "sealed"}:
        try:
            unseal(type(message), from_wire(Sealed, kept["sealed"]), keys, context, sender_has_hybrid=hybrid)
        except UnsealFailed:
            return {**fresh, "sealed": _sealed(message, context, hybrid=hybrid)}
        return kept
    return {**fresh, "sealed": _sealed(message, context, hybrid=hybrid)}


def _sealed(message: Any, context: SealContext, *, hybrid: bool) -> Vector:
    return to_wire(seal(message, samples.RECIPIENT_KEYS[samples.XB], context, sender_has_hybrid=hybrid))


def share_vectors() -> list[Vector]:
    """A signed and sealed bundle of shares for each operator."""
    found: list[Vector] = shares.share_vectors(samples, HERE / "shares.json")
    return found


def lifecycle_vectors() -> Vector:
    """The whole table of joint states, who causes each step, its diagram, and what every pair of votes means."""
    return {
        "transitions": {
            state.value: {event.value: following.value for event, following in events.items()}
            for state, events in TRANSITIONS.items()
        },
        "steps": [list(row) for row in lifecycle_rows()],
        "diagram": lifecycle_diagram(),
        "joint_outcomes": [
            {"round": number, "one": one.value, "other": other.value, "event": joint_outcome(number, one, other).value}
            for number in (1, 2, 3)
            for one in Verdict
            for other in Verdict
        ],
    }


def clock_vectors() -> list[Vector]:
    """Deadlines over weekends, holidays, pauses and clock changes, at desks of office hours from 9 to 17."""
    vectors = []
    for zone, start, allowance, pauses in CLOCKS:
        hours = tuple(OpenHours(weekday, 540, 1020) for weekday in range(5))
        calendar = WorkCalendar(zone_named(zone), hours, frozenset({date(2026, 4, 13), date(2026, 4, 14)}))
        stops = tuple(Pause(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in pauses)
        due = due_at(RunningClock(datetime.fromisoformat(start), allowance, stops), calendar)
        vectors.append(
            {
                "zone": zone,
                "hours": [[each.weekday, each.opens, each.closes] for each in calendar.hours],
                "holidays": sorted(day.isoformat() for day in calendar.holidays),
                "started_at": start,
                "allowance": {"counting": allowance.counting.value, "amount": allowance.amount},
                "pauses": [list(pause) for pause in pauses],
                "due_at": None if due is None else due.isoformat(),
            }
        )
    return vectors


def attachment_vectors() -> Vector:
    """A short file in its one chunk, and the two chunks of one that is a byte longer than a chunk, by digest."""
    key, short, long = bytes(range(32)), b"a crew list", bytes(CHUNK_BYTES + 1)
    plan, longer = ChunkPlan(samples.ATTACHMENT, len(short)), ChunkPlan(samples.ATTACHMENT, len(long))
    sealed = seal_chunk(plan, 0, short, key)
    parts = (long[:CHUNK_BYTES], long[CHUNK_BYTES:])
    return {
        "attachment_id": plan.attachment_id,
        "key_hex": key.hex(),
        "short": {"content_hex": short.hex(), "sealed_hex": sealed.hex(), "digest": chunk_digest(sealed)},
        "zeros": {
            "size": longer.size,
            "digests": [chunk_digest(seal_chunk(longer, number, part, key)) for number, part in enumerate(parts)],
        },
    }


def audit_vectors() -> list[Vector]:
    """A log of three leaves with its hashes."""
    first = Leaf(
        leaf_id=LeafId(samples.uuid_text(8)),
        recorded_at=samples.NOW.replace(microsecond=123_456),
        act=AuditAct.SUBMISSION_ACCEPTED,
        actor="XA",
        subject=samples.BATCH,
        detail={"accepted": 999, "refused": 1},
    )
    second = replace(first, leaf_id=LeafId(samples.uuid_text(9)), act=AuditAct.ALERT_RAISED, subject=samples.HIT)
    third = replace(first, leaf_id=LeafId(samples.uuid_text(10)), act=AuditAct.SIGNED_IN, subject=None, detail={})
    vectors, head = [], GENESIS
    for leaf in (first, second, third):
        head = chain(head, leaf_hash(leaf))
        vectors.append(
            {"leaf": leaf_bytes(leaf).decode(), "leaf_hash_hex": leaf_hash(leaf).hex(), "chain_hash_hex": head.hex()}
        )
    return vectors


FILES = {
    "canonical.json": canonical_vectors,
    "refused.json": refused_vectors,
    "keys.json": key_vectors,
    "envelopes.json": envelope_vectors,
    "fingerprints.json": fingerprint_vectors,
    "directories.json": directory_vectors,
    "refused_directories.json": refused_directory_vectors,
    "refused_envelopes.json": refused_envelope_vectors,
    "ceremony.json": ceremony_vectors,
    "expiry.json": expiry_vectors,
    "sealing.json": sealing_vectors,
    "shares.json": share_vectors,
    "lifecycle.json": lifecycle_vectors,
    "clocks.json": clock_vectors,
    "attachments.json": attachment_vectors,
    "audit_log.json": audit_vectors,
}


def rendered(name: str) -> str:
    """Give the text of one file as it is to lie beside this one."""
    return json.dumps(FILES[name](), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    for file_name in FILES:
        (HERE / file_name).write_text(rendered(file_name), "utf-8")
