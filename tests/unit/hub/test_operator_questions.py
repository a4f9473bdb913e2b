"""What of a job an operator finds in scope by itself, and what it refuses."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.operator_bench import DIGEST, SCHEMA, segment

from symbolon.hub.operators.domain.described import fits_schema
from symbolon.hub.operators.domain.questions import check_question, form_of
from symbolon.hub.operators.errors import OutOfScope, UnknownQuestion, UnknownRows
from symbolon.matching.blind.questions import questions_of_kind, questions_of_schema, threshold_question
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.messages_sessions import CompareRows, LinearForm, RowAddress, RowRange
from symbolon.protocol.references import MemberCode

FIRST, SECOND = SCHEMA.profiles[0], SCHEMA.profiles[1]
SCHEMAS = {DIGEST: SCHEMA}
EVERYBODY = ComparableWith.all_members()
Segments = dict[int, SegmentDescription]


def job(what: str, queries: list[int], ranges: list[int], pairs: tuple[RowAddress, ...] = ()) -> CompareRows:
    profile = next(each for each in SCHEMA.profiles if each.id == what)
    return CompareRows(
        0, 0, False, 1, form_of(threshold_question(SCHEMA, profile)),
        tuple(RowAddress(number, 0) for number in queries), tuple(RowRange(number, 0, 5) for number in ranges), pairs,
    )  # fmt: skip


def described(*segments: SegmentDescription) -> Segments:
    return {each.segment: each for each in segments}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["XA", "XB", "XC"]),
            st.sampled_from(
                [EVERYBODY, ComparableWith.only(MemberCode("XA")), ComparableWith.all_but(MemberCode("XB"))]
            ),
            st.sampled_from([(SECOND.id,), (FIRST.id, SECOND.id)]),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_a_pair_is_in_scope_where_both_owners_admit_it_and_this_profile_judges_it(
    kinds: list[tuple[str, ComparableWith, tuple[str, ...]]],
) -> None:
    segments = described(
        *(
            segment(number, owner, SECOND.id, comparable_with=rule, filled=filled)
            for number, (owner, rule, filled) in enumerate(kinds)
        )
    )
    wanted = {
        (one.segment, other.segment)
        for one, other in product(segments.values(), repeat=2)
        if one.owner != other.owner
        and one.comparable_with.admits(other.owner)
        and other.comparable_with.admits(one.owner)
        # Where both fill the first profile, it judges them, and not the second one.
        and not (FIRST.id in one.filled and FIRST.id in other.filled)
    }
    asked = job(SECOND.id, list(segments), list(segments))
    if not wanted:
        with pytest.raises(OutOfScope):
            check_question(asked, segments, SCHEMAS)
        return
    found = check_question(asked, segments, SCHEMAS).admitted
    assert {(one, other) for one, others in found.items() for other in others} == wanted


def test_one_pair_out_of_scope_refuses_all_that_are_asked_one_by_one() -> None:
    segments = described(segment(1, "XA", FIRST.id), segment(2, "XB", FIRST.id))
    rows = (RowAddress(2, 0), RowAddress(2, 1))
    asked = job(FIRST.id, [1, 1], [], rows)
    assert check_question(asked, segments, SCHEMAS).admitted == {1: frozenset({2})}
    with pytest.raises(OutOfScope):
        check_question(job(FIRST.id, [1, 2], [], rows), segments, SCHEMAS)


def test_why_two_are_alike_is_asked_whatever_profile_judges_them() -> None:
    kind = next(iter(SCHEMA.explanations))
    segments = described(segment(1, "XA", f"explain/{kind}"), segment(2, "XB", f"explain/{kind}"))
    form = form_of(questions_of_kind(SCHEMA, kind)[0])
    asked = replace(job(FIRST.id, [1], [], (RowAddress(2, 0),)), form=form)
    assert check_question(asked, segments, SCHEMAS).admitted == {1: frozenset({2})}


def test_kinds_are_not_asked_of_all_pairs_of_a_range() -> None:
    for kind in SCHEMA.explanations:
        segments = described(segment(1, "XA", f"explain/{kind}"), segment(2, "XB", f"explain/{kind}"))
        for question in questions_of_schema(SCHEMA, f"explain/{kind}"):
            with pytest.raises(UnknownQuestion):
                check_question(replace(job(FIRST.id, [1], [2]), form=form_of(question)), segments, SCHEMAS)


def test_bands_are_not_asked_of_all_pairs_of_a_range() -> None:
    segments = described(segment(1, "XA", FIRST.id), segment(2, "XB", FIRST.id))
    bands = questions_of_schema(SCHEMA, FIRST.id) - {threshold_question(SCHEMA, FIRST)}
    assert bands
    for question in bands:
        with pytest.raises(UnknownQuestion):
            check_question(replace(job(FIRST.id, [1], [2]), form=form_of(question)), segments, SCHEMAS)
        in_pairs = job(FIRST.id, [1], [], (RowAddress(2, 0),))
        check_question(replace(in_pairs, form=form_of(question)), segments, SCHEMAS)


def test_rows_of_several_kinds_or_of_none_are_not_compared() -> None:
    segments = described(segment(1, "XA", FIRST.id), segment(2, "XB", SECOND.id), segment(3, "XB", FIRST.id, epoch=2))
    for other in (2, 3, 4):
        with pytest.raises(UnknownRows):
            check_question(job(FIRST.id, [1], [other]), segments, SCHEMAS)
    with pytest.raises(UnknownRows):
        check_question(job(FIRST.id, [1], [1]), segments, {})


def test_a_form_that_the_schema_does_not_have_is_not_asked() -> None:
    segments = described(segment(1, "XA", FIRST.id), segment(2, "XB", FIRST.id))
    with pytest.raises(UnknownQuestion):
        check_question(replace(job(FIRST.id, [1], [2]), form=LinearForm(40, 16, 17, 0, 16)), segments, SCHEMAS)


@pytest.mark.parametrize(
    "described_otherwise",
    [
        {"bits": SCHEMA.vector_bits - 64},
        {"bits": 64},
        {"filled": ()},
        {"filled": (FIRST.id,)},
        {"filled": (SECOND.id, "nobody's")},
        {"filled": (SECOND.id, SECOND.id)},
    ],
)
def test_rows_that_are_described_otherwise_than_the_schema_has_them_are_not_compared(
    described_otherwise: dict[str, object],
) -> None:
    segments = described(
        segment(1, "XA", SECOND.id, **described_otherwise), segment(2, "XB", SECOND.id, **described_otherwise)
    )
    with pytest.raises(UnknownRows):
        check_question(job(SECOND.id, [1], [2]), segments, SCHEMAS)


def test_explanations_are_of_no_profile() -> None:
    honest = segment(1, "XA", "explain/name")
    assert fits_schema(SCHEMA, honest)
    assert not fits_schema(SCHEMA, replace(honest, filled=(FIRST.id,)))
    assert not fits_schema(SCHEMA, replace(honest, bits=64))
    assert not fits_schema(SCHEMA, replace(honest, what="explain/nothing"))


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("kind", SCHEMA.explanations)
def test_no_kind_is_explained_of_ranges_whoever_learns_the_answer(kind: str, sealed: bool) -> None:
    """Containment of a vector with one bit would open that bit of every record of the range."""
    what = f"explain/{kind}"
    segments = described(segment(1, "XA", what), segment(2, "XB", what))
    for question in questions_of_schema(SCHEMA, what):
        asked = CompareRows(
            0, 0, False, 1, form_of(question), (RowAddress(1, 0),), (RowRange(2, 0, 5),), (),
        )  # fmt: skip
        with pytest.raises(UnknownQuestion):
            check_question(asked, segments, SCHEMAS, sealed=sealed)
        paired = replace(asked, against=(), pairs=(RowAddress(2, 0),))
        assert check_question(paired, segments, SCHEMAS, sealed=sealed).what == what


def test_bands_are_told_of_ranges_where_they_open_towards_members_alone() -> None:
    bands = questions_of_schema(SCHEMA, FIRST.id) - {threshold_question(SCHEMA, FIRST)}
    segments = described(segment(1, "XA", FIRST.id), segment(2, "XB", FIRST.id))
    for question in bands:
        asked = replace(job(FIRST.id, [1], [2]), form=form_of(question))
        assert check_question(asked, segments, SCHEMAS, sealed=True).what == FIRST.id
        with pytest.raises(UnknownQuestion):
            check_question(asked, segments, SCHEMAS)
