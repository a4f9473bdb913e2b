from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from symbolon.protocol.allowances import Counting
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import ENDED, STEPS, JointState, Overlay, Party, SideState
from symbolon.protocol.lifecycle_times import (
    CLOCKS_OF_SIDE,
    CLOCKS_OF_STATE,
    DEFAULT_TIMES,
    ClockName,
    Watcher,
    closes_without_feedback,
    feedback_reminders_due,
    may_be_reopened,
    stands_still,
    watchers,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OVERLAYS = [frozenset(chosen) for size in range(3) for chosen in combinations(Overlay, size)]


def test_every_clock_allows_a_time_for_every_urgency_and_risk_to_life_runs_round_the_clock():
    assert set(DEFAULT_TIMES) == set(ClockName)
    for times in DEFAULT_TIMES.values():
        assert set(times) == set(Urgency)
        assert times[Urgency.U1].counting is Counting.ROUND_THE_CLOCK


def test_every_clock_runs_somewhere():
    named = {clock for clocks in (*CLOCKS_OF_STATE.values(), *CLOCKS_OF_SIDE.values()) for clock in clocks}
    assert named == set(ClockName)
    assert set(CLOCKS_OF_SIDE) == set(SideState)


def test_a_state_that_waits_for_an_officer_has_a_clock():
    """Where no clock is named, a program goes on by itself, or it is over."""
    by_program = {
        step.source for step in STEPS if step.parties & {Party.HUB, Party.CLOCK} and step.event != "withdrawn"
    }
    for state in set(JointState) - set(CLOCKS_OF_STATE) - ENDED:
        assert state in by_program, state


@pytest.mark.parametrize(("clock", "overlays"), list(product(ClockName, OVERLAYS)))
def test_a_safety_hold_stops_every_clock_but_those_of_holds_and_purges(clock, overlays):
    stopped = stands_still(clock, clarifying=False, overlays=overlays, held=False)
    on_purpose = {ClockName.HOLD, ClockName.PURGE, ClockName.REOPEN}
    assert stopped is (Overlay.SAFETY_HOLD in overlays and clock not in on_purpose)


def test_the_first_clarification_stops_the_response_clock_alone():
    stopped = [clock for clock in ClockName if stands_still(clock, clarifying=True, overlays=frozenset(), held=False)]
    assert stopped == [ClockName.RESPOND]


def test_a_hold_that_runs_out_is_told_to_nobody_but_those_who_protect():
    assert watchers(ClockName.HOLD, protected=True) == (Watcher.DEPUTY_PROTECTION_OFFICER, Watcher.OVERSIGHT)
    assert watchers(ClockName.TRIAGE, protected=False) == (Watcher.DEPUTY, Watcher.FACILITATOR)
    assert watchers(ClockName.TRIAGE, protected=True) == (Watcher.DEPUTY_PROTECTION_OFFICER, Watcher.FACILITATOR)


@pytest.mark.parametrize(
    ("days", "reminders", "closes"), [(0, 0, False), (30, 1, False), (60, 2, False), (90, 2, True)]
)
def test_feedback_is_asked_for_twice_and_then_done_without(days, reminders, closes):
    since = NOW - timedelta(days=days)
    assert (feedback_reminders_due(since, NOW), closes_without_feedback(since, NOW)) == (reminders, closes)


def test_a_closed_hit_is_reopened_within_ninety_days():
    assert may_be_reopened(NOW - timedelta(days=90), NOW)
    assert not may_be_reopened(NOW - timedelta(days=90, seconds=1), NOW)
