"""The order of a hit's steps at a hub on PostgreSQL: one step counts from each version, whoever is quicker."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.hub.exchanging import a_hit, confirmed, requested, send, take, vote
from tests.simulators.hub_members import item

from symbolon.hub.errors import (
    AlreadyVoted,
    HubError,
    NotNow,
    NotTheCounterpart,
    NotTheProtector,
    RefusedBefore,
    UnknownHit,
)
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import HoldRuling, Namespace, Urgency, WithdrawalReason
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_problems import NotTheirs, OnHold, StaleState
from symbolon.protocol.messages import (
    HIT_PURPOSES,
    STEP_PURPOSES,
    Purpose,
    SafetyHoldNotice,
    SideNotice,
    StepTaken,
)
from symbolon.protocol.problems import IllegalTransition, MalformedMessage, ProtocolError
from symbolon.protocol.references import HUB, new_hit_id, new_request_id
from symbolon.runtime.sql_loader import Query


def _before(bench: Any, hit_id: Any) -> int:
    """The version from which the newest step of the hit's own track was taken."""
    return int(bench.hit(hit_id).ledger.version) - 1


def _step(bench: Any, member: Any, hit_id: Any, event: Event, follows: int, **other: Any) -> None:
    bench.api.take_step(member.code, member.step(member.notice(hit_id, event, follows, **other)))


def _message(
    bench: Any, member: Any, purpose: Purpose, hit_id: Any, event: Event, exchange_id: Any, follows: int
) -> Any:
    """A sealed step, not handed in yet."""
    other = bench.belanu if member is bench.amara else bench.amara
    urgency = Urgency.U2 if event in (Event.REQUESTED, Event.SPONTANEOUS) else None
    notice = member.notice(hit_id, event, follows, exchange_id=exchange_id, urgency=urgency)
    return member.sealed(other, purpose, hit_id, notice)


def _relay(bench: Any, member: Any, envelope: Any) -> None:
    bench.api.relay_message(member.code, envelope)


def _freeze(bench: Any, member: Any, hit_id: Any, *, holds: bool) -> None:
    bench.api.order_safety_hold(member.code, member.safety_hold(hit_id, holds=holds))


def _decide(bench: Any, member: Any, hit_id: Any, ruling: HoldRuling) -> None:
    bench.api.decide_hold(member.code, member.hold_decision(hit_id, ruling))


def _details(bench: Any, act: AuditAct) -> list[Any]:
    bench.worker.sequence_audit()
    with bench.hub.database.transaction() as tx:
        return [dict(entry.leaf.detail) for entry in bench.hub.audit_log.entries(tx) if entry.leaf.act is act]


def _reclassify(bench: Any, member: Any, hit_id: Any) -> None:
    side = bench.hit(hit_id).side_of(member.code)
    reclassification = member.withdrawal(side.reference, reason=WithdrawalReason.RECLASSIFIED)
    bench.api.withdraw_records(member.code, reclassification)


# The order of steps


