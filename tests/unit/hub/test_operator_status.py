"""What `symbolon hub operator status` says: lines in which each number says what it counts, and the same as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from symbolon.hub.cli.operator_status import as_json, in_words
from symbolon.hub.operators.bootstrap.opening import DirectoryReport, OperatorReport
from symbolon.hub.operators.storage.shares import FollowedLife
from symbolon.hub.operators.storage.spending import Spending
from symbolon.hub.operators.storage.standings import Standing
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.references import MemberCode

HEARD_AT = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
REPORT = OperatorReport(
    place=1,
    federation="exercise-lantern",
    standing=Standing(2, Doing.WORKING),
    number=4_024,
    records=3_877,
    unreadable=0,
    has_token_share=True,
    others=({"place": 0, "doing": "working", "generation": 2, "number": 4_024, "heard_at": HEARD_AT},),
    names={0: "the court of audit", 1: "the data protection authority", 2: "the university"},
    directory=DirectoryReport(1, "3a5f 1c9d", HEARD_AT, False, None),
    budgets={"comparisons": 50_000_000, "tokens": 200_000},
    spent=(Spending(MemberCode("XA"), "tokens", 1_840),),
)


def told(report: OperatorReport) -> str:
    return "\n".join(in_words(report))


def test_every_number_says_what_it_counts() -> None:
    said = told(REPORT)
    assert "Operator 1 of exercise-lantern: works." in said
    assert "a share of 3877 records, up to change 4024 of the hub, refreshed 2 times; 0 bundles could not be" in said
    assert "XA: 1840 of 200000 tokens today." in said


def test_the_others_are_named_and_one_that_said_nothing_yet_is_not_left_out() -> None:
    said = told(REPORT)
    assert "Operator 0 (the court of audit): working, change 4024, refreshed 2 times" in said
    assert "at 2031-05-04 09:30:00" in said
    assert "Operator 2 (the university): has said nothing yet." in said


def test_what_was_erased_for_a_restored_hub_is_said_for_good() -> None:
    assert "restored" not in told(REPORT)
    emptied = replace(REPORT, life=FollowedLife("an incarnation", HEARD_AT, HEARD_AT, 3_877))
    assert "the shares of 3877 records were erased for it at 2031-05-04 09:30:00" in told(emptied)
    assert as_json(emptied)["hub_life"]["emptied_records"] == 3_877


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (Doing.REFRESHING, "nothing is compared meanwhile"),
        (Doing.LOST, "needs restore"),
        (Doing.RESTORING, "is restored from the other two"),
    ],
)
def test_what_it_is_at_is_said_with_what_follows_from_it(doing: Doing, words: str) -> None:
    assert words in told(replace(REPORT, standing=Standing(2, doing)))


def test_before_it_joined_it_says_what_to_do() -> None:
    alone = replace(REPORT, others=(), names={}, directory=DirectoryReport(0, None, None, False, None), spent=())
    assert "The others are not known yet: join" in told(alone)
    assert "founded no federation yet" in told(alone)


def test_what_is_wrong_with_the_directory_is_said_in_words() -> None:
    unconfirmed = replace(REPORT, directory=DirectoryReport(1, "3a5f 1c9d", None, False, None))
    assert "NOT CONFIRMED" in told(unconfirmed)
    differs = replace(REPORT, directory=DirectoryReport(1, "3a5f 1c9d", HEARD_AT, True, "A version is missing."))
    assert "It stands still" in told(differs)
    assert "A version is missing." in told(differs)


def test_programs_get_the_same_as_one_json_object() -> None:
    content = json.loads(json.dumps(as_json(REPORT)))
    assert content["doing"] == "working"
    assert content["known"] == [0, 1, 2]
    assert content["others"][0]["heard_at"] == "2031-05-04T09:30:00.000+00:00"
    assert content["budgets"] == {"comparisons": 50_000_000, "tokens": 200_000}
    assert content["spent_today"] == [{"member": "XA", "kind": "tokens", "amount": 1_840}]
    assert content["directory"]["confirmed_at"] == "2031-05-04T09:30:00.000+00:00"
