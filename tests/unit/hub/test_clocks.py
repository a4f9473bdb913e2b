"""The clocks of hits at the hub, over restarts, pauses, holidays, zones, changes of clocks and leap days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.desks import a_desk, desks_of

from symbolon.hub.domain.clock_board import BoardQuery, Order, Standing, arrange, board_lines, overdue_by_member
from symbolon.hub.domain.clocks import ClockTerms, HitClock, HitHistory, TakenStep, clocks_of
from symbolon.hub.domain.escalation import facilitator_notice_of, is_to_be_told, mark_of
from symbolon.hub.domain.hits import Explanation, Hit, HitSide
from symbolon.protocol.allowances import Counting
from symbolon.protocol.clocks import Pause
from symbolon.protocol.handling import Band, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.hit_ledger import Exchange, HitLedger
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages import AgreedTime, PairProfile
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId

XA, XB = MemberCode("XA"), MemberCode("XB")
EXCHANGE = RequestId("e")
ZONES = st.sampled_from(
    ["UTC", "Asia/Bangkok", "Asia/Kathmandu", "Australia/Sydney", "Pacific/Apia", "America/New_York"]
)
MOMENTS = st.datetimes(datetime(2023, 12, 1), datetime(2028, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001
URGENCIES = st.sampled_from(Urgency)
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))


def side(member: MemberCode, **other: Any) -> HitSide:
    told = datetime(2023, 1, 1, tzinfo=UTC)
    fields: dict[str, Any] = {"is_protected": False, "version": 1, "alerted_at": told, **other}
    return HitSide(member, RecordReference(member), RecordKind.PERSON, OffenceGroup.SMUGGLING, **fields)


def a_hit(state: JointState, since: datetime, urgency: Urgency = Urgency.U3, **other: Any) -> Hit:
    sides = other.pop("sides", (side(XA), side(XB)))
    return Hit(
        ledger=HitLedger(HitId("h"), (XA, XB), state, 1, since, **other),
        explanation=Explanation(Band.STRONG, {}),
        urgency=urgency,
        schema_id="s",
        key_epoch=1,
        detected_at=since,
        sides=sides,
    )


def alerted(at: datetime, urgency: Urgency = Urgency.U3) -> tuple[Hit, HitHistory]:
    return a_hit(JointState.ALERTED, at, urgency), HitHistory((TakenStep(None, Event.ALERTED, at),))


def asked(at: datetime, urgency: Urgency, *further: TakenStep, state: JointState) -> tuple[Hit, HitHistory]:
    """Amara asked; what came after that."""
    confirmed = TakenStep(None, Event.CONFIRMED, at)
    steps = (confirmed, TakenStep(EXCHANGE, Event.REQUESTED, at), *further)
    exchange = Exchange(EXCHANGE, XA, urgency, state, 1, at)
    return a_hit(JointState.CONFIRMED, at, exchanges=(exchange,)), HitHistory(steps)


def terms(zone: str = "UTC", *holidays: date) -> ClockTerms:
    return ClockTerms({member: desks_of(member, a_desk(zone=zone), holidays=holidays) for member in (XA, XB)})


def the(name: ClockName, whose: MemberCode, hit: Hit, history: HitHistory, by: ClockTerms | None = None) -> HitClock:
    (clock,) = [
        each for each in clocks_of(hit, history, by or ClockTerms()) if (each.name, each.whose) == (name, whose)
    ]
    return clock


def due(clock: HitClock) -> datetime:
    assert clock.due_at is not None
    return clock.due_at


@given(MOMENTS, URGENCIES, ZONES, st.lists(st.timedeltas(timedelta(days=-3), timedelta(days=30)), max_size=20))
def test_whenever_the_hub_looks_and_however_often_it_restarts_a_clock_is_told_once_and_never_too_early(
    at: datetime, urgency: Urgency, zone: str, looks: list[timedelta]
) -> None:
    hit, history = alerted(at, urgency)
    clock = the(ClockName.TRIAGE, XB, hit, history, terms(zone))
    told: list[datetime] = []
    rows: set[object] = set()
    for look in looks:
        # Nothing is carried from one look to the next but the rows; the hub's own clock may even be set back.
        again = the(ClockName.TRIAGE, XB, *alerted(at, urgency), terms(zone))
        if is_to_be_told(again, at + look) and mark_of(again) not in rows:
            rows.add(mark_of(again))
            told.append(at + look)
    late = [at + look for look in looks if at + look >= due(clock)]
    assert told == late[:1]


@given(MOMENTS, URGENCIES, ZONES, st.lists(st.dates(date(2023, 12, 1), date(2028, 6, 1)), max_size=30))
def test_a_holiday_never_brings_a_deadline_forward_and_none_falls_on_one(
    at: datetime, urgency: Urgency, zone: str, holidays: list[date]
) -> None:
    hit, history = alerted(at, urgency)
    plain, with_holidays = (the(ClockName.TRIAGE, XB, hit, history, terms(zone, *days)) for days in ((), holidays))
    assert due(with_holidays) >= due(plain)
    if with_holidays.running.allowance.counting is not Counting.ROUND_THE_CLOCK:
        # The last moment that counts is one at which somebody is there.
        assert with_holidays.calendar.is_open(due(with_holidays) - timedelta(microseconds=1))


@given(MOMENTS, URGENCIES, ZONES, SPANS, SPANS)
def test_a_safety_hold_never_brings_a_deadline_forward_and_one_that_came_too_late_changes_nothing(
    at: datetime, urgency: Urgency, zone: str, after: timedelta, lasting: timedelta
) -> None:
    hit, history = alerted(at, urgency)
    plain = the(ClockName.TRIAGE, XA, hit, history, terms(zone))
    frozen = replace(history, freezes=(Pause(at + after, at + after + lasting),))
    paused = the(ClockName.TRIAGE, XA, hit, frozen, terms(zone))
    assert due(paused) >= due(plain)
    if at + after >= due(plain):
        assert due(paused) == due(plain)
    elif urgency is Urgency.U1:
        assert due(paused) == due(plain) + lasting


@given(MOMENTS, ZONES, SPANS)
def test_while_a_safety_hold_lies_on_a_hit_nobody_is_late(at: datetime, zone: str, after: timedelta) -> None:
    hit, history = alerted(at, Urgency.U1)
    frozen = replace(history, freezes=(Pause(at, None), Pause(at + after, at + after)))
    for clock in clocks_of(hit, frozen, terms(zone)):
        assert (clock.due_at, clock.stands_still) == (None, True)
        assert not is_to_be_told(clock, at + timedelta(days=3650))


@given(MOMENTS, ZONES, SPANS, SPANS)
def test_a_hold_in_between_stops_the_votes_and_its_release_lets_them_run_on(
    at: datetime, zone: str, after: timedelta, lasting: timedelta
) -> None:
    hit, history = alerted(at, Urgency.U1)
    plain = the(ClockName.TRIAGE, XA, hit, history, terms(zone))
    held_at = min(at + after, due(plain) - timedelta(microseconds=1))
    steps = (*history.steps, TakenStep(None, Event.HELD, held_at), TakenStep(None, Event.RELEASED, held_at + lasting))
    released = the(ClockName.TRIAGE, XA, hit, HitHistory(steps), terms(zone))
    assert due(released) == due(plain) + lasting
    assert released.started_at == at


@given(MOMENTS, URGENCIES, ZONES, SPANS)
def test_who_is_told_later_is_not_due_sooner(at: datetime, urgency: Urgency, zone: str, later: timedelta) -> None:
    early, late = (the(ClockName.TRIAGE, XA, *alerted(moment, urgency), terms(zone)) for moment in (at, at + later))
    assert due(early) <= due(late)


@given(MOMENTS, URGENCIES, ZONES)
def test_three_quarters_of_a_clock_come_before_the_whole(at: datetime, urgency: Urgency, zone: str) -> None:
    clock = the(ClockName.TRIAGE, XA, *alerted(at, urgency), terms(zone))
    assert clock.deputy_at is not None
    assert at <= clock.deputy_at <= due(clock)
    assert clock.is_late(clock.deputy_at)
    assert not clock.is_over(due(clock) - timedelta(microseconds=1))
    assert clock.is_over(due(clock))


def test_a_leap_day_is_a_working_day_like_any_other() -> None:
    wednesday = datetime(2024, 2, 28, 9, tzinfo=UTC)
    clock = the(ClockName.TRIAGE, XA, *alerted(wednesday, Urgency.U2), terms())
    assert due(clock) == datetime(2024, 2, 29, 17, tzinfo=UTC)


def test_the_hour_that_clocks_are_put_forward_by_is_not_lost_to_a_risk_to_life() -> None:
    before_the_change = datetime(2026, 10, 3, 14, tzinfo=UTC)
    clock = the(ClockName.TRIAGE, XA, *alerted(before_the_change, Urgency.U1), terms("Australia/Sydney"))
    assert due(clock) - before_the_change == timedelta(hours=5)


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_who_has_voted_has_no_clock_and_who_has_seen_the_alert_only_that_of_the_vote() -> None:
    hit, history = alerted(NOW)
    seen = replace(hit, sides=(side(XA), side(XB, acknowledged_at=NOW)))
    found = clocks_of(seen, replace(history, voted=frozenset({XA})), ClockTerms())
    assert [(clock.name, clock.whose) for clock in found] == [(ClockName.TRIAGE, XB)]


def test_the_first_question_stops_the_answer_s_clock_until_the_next_step_and_a_second_does_not() -> None:
    hour = timedelta(hours=1)
    question, answer = (
        TakenStep(EXCHANGE, Event.CLARIFY, NOW + hour),
        TakenStep(EXCHANGE, Event.CLARIFIED, NOW + 3 * hour),
    )
    again = TakenStep(EXCHANGE, Event.CLARIFY, NOW + 4 * hour)

    def respond(state: JointState, *steps: TakenStep) -> HitClock:
        return the(ClockName.RESPOND, XB, *asked(NOW, Urgency.U1, *steps, state=state))

    plain = due(respond(JointState.REQUESTED))
    assert plain == NOW + timedelta(hours=8)
    assert respond(JointState.CLARIFY, question).stands_still
    assert due(respond(JointState.REQUESTED, question, answer)) == plain + 2 * hour
    assert due(respond(JointState.CLARIFY, question, answer, again)) == plain + 2 * hour


def test_accepting_is_counted_anew_after_a_question_was_answered() -> None:
    steps = (TakenStep(EXCHANGE, Event.CLARIFY, NOW), TakenStep(EXCHANGE, Event.CLARIFIED, NOW + timedelta(days=1)))
    clock = the(ClockName.ACCEPT, XB, *asked(NOW, Urgency.U1, *steps, state=JointState.REQUESTED))
    assert clock.started_at == NOW + timedelta(days=1)


def test_while_a_hit_is_held_its_exchanges_stand_still_and_only_the_hold_runs() -> None:
    hit, history = asked(NOW, Urgency.U1, TakenStep(None, Event.HELD, NOW), state=JointState.REQUESTED)
    ledger = replace(hit.ledger, state=JointState.HELD, held_from=JointState.CONFIRMED)
    held = replace(hit, ledger=ledger, sides=(side(XA, is_protected=True), side(XB)))
    running = {clock.name: clock for clock in clocks_of(held, history, ClockTerms())}
    assert set(running) == {ClockName.HOLD, ClockName.ACCEPT, ClockName.RESPOND}
    assert [name for name, clock in running.items() if not clock.stands_still] == [ClockName.HOLD]
    assert running[ClockName.HOLD].whose == XA
    assert running[ClockName.HOLD].watcher is Watcher.OVERSIGHT
    assert facilitator_notice_of(running[ClockName.HOLD], NOW) is None


def test_of_what_ends_by_itself_nobody_is_told() -> None:
    hit = a_hit(JointState.CONFIRMED, NOW)
    clocks = clocks_of(hit, HitHistory(), ClockTerms())
    assert {clock.name for clock in clocks} == {ClockName.USE}
    assert not any(is_to_be_told(clock, NOW + timedelta(days=365)) for clock in clocks)
    assert board_lines(clocks, NOW, with_holds=True) == ()


def test_what_was_withdrawn_is_purged_by_the_other_side_and_after_a_narrower_list_by_both() -> None:
    hit = a_hit(JointState.WITHDRAWN, NOW)

    def holders(history: HitHistory) -> list[MemberCode]:
        return [clock.whose for clock in clocks_of(hit, history, ClockTerms())]

    assert holders(HitHistory(withdrew=frozenset({XA}))) == [XB]
    assert holders(HitHistory()) == [XA, XB]


def test_each_receipt_counts_for_one_recall_before_it() -> None:
    day = timedelta(days=1)
    hit, _history = asked(NOW, Urgency.U3, state=JointState.CLOSED)
    second = replace(hit.ledger.exchanges[0], exchange_id=RequestId("f"))
    hit = replace(hit, ledger=replace(hit.ledger, exchanges=(*hit.ledger.exchanges, second)))
    recalls = (TakenStep(EXCHANGE, Event.RECALLED, NOW), TakenStep(RequestId("f"), Event.RECALLED, NOW + day))

    def open_purges(*receipts: tuple[MemberCode, datetime]) -> list[RequestId | None]:
        found = clocks_of(hit, HitHistory(recalls, purged=receipts), ClockTerms())
        return [clock.exchange_id for clock in found if clock.name is ClockName.PURGE]

    assert open_purges() == [EXCHANGE, "f"]
    assert open_purges((XB, NOW - day), (XA, NOW + 2 * day)) == [EXCHANGE, "f"]
    assert open_purges((XB, NOW + 2 * day)) == ["f"]
    assert open_purges((XB, NOW + 2 * day), (XB, NOW + 2 * day)) == []


def test_a_hit_whose_steps_are_not_known_is_counted_from_where_its_ledger_says() -> None:
    clock = the(ClockName.TRIAGE, XA, a_hit(JointState.ALERTED, NOW, Urgency.U1), HitHistory())
    assert clock.started_at == NOW


def test_a_pair_s_own_times_count_for_clocks_that_begin_from_their_day_on() -> None:
    times = (AgreedTime(ClockName.TRIAGE, Urgency.U3, Counting.WORKING_DAYS, 9),)
    agreed = {frozenset({XA, XB}): (PairProfile((XA, XB), 1, None, NOW.date(), times),)}
    by = ClockTerms(agreed=agreed)
    before, after = (
        the(ClockName.TRIAGE, XA, *alerted(moment), by).running.allowance.amount
        for moment in (NOW - timedelta(days=1), NOW)
    )
    assert (before, after) == (4, 9)


def test_lines_are_sorted_and_counted_by_who_is_overdue() -> None:
    hit, history = alerted(NOW, Urgency.U1)
    later = NOW + timedelta(hours=2)
    lines = board_lines(clocks_of(hit, replace(history, voted=frozenset({XA})), ClockTerms()), later, with_holds=False)
    by_due, by_clock = arrange(lines, BoardQuery()), arrange(lines, BoardQuery(order=Order.CLOCK))
    assert [line.clock for line in by_due] == [ClockName.ACKNOWLEDGE, ClockName.TRIAGE]
    assert [line.clock for line in by_clock] == [ClockName.TRIAGE, ClockName.ACKNOWLEDGE]
    assert [line.standing for line in by_due] == [Standing.OVER, Standing.IN_TIME]
    assert overdue_by_member(lines) == {XB: 1}
    assert arrange(lines, BoardQuery(member=XA)) == ()
