"""Every kind of message: round trips of arbitrary contents, strictness, and what shows in a log."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol import messages
from symbolon.protocol.canonical import LARGEST_INTEGER, EmbeddedObject, canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.exchange_terms import RefusalGround, RequestRuling
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.messages import (
    Comparing,
    Comparison,
    FederationDirectory,
    MemberCard,
    OperatorCard,
    Purpose,
)
from symbolon.protocol.messages_comparison import OPEN_COMPARISON
from symbolon.protocol.messages_sessions import CompareRows
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, PARSERS, CeremonyId, DeskId, KeyId, MemberCode
from symbolon.protocol.wire_limits import Limit

MESSAGES = [kind for kind in vars(messages).values() if isinstance(kind, type) and not issubclass(kind, StrEnum)]
SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
MEMBERS = st.from_regex(r"[A-Z]{2,3}", fullmatch=True).filter(lambda code: code != "HUB").map(MemberCode)
COMPARABLE = st.one_of(
    st.just(ComparableWith.all_members()),
    st.lists(MEMBERS, min_size=1, max_size=5).map(lambda members: ComparableWith.only(*members)),
    st.lists(MEMBERS, min_size=1, max_size=5).map(lambda members: ComparableWith.all_but(*members)),
)


def contents_of(kind):
    """Give a hypothesis strategy for a type hint; what a limit refuses is filtered out."""
    if get_origin(kind) is Annotated:
        base, *remarks = get_args(kind)
        limits = [remark for remark in remarks if isinstance(remark, Limit)]
        return _limited(base, limits)
    if get_origin(kind) in (Union, UnionType):
        (present,) = [part for part in get_args(kind) if part is not NoneType]
        return st.none() | contents_of(present)
    if get_origin(kind) is tuple:
        return st.lists(contents_of(get_args(kind)[0]), max_size=3).map(tuple)
    if kind is MemberCode:
        return MEMBERS | st.just(HUB)
    if kind is CeremonyId:
        return st.just("5f" * 32)
    if kind is MemberCard:
        return st.tuples(_built(kind), MEMBERS).map(lambda drawn: replace(drawn[0], code=drawn[1]))
    if kind is FederationDirectory:
        return DIRECTORIES
    if kind is Comparison:
        return COMPARISONS
    if kind in COMPOSED:
        return COMPOSED[kind]()
    if kind is DeskId:
        return st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
    if kind is KeyId:
        return st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
    if kind in PARSERS:
        return st.uuids().map(str)
    if kind is ComparableWith:
        return COMPARABLE
    if kind == EmbeddedObject:
        return st.dictionaries(SAFE_TEXT, st.integers(0, 9) | SAFE_TEXT, max_size=3)
    if kind is datetime:
        return st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
            lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        )
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    simple = {
        str: SAFE_TEXT,
        int: st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
        bool: st.booleans(),
        bytes: st.binary(max_size=40),
        date: st.dates(),
    }
    if kind in simple:
        return simple[kind]
    return _built(kind)


def _built(kind):
    hints = get_type_hints(kind, include_extras=True)
    contents = {field.name: contents_of(hints[field.name]) for field in fields(kind)}
    return st.builds(kind, **{**contents, **NARROWED.get(kind, {})})


FIRST, LATER = datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 2, tzinfo=UTC)
RULINGS = st.sampled_from([(RequestRuling.ACCEPT, None), *((RequestRuling.REFUSE, ground) for ground in RefusalGround)])
NARROWED = {
    messages.DeskHours: {"opens": st.integers(0, 700), "closes": st.integers(701, 1440)},
    messages.AttachmentOffer: {"size": st.integers(1, 1_048_576), "chunk_digests": st.just(("5f" * 32,))},
    CompareRows: {"pairs": st.just(())},
    messages.MeetingProposal: {"minutes_digest": st.none(), "starts_at": st.just(FIRST), "ends_at": st.just(LATER)},
}
"""Fields that hang together, so that contents drawn apart would contradict each other."""


@st.composite
def decisions(draw):
    """Give a request's decision: a refusal has a ground, an acceptance has none."""
    hints = get_type_hints(messages.RequestDecision, include_extras=True)
    content = {field.name: draw(contents_of(hints[field.name])) for field in fields(messages.RequestDecision)}
    content["ruling"], content["ground"] = draw(RULINGS)
    return messages.RequestDecision(**content)


@st.composite
def submissions(draw):
    """Give a batch of which some items are canaries, each an item of its own."""
    hints = get_type_hints(messages.Submission, include_extras=True)
    content = {field.name: draw(contents_of(hints[field.name])) for field in fields(messages.Submission)}
    items = {item.reference: item for item in content["items"]}
    canaries = zip(items, content["canaries"], strict=False)
    marks = tuple(replace(canary, reference=reference) for reference, canary in canaries)
    return messages.Submission(content["batch_id"], tuple(items.values()), marks)