def test_the_first_word_on_the_votes_counts_and_is_told_to_the_other_side_alone(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    assert bench.hit(hit_id).state is JointState.CONFIRMED
    assert bench.told(bench.amara) == []
    [taken] = bench.messages(bench.belanu, StepTaken)
    assert (taken.event, taken.by, taken.follows) == (Event.CONFIRMED, bench.amara.code, _before(bench, hit_id))
    with pytest.raises(StaleState):
        _step(bench, bench.belanu, hit_id, Event.CONFIRMED, _before(bench, hit_id))


def test_nothing_follows_from_votes_that_were_not_handed_over(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    vote(bench, bench.amara, hit_id)
    with pytest.raises(IllegalTransition):
        take(bench, bench.amara, hit_id, Event.CONFIRMED)


@pytest.mark.parametrize("recall_first", [True, False])
def test_of_a_recall_and_an_answer_that_cross_exactly_one_counts(bench: Any, person: Any, recall_first: bool) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    recall = (bench.amara, _message(bench, bench.amara, Purpose.RECALL, hit_id, Event.RECALLED, exchange_id, 1))
    reply = (bench.belanu, _message(bench, bench.belanu, Purpose.REPLY, hit_id, Event.RESPONDED, exchange_id, 1))
    first, second = (recall, reply) if recall_first else (reply, recall)
    _relay(bench, *first)
    with pytest.raises(StaleState):
        _relay(bench, *second)
    expected = JointState.RECALLED if recall_first else JointState.RESPONDED
    assert bench.hit(hit_id).ledger.exchange(exchange_id).state is expected
    assert (Purpose.RECALL in bench.purposes(bench.belanu)) is recall_first
    assert (Purpose.REPLY in bench.purposes(bench.amara)) is not recall_first


def test_of_steps_that_arrive_at_the_same_moment_exactly_one_counts(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    steps = [
        (bench.amara, _message(bench, bench.amara, Purpose.RECALL, hit_id, Event.RECALLED, exchange_id, 1)),
        *(
            (bench.belanu, _message(bench, bench.belanu, Purpose.REPLY, hit_id, Event.RESPONDED, exchange_id, 1))
            for _ in range(3)
        ),
    ]
    answers: list[str] = []

    def hand_in(member: Any, envelope: Any) -> None:
        try:
            _relay(bench, member, envelope)
        except (HubError, ProtocolError) as refused:
            answers.append(refused.problem.value)
        else:
            answers.append("taken")

    threads = [threading.Thread(target=hand_in, args=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["stale-state"] * 3 + ["taken"]
    assert bench.hit(hit_id).ledger.exchange(exchange_id).version == 2


def test_a_step_sent_again_is_taken_once_and_answered_the_same(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = new_request_id(uuid4())
    request = _message(bench, bench.amara, Purpose.REQUEST, hit_id, Event.REQUESTED, exchange_id, 0)
    _relay(bench, bench.amara, request)
    _relay(bench, bench.amara, bench.amara.again(request))
    assert bench.purposes(bench.belanu).count(Purpose.REQUEST) == 1
    assert bench.hit(hit_id).ledger.exchange(exchange_id).version == 1


def test_a_step_that_was_refused_is_refused_whenever_it_comes_again(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    exchange_id = new_request_id(uuid4())
    request = _message(bench, bench.amara, Purpose.REQUEST, hit_id, Event.REQUESTED, exchange_id, 0)
    with pytest.raises(IllegalTransition):
        _relay(bench, bench.amara, request)
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, Event.CONFIRMED)
    with pytest.raises(RefusedBefore) as again:
        _relay(bench, bench.amara, bench.amara.again(request))
    assert again.value.problem is IllegalTransition.problem
    assert bench.hit(hit_id).ledger.exchanges == ()


def test_a_step_on_hold_waits_and_is_taken_when_it_comes_again(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    request = _message(bench, bench.amara, Purpose.REQUEST, hit_id, Event.REQUESTED, new_request_id(uuid4()), 0)
    _freeze(bench, bench.belanu, hit_id, holds=True)
    with pytest.raises(OnHold):
        _relay(bench, bench.amara, request)
    _freeze(bench, bench.belanu, hit_id, holds=False)
    _relay(bench, bench.amara, bench.amara.again(request))
    assert Purpose.REQUEST in bench.purposes(bench.belanu)


# Who may


def test_a_stranger_is_told_nothing_and_does_nothing(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    foreign = bench.cassor
    notice = foreign.notice(hit_id, Event.RECALLED, 1, exchange_id=exchange_id)
    before = bench.hit(hit_id)
    for act in (
        lambda: _step(bench, foreign, hit_id, Event.CLOSED, 2),
        lambda: bench.api.relay_message("XC", foreign.sealed(bench.amara, Purpose.RECALL, hit_id, notice)),
        lambda: bench.api.relay_message("XC", foreign.sealed(bench.amara, Purpose.NOTE, hit_id)),
        lambda: bench.api.note_acknowledgement("XC", foreign.side_notice(hit_id)),
        lambda: _freeze(bench, foreign, hit_id, holds=True),
        lambda: _decide(bench, foreign, hit_id, HoldRuling.CLOSE),
        lambda: bench.api.deposit_vote("XC", foreign.vote(hit_id, bench.amara)),
    ):
        with pytest.raises(UnknownHit):
            act()
    assert bench.hit(hit_id) == before
    assert bench.mail(foreign) == ()


def test_a_side_that_was_not_told_does_nothing_to_a_held_hit(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person, belanu_namespace=Namespace.PROTECTED)
    for act in (
        lambda: _step(bench, bench.amara, hit_id, Event.CLOSED, 1),
        lambda: bench.api.note_acknowledgement("XA", bench.amara.side_notice(hit_id)),
        lambda: _freeze(bench, bench.amara, hit_id, holds=True),
        lambda: _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.PURGE_REQUEST, hit_id)),
    ):
        with pytest.raises(UnknownHit):
            act()


def test_a_message_of_a_hit_goes_to_its_other_party_alone(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    notice = bench.amara.notice(hit_id, Event.REQUESTED, 0, exchange_id=new_request_id(uuid4()), urgency=Urgency.U3)
    with pytest.raises(NotTheCounterpart):
        _relay(bench, bench.amara, bench.amara.sealed(bench.cassor, Purpose.REQUEST, hit_id, notice))


@pytest.mark.parametrize(
    ("purpose", "event"),
    [
        (Purpose.REPLY, Event.RESPONDED),
        (Purpose.REQUEST_DECISION, Event.ACCEPTED),
        (Purpose.CLARIFICATION, Event.CLARIFY),
    ],
)
def test_nobody_answers_its_own_request(bench: Any, person: Any, purpose: Purpose, event: Event) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    with pytest.raises(NotTheirs):
        _relay(bench, bench.amara, _message(bench, bench.amara, purpose, hit_id, event, exchange_id, 1))


@pytest.mark.parametrize("event", [Event.HELD, Event.WITHDRAWN, Event.EXPIRED, Event.RELEASED, Event.ALERTED])
def test_no_member_takes_a_step_that_is_the_hubs(bench: Any, person: Any, event: Event) -> None:
    hit_id = a_hit(bench, person)
    with pytest.raises((NotTheirs, IllegalTransition)):
        take(bench, bench.amara, hit_id, event)


def test_a_step_that_a_sealed_message_carries_is_not_taken_without_it(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    with pytest.raises(MalformedMessage):
        _step(bench, bench.amara, hit_id, Event.REQUESTED, 0, exchange_id=new_request_id(uuid4()), urgency=Urgency.U1)


def test_a_sealed_message_and_its_notice_belong_together(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    fits = bench.amara.notice(hit_id, Event.REQUESTED, 0, exchange_id=new_request_id(uuid4()), urgency=Urgency.U3)
    for purpose, notice in (
        (Purpose.REQUEST, None),
        (Purpose.NOTE, fits),
        (Purpose.REPLY, fits),
        (Purpose.REQUEST, bench.amara.notice(hit_id, Event.REQUESTED, 0, urgency=Urgency.U3)),
        (Purpose.REQUEST, bench.amara.notice(hit_id, Event.REQUESTED, 0, exchange_id=fits.exchange_id)),
        (Purpose.REQUEST, replace(fits, hit_id=new_hit_id(uuid4()))),
        (Purpose.LINKAGE_KEY, fits),
    ):
        with pytest.raises(MalformedMessage):
            _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, purpose, hit_id, notice))


def test_a_step_is_not_dated_in_the_future_nor_before_what_it_follows(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    for away in (timedelta(minutes=10), timedelta(days=-1)):
        with pytest.raises(ProtocolError):
            _step(bench, bench.amara, hit_id, Event.CLOSED, 2, at=datetime.now(UTC).replace(microsecond=0) + away)
    assert bench.hit(hit_id).state is JointState.CONFIRMED


# Words besides steps


def test_words_go_from_the_confirmation_on_until_a_record_is_withdrawn(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    note = lambda: bench.amara.sealed(bench.belanu, Purpose.NOTE, hit_id)  # noqa: E731 - a new one each time
    with pytest.raises(NotNow):
        _relay(bench, bench.amara, note())
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, Event.CONFIRMED)
    _relay(bench, bench.amara, note())
    take(bench, bench.amara, hit_id, Event.CLOSED)
    _relay(bench, bench.amara, note())
    assert bench.purposes(bench.belanu).count(Purpose.NOTE) == 2


def test_extra_fields_go_between_the_two_rounds_alone(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    with pytest.raises(NotNow):
        _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.EXTRA_FIELD_PROPOSAL, hit_id))
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.belanu, hit_id, Event.NEEDS_MORE)
    _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.EXTRA_FIELD_PROPOSAL, hit_id))
    assert bench.purposes(bench.belanu)[-1] is Purpose.EXTRA_FIELD_PROPOSAL


def test_a_frozen_hit_discloses_nothing_by_any_message(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    _freeze(bench, bench.belanu, hit_id, holds=True)
    for purpose in HIT_PURPOSES - STEP_PURPOSES - {Purpose.VOTE, Purpose.PURGE_REQUEST, Purpose.PURGE_RECEIPT}:
        with pytest.raises(OnHold):
            _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, purpose, hit_id))
    _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.PURGE_REQUEST, hit_id))


def test_a_withdrawn_hit_is_closed_when_both_sides_have_purged(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    requested(bench, hit_id)
    bench.api.withdraw_records("XA", bench.amara.withdrawal(bench.hit(hit_id).side_of("XA").reference))
    bench.acknowledge_all()
    with pytest.raises(NotNow):
        _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.NOTE, hit_id))
    _relay(bench, bench.belanu, bench.belanu.sealed(bench.amara, Purpose.PURGE_RECEIPT, hit_id))
    assert bench.hit(hit_id).state is JointState.WITHDRAWN
    _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.PURGE_RECEIPT, hit_id))
    assert bench.hit(hit_id).ledger.closed_from is JointState.WITHDRAWN
    assert bench.told(bench.amara) == bench.told(bench.belanu) == [Event.CLOSED]
    with pytest.raises(NotNow):
        take(bench, bench.amara, hit_id, Event.REOPENED)


