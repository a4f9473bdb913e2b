"""Whom a record may be compared with, over every combination that hypothesis can think of."""

from hypothesis import given
from hypothesis import strategies as st

from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.scope import comparison_scope, may_be_compared
from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.references import MemberCode

MEMBERS = st.sampled_from([MemberCode(code) for code in ("XA", "XB", "XC", "XD")])
LISTS = st.lists(MEMBERS, min_size=1, max_size=4).map(tuple)
RULES = st.just(ComparableWith.all_members()) | st.builds(
    ComparableWith, st.sampled_from([ComparisonMode.ONLY, ComparisonMode.EXCEPT]), LISTS
)
PARTITIONS = st.builds(
    Partition,
    member=MEMBERS,
    namespace=st.sampled_from(Namespace),
    comparable_with=RULES,
)
NUMBERED = st.lists(PARTITIONS, max_size=12, unique=True).map(
    lambda partitions: {PartitionId(number): partition for number, partition in enumerate(partitions)}
)


@given(PARTITIONS, PARTITIONS)
def test_the_rule_is_the_same_from_both_sides(one: Partition, other: Partition) -> None:
    assert may_be_compared(one, other) == may_be_compared(other, one)


@given(NUMBERED)
def test_the_scope_holds_no_pair_of_one_state(partitions: dict[PartitionId, Partition]) -> None:
    for partition_id, targets in comparison_scope(partitions, partitions).items():
        assert all(partitions[target].member != partitions[partition_id].member for target in targets)


@given(NUMBERED)
def test_the_scope_holds_no_pair_that_either_owner_excludes(partitions: dict[PartitionId, Partition]) -> None:
    for partition_id, targets in comparison_scope(partitions, partitions).items():
        own = partitions[partition_id]
        for target in targets:
            assert own.comparable_with.admits(partitions[target].member)
            assert partitions[target].comparable_with.admits(own.member)


@given(NUMBERED)
def test_the_scope_leaves_out_nothing_that_is_allowed(partitions: dict[PartitionId, Partition]) -> None:
    scope = comparison_scope(partitions, partitions)
    for one_id, one in partitions.items():
        for other_id, other in partitions.items():
            assert (other_id in scope[one_id]) == may_be_compared(one, other)


def test_a_victims_record_is_compared_with_suspects_too() -> None:
    victim = Partition(MemberCode("XA"), Namespace.PROTECTED, ComparableWith.all_members())
    suspect = Partition(MemberCode("XB"), Namespace.GENERAL, ComparableWith.all_members())
    assert may_be_compared(victim, suspect)


@given(NUMBERED, st.sets(st.integers(0, 14).map(PartitionId)))
def test_the_scope_is_made_for_those_that_ask_and_live(
    partitions: dict[PartitionId, Partition], asking: set[PartitionId]
) -> None:
    whole = comparison_scope(partitions, partitions)
    assert comparison_scope(asking, partitions) == {each: whole[each] for each in asking & partitions.keys()}