@st.composite
def focal_points(draw):
    """Give a state's desks, each once; a deputy and a duty turn name one of them."""
    hints = get_type_hints(messages.FocalPointDirectory, include_extras=True)
    content = {field.name: draw(contents_of(hints[field.name])) for field in fields(messages.FocalPointDirectory)}
    desks = {desk.desk_id: replace(desk, deputy=content["desks"][0].desk_id) for desk in content["desks"]}
    roster = tuple(replace(turn, desk_id=content["desks"][0].desk_id) for turn in content["roster"])
    return messages.FocalPointDirectory(
        **{**content, "member": draw(MEMBERS), "desks": tuple(desks.values()), "roster": roster}
    )


@st.composite
def pair_profiles(draw):
    """Give what two different members agreed on."""
    version, hints = draw(st.integers(1, 3)), get_type_hints(messages.PairProfile, include_extras=True)
    return messages.PairProfile(
        members=tuple(sorted(draw(st.sets(MEMBERS, min_size=2, max_size=2)))),
        version=version,
        previous_digest=None if version == 1 else "5f" * 32,
        effective_from=draw(st.dates()),
        times=draw(contents_of(hints["times"]))[:1],
    )


@st.composite
def directories(draw):
    """Give a directory of up to three members and two epochs, as its constructor takes it."""
    hints = get_type_hints(FederationDirectory, include_extras=True)
    content = {field.name: draw(contents_of(hints[field.name])) for field in fields(FederationDirectory)}
    members = {member.code: member for member in content["members"]}
    epoch = content["epochs"][0]
    following = replace(epoch, epoch=min(epoch.epoch, 9) + 1)
    content["members"] = tuple(members.values())
    content["epochs"] = draw(st.sampled_from([(epoch,), (replace(epoch, epoch=following.epoch - 1), following)]))
    content["previous_digest"] = None if content["version"] == 1 else "5f" * 32
    return FederationDirectory(**content)


DIRECTORIES = directories()
COMPOSED = {
    messages.Submission: submissions,
    messages.RequestDecision: decisions,
    messages.FocalPointDirectory: focal_points,
    messages.PairProfile: pair_profiles,
}


@st.composite
def comparisons(draw):
    """Give open comparison, or blind comparison by three operators."""
    cards = draw(st.lists(_built(OperatorCard), min_size=3, max_size=3))
    blind = Comparison(Comparing.BLIND, tuple(replace(card, place=place) for place, card in enumerate(cards)))
    return draw(st.sampled_from([OPEN_COMPARISON, blind]))


COMPARISONS = comparisons()


def _limited(base, limits):
    def admitted(value):
        return all(limit.admits(value) for limit in limits)

    if base is int:
        most = next(number for number in (2**31 - 1, 1_048_576, 1440, 100, 6, 2) if admitted(number))
        return st.integers(next(least for least in (0, 1, 2) if admitted(least)), most)
    if base is bytes:
        sizes = [size for size in (1, 16, 32, 64, 1216) if admitted(bytes(size))]
        return st.sampled_from(sizes).flatmap(lambda size: st.binary(min_size=size, max_size=size))
    if base is str:
        fixed = [
            text for text in ("symbolon-2026-1", "5f" * 32, "th", "Asia/Bangkok", "application/pdf") if admitted(text)
        ]
        return SAFE_TEXT.filter(admitted) if admitted("ห ✓") else st.sampled_from(fixed)
    if get_origin(base) is tuple:
        sizes = [size for size in (1, 2, 3) if admitted((None,) * size)]
        content = contents_of(get_args(base)[0])
        return st.lists(content, min_size=sizes[0], max_size=sizes[-1]).map(tuple).filter(admitted)
    return contents_of(base).filter(admitted)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(max_examples=examples(30))
@given(data=st.data())
def test_every_message_with_any_content_is_read_back_equal(kind, data):
    message = data.draw(contents_of(kind))
    wire = to_wire(message)
    assert from_wire(kind, parse_json(canonical_bytes(wire))) == message
    assert canonical_bytes(to_wire(from_wire(kind, wire))) == canonical_bytes(wire)


