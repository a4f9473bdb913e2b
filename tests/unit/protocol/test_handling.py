import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    Namespace,
    SubjectCategory,
    namespace_of,
)
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, MemberCode

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
MEMBERS = st.lists(st.sampled_from([XA, XB, XC]), min_size=1)


@pytest.mark.parametrize(
    ("rule", "admitted"),
    [
        (ComparableWith.all_members(), {XA, XB, XC}),
        (ComparableWith.only(XB), {XB}),
        (ComparableWith.all_but(XB), {XA, XC}),
    ],
)
def test_a_record_is_compared_with_whom_it_names(rule, admitted):
    assert {member for member in (XA, XB, XC) if rule.admits(member)} == admitted


@given(MEMBERS, st.sampled_from([XA, XB, XC]))
def test_only_and_all_but_the_same_list_never_agree(listed, member):
    assert ComparableWith.only(*listed).admits(member) is not ComparableWith.all_but(*listed).admits(member)


@given(MEMBERS)
def test_the_order_and_repetition_of_the_list_do_not_matter(listed):
    assert ComparableWith.only(*listed) == ComparableWith.only(*reversed(listed), listed[0])


@pytest.mark.parametrize("mode", [ComparisonMode.ONLY, ComparisonMode.EXCEPT])
def test_a_list_that_is_needed_is_not_empty(mode):
    with pytest.raises(MalformedMessage):
        ComparableWith(mode)


def test_a_list_that_is_not_needed_is_empty():
    with pytest.raises(MalformedMessage):
        ComparableWith(ComparisonMode.ALL, (XA,))


def test_the_hub_is_not_compared_with():
    with pytest.raises(MalformedMessage):
        ComparableWith.only(HUB)


def test_victims_and_minors_alone_are_protected():
    protected = {category for category in SubjectCategory if namespace_of(category) is Namespace.PROTECTED}
    assert protected == {SubjectCategory.VICTIM, SubjectCategory.MINOR}
