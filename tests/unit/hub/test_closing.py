"""What the hub does to a hit by itself, and when: never early, never on hold, and in the end always."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.hub.test_hits import AMARA, BELANU, EXCHANGE, NOW, by_hub, confirmed, hit

from symbolon.hub.domain.closing import Due, HubClocks, due_steps, reminders_due
from symbolon.protocol.clocks import Pause
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange, with_safety_hold
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES


def clocks(after: timedelta, *pauses: Pause) -> HubClocks:
    return HubClocks(pauses, lambda clock, urgency, _began: DEFAULT_TIMES[clock][urgency], NOW + after)


def exchange(state: JointState) -> Exchange:
    return Exchange(EXCHANGE, AMARA, Urgency.U2, state, 3, NOW)


def due(state: JointState, after: timedelta, *pauses: Pause) -> tuple[Due, ...]:
    found = confirmed(hit())
    return due_steps(replace(found, ledger=replace(found.ledger, exchanges=(exchange(state),))), clocks(after, *pauses))


@pytest.mark.parametrize(
    ("state", "days", "event"),
    [
        (JointState.RESPONDED, 0, Event.FEEDBACK_DUE),
        (JointState.SPONTANEOUS, 0, Event.FEEDBACK_DUE),
        (JointState.FORMAL_ROUTE, 30, Event.FEEDBACK_DUE),
        (JointState.REFUSED, 30, Event.CLOSED),
        (JointState.RECALLED, 1, Event.CLOSED),
        (JointState.FEEDBACK_DUE, 90, Event.CLOSED),
    ],
)
def test_what_is_due_in_an_exchange_is_due_to_the_second(state: JointState, days: int, event: Event) -> None:
    assert due(state, timedelta(days=days)) == ((EXCHANGE, event),)
    if days:
        assert due(state, timedelta(days=days, seconds=-1)) == ()


@pytest.mark.parametrize(
    "state", [JointState.REQUESTED, JointState.CLARIFY, JointState.ACCEPTED, JointState.PARTIAL, JointState.CLOSED]
)
def test_no_clock_of_the_hub_ends_what_an_officer_is_to_answer(state: JointState) -> None:
    assert [step for step in due(state, timedelta(days=1000)) if step[0] is not None] == []


def test_a_pause_moves_what_is_due_and_purging_waits_for_nothing() -> None:
    pause = Pause(NOW + timedelta(days=1), NOW + timedelta(days=11))
    assert due(JointState.FEEDBACK_DUE, timedelta(days=90), pause) == ()
    assert due(JointState.FEEDBACK_DUE, timedelta(days=100), pause) == ((EXCHANGE, Event.CLOSED),)
    assert due(JointState.RECALLED, timedelta(days=1), Pause(NOW, None)) == ((EXCHANGE, Event.CLOSED),)


def test_a_frozen_hit_is_left_alone_but_for_what_is_to_be_purged() -> None:
    found = confirmed(hit())
    for state, expected in ((JointState.RESPONDED, ()), (JointState.RECALLED, ((EXCHANGE, Event.CLOSED),))):
        ledger = with_safety_hold(replace(found.ledger, exchanges=(exchange(state),)), BELANU, holds=True)
        assert due_steps(replace(found, ledger=ledger), clocks(timedelta(days=100))) == expected


def test_a_hit_is_held_for_as_long_as_it_is_held() -> None:
    assert due_steps(hit(amara=True), clocks(timedelta(days=1000))) == ()


def test_reminders_come_at_thirty_and_sixty_days_and_never_for_anything_else() -> None:
    found = [
        reminders_due(exchange(JointState.FEEDBACK_DUE), clocks(timedelta(days=days))) for days in (29, 30, 59, 60)
    ]
    assert found == [0, 1, 1, 2]
    assert reminders_due(exchange(JointState.RESPONDED), clocks(timedelta(days=100))) == 0


def test_a_withdrawn_hit_closes_when_everybody_told_has_purged_or_after_a_day() -> None:
    gone = by_hub(confirmed(hit()), Event.WITHDRAWN)
    purged_at = datetime(2026, 3, 1, 1, tzinfo=UTC)
    low, high = gone.sides
    one = replace(gone, sides=(replace(low, purged_at=purged_at), high))
    both = replace(gone, sides=(replace(low, purged_at=purged_at), replace(high, purged_at=purged_at)))
    hours = clocks(timedelta(hours=2))
    assert (due_steps(one, hours), due_steps(both, hours)) == ((), ((None, Event.CLOSED),))
    assert due_steps(one, clocks(timedelta(days=1))) == ((None, Event.CLOSED),)
