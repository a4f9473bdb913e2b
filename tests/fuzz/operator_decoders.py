"""Decoders of what operators of blind comparison tell each other, and are told by coordinators and by the hub."""

from collections.abc import Callable
from typing import Any

from tests.fuzz.decoder import Decoder, must
from tests.fuzz.protocol_decoders import JSON_WORDS, generator, samples

from symbolon.matching.blind.errors import MalformedFrame
from symbolon.matching.blind.holdings import HeldRecord, Holding, listed, parse_list
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import sign
from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages_comparison import OperatorContact, OperatorRequest, OperatorWelcome
from symbolon.protocol.messages_erasures import AskErasures, Erasures, SignedErasure
from symbolon.protocol.messages_operators import (
    AddedRecord,
    AskUnreadable,
    Call,
    EvaluatedTokens,
    EvaluateTokens,
    Feed,
    OperatorStatus,
    RecordChange,
    SchemaContent,
    SegmentDescription,
    Unreadable,
)
from symbolon.protocol.messages_peers import (
    AskParts,
    Contribution,
    DealtShare,
    Doing,
    PairAnswer,
    PairOffer,
    Parts,
    PeerStanding,
    RecordPart,
    TokenPart,
    parse_peer_message,
    peer_message_bytes,
)
from symbolon.protocol.messages_sessions import (
    CompareRows,
    LinearForm,
    Proved,
    ProveRecords,
    RowAddress,
    RowRange,
    SessionBegin,
)
from symbolon.protocol.messages_tokens import TokenRequest
from symbolon.protocol.problems import MalformedMessage

_ROW = RowAddress(3, 64)
_SEGMENT = SegmentDescription(
    3, 1, samples.DIGEST, "names", 1024, samples.XA, Namespace.GENERAL, ComparableWith.only(samples.XB)
)
_SCHEMA = SchemaContent(samples.DIGEST, b"{}")
_32 = bytes(range(32))
_ASKED = TokenRequest(samples.TOKEN_ELEMENTS)
_CALLS = (
    Feed(
        (_SCHEMA,),
        (_SEGMENT,),
        (
            RecordChange(7, 5, AddedRecord(samples.OWN, 2, samples.XA, (_ROW,), b"sealed")),
            RecordChange(8, 4, None),
        ),
        6,
    ),
    SessionBegin((_32, _32, _32)),
    CompareRows(4, 2, True, 8, LinearForm(8, 3, 3, 0, 12), (_ROW,), (RowRange(3, 0, 64), RowRange(4, 64, 3)), (), 1),
    CompareRows(5, 0, False, 8, LinearForm(8, 3, 3, 0, 12), (_ROW,), (), (RowAddress(4, 0),), 1),
    EvaluateTokens(sign(_ASKED, generator.header_for(_ASKED), samples.SIGNING_KEYS[samples.XA]).to_json()),
    EvaluatedTokens((_32,), _32, _32, _32),
    AskErasures(3),
    AskUnreadable(3),
    ProveRecords(6, 8, 1, 3),
    Proved(9, (4, 7), (8,), 10, bytes(32)),
    Proved(None, (), (), 0, bytes(range(32))),
    Unreadable((4, 7), (7,)),
    Erasures((SignedErasure(7, samples.XA, b"{}", bytes(64)),)),
    OperatorStatus(1, 8, 2, 0, (0, 2), 1, "working", True, 7),
)
_SAID = (
    PeerStanding(Doing.REFRESHING, 1, 8, True, _32, _32, _32),
    PairOffer(2, bytes(1_216)),
    PairAnswer(2, _32, b"sealed"),
    DealtShare(_32),
    Contribution(2, 8, _32),
    AskParts(0),
    Parts(
        1, 8, 0, 5, _32, (RecordPart(5, samples.OWN, 2, samples.XA, (_ROW,), b"part"),), (_SEGMENT,), (_SCHEMA,),
        TokenPart(_32, _32),
    ),
)  # fmt: skip
_HOLDINGS = (
    listed(Holding((), False)),
    listed(Holding((HeldRecord(4, _32, True, b""), HeldRecord(7, _32, False, b"")), True)),
)
_CARDS = samples.BLIND_FOUNDING.comparison.operators
_REQUEST = OperatorRequest(
    1, "Body 1", samples.FEDERATION, True, _CARDS[1].signing_key, _CARDS[1].sealing_key, _CARDS[1].agreement_key,
    _CARDS[1].token_commitment, "-----BEGIN CERTIFICATE REQUEST-----",
)  # fmt: skip
_WELCOME = OperatorWelcome(
    samples.FEDERATION, True, 1, "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----", samples.DIGEST,
    tuple(OperatorContact(card, "operator.example", 8450) for card in _CARDS),
)  # fmt: skip


def operator_decoders() -> tuple[Decoder, ...]:
    return (
        _decoder("operator-call", _read_call, tuple(Call(9, message).to_bytes() for message in _CALLS)),
        _decoder("operator-peer", _read_said, tuple(peer_message_bytes(message) for message in _SAID)),
        *(
            _decoder(f"file-{type(file).__name__}", _reader_of(type(file)), (canonical_bytes(to_wire(file)),))
            for file in (_REQUEST, _WELCOME)
        ),
        Decoder("operator-holding", "operators", _read_holding, (MalformedFrame,), _HOLDINGS),
    )


def _decoder(name: str, read: Callable[[bytes], None], seeds: tuple[bytes, ...]) -> Decoder:
    return Decoder(name, "operators", read, (MalformedMessage,), seeds, JSON_WORDS)


def _read_call(data: bytes) -> None:
    call = Call.from_bytes(data)
    must(Call.from_bytes(call.to_bytes()) == call, "a control message reads differently once written")


def _read_holding(data: bytes) -> None:
    entries, is_cut = parse_list(memoryview(data))
    again = bytes([is_cut]) + b"".join(entry.to_bytes() for entry in entries)
    must(again == data, "what an operator holds reads differently once written")


def _read_said(data: bytes) -> None:
    message = parse_peer_message(data)
    must(parse_peer_message(peer_message_bytes(message)) == message, "what a peer said reads differently once written")


def _reader_of(kind: type[Any]) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        message = from_wire(kind, parse_json(data))
        must(from_wire(kind, parse_json(canonical_bytes(to_wire(message)))) == message, "a file reads differently")

    return read
