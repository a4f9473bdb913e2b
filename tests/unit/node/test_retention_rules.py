"""The pure rules of keeping and purging: what is due, in which order, and how a purge stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.node.domain.attachments import in_chunks, safe_name, type_of_name
from symbolon.node.domain.purges import Purge, PurgeDirection, PurgeScope, PurgeState, counts, state_of
from symbolon.node.domain.retention import Due, ReviewQuery, latest_renewal
from symbolon.node.errors import InvalidDraft
from symbolon.node.services.gather_held import as_text
from symbolon.protocol.exchange_terms import PurgedPlace, PurgeReason
from symbolon.protocol.messages_case import CHUNK_BYTES
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, MessageId, PurgeId

TODAY = date(2031, 5, 4)
NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)
ASKED = Purge(
    purge_id=PurgeId("p"),
    scope=PurgeScope(HitId("h"), None, PurgeReason.WITHDRAWN),
    direction=PurgeDirection.ASKED,
    holder=MemberCode("XB"),
    asked_at=NOW,
    due_at=NOW + timedelta(hours=24),
    message_id=MessageId("m"),
)


@pytest.mark.parametrize(
    ("due", "last_day"),
    [
        (Due.WITHIN_60, TODAY + timedelta(days=60)),
        (Due.WITHIN_30, TODAY + timedelta(days=30)),
        (Due.WITHIN_7, TODAY + timedelta(days=7)),
        (Due.OVERDUE, TODAY - timedelta(days=1)),
        (Due.ALL, None),
        (Due.ON_HOLD, None),
    ],
)
def test_each_part_of_the_queue_ends_on_its_day(due: Due, last_day: date | None) -> None:
    assert ReviewQuery(due).last_day(TODAY) == last_day


def test_a_renewal_ends_after_three_years() -> None:
    assert latest_renewal(TODAY) - TODAY == timedelta(days=1098)


@pytest.mark.parametrize(
    ("purge", "now", "problem", "state"),
    [
        (ASKED, NOW + timedelta(hours=24), None, PurgeState.WAITING),
        (ASKED, NOW + timedelta(hours=24, seconds=1), None, PurgeState.OVERDUE),
        (ASKED, NOW, Problem.UNKNOWN_HIT, PurgeState.NOT_DELIVERED),
        (replace(ASKED, message_id=None), NOW + timedelta(days=9), None, PurgeState.NOT_REACHABLE),
        (replace(ASKED, kept_by_law_at=NOW), NOW + timedelta(days=9), None, PurgeState.KEPT_BY_LAW),
        (replace(ASKED, purged_at=NOW), NOW + timedelta(days=9), None, PurgeState.PURGED),
    ],
)
def test_a_purge_is_overdue_when_its_day_is_over_and_nothing_was_heard(
    purge: Purge, now: datetime, problem: Problem | None, state: PurgeState
) -> None:
    assert state_of(replace(purge, not_delivered=problem), now) is state


def test_a_receipt_names_every_place_once_also_where_nothing_was() -> None:
    given_counts = counts({PurgedPlace.NOTES: 3})
    assert [count.place for count in given_counts] == list(PurgedPlace)
    assert sum(count.entries for count in given_counts) == 3


@given(st.lists(st.integers(0, 3 * CHUNK_BYTES // 2), max_size=5))
def test_chunks_are_full_but_for_the_last_whatever_the_pieces(lengths: list[int]) -> None:
    chunks = list(in_chunks(bytes(length) for length in lengths))
    assert sum(map(len, chunks)) == sum(lengths)
    assert all(len(chunk) == CHUNK_BYTES for chunk in chunks[:-1])
    assert all(chunks)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("statement.pdf", "statement.pdf"),
        ("C:\\files\\statement.pdf", "statement.pdf"),
        ("../../etc/statement.pdf", "statement.pdf"),
        ('a<b>"c|d.pdf', "a_b__c_d.pdf"),
        ("te\u202etxt.pdf", "tetxt.pdf"),
        ("คำให้การ.pdf", "คำให้การ.pdf"),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.parametrize("given_name", ["", "  ", "...", "/", "x" * 201])
def test_a_name_of_nothing_or_without_end_is_refused(given_name: str) -> None:
    with pytest.raises(InvalidDraft):
        safe_name(given_name)


def test_the_type_is_that_of_the_ending_and_a_program_is_never_taken() -> None:
    assert type_of_name("Photo.JPG") == "image/jpeg"
    for name in ("run.exe", "page.html", "drawing.svg", "archive.zip", "letter.docx", "noending"):
        with pytest.raises(InvalidDraft):
            type_of_name(name)


def test_an_export_for_a_person_says_what_is_missing_in_words() -> None:
    text = list(as_text({"record": {"case_id": "", "names": ["A", "B"]}, "hits": []}))
    assert text == ["record", "  case id: not said", "  names", "    1: A", "    2: B", "hits: nothing"]
