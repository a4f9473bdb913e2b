"""The hub's hit as a machine: who is told, who must release, which steps count, and when a pair comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import booleans, sampled_from
from tests.thoroughness import examples

from symbolon.hub.domain.hit_steps import after_step, next_step
from symbolon.hub.domain.hits import (
    Explanation,
    Hit,
    alert_of,
    awaits_release,
    detect_hit,
    numbered_from,
    own_step,
    protect,
    ruled_by,
    tell_sides,
)
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.pairings import PastHit, is_new
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import Handling, RecordEntry
from symbolon.hub.domain.relaying import check_relaying
from symbolon.hub.domain.votes import VoteDeposit, check_vote, votes_to_hand_over
from symbolon.hub.errors import AlreadyVoted, HubError, NotNow, UnknownHit
from symbolon.protocol.handling import (
    Agreement,
    Band,
    ComparableWith,
    HoldRuling,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.hit_ledger import TrackStep, with_safety_hold
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_problems import OnHold, StaleState
from symbolon.protocol.messages import AFTER_THE_END, LinkageEpoch, Purpose
from symbolon.protocol.problems import IllegalTransition, MalformedMessage, NotYetValid
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AMARA, BELANU, CASSOR = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
EPOCH = LinkageEpoch(1, "schema", "d" * 64)
EXPLANATION = Explanation(Band.STRONG, {IdentifierKind.NAME: Agreement.AGREE})
EXCHANGE = RequestId("an exchange")


def record(member: MemberCode, *, protected: bool = False, urgency: Urgency = Urgency.U3) -> RecordEntry:
    namespace = Namespace.PROTECTED if protected else Namespace.GENERAL
    return RecordEntry(
        reference=RecordReference(f"reference of {member}"),
        member=member,
        version=1,
        is_withdrawn=False,
        partition_id=PartitionId(1),
        handling=Handling(
            partition=Partition(member, namespace, ComparableWith.all_members()),
            record_kind=RecordKind.PERSON,
            offence_group=OffenceGroup.SMUGGLING,
            urgency=urgency,
            review_date=date(2027, 1, 1),
        ),
        handles={1: RecordHandle(1)},
    )


def hit(*, amara: bool = False, belanu: bool = False) -> Hit:
    pair = (record(BELANU, protected=belanu), record(AMARA, protected=amara))
    return detect_hit(HitId("a hit"), pair, EPOCH, EXPLANATION, NOW)[0]


def by_hub(found: Hit, event: Event) -> Hit:
    after = after_step(found, own_step(found, event, NOW), NOW)
    return tell_sides(after, NOW) if event in (Event.HELD, Event.RELEASED) else after


def by(member: MemberCode, event: Event, follows: int, at: datetime = NOW) -> TrackStep:
    return TrackStep(None, event, member, follows, at)


def confirmed(found: Hit) -> Hit:
    return after_step(replace(found, opened_round=1), by(AMARA, Event.CONFIRMED, 1), NOW)


def test_a_hit_on_general_records_is_told_to_both_at_the_same_moment() -> None:
    found = hit()
    assert found.state is JointState.ALERTED
    assert {side.alerted_at for side in found.sides} == {NOW}


@pytest.mark.parametrize(
    ("amara", "belanu", "expected"),
    [(True, False, {AMARA}), (False, True, {BELANU}), (True, True, {AMARA, BELANU})],
)
def test_a_held_hit_is_told_to_protected_owners_only(amara: bool, belanu: bool, expected: set[MemberCode]) -> None:
    found = hit(amara=amara, belanu=belanu)
    assert found.state is JointState.HELD
    assert set(found.told) == expected


def test_a_hit_is_as_urgent_as_the_more_urgent_record() -> None:
    pair = (record(AMARA, urgency=Urgency.U3), record(BELANU, urgency=Urgency.U1))
    assert detect_hit(HitId("a hit"), pair, EPOCH, EXPLANATION, NOW)[0].urgency is Urgency.U1


def test_an_alert_after_a_hold_is_like_any_other() -> None:
    later = NOW + timedelta(hours=7)
    decided, event = ruled_by(hit(amara=True), AMARA, HoldRuling.RELEASE, later)
    assert event is Event.RELEASED
    released = tell_sides(after_step(decided, own_step(decided, event, later), later), later)
    told, plain = (alert_of(each, BELANU, exercise=False) for each in (released, hit()))
    # The moment of the alert, and a number that is drawn for each hit, are all that differs.
    assert replace(told, detected_at=NOW, alerted_at=NOW, state_version=1) == plain
    assert told.detected_at == told.alerted_at == later
    assert plain.detected_at == plain.alerted_at == NOW


def test_a_hit_is_counted_from_any_number() -> None:
    pair = (record(AMARA, protected=True), record(BELANU))
    found, step = numbered_from(700, *detect_hit(HitId("a hit"), pair, EPOCH, EXPLANATION, NOW))
    assert (step.follows, found.ledger.version) == (700, 701)
    decided, event = ruled_by(found, AMARA, HoldRuling.RELEASE, NOW)
    assert event is Event.RELEASED
    assert alert_of(by_hub(decided, event), BELANU, exercise=False).state_version == 702


def test_a_pair_that_is_judged_again_is_suppressed_again() -> None:
    judged = after_step(replace(hit(), opened_round=1), by(AMARA, Event.NOT_SAME, 1), NOW)
    dismissed = replace(by_hub(judged, Event.CLOSED), reconsidered=True)
    reopened = after_step(dismissed, by(BELANU, Event.REOPENED, 3), NOW)
    again = after_step(replace(reopened, opened_round=2), by(AMARA, Event.NOT_SAME, 4), NOW)
    over = by_hub(again, Event.CLOSED)
    versions = {side.reference: side.version for side in over.sides}
    past = PastHit(over.hit_id, over.state, over.ledger.closed_from, over.reconsidered, versions)
    assert past.was_dismissed
    assert not is_new(past, {reference: version + 1 for reference, version in versions.items()})


def test_an_alert_never_tells_the_category_of_the_other_record() -> None:
    decided, event = ruled_by(hit(amara=True), AMARA, HoldRuling.RELEASE, NOW)
    assert event is Event.RELEASED
    released = by_hub(decided, event)
    assert alert_of(released, BELANU, exercise=True).namespace is Namespace.GENERAL
    assert alert_of(released, AMARA, exercise=True).namespace is Namespace.PROTECTED


def test_an_alert_says_with_which_version_its_receiver_begins() -> None:
    assert alert_of(hit(), AMARA, exercise=True).state_version == 1
    decided, _event = ruled_by(hit(amara=True), AMARA, HoldRuling.RELEASE, NOW)
    assert alert_of(by_hub(decided, Event.RELEASED), BELANU, exercise=True).state_version == 2


def test_a_third_member_finds_no_side_of_the_hit() -> None:
    with pytest.raises(UnknownHit):
        hit().side_of(CASSOR)


def test_both_protected_owners_release_before_anything_moves() -> None:
    once, event = ruled_by(hit(amara=True, belanu=True), AMARA, HoldRuling.RELEASE, NOW)
    assert event is None
    assert ruled_by(once, AMARA, HoldRuling.RELEASE, NOW) == (once, None)
    assert ruled_by(once, BELANU, HoldRuling.RELEASE, NOW)[1] is Event.RELEASED


def test_a_hit_that_is_held_later_is_released_anew_by_every_protected_owner() -> None:
    once, _event = ruled_by(hit(amara=True), AMARA, HoldRuling.RELEASE, NOW)
    free = by_hub(once, Event.RELEASED)
    held = by_hub(protect(free, RecordReference("reference of XB")), Event.HELD)
    assert ruled_by(held, BELANU, HoldRuling.RELEASE, NOW)[1] is None


def test_an_owner_who_was_not_told_of_a_held_hit_is_told_when_its_record_is_protected_too() -> None:
    assert set(tell_sides(protect(hit(amara=True), RecordReference("reference of XB")), NOW).told) == {AMARA, BELANU}


def test_a_safety_hold_stops_a_release() -> None:
    held = hit(amara=True)
    frozen = replace(held, ledger=with_safety_hold(held.ledger, AMARA, holds=True))
    with pytest.raises(OnHold):
        ruled_by(frozen, AMARA, HoldRuling.RELEASE, NOW)


def test_votes_are_handed_over_when_both_of_the_round_lie_there() -> None:
    found = hit()
    one, other = VoteDeposit(AMARA, 1, b"sealed"), VoteDeposit(BELANU, 1, b"sealed")
    frozen = replace(found, ledger=with_safety_hold(found.ledger, AMARA, holds=True))
    assert votes_to_hand_over(found, (one,)) == ()
    assert votes_to_hand_over(found, (one, other)) == (one, other)
    assert votes_to_hand_over(replace(found, opened_round=1), (one, other)) == ()
    assert votes_to_hand_over(frozen, (one, other)) == ()
    assert votes_to_hand_over(by_hub(protect(found, found.sides[0].reference), Event.HELD), (one, other)) == ()


def test_a_vote_counts_for_the_present_round_alone() -> None:
    found = hit()
    with pytest.raises(AlreadyVoted):
        check_vote(found, AMARA, 1, (VoteDeposit(AMARA, 1, b"sealed"),))
    with pytest.raises(OnHold):
        check_vote(found, AMARA, 2, ())
    second = after_step(replace(found, opened_round=1), by(AMARA, Event.NEEDS_MORE, 1), NOW)
    check_vote(second, AMARA, 2, ())
    with pytest.raises(StaleState):
        check_vote(second, AMARA, 1, ())
    with pytest.raises(NotNow):
        check_vote(confirmed(found), AMARA, 1, ())


def test_nothing_follows_from_votes_that_were_not_handed_over() -> None:
    for event in (Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED):
        with pytest.raises(IllegalTransition):
            after_step(hit(), by(AMARA, event, 1), NOW)


def test_a_step_is_dated_neither_in_the_future_nor_before_the_one_that_it_follows() -> None:
    found = replace(hit(), opened_round=1)
    with pytest.raises(NotYetValid):
        after_step(found, by(AMARA, Event.CONFIRMED, 1, NOW + timedelta(minutes=6)), NOW)
    with pytest.raises(MalformedMessage):
        after_step(found, by(AMARA, Event.CONFIRMED, 1, NOW - timedelta(minutes=6)), NOW)


def test_a_hit_is_reopened_by_the_hubs_clock_whatever_its_member_says() -> None:
    closed = by_hub(confirmed(hit()), Event.CLOSED)
    late = NOW + timedelta(days=90, seconds=1)
    after_step(closed, by(AMARA, Event.REOPENED, 3), late - timedelta(seconds=1))
    with pytest.raises(IllegalTransition):
        after_step(closed, by(AMARA, Event.REOPENED, 3), late)


def test_a_hit_whose_record_became_a_victims_while_it_was_closed_is_held_when_it_is_reopened() -> None:
    closed = protect(by_hub(confirmed(hit()), Event.CLOSED), RecordReference("reference of XB"))
    step = by(AMARA, Event.REOPENED, 3)
    assert next_step(after_step(closed, step, NOW), step) is Event.HELD


def test_a_hit_that_was_closed_on_hold_is_held_again_for_every_protected_owner_anew() -> None:
    once, _event = ruled_by(hit(amara=True, belanu=True), AMARA, HoldRuling.RELEASE, NOW)
    reopened = after_step(by_hub(once, Event.CLOSED), by(AMARA, Event.REOPENED, 2), NOW)
    assert reopened.state is JointState.HELD
    assert all(side.released_at is None for side in reopened.sides)


def test_the_hit_is_closed_with_its_last_exchange_and_not_with_the_reopening_after_it() -> None:
    opened = TrackStep(EXCHANGE, Event.REQUESTED, AMARA, 0, NOW, Urgency.U2)
    recalled = TrackStep(EXCHANGE, Event.RECALLED, AMARA, 1, NOW)
    purged = TrackStep(EXCHANGE, Event.CLOSED, BELANU, 2, NOW)
    found = confirmed(hit())
    for step in (opened, recalled):
        found = after_step(found, step, NOW)
        assert next_step(found, step) is None
    found = after_step(found, purged, NOW)
    assert next_step(found, purged) is Event.CLOSED
    reopening = by(BELANU, Event.REOPENED, 3)
    assert next_step(after_step(by_hub(found, Event.CLOSED), reopening, NOW), reopening) is None


def test_nothing_is_said_before_the_votes_confirm_nor_after_a_withdrawal_but_what_purges() -> None:
    alerted, known = hit(), confirmed(hit())
    check_relaying(known, Purpose.NOTE)
    check_relaying(by_hub(known, Event.CLOSED), Purpose.ONWARD_USE_REQUEST)
    gone = by_hub(known, Event.WITHDRAWN)
    for found, purpose in (
        (alerted, Purpose.NOTE),
        (alerted, Purpose.EXTRA_FIELD_PROPOSAL),
        (known, Purpose.EXTRA_FIELD_PROPOSAL),
        (gone, Purpose.NOTE),
        (by_hub(gone, Event.CLOSED), Purpose.NOTE),
    ):
        with pytest.raises(NotNow):
            check_relaying(found, purpose)
    for purpose in AFTER_THE_END:
        check_relaying(gone, purpose)


def test_a_hold_or_safety_hold_keeps_words_at_home_for_now() -> None:
    known = confirmed(hit())
    frozen = replace(known, ledger=with_safety_hold(known.ledger, BELANU, holds=True))
    for found in (frozen, by_hub(protect(known, known.sides[0].reference), Event.HELD)):
        with pytest.raises(OnHold):
            check_relaying(found, Purpose.NOTE)


def test_nobody_writes_to_a_side_that_was_not_told_not_even_to_have_something_purged() -> None:
    for purpose in (Purpose.NOTE, Purpose.PURGE_REQUEST):
        with pytest.raises(NotNow):
            check_relaying(hit(amara=True), purpose)


VERSIONS = {RecordReference("a"): 1, RecordReference("b"): 1}
NEWER = {RecordReference("a"): 2, RecordReference("b"): 1}


@pytest.mark.parametrize(
    ("state", "closed_from", "reconsidered", "same", "newer"),
    [
        (JointState.ALERTED, None, False, False, False),
        (JointState.NOT_SAME, None, True, False, False),
        (JointState.CLOSED, JointState.NOT_SAME, False, False, False),
        (JointState.CLOSED, JointState.NOT_SAME, True, True, True),
        (JointState.CLOSED, JointState.UNRESOLVED, False, False, True),
        (JointState.CLOSED, JointState.EXPIRED, False, False, True),
        (JointState.CLOSED, JointState.CONFIRMED, False, False, True),
        (JointState.CLOSED, JointState.HELD, False, False, True),
        (JointState.WITHDRAWN, None, False, True, True),
        (JointState.CLOSED, JointState.WITHDRAWN, False, True, True),
    ],
)
def test_a_pair_comes_back_for_a_reason(
    state: JointState, closed_from: JointState | None, reconsidered: bool, same: bool, newer: bool
) -> None:
    past = PastHit(HitId("a hit"), state, closed_from, reconsidered, VERSIONS)
    assert (is_new(past, VERSIONS), is_new(past, NEWER), is_new(None, VERSIONS)) == (same, newer, True)


class HoldMachine(RuleBasedStateMachine):
    """Whatever is done to a hit, nobody is told while a protected owner has not released it."""

    @initialize(amara=booleans(), belanu=booleans())
    def detect(self, amara: bool, belanu: bool) -> None:
        self.hit = hit(amara=amara, belanu=belanu)

    @rule(member=sampled_from([AMARA, BELANU, CASSOR]), ruling=sampled_from(HoldRuling))
    def decide(self, member: MemberCode, ruling: HoldRuling) -> None:
        try:
            self.hit, event = ruled_by(self.hit, member, ruling, NOW)
        except HubError:
            return
        assert member != CASSOR
        if event is not None:
            self.hit = by_hub(self.hit, event)

    @rule(side=sampled_from([0, 1]))
    def reclassify(self, side: int) -> None:
        protected = protect(self.hit, self.hit.sides[side].reference)
        if protected.is_open and protected.state is not JointState.HELD:
            protected = by_hub(protected, Event.HELD)
        self.hit = tell_sides(protected, NOW) if protected.state is JointState.HELD else protected

    @rule(member=sampled_from([AMARA, BELANU]))
    def reopen(self, member: MemberCode) -> None:
        if self.hit.state is JointState.CLOSED and not self.hit.was_withdrawn and member in self.hit.told:
            step = by(member, Event.REOPENED, self.hit.ledger.version)
            self.hit = after_step(self.hit, step, NOW)
            following = next_step(self.hit, step)
            self.hit = self.hit if following is None else by_hub(self.hit, following)

    @precondition(lambda self: self.hit.is_open)
    @rule()
    def withdraw(self) -> None:
        self.hit = by_hub(self.hit, Event.WITHDRAWN)

    @invariant()
    def both_know_of_an_alerted_hit_and_all_protectors_released_it(self) -> None:
        if self.hit.state is JointState.ALERTED:
            assert set(self.hit.told) == {AMARA, BELANU}
            assert not awaits_release(self.hit)


TestHolds = HoldMachine.TestCase
TestHolds.settings = settings(max_examples=examples(60), stateful_step_count=12, deadline=None)
