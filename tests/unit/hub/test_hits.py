"""The hub's hit as a machine: who is told, who must release, and what can never be undone."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import booleans, sampled_from

from symbolon.hub.domain.hits import Explanation, Hit, alert_of, detect_hit, hold_for, rule_on_hold, withdraw_hit
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import Handling, RecordEntry
from symbolon.hub.domain.votes import VoteDeposit, round_for, votes_to_hand_over
from symbolon.hub.errors import AlreadyVoted, HubError, UnknownHit
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
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import LinkageEpoch
from symbolon.protocol.references import HitId, MemberCode, RecordReference

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AMARA, BELANU, CASSOR = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
EPOCH = LinkageEpoch(1, "schema", "d" * 64)
EXPLANATION = Explanation(Band.STRONG, {IdentifierKind.NAME: Agreement.AGREE})


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
    return detect_hit(HitId("a hit"), pair, EPOCH, EXPLANATION, NOW)


def told(found: Hit) -> set[MemberCode]:
    return {side.member for side in found.sides if side.alerted_at is not None}


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
    assert told(found) == expected


def test_a_hit_is_as_urgent_as_the_more_urgent_record() -> None:
    pair = (record(AMARA, urgency=Urgency.U3), record(BELANU, urgency=Urgency.U1))
    assert detect_hit(HitId("a hit"), pair, EPOCH, EXPLANATION, NOW).urgency is Urgency.U1


def test_an_alert_never_tells_the_category_of_the_other_record() -> None:
    released = rule_on_hold(hit(amara=True), AMARA, HoldRuling.RELEASE, NOW)
    assert alert_of(released, BELANU, exercise=True).namespace is Namespace.GENERAL
    assert alert_of(released, AMARA, exercise=True).namespace is Namespace.PROTECTED


def test_a_third_member_finds_no_side_of_the_hit() -> None:
    with pytest.raises(UnknownHit):
        hit().side_of(CASSOR)


def test_holding_a_hit_tells_an_owner_who_was_not_told() -> None:
    held = hold_for(hit(amara=True), RecordReference("reference of XB"), NOW)
    assert told(held) == {AMARA, BELANU}


def test_votes_are_handed_over_when_both_of_the_round_lie_there() -> None:
    found = hit()
    one, other = VoteDeposit(AMARA, 1, b"sealed"), VoteDeposit(BELANU, 1, b"sealed")
    assert votes_to_hand_over(found, (one,)) == ()
    assert votes_to_hand_over(found, (one, other)) == (one, other)
    assert votes_to_hand_over(hold_for(found, found.sides[0].reference, NOW), (one, other)) == ()


def test_a_second_vote_of_the_same_side_counts_for_no_round() -> None:
    with pytest.raises(AlreadyVoted):
        round_for(hit(), AMARA, (VoteDeposit(AMARA, 1, b"sealed"),))


class HoldMachine(RuleBasedStateMachine):
    """Whatever is done to a hit, nobody is told while a protected owner has not released it."""

    @initialize(amara=booleans(), belanu=booleans())
    def detect(self, amara: bool, belanu: bool) -> None:
        self.hit = hit(amara=amara, belanu=belanu)
        self.told_when_free = told(self.hit)

    @rule(member=sampled_from([AMARA, BELANU, CASSOR]), ruling=sampled_from(HoldRuling))
    def decide(self, member: MemberCode, ruling: HoldRuling) -> None:
        try:
            self.hit = rule_on_hold(self.hit, member, ruling, NOW)
        except HubError:
            return
        assert member != CASSOR

    @precondition(lambda self: self.hit.is_live)
    @rule(side=sampled_from([0, 1]))
    def reclassify(self, side: int) -> None:
        self.hit = hold_for(self.hit, self.hit.sides[side].reference, NOW)
        assert self.hit.state is JointState.HELD

    @precondition(lambda self: self.hit.is_live)
    @rule()
    def withdraw(self) -> None:
        self.hit = withdraw_hit(self.hit)

    @invariant()
    def both_know_of_an_alerted_hit_and_all_protectors_released_it(self) -> None:
        if self.hit.state is JointState.ALERTED:
            assert told(self.hit) == {AMARA, BELANU}
            assert all(side.released_at for side in self.hit.sides if side.is_protected)


TestHolds = HoldMachine.TestCase
TestHolds.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