def test_a_receipt_for_an_older_recall_is_not_one_for_the_withdrawal(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.amara, hit_id, exchange_id, Event.RECALLED)
    bench.api.withdraw_records("XA", bench.amara.withdrawal(bench.hit(hit_id).side_of("XA").reference))

    def receipt() -> datetime | None:
        _relay(bench, bench.belanu, bench.belanu.sealed(bench.amara, Purpose.PURGE_RECEIPT, hit_id))
        at: datetime | None = bench.hit(hit_id).side_of("XB").purged_at
        return at

    assert receipt() is None
    assert receipt() is not None
    # Who recalled it held nothing of that exchange: its first receipt is for the withdrawal.
    _relay(bench, bench.amara, bench.amara.sealed(bench.belanu, Purpose.PURGE_RECEIPT, hit_id))
    assert bench.hit(hit_id).state is JointState.CLOSED


# Acknowledgement, holds, safety holds


def test_the_other_side_sees_once_when_a_desk_has_seen_the_hit(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    for _ in range(2):
        bench.api.note_acknowledgement("XA", bench.amara.side_notice(hit_id))
    assert [notice.hit_id for notice in bench.messages(bench.belanu, SideNotice)] == [hit_id]
    assert bench.messages(bench.amara, SideNotice) == []


def test_a_side_that_is_told_after_a_release_does_not_learn_how_long_the_hit_was_held(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person, belanu_namespace=Namespace.PROTECTED)
    bench.api.note_acknowledgement("XB", bench.belanu.side_notice(hit_id))
    assert bench.mail(bench.amara) == ()
    _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    [alert], [notice] = bench.alerts(bench.amara), bench.messages(bench.amara, SideNotice)
    assert (notice.at, alert.state_version) == (alert.alerted_at, bench.hit(hit_id).ledger.version)


def test_only_protected_owners_release_and_each_of_them_must(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    _reclassify(bench, bench.amara, hit_id)
    with pytest.raises(NotTheProtector):
        _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    _reclassify(bench, bench.belanu, hit_id)
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    assert bench.hit(hit_id).state is JointState.HELD
    _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    assert bench.hit(hit_id).state is JointState.CONFIRMED
    assert bench.told(bench.amara) == [Event.HELD, Event.RELEASED]


def test_an_exchange_stands_still_while_the_hit_is_held_and_goes_on_after(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    _reclassify(bench, bench.amara, hit_id)
    reply = _message(bench, bench.belanu, Purpose.REPLY, hit_id, Event.RESPONDED, exchange_id, 1)
    with pytest.raises(OnHold):
        _relay(bench, bench.belanu, reply)
    assert Purpose.REPLY not in bench.purposes(bench.amara)
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    _relay(bench, bench.belanu, bench.belanu.again(reply))
    assert bench.hit(hit_id).ledger.joint_state is JointState.RESPONDED


def test_both_sides_hear_that_a_hit_is_frozen_and_not_by_whom(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    for member, holds in ((bench.amara, True), (bench.belanu, True), (bench.amara, False), (bench.belanu, False)):
        _freeze(bench, member, hit_id, holds=holds)
    for member in (bench.amara, bench.belanu):
        assert [notice.holds for notice in bench.messages(member, SafetyHoldNotice)] == [True, True, True, False]
    assert bench.hit(hit_id).ledger.frozen_by == frozenset()


def test_an_order_sent_again_does_not_change_what_was_ordered_since(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    lift = bench.amara.safety_hold(hit_id, holds=False)
    bench.api.order_safety_hold("XA", lift)
    _freeze(bench, bench.amara, hit_id, holds=True)
    bench.api.order_safety_hold("XA", bench.amara.again(lift))
    assert bench.hit(hit_id).ledger.frozen_by == {"XA"}


def test_votes_of_a_frozen_hit_lie_here_until_the_hold_is_lifted(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    _freeze(bench, bench.amara, hit_id, holds=True)
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    assert Purpose.VOTE not in bench.purposes(bench.amara)
    _freeze(bench, bench.amara, hit_id, holds=False)
    assert bench.purposes(bench.amara)[-1] is bench.purposes(bench.belanu)[-1] is Purpose.VOTE


def test_a_vote_of_another_round_does_not_count(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    with pytest.raises(OnHold):
        bench.api.deposit_vote("XA", bench.amara.vote(hit_id, bench.belanu, number=2))
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    with pytest.raises(AlreadyVoted):
        vote(bench, bench.amara, hit_id)
    take(bench, bench.amara, hit_id, Event.NEEDS_MORE)
    with pytest.raises(StaleState):
        vote(bench, bench.amara, hit_id)
    for one, other in ((bench.amara, bench.belanu), (bench.belanu, bench.amara)):
        bench.api.deposit_vote(one.code, one.vote(hit_id, other, number=2))
    assert bench.hit(hit_id).opened_round == 2


# Closing, reopening, coming back


def test_of_a_hit_that_is_withdrawn_nothing_is_kept_for_fetching_it_again_but_that(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    bench.api.note_acknowledgement("XA", bench.amara.side_notice(hit_id))
    exchange_id = requested(bench, hit_id)
    for purpose in (Purpose.NOTE, Purpose.MEETING_PROPOSAL, Purpose.ATTACHMENT_MANIFEST):
        sealed = bench.amara.sealed(bench.belanu, purpose, hit_id)
        bench.api.relay_message("XA", sealed)
    for holds in (True, False):
        _freeze(bench, bench.amara, hit_id, holds=holds)
    send(bench, bench.belanu, hit_id, exchange_id, Event.RESPONDED)
    bench.acknowledge_all()
    assert _kept(bench, hit_id) >= {"alert", "vote", "note", "attachment-manifest", "side-notice", "safety-hold-notice"}
    bench.api.withdraw_records("XA", bench.amara.withdrawal(bench.hit(hit_id).side_of("XA").reference))
    assert _kept(bench, hit_id) <= {"step-taken"}
    bench.acknowledge_all()
    assert _kept(bench, hit_id) == {"step-taken"}


def _kept(bench: Any, hit_id: Any) -> set[str]:
    """The purposes of what was delivered about a hit and can be fetched again."""
    text = (
        "select distinct purpose from delivery"
        " where convert_from(envelope, 'UTF8') like %(hit)s and acknowledged_at is not null"
    )
    with bench.hub.database.transaction() as tx:
        return {row["purpose"] for row in tx.fetch_all(_query(text), hit=f"%{hit_id}%")}


def _past(bench: Any, hit_id: Any, **ago: float) -> None:
    """Let everything about the hit have happened longer ago."""
    shift = timedelta(**ago)
    with bench.hub.database.transaction() as tx:
        for text in (
            "update hit set since = since - %(by)s where hit_id = %(hit)s",
            "update hit_exchange set since = since - %(by)s where hit_id = %(hit)s",
            "update hit_step set at = at - %(by)s, taken_at = taken_at - %(by)s where hit_id = %(hit)s",
            "update safety_hold set began_at = began_at - %(by)s, ended_at = ended_at - %(by)s where hit_id = %(hit)s",
        ):
            tx.execute(_query(text), by=shift, hit=hit_id)


def _query(text: str) -> Query:
    return Query("for_a_test", "for a test", text)


def test_an_answered_request_is_for_feedback_and_closes_without_it_after_ninety_days(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.belanu, hit_id, exchange_id, Event.RESPONDED)
    bench.acknowledge_all()
    assert bench.worker.close_waiting() == 1
    assert bench.worker.close_waiting() == 0
    assert bench.hit(hit_id).ledger.joint_state is JointState.FEEDBACK_DUE
    for days, reminders in ((29, 0), (2, 1), (1, 1), (29, 2), (1, 2)):
        _past(bench, hit_id, days=days)
        bench.worker.close_waiting()
        assert bench.purposes(bench.amara).count(Purpose.ESCALATION_NOTICE) == reminders
        assert bench.hit(hit_id).state is JointState.CONFIRMED
    _past(bench, hit_id, days=29)
    bench.worker.close_waiting()
    assert bench.hit(hit_id).ledger.closed_from is JointState.CONFIRMED
    assert bench.told(bench.amara) == bench.told(bench.belanu) == [Event.FEEDBACK_DUE, Event.CLOSED, Event.CLOSED]


def test_a_safety_hold_stops_the_clocks_by_which_the_hub_closes(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    _freeze(bench, bench.amara, hit_id, holds=True)
    _past(bench, hit_id, days=40)
    assert bench.worker.close_waiting() == 0
    _freeze(bench, bench.amara, hit_id, holds=False)
    assert bench.worker.close_waiting() == 0
    _past(bench, hit_id, days=31)
    assert bench.worker.close_waiting() == 1


def test_a_confirmed_hit_that_nobody_uses_is_closed_after_thirty_days(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    _past(bench, hit_id, days=29)
    assert bench.worker.close_waiting() == 0
    _past(bench, hit_id, days=2)
    assert bench.worker.close_waiting() == 1
    assert bench.hit(hit_id).state is JointState.CLOSED


@pytest.mark.parametrize("outcome", [Event.NOT_SAME, Event.UNRESOLVED])
def test_what_the_votes_ended_is_closed_by_the_hub(bench: Any, person: Any, outcome: Event) -> None:
    hit_id = a_hit(bench, person)
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, outcome)
    assert bench.worker.close_waiting() == 1
    assert bench.told(bench.belanu) == [outcome, Event.CLOSED]


def test_a_vote_that_lies_here_when_the_time_is_over_is_shown_to_nobody(bench: Any, person: Any) -> None:
    hit_id = a_hit(bench, person)
    vote(bench, bench.amara, hit_id)
    assert bench.worker.expire_votes() == 0
    _past(bench, hit_id, days=30)
    assert bench.worker.expire_votes() == 1
    bench.worker.close_waiting()
    take(bench, bench.belanu, hit_id, Event.REOPENED)
    assert bench.hit(hit_id).ledger.round == 2
    with pytest.raises(StaleState):
        vote(bench, bench.belanu, hit_id)
    bench.api.deposit_vote("XB", bench.belanu.vote(hit_id, bench.amara, number=2))
    assert Purpose.VOTE not in bench.purposes(bench.amara) + bench.purposes(bench.belanu)


def test_the_last_exchange_closes_the_hit_and_a_reopened_one_stays_open(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    exchange_id = requested(bench, hit_id)
    send(bench, bench.amara, hit_id, exchange_id, Event.RECALLED)
    _step(bench, bench.belanu, hit_id, Event.CLOSED, 2, exchange_id=exchange_id)
    assert bench.hit(hit_id).state is JointState.CLOSED
    take(bench, bench.amara, hit_id, Event.REOPENED)
    assert bench.hit(hit_id).state is JointState.CONFIRMED
    requested(bench, hit_id)


def test_a_hit_is_reopened_within_ninety_days_and_not_on_a_record_that_is_gone(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    take(bench, bench.amara, hit_id, Event.CLOSED)
    bench.api.withdraw_records("XA", bench.amara.withdrawal(bench.hit(hit_id).side_of("XA").reference))
    with pytest.raises(NotNow):
        take(bench, bench.belanu, hit_id, Event.REOPENED)
    _past(bench, hit_id, days=91)
    with pytest.raises((NotNow, IllegalTransition)):
        take(bench, bench.belanu, hit_id, Event.REOPENED)


def _judged(bench: Any, person: Any, outcome: Event) -> tuple[Any, Any]:
    """A hit that the votes ended, closed by now, and Amara's record."""
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    hit_id = bench.alerts(bench.amara)[0].hit_id
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, outcome)
    bench.worker.close_waiting()
    return hit_id, own


def _revise(bench: Any, person: Any, own: Any, version: int, **other: Any) -> int:
    bench.submit(bench.amara, item(person, reference=own.reference, version=version, **other))
    raised: int = bench.worker.find_matches()
    return raised


def test_a_pair_that_was_judged_different_stays_dismissed_until_its_owner_says_otherwise(
    bench: Any, person: Any
) -> None:
    hit_id, own = _judged(bench, person, Event.NOT_SAME)
    assert _revise(bench, person, own, 2) == 0
    assert len(_details(bench, AuditAct.PAIR_SUPPRESSED)) == 1
    assert _revise(bench, person, own, 3, reconsider=(hit_id,)) == 1
    assert len({alert.hit_id for alert in bench.alerts(bench.belanu)}) == 2


def test_a_pair_comes_back_at_once_though_no_clock_has_closed_its_hit_yet(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    hit_id = bench.alerts(bench.amara)[0].hit_id
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, Event.NOT_SAME)
    assert _revise(bench, person, own, 2, reconsider=(hit_id,)) == 1


def test_nobody_brings_back_a_pair_of_others_or_by_another_record(bench: Any, person: Any) -> None:
    hit_id, own = _judged(bench, person, Event.NOT_SAME)
    bench.submit(bench.cassor, item(person, reconsider=(hit_id,)))
    bench.submit(bench.amara, item(person, reconsider=(hit_id,)))
    assert not bench.hit(hit_id).reconsidered
    bench.worker.find_matches()
    assert _revise(bench, person, own, 2) == 0 or bench.hit(hit_id).reconsidered is False


def test_a_pair_that_ended_otherwise_comes_back_with_a_new_version_and_not_without(bench: Any, person: Any) -> None:
    hit_id, own = _judged(bench, person, Event.UNRESOLVED)
    bench.worker.find_matches()
    assert len(bench.alerts(bench.amara)) == 1
    assert _revise(bench, person, own, 2) == 1
    with pytest.raises(NotNow):
        take(bench, bench.amara, hit_id, Event.REOPENED)


def test_what_an_act_leaves_in_the_log_holds_states_and_versions_and_no_word(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    requested(bench, hit_id)
    with pytest.raises(StaleState):
        _step(bench, bench.belanu, hit_id, Event.CONFIRMED, _before(bench, hit_id))
    assert _details(bench, AuditAct.STEP_TAKEN) == [{"event": "confirmed", "follows": _before(bench, hit_id)}]
    assert _details(bench, AuditAct.MESSAGE_RELAYED) == [{"purpose": "request", "event": "requested", "follows": 0}]
    assert _details(bench, AuditAct.STEP_REFUSED) == [{"purpose": "state-notice", "problem": "stale-state"}]


def test_the_hub_names_itself_for_its_own_steps(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    _reclassify(bench, bench.belanu, hit_id)
    assert [taken.by for taken in bench.messages(bench.amara, StepTaken)] == [HUB]
