"""A hub that is taken over has records of its own, of others, and of the past taken by nobody; each is written down."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.integration.operators.test_three_operators import connected
from tests.simulators.operator_bench import (
    FEDERATION,
    SCHEMA,
    OperatorBench,
    segment,
    signing_now,
    three_operators,
)

from symbolon.hub.errors import OperatorRefused
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_operators import (
    AddedRecord,
    AskStatus,
    Fed,
    Feed,
    OperatorStatus,
    RecordChange,
    RowAddress,
    SegmentDescription,
)
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
