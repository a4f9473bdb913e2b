"""A hub that is taken over has records of its own, of others, and of the past taken by nobody; each is written down."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.integration.operators.test_three_operators import connected
from tests.simulators.operator_bench import (
    DIGEST,
    FEDERATION,
    SCHEMA,
    SCHEMA_BYTES,
    OperatorBench,
    segment,
    signing_now,
    three_operators,
)

from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_comparison import OperatorErasure
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import (
    AddedRecord,
    AskStatus,
    AskUnreadable,
    Fed,
    Feed,
    GoneRecord,
    OperatorStatus,
    RecordChange,
    SchemaContent,
    SegmentDescription,
    Unreadable,
)
from symbolon.protocol.messages_sessions import RowAddress
from symbolon.protocol.references import MemberCode, new_record_reference
from symbolon.protocol.share_sealing import ShareContext, ShareTerms, seal_shares
from symbolon.runtime.sql_loader import Query

XA, XB = MemberCode("XA"), MemberCode("XB")
PROFILE = SCHEMA.profiles[0].id
OF_XA, OF_XB = segment(1, "XA", PROFILE), segment(2, "XB", PROFILE)
SHARES = secrets.token_bytes(RowOfElements(RING_16, OF_XA.bits).size)
_REASONS = Query("reasons", "for a test", "select handle, reason from unreadable_record order by handle")


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[OperatorBench]:
    with three_operators(tmp_path, fresh_database) as operators:
        yield operators


@pytest.fixture
def lines(bench: OperatorBench) -> Iterator[OperatorLines]:
    found = connected(bench)
    yield found
    found.close()


def record(
    bench: OperatorBench,
    place: int,
    described: SegmentDescription = OF_XA,
    key: SigningKey | None = None,
    sender: MemberCode | None = None,
) -> AddedRecord:
    """A record as its owner shares it, in the first row of a segment that was described honestly."""
    owner = described.owner if sender is None else sender
    reference = new_record_reference(uuid4())
    context = ShareContext(FEDERATION, owner, place, reference, 1, described.schema_digest, described.epoch)
    terms = ShareTerms(described.namespace, described.comparable_with, (described.what,))
    signer = signing_now(key or bench.members.keys[owner])
    sealed = seal_shares(SHARES, bench.sealing[place].public, context, terms, signer)
    return AddedRecord(reference, 1, owner, (RowAddress(described.segment, 0),), sealed)


def told(
    bench: OperatorBench,
    lines: OperatorLines,
    added: AddedRecord | None,
    described: SegmentDescription,
    handle: int = 0,
) -> Fed:
    """What operator 0 says of one change."""
    bench.changes += 1
    change = RecordChange(bench.changes, handle or bench.changes, added)
    return lines.call(0, Feed((), (described,), (change,), versions=bench.members.on_the_wire()), Fed)


def reasons(bench: OperatorBench) -> list[str]:
    with bench.databases[0].transaction() as transaction:
        return [row["reason"] for row in transaction.fetch_all(_REASONS)]


def held(lines: OperatorLines) -> int:
    return lines.call(0, AskStatus(), OperatorStatus).records


def test_what_a_member_signed_is_taken(bench: OperatorBench, lines: OperatorLines) -> None:
    assert told(bench, lines, record(bench, 0), OF_XA).unreadable == ()
    assert held(lines) == 1


def test_nothing_is_taken_before_the_directory_is_known(bench: OperatorBench, lines: OperatorLines) -> None:
    change = RecordChange(1, 1, record(bench, 0))
    with pytest.raises(OperatorRefused, match="before it showed the members' directory"):
        lines.call(0, Feed((), (OF_XA,), (change,)), Fed)


def test_a_record_of_the_hubs_own_making_is_not_taken(bench: OperatorBench, lines: OperatorLines) -> None:
    of_the_hub = record(bench, 0, key=SigningKey.generate(secrets.token_bytes(32)))
    of_another = record(bench, 0, key=bench.members.keys["XB"])
    assert told(bench, lines, of_the_hub, OF_XA).unreadable
    assert told(bench, lines, of_another, OF_XA).unreadable
    assert told(bench, lines, record(bench, 0, sender=MemberCode("XQ"), key=bench.members.keys["XA"]), OF_XA).unreadable
    assert (held(lines), reasons(bench)[:2]) == (0, ["bad-signature", "bad-signature"])


def test_a_record_is_not_taken_under_laxer_terms_or_at_anothers_expense(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    """The hub describes segments: it might widen whom a record is compared with, or let another member pay for it."""
    narrow = segment(7, "XA", PROFILE, comparable_with=ComparableWith.only(XB))
    widened = replace(record(bench, 0, narrow), rows=(RowAddress(OF_XA.segment, 0),))
    anothers = replace(record(bench, 0), rows=(RowAddress(OF_XB.segment, 0),))
    named_anothers = replace(anothers, sender=XB)
    assert told(bench, lines, widened, OF_XA).unreadable
    assert told(bench, lines, anothers, OF_XB).unreadable
    assert told(bench, lines, named_anothers, OF_XB).unreadable
    assert (held(lines), reasons(bench)) == (0, ["bad-signature", "malformed-message", "unseal-failed"])


def test_a_vector_is_not_taken_for_one_of_another_kind(bench: OperatorBench, lines: OperatorLines) -> None:
    other = segment(8, "XA", SCHEMA.profiles[1].id)
    moved = replace(record(bench, 0), rows=(RowAddress(other.segment, 0),))
    assert told(bench, lines, moved, other).unreadable
    assert reasons(bench) == ["bad-signature"]


def test_what_was_erased_is_not_taken_again(bench: OperatorBench, lines: OperatorLines) -> None:
    """A hub that kept a sealed bundle might hand it out again after its withdrawal, or twice."""
    kept = record(bench, 0)
    told(bench, lines, kept, OF_XA)
    handle = bench.changes
    assert told(bench, lines, replace(kept, rows=(RowAddress(OF_XA.segment, 1),)), OF_XA).unreadable
    told(bench, lines, None, OF_XA, handle)
    assert held(lines) == 0
    assert told(bench, lines, kept, OF_XA).unreadable
    assert (held(lines), reasons(bench)) == (0, ["replayed", "replayed"])
    # Shared anew by its owner, it is another bundle.
    assert told(bench, lines, record(bench, 0), OF_XA).unreadable == ()


def test_a_number_that_a_record_has_is_given_to_no_other(bench: OperatorBench, lines: OperatorLines) -> None:
    told(bench, lines, record(bench, 0), OF_XA)
    first = bench.changes
    elsewhere = replace(record(bench, 0), rows=(RowAddress(OF_XA.segment, 1),))
    assert told(bench, lines, elsewhere, OF_XA, first).unreadable == (first,)
    told(bench, lines, None, OF_XA, first)
    assert held(lines) == 0


def test_a_record_of_an_epoch_that_the_directory_does_not_list_is_not_taken(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    later = segment(9, "XA", PROFILE, epoch=2)
    assert told(bench, lines, record(bench, 0, later), later).unreadable
    laxer = segment(10, "XA", PROFILE, schema_digest="cd" * 32)
    assert told(bench, lines, record(bench, 0, laxer), laxer).unreadable
    assert held(lines) == 0


def test_a_record_is_not_taken_into_rows_of_another_width_or_of_no_profile(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    narrow = replace(OF_XA, segment=7, bits=64)
    unjudged = replace(OF_XA, segment=8, filled=())
    for otherwise in (narrow, unjudged):
        assert told(bench, lines, record(bench, 0, otherwise), otherwise).unreadable
    assert (held(lines), reasons(bench)) == (0, ["malformed-message", "malformed-message"])


def test_which_records_could_not_be_read_is_said_as_often_as_it_is_asked(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    wrong = [told(bench, lines, record(bench, 0, key=bench.members.keys["XB"]), OF_XA).unreadable[0] for _ in range(3)]
    for _ in range(2):
        assert list(lines.call(0, AskUnreadable(0), Unreadable).handles) == wrong
    assert list(lines.call(0, AskUnreadable(wrong[0]), Unreadable).handles) == wrong[1:]
    told(bench, lines, None, OF_XA, handle=wrong[1])
    assert list(lines.call(0, AskUnreadable(0), Unreadable).handles) == [wrong[0], wrong[2]]


def test_records_of_a_schema_that_is_not_here_wait_for_it(bench: OperatorBench, lines: OperatorLines) -> None:
    with bench.databases[0].transaction() as transaction:
        transaction.execute(Query("forget", "for a test", "delete from linkage_schema"))
    change = RecordChange(1, 1, record(bench, 0))
    feed = Feed((), (OF_XA,), (change,), versions=bench.members.on_the_wire())
    with pytest.raises(OperatorRefused, match="does not have: tell it first"):
        lines.call(0, feed, Fed)
    again = replace(feed, schemas=(SchemaContent(DIGEST, SCHEMA_BYTES),))
    assert lines.call(0, again, Fed) == Fed(1, (), 1)


def receipts(lines: OperatorLines) -> list[tuple[str, str, int]]:
    """What operator 0 signed: to whom, and which versions are gone."""
    signed = lines.call(0, AskErasures(0), Erasures).receipts
    erasures = [from_wire(OperatorErasure, parse_json(each.content)) for each in signed]
    return [(each.owner, gone.reference, gone.version) for each in erasures for gone in each.records]


def removed(bench: OperatorBench, lines: OperatorLines, handle: int, gone: GoneRecord, number: int = 0) -> None:
    bench.changes += not number
    lines.call(0, Feed((), (), (RecordChange(number or bench.changes, handle, None, gone),)), Fed)


def test_what_could_not_be_read_or_was_never_here_is_receipted_too(bench: OperatorBench, lines: OperatorLines) -> None:
    unreadable = record(bench, 0, key=bench.members.keys["XB"])
    [handle] = told(bench, lines, unreadable, OF_XA).unreadable
    removed(bench, lines, handle, GoneRecord(unreadable.reference, 1, XA))
    never_here = GoneRecord(new_record_reference(uuid4()), 3, XB)
    removed(bench, lines, 99, never_here)
    # Told once more, as where it was put back to what another operator has.
    removed(bench, lines, 99, never_here, number=1)
    expected = (XB, never_here.reference, 3)
    assert receipts(lines) == [(XA, unreadable.reference, 1), expected, expected]


def test_no_receipt_is_given_for_what_is_here_whatever_the_hub_calls_it(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    here = record(bench, 0)
    told(bench, lines, here, OF_XA)
    removed(bench, lines, 99, GoneRecord(here.reference, 1, XA))
    assert (receipts(lines), held(lines)) == ([], 1)
