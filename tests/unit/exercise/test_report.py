"""The result of a run in one line of JSON: all right only if everything is."""

import json
from dataclasses import replace
from uuid import UUID

from symbolon.exercise.report import as_json
from symbolon.exercise.run import RunResult
from symbolon.exercise.truth import FoundHit, read_truth, verify
from symbolon.protocol.references import new_hit_id

TRUTH = read_truth()
ALL_FOUND = tuple(
    FoundHit(new_hit_id(UUID(int=number)), hit.records, "strong", hit.agree, "CONFIRMED")
    for number, hit in enumerate(TRUTH)
)
RIGHT = RunResult(
    verify(TRUTH, ALL_FOUND),
    ALL_FOUND,
    replies_opened=1,
    first_hit_ms=900,
    matched_s=7.5,
    exchange_closed=True,
    held_victim=True,
)


def test_a_run_that_found_the_truth_and_opened_the_reply_is_ok() -> None:
    assert json.loads(as_json(RIGHT.verification, RIGHT, 4.0, 15.04)) == {
        "ok": True,
        "hits_expected": 11,
        "hits_found": 11,
        "false_hits": 0,
        "alerts_delivered": 22,
        "alerts_expected": 22,
        "replies_opened": 1,
        "exchange_closed": True,
        "held_victim": True,
        "first_hit_ms": 900,
        "matched_s": 7.5,
        "startup_s": 4.0,
        "total_s": 15.04,
    }


def test_a_run_without_its_reply_is_not_ok() -> None:
    assert not replace(RIGHT, replies_opened=0).ok


def test_a_run_whose_exchange_stayed_open_is_not_ok() -> None:
    assert not replace(RIGHT, exchange_closed=False).ok


def test_a_run_that_did_not_show_the_victims_hold_is_not_ok() -> None:
    assert not replace(RIGHT, held_victim=False).ok


def test_a_run_with_a_hit_too_few_is_not_ok() -> None:
    assert not replace(RIGHT, verification=verify(TRUTH, ALL_FOUND[1:])).ok


def test_a_run_with_a_hit_too_many_is_not_ok() -> None:
    doubled = replace(ALL_FOUND[0], hit_id=new_hit_id(UUID(int=99)))
    assert not replace(RIGHT, verification=verify(TRUTH, (*ALL_FOUND, doubled))).ok


def test_a_run_that_broke_off_is_not_ok_and_says_what_was_expected() -> None:
    result = json.loads(as_json(verify(TRUTH, ()), None, 0.0, 3.0))
    assert (result["ok"], result["hits_expected"], result["hits_found"]) == (False, 11, 0)
