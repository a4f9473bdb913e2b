"""Decoders of the wire: canonical JSON, every message, envelopes, the signed directory, sealed bodies, the log."""

import importlib.util
import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.fuzz.decoder import Decoder, must

from symbolon.protocol import messages
from symbolon.protocol.audit_log import GENESIS, AuditAct, ChainEntry, Leaf, chain, leaf_hash, verify_chain
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import Envelope, Expectation, sign, verify
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey, RecipientKeys
from symbolon.protocol.keys import SealingPublicKey, VerifyingKey
from symbolon.protocol.messages import SignedDirectory
from symbolon.protocol.problems import BadSignature, MalformedMessage, ProtocolError
from symbolon.protocol.references import HUB, PARSERS, LeafId
from symbolon.protocol.sealing import seal, unseal

VECTORS = Path(__file__).parents[1] / "vectors"
JSON_WORDS = (b'"', b"{}", b"[]", b"null", b"true", b"-0", b"1e9", b"9007199254740993", b"\\ud800", b"\\u0000", b"NaN")


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"symbolon_fuzz_{name}", VECTORS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generator = _load("generate")
samples = generator.samples


def protocol_decoders() -> tuple[Decoder, ...]:
    return (
        _canonical_json(),
        *_messages(),
        _envelope(),
        _answered_envelope(),
        _signed_directory(),
        *_sealed_bodies(),
        _audit_log(),
        _public_keys(),
        _references(),
    )


def _canonical_json() -> Decoder:
    def read(data: bytes) -> None:
        value = parse_json(data)
        written = canonical_bytes(value)
        must(parse_json(written) == value, "a value reads differently once written")
        must(canonical_bytes(parse_json(written)) == written, "a value has two canonical forms")

    seeds = tuple(text.encode() for text in generator.CANONICAL_INPUTS.values())
    refused = tuple(generator.REFUSED_INPUTS.values())
    return Decoder("canonical-json", "json", read, (MalformedMessage,), seeds, (*JSON_WORDS, *refused))


def _messages() -> list[Decoder]:
    """One for each class of message, with the samples of the vectors as seeds."""
    every = {each for each in vars(messages).values() if inspect.isclass(each) and is_dataclass(each)}
    given: dict[type, list[bytes]] = {kind: [] for kind in every}
    for sample in _parts_of((*samples.CLEAR, *samples.SEALABLE, samples.DIRECTORY, samples.SIGNED_DIRECTORY)):
        if type(sample) in given:
            given[type(sample)].append(canonical_bytes(to_wire(sample)))
    return [
        Decoder(
            f"message-{kind.__name__}",
            "messages",
            _reader_of(kind),
            (MalformedMessage,),
            tuple(dict.fromkeys(seeds)),
            JSON_WORDS,
        )
        for kind, seeds in sorted(given.items(), key=lambda item: item[0].__name__)
    ]


def _parts_of(values: tuple[Any, ...]) -> list[Any]:
    """The messages, and the messages in their fields: each kind once at least."""
    found: list[Any] = []
    for value in values:
        if is_dataclass(value):
            found.append(value)
            found += _parts_of(tuple(getattr(value, name) for name in value.__dataclass_fields__))
        elif isinstance(value, tuple):
            found += _parts_of(value)
    return found


def _reader_of(kind: type) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        message = from_wire(kind, parse_json(data))
        written = to_wire(message)
        must(from_wire(kind, parse_json(canonical_bytes(written))) == message, "a message reads differently")
        must(canonical_bytes(written) == canonical_bytes(parse_json(data)), "a message has two spellings")

    return read


def _decision() -> Any:
    return next(message for message in samples.CLEAR if isinstance(message, messages.HoldDecision))


def _envelope() -> Decoder:
    """Only what its sender signed is ever taken, however the bytes are spelled."""
    signed = sign(_decision(), generator.header_for(_decision()), samples.SIGNING_KEYS[samples.XA])
    expected = Expectation(samples.FEDERATION, True, HUB, signed.purpose, samples.XA)

    def read(data: bytes) -> None:
        arrived = Envelope.from_bytes(data)
        verify(arrived, samples.SIGNING_KEYS[samples.XA].public, expected, samples.NOW)
        must(arrived == signed, "an envelope that nobody signed was taken")

    return Decoder("envelope", "envelopes", read, (ProtocolError,), (signed.to_bytes(),), JSON_WORDS)


def _answered_envelope() -> Decoder:
    """A member may sign anything: bodies behind a good signature are read as strictly."""
    kinds = {kind.PURPOSE: kind for kind in (type(message) for message in samples.CLEAR)}
    key = samples.SIGNING_KEYS[samples.XA]

    def read(data: bytes) -> None:
        arrived = Envelope.from_bytes(data)
        again = replace(arrived, key_id=key.key_id)
        again = replace(again, signature=key.sign(again.signed_bytes()))
        verify(again, key.public, Expectation(samples.FEDERATION, True, HUB, again.purpose, samples.XA), samples.NOW)
        if again.purpose in kinds:
            message = again.read(kinds[again.purpose])
            must(to_wire(message) == again.body, "a body has two spellings")

    seeds = tuple(sign(message, generator.header_for(message), key).to_bytes() for message in samples.CLEAR)
    return Decoder("signed-body", "envelopes", read, (ProtocolError,), seeds, JSON_WORDS)


