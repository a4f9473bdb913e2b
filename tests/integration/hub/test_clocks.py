"""Clocks at a hub on a real PostgreSQL: who lets one run out is told once, whatever restarts and holidays come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.integration.hub.exchanging import a_hit, confirmed, requested, send, take, taken_at, vote
from tests.integration.hub.test_desks import hand_in, profile, publish
from tests.simulators.desks import SetClock, a_desk
from tests.simulators.hub_members import SimulatedMember

from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.domain.clock_board import BoardQuery, ClockLine, Order, Standing
from symbolon.hub.domain.clocks import clocks_of
from symbolon.hub.services.escalate_clocks import EscalateClocks, TellOfHit
from symbolon.hub.services.expire_votes import ExpireVotes
from symbolon.hub.services.list_clocks import ListClocks
from symbolon.protocol.allowances import Counting
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import HoldRuling, Namespace, Urgency, WithdrawalReason
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.membership_problems import BrokenSuccession
from symbolon.protocol.messages import AgreedTime, DeskHours, EscalationLevel, EscalationNotice, Purpose
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HitId
from symbolon.runtime.sql_loader import Query

_BROUGHT_BACK = Query("brought_back", "for a test", "UPDATE hit SET since = %(now)s WHERE hit_id = %(hit_id)s")
_RESTORED = Query(
    "restored",
    "for a test",
    "INSERT INTO reconciliation (incarnation, backup_made_at, restored_at) VALUES ('another', now(), now())",
)


def escalation(hub: Any, clock: SetClock) -> EscalateClocks:
    return EscalateClocks(hub.store, TellOfHit(hub.post_message()), clock)


def told(bench: Any, member: SimulatedMember) -> list[tuple[ClockName, Watcher]]:
    notices = bench.messages(member, EscalationNotice)
    assert all(notice.level is EscalationLevel.OVER for notice in notices)
    return [(notice.clock, notice.watcher) for notice in notices]


def lines(bench: Any, now: datetime, *, with_holds: bool = False, **query: Any) -> tuple[ClockLine, ...]:
    return ListClocks(bench.hub.store, SetClock(now))(BoardQuery(**query), with_holds=with_holds).lines


def the_line(bench: Any, clock: ClockName, member: SimulatedMember) -> ClockLine:
    (line,) = lines(bench, bench.now(), clock=clock, member=member.code)
    return line


def due(bench: Any, clock: ClockName, member: SimulatedMember) -> datetime:
    moment = the_line(bench, clock, member).due_at
    assert moment is not None
    return moment


def noted(bench: Any) -> list[tuple[str, str]]:
    """What the facilitator is to be told, by member and clock."""
    with bench.hub.store.work() as work:
        return [(notice.member, notice.subject) for notice in work.notices.take_waiting()]


def test_who_has_not_voted_is_told_when_triage_is_over_and_the_facilitator_with_it(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person, urgency=Urgency.U1)
    for member in (bench.amara, bench.belanu):
        bench.api.note_acknowledgement(member.code, member.side_notice(hit_id))
    vote(bench, bench.amara, hit_id)
    clock = SetClock(due(bench, ClockName.TRIAGE, bench.belanu) - timedelta(milliseconds=1))
    escalate = escalation(bench.hub, clock)
    assert escalate() == 0
    clock.move(milliseconds=1)
    assert escalate() == 1
    assert told(bench, bench.belanu) == [(ClockName.TRIAGE, Watcher.FACILITATOR)]
    assert told(bench, bench.amara) == []
    assert noted(bench) == [("XB", "triage")]
    assert bench.acts().count(AuditAct.CLOCK_OVER) == 1


def test_a_clock_is_told_once_whatever_restarts(bench: Any, person: Any) -> None:
    a_hit(bench, person, urgency=Urgency.U1)
    clock = SetClock(bench.now() + timedelta(hours=6))
    # Two hours would do for both sides' acknowledgement, five for both votes.
    assert escalation(bench.hub, clock)() == 4
    assert escalation(bench.hub, clock)() == 0
    again = open_hub(bench.hub.home, "test", connections=2)
    clock.move(days=1)
    assert escalation(again, clock)() == 0
    again.database.close()
    assert len(told(bench, bench.amara)) == len(told(bench, bench.belanu)) == 2


def test_a_process_that_dies_while_it_tells_has_told_nothing_and_is_made_up_for(bench: Any, person: Any) -> None:
    a_hit(bench, person, urgency=Urgency.U1)
    clock = SetClock(bench.now() + timedelta(hours=6))

    class Dies(TellOfHit):
        def __call__(self, *arguments: Any) -> int:
            super().__call__(*arguments)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EscalateClocks(bench.hub.store, Dies(bench.hub.post_message()), clock)()
    assert (told(bench, bench.amara), noted(bench)) == ([], [])
    assert escalation(bench.hub, clock)() == 4


def test_votes_that_expire_are_told_before_whoever_looks_first(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person, urgency=Urgency.U1)
    vote(bench, bench.amara, hit_id)
    clock = SetClock(due(bench, ClockName.TRIAGE, bench.belanu))
    # The clock that ends a hit is looked at by itself, without the round that tells of clocks having come by.
    tell = TellOfHit(bench.hub.post_message())
    assert ExpireVotes(bench.hub.store, bench.hub.enter_step(), tell, clock)() == 1
    assert bench.hit(hit_id).state is JointState.EXPIRED
    assert (ClockName.TRIAGE, Watcher.FACILITATOR) in told(bench, bench.belanu)
    assert told(bench, bench.amara) == []
    assert escalation(bench.hub, clock)() == 0


def test_working_days_are_those_of_the_desk_that_is_to_act_with_its_holidays(bench: Any, person: Any) -> None:
    publish(bench, bench.belanu, a_desk(zone="Asia/Bangkok"))
    a_hit(bench, person, urgency=Urgency.U2)
    before = due(bench, ClockName.TRIAGE, bench.belanu)
    since = the_line(bench, ClockName.TRIAGE, bench.belanu).started_at
    holidays = tuple(since.date() + timedelta(days=ahead) for ahead in range(-1, 9))
    publish(bench, bench.belanu, a_desk(zone="Asia/Bangkok"), version=2, holidays=holidays)
    after = due(bench, ClockName.TRIAGE, bench.belanu)
    assert after.date() > holidays[-1] > before.date()
    assert after.weekday() < 5
    assert due(bench, ClockName.TRIAGE, bench.amara) < after


def test_what_a_pair_agreed_on_counts_for_clocks_that_begin_afterwards(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    requested(bench, hit_id)
    default = due(bench, ClockName.RESPOND, bench.belanu)
    hand_in(bench, bench.amara, profile(bench, days=30), bench.amara, bench.belanu)
    agreed = due(bench, ClockName.RESPOND, bench.belanu)
    assert agreed - default > timedelta(days=28)


def test_a_safety_hold_stops_the_clock_of_the_answer_and_its_end_lets_it_run_on(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    requested(bench, hit_id)
    before = due(bench, ClockName.RESPOND, bench.belanu)
    bench.api.order_safety_hold("XB", bench.belanu.safety_hold(hit_id, holds=True))
    line = the_line(bench, ClockName.RESPOND, bench.belanu)
    assert (line.due_at, line.standing) == (None, Standing.STANDS_STILL)
    assert escalation(bench.hub, SetClock(bench.now() + timedelta(days=300)))() == 0
    bench.api.order_safety_hold("XB", bench.belanu.safety_hold(hit_id, holds=False))
    assert due(bench, ClockName.RESPOND, bench.belanu) >= before


def test_a_first_question_stops_the_clock_of_the_answer_and_a_second_does_not(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.belanu, hit_id, exchange_id, Event.CLARIFY)
    assert the_line(bench, ClockName.RESPOND, bench.belanu).standing is Standing.STANDS_STILL
    send(bench, bench.amara, hit_id, exchange_id, Event.CLARIFIED)
    assert the_line(bench, ClockName.RESPOND, bench.belanu).standing is Standing.IN_TIME
    send(bench, bench.belanu, hit_id, exchange_id, Event.CLARIFY)
    assert the_line(bench, ClockName.RESPOND, bench.belanu).standing is Standing.IN_TIME


def test_the_clock_of_accepting_ends_with_it_and_that_of_the_answer_goes_on_from_the_request(
    bench: Any, person: Any
) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    asked_at = taken_at(bench, hit_id)
    assert {line.clock for line in lines(bench, bench.now())} == {ClockName.ACCEPT, ClockName.RESPOND}
    send(bench, bench.belanu, hit_id, exchange_id, Event.ACCEPTED)
    (line,) = lines(bench, bench.now())
    assert (line.clock, line.member, line.started_at) == (ClockName.RESPOND, "XB", asked_at)


def test_a_hold_that_nobody_decides_is_told_to_its_owner_for_oversight_and_not_to_the_facilitator(
    bench: Any, person: Any
) -> None:
    hit_id = a_hit(bench, person, belanu_namespace=Namespace.PROTECTED, urgency=Urgency.U1)
    clock = SetClock(bench.now() + timedelta(hours=5))
    assert escalation(bench.hub, clock)() == 1
    assert told(bench, bench.belanu) == [(ClockName.HOLD, Watcher.OVERSIGHT)]
    assert bench.purposes(bench.amara) == []
    assert noted(bench) == []
    assert bench.hit(hit_id).state is JointState.HELD
    assert lines(bench, clock.now()) == ()
    assert [line.clock for line in lines(bench, clock.now(), with_holds=True)] == [ClockName.HOLD]
    bench.api.decide_hold("XB", bench.belanu.hold_decision(hit_id, HoldRuling.RELEASE))
    assert [line.clock for line in lines(bench, bench.now(), clock=ClockName.TRIAGE)] == [ClockName.TRIAGE] * 2


def test_who_does_not_confirm_a_purge_within_a_day_is_named_until_it_does(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    reference = bench.hit(hit_id).side_of("XA").reference
    bench.api.withdraw_records("XA", bench.amara.withdrawal(reference, reason=WithdrawalReason.OWNER_REQUEST))
    clock = SetClock(bench.now() + timedelta(hours=24, seconds=1))
    escalate = escalation(bench.hub, clock)
    assert escalate() == 1
    assert noted(bench) == [("XB", "purge")]
    board = ListClocks(bench.hub.store, clock)(BoardQuery(), with_holds=False)
    assert [(line.member, line.state) for line in board.purges] == [("XB", JointState.WITHDRAWN)]
    # The hub closes the hit by its clock; that its holder has not confirmed stays true.
    bench.worker.close_waiting()
    assert len(ListClocks(bench.hub.store, clock)(BoardQuery(), with_holds=False).purges) == 1
    bench.api.relay_message("XB", bench.belanu.sealed(bench.amara, Purpose.PURGE_RECEIPT, hit_id))
    assert ListClocks(bench.hub.store, clock)(BoardQuery(), with_holds=False).purges == ()
    assert bench.acts().count(AuditAct.PURGE_OVERDUE) == 1


def test_a_recalled_request_is_purged_by_the_side_that_was_asked(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.amara, hit_id, exchange_id, Event.RECALLED)
    clock = SetClock(bench.now() + timedelta(hours=24, seconds=1))
    (line,) = ListClocks(bench.hub.store, clock)(BoardQuery(), with_holds=False).purges
    assert (line.member, line.exchange_id, line.state) == ("XB", exchange_id, JointState.RECALLED)
    bench.api.relay_message("XB", bench.belanu.sealed(bench.amara, Purpose.PURGE_RECEIPT, hit_id))
    assert ListClocks(bench.hub.store, clock)(BoardQuery(), with_holds=False).purges == ()


def test_a_reopened_hit_has_clocks_of_its_own(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person, urgency=Urgency.U1)
    clock = SetClock(bench.now() + timedelta(hours=6))
    escalate = escalation(bench.hub, clock)
    assert escalate() == 4
    tell = TellOfHit(bench.hub.post_message())
    assert ExpireVotes(bench.hub.store, bench.hub.enter_step(), tell, clock)() == 1
    assert lines(bench, clock.now()) == ()
    # The clock of this test is hours ahead of the one that members date their steps by.
    with bench.hub.store.work() as work:
        work.transaction.execute(_BROUGHT_BACK, hit_id=hit_id, now=bench.now())
    take(bench, bench.amara, hit_id, Event.REOPENED)
    clock.move(days=1)
    assert {clock for clock, _watcher in told(bench, bench.amara)} == {ClockName.TRIAGE, ClockName.ACKNOWLEDGE}
    assert escalate() >= 2


def test_a_restored_hub_tells_nobody_before_its_members_told_it_how_far_their_hits_went(
    bench: Any, person: Any
) -> None:
    a_hit(bench, person, urgency=Urgency.U1)
    with bench.hub.store.work() as work:
        work.transaction.execute(_RESTORED)
    assert escalation(bench.hub, SetClock(bench.now() + timedelta(days=9)))() == 0


def test_the_board_is_sorted_by_what_is_due_first_and_exported_with_who_took_it(bench: Any, person: Any) -> None:
    publish(bench, bench.amara, a_desk(), holidays=(date(2026, 1, 1),))
    hit_id: HitId = confirmed(bench, person)
    requested(bench, hit_id)
    listed = ListClocks(bench.hub.store, SetClock(datetime.now(UTC)))
    by_due = listed(BoardQuery(), with_holds=False).lines
    assert [line.clock for line in by_due] == [ClockName.ACCEPT, ClockName.RESPOND]
    assert listed.export("omar", BoardQuery(order=Order.CLOCK), with_holds=False) == by_due
    assert bench.acts()[-1] is AuditAct.CLOCKS_EXPORTED


def test_what_is_wrong_with_one_hit_stops_the_clocks_of_no_other(
    bench: Any, person: Any, somebody_else: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = a_hit(bench, person, urgency=Urgency.U1)
    bench.acknowledge_all()
    whole = a_hit(bench, somebody_else, urgency=Urgency.U1)
    assert broken != whole

    def reading(hit: Any, *arguments: Any) -> Any:
        if hit.hit_id == broken:
            raise ArithmeticError
        return clocks_of(hit, *arguments)

    for service in ("escalate_clocks", "expire_votes", "list_clocks"):
        monkeypatch.setattr(f"symbolon.hub.services.{service}.clocks_of", reading)
    clock = SetClock(bench.now() + timedelta(hours=6))
    assert {line.hit_id for line in lines(bench, clock.now())} == {whole}
    assert escalation(bench.hub, clock)() == 4
    tell = TellOfHit(bench.hub.post_message())
    assert ExpireVotes(bench.hub.store, bench.hub.enter_step(), tell, clock)() == 1
    assert (bench.hit(broken).state, bench.hit(whole).state) == (JointState.ALERTED, JointState.EXPIRED)


def test_an_hour_that_is_one_minute_a_week_is_no_office(bench: Any) -> None:
    minute = replace(a_desk(), hours=(DeskHours(0, 0, 1),))
    with pytest.raises(MalformedMessage, match="at least 10 hours"):
        publish(bench, bench.belanu, minute)


def test_no_two_states_agree_on_a_time_that_never_ends(bench: Any) -> None:
    absurd = AgreedTime(ClockName.TRIAGE, Urgency.U3, Counting.WORKING_DAYS, 2**31 - 1)
    with pytest.raises(BrokenSuccession, match="too long"):
        hand_in(bench, bench.amara, replace(profile(bench), times=(absurd,)))