def test_there_is_a_sample_of_every_message(samples):
    parts = {messages.SubmissionItem, messages.ItemOutcome, messages.WithdrawalItem, messages.WithdrawalOutcome}
    parts |= {messages.KindAgreement, messages.Sealed, messages.RetiredKey, messages.Member, messages.LinkageEpoch}
    parts |= {messages.FederationPolicies, messages.FederationDirectory, messages.SignedDirectory}
    parts |= {messages.ProtectionMarks, messages.AttachmentReference, messages.ShownField, messages.PurgedCount}
    parts |= {messages.OnwardUseToken, messages.SignedOnwardUse, messages.AgreedTime, messages.PairProfile}
    parts |= {messages.PairSignature, messages.ContactChannel, messages.DeskHours, messages.DeskLife, messages.DutyTurn}
    parts |= {messages.FocalPointDirectory, messages.FocalPointEntry, messages.KnownLedger, messages.KnownExchange}
    parts |= {messages.DirectorySignature, messages.ReconciliationRecord, messages.ReconciliationHit, messages.KnownHit}
    parts |= {messages.Comparison, messages.OperatorCard, messages.OperatorErasure, messages.ErasedVersion}
    parts |= {messages.TokenAnswer, messages.Canary, messages.NumberedRecord, messages.SealedOpening}
    parts |= {messages.FoundPair, messages.PairAnswer, messages.SideOfPair, messages.KnownPair}
    parts |= {messages.NamedCanary, messages.KnownYes, messages.UnreadVersion}
    assert {type(message) for message in samples.CLEAR + samples.SEALABLE} == set(MESSAGES) - parts


def test_every_purpose_belongs_to_exactly_one_message():
    purposes = [kind.PURPOSE for kind in MESSAGES if hasattr(kind, "PURPOSE")]
    assert sorted(purposes) == sorted(Purpose)


def test_a_message_with_any_field_left_out_is_refused(any_message):
    for field in fields(any_message):
        wire = to_wire(any_message)
        del wire[field.name]
        with pytest.raises(MalformedMessage, match=f"^{field.name}: is missing"):
            from_wire(type(any_message), wire)


def test_a_message_with_any_field_of_another_type_is_refused(any_message):
    for field in fields(any_message):
        with pytest.raises(MalformedMessage, match=rf"^{field.name}\b"):
            from_wire(type(any_message), {**to_wire(any_message), field.name: [[]]})


def test_messages_are_frozen_and_have_no_other_fields(any_message):
    assert not hasattr(any_message, "__dict__")
    name = fields(any_message)[0].name
    with pytest.raises(AttributeError):
        setattr(any_message, name, None)


def test_nothing_that_is_sealed_shows_in_a_repr(samples):
    shown = " ".join(repr(message) for message in samples.SEALABLE)
    for secret in ("Same scar", "SAME", "vessel", "master in March", "company", "in court", "Forty", "Voluntary"):
        assert secret not in shown
    for key in (samples.LINKAGE_KEY.secret, *samples.CONTRIBUTIONS.values()):
        assert repr(key)[2:20] not in shown


def test_encodings_do_not_show_in_a_repr(samples):
    assert "envelopes" not in repr(samples.CLEAR[0])


def test_a_fingerprint_can_be_read_out_in_groups(samples):
    card = samples.DIRECTORY.members[0].card
    assert re.fullmatch(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", messages.card_fingerprint(card))


def test_a_fingerprint_covers_every_field(samples):
    cards = [message for message in samples.CLEAR if isinstance(message, messages.MemberCard)]
    requests = [message for message in samples.CLEAR if isinstance(message, messages.EnrolmentRequest)]
    for message, fingerprint, other in (
        (cards[0], messages.card_fingerprint, samples.DIRECTORY.members[2].card),
        (
            requests[0],
            messages.enrolment_fingerprint,
            messages.EnrolmentRequest("XB", "Belanu", bytes(32), bytes(31) + b"x", None, "-"),
        ),
        (
            next(message for message in samples.CLEAR if isinstance(message, messages.Welcome)),
            messages.welcome_fingerprint,
            messages.Welcome("-", "--", "https://hub.example", bytes(32), "live", False),
        ),
    ):
        prints = {fingerprint(message)}
        for field in fields(message):
            changed = {each.name: getattr(message, each.name) for each in fields(message)}
            changed[field.name] = getattr(other, field.name)
            if field.name == "certificate_fingerprint":
                changed[field.name] = "00" * 32
            prints.add(fingerprint(type(message)(**changed)))
        assert len(prints) == 1 + len(fields(message))


@pytest.mark.parametrize("state", ["CONFIRMED", "DETECTED", "CLOSED"])
def test_an_alert_is_either_alerted_or_held(samples, state):
    alert = next(message for message in samples.CLEAR if isinstance(message, messages.Alert))
    with pytest.raises(MalformedMessage, match=r"^state: must be one of ALERTED, HELD"):
        from_wire(messages.Alert, {**to_wire(alert), "state": state})


def test_each_canary_is_one_item_of_its_batch(samples):
    batch = next(message for message in samples.CLEAR if isinstance(message, messages.Submission))
    one, other = batch.items
    (canary,) = batch.canaries
    assert canary.reference == other.reference
    for items, canaries in (((one,), (canary,)), ((one, other, other), (canary,)), ((one, other), (canary, canary))):
        with pytest.raises(MalformedMessage, match="one item of its batch"):
            messages.Submission(batch.batch_id, items, canaries)