def _signed_directory() -> Decoder:
    """Whatever signatures come with it, only the directory that the members signed is taken."""

    def read(data: bytes) -> None:
        offered = from_wire(SignedDirectory, parse_json(data))
        verify_succession(samples.FOUNDING, offered)
        must(offered.directory == samples.DIRECTORY, "a directory that no quorum signed was taken")

    seeds = (canonical_bytes(to_wire(samples.SIGNED_DIRECTORY)), canonical_bytes(to_wire(samples.SIGNED_FOUNDING)))
    return Decoder("signed-directory", "directory", read, (ProtocolError,), seeds, JSON_WORDS)


def _sealed_bodies() -> list[Decoder]:
    return [_sealed_body(message, hybrid=hybrid) for message in samples.SEALABLE for hybrid in (False, True)]


def _sealed_body(message: Any, *, hybrid: bool) -> Decoder:
    context = generator.context_for(message)
    keys, own = samples.RECIPIENT_KEYS[samples.XB], samples.OWN_KEYS[samples.XB]
    sealed = seal(message, keys, context, sender_has_hybrid=hybrid)

    def read(data: bytes) -> None:
        arrived = from_wire(messages.Sealed, parse_json(data))
        opened = unseal(type(message), arrived, own, context, sender_has_hybrid=hybrid)
        must(opened == message, "something else than what was sealed was opened")

    suite = "hybrid" if hybrid else "classic"
    seeds = (canonical_bytes(to_wire(sealed)),)
    return Decoder(f"sealed-{type(message).__name__}-{suite}", "sealed", read, (ProtocolError,), seeds, JSON_WORDS)


def _audit_log() -> Decoder:
    """An exported log: whatever is done to it, it is found, or it is a beginning of the same log."""
    entries: list[ChainEntry] = []
    head = GENESIS
    for number in range(5):
        leaf = Leaf(
            LeafId(samples.uuid_text(number)), samples.NOW, AuditAct.HIT_VIEWED, "mara", samples.HIT, {"n": number}
        )
        head = chain(head, leaf_hash(leaf))
        entries.append(ChainEntry(number + 1, leaf, head))

    def read(data: bytes) -> None:
        found = tuple(_entry(line) for line in data.splitlines())
        verify_chain(found)
        must(found == tuple(entries[: len(found)]), "a changed audit log was taken")

    lines = [canonical_bytes(_entry_as_json(entry)) for entry in entries]
    seeds = (b"\n".join(lines), lines[0])
    return Decoder("audit-log", "audit", read, (ProtocolError,), seeds, JSON_WORDS)


def _entry_as_json(entry: ChainEntry) -> Any:
    leaf = entry.leaf
    return {
        "place": entry.place,
        "leaf_id": leaf.leaf_id,
        "recorded_at": leaf.recorded_at.isoformat(),
        "act": leaf.act.value,
        "actor": leaf.actor,
        "subject": leaf.subject,
        "detail": dict(leaf.detail),
        "chain_hash": entry.chain_hash.hex(),
    }


def _entry(line: bytes) -> ChainEntry:
    """As an auditor's own program would read a line of an export."""
    row: Any = parse_json(line)
    try:
        recorded_at = datetime.fromisoformat(row["recorded_at"])
        detail = dict(row["detail"])
        leaf = Leaf(LeafId(row["leaf_id"]), recorded_at, AuditAct(row["act"]), row["actor"], row["subject"], detail)
        entry = ChainEntry(row["place"], leaf, bytes.fromhex(row["chain_hash"]))
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedMessage("A line of the log cannot be read.") from error
    if _entry_as_json(entry) != row:
        raise MalformedMessage("A line of the log is spelled in another way than logs are written.")
    return entry


def _public_keys() -> Decoder:
    """Keys of a card that somebody else wrote: they are refused, or they work."""
    message = samples.SEALABLE[0]
    context = generator.context_for(message)

    def read(data: bytes) -> None:
        with suppress(BadSignature):
            VerifyingKey.from_bytes(data[:32]).verify(b"\1" * 64, b"anything")
            must(False, "a key takes any signature")
        hybrid = HybridSealingPublicKey.from_bytes(data[32:]) if len(data) > 32 else None
        seal(message, RecipientKeys(SealingPublicKey.from_bytes(data[:32]), hybrid), context, sender_has_hybrid=True)

    keys = samples.RECIPIENT_KEYS[samples.XB]
    seeds = (keys.classic.to_bytes(), keys.classic.to_bytes() + keys.hybrid.to_bytes(), bytes(32), b"\1" + bytes(31))
    return Decoder("public-keys", "keys", read, (ProtocolError,), seeds)


def _references() -> Decoder:
    """Every kind of id by its parser: what it takes, it gives back as it is."""

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        taken = 0
        for parse in PARSERS.values():
            try:
                must(parse(text) == text, "an id has two spellings")
                taken += 1
            except MalformedMessage:
                continue
        if not taken:
            raise MalformedMessage("no id of any kind")

    seeds = (samples.HIT.encode(), b"XA", b"hub", b"0123456789abcdef")
    return Decoder("references", "references", read, (MalformedMessage,), seeds)
