"""The name of the records that lie in rows: one for the same records, whatever came and went before."""

import os

from hypothesis import given
from hypothesis import strategies as st

from symbolon.hub.operators.domain.placed_records import PlacedRecords

PLACES = [os.urandom(32) for _ in range(3)]
steps = st.lists(st.tuples(st.integers(1, 700), st.sampled_from([None, *PLACES])), max_size=40)


def after(
    taken: list[tuple[int, bytes | None]], *, asked_between: bool = False
) -> tuple[PlacedRecords, dict[int, bytes]]:
    placed, held = PlacedRecords(), {}
    for handle, place in taken:
        if place is None:
            placed.remove(handle)
            held.pop(handle, None)
        else:
            placed.add(handle, place)
            held[handle] = place
        if asked_between:
            placed.name()
    return placed, held


@given(steps)
def test_the_name_is_of_what_lies_there_and_of_nothing_that_was_before(taken: list[tuple[int, bytes | None]]) -> None:
    placed, held = after(taken, asked_between=True)
    anew = PlacedRecords()
    for handle, place in reversed(held.items()):
        anew.add(handle, place)
    assert placed.name() == anew.name()
    assert all(handle in placed for handle in held)
    assert sum(handle in placed for handle in range(1, 701)) == len(held)


@given(steps, steps)
def test_other_records_or_other_places_have_another_name(
    one: list[tuple[int, bytes | None]], other: list[tuple[int, bytes | None]]
) -> None:
    (first, held), (second, others) = after(one), after(other)
    assert (first.name() == second.name()) == (held == others)


def test_nothing_is_left_when_all_are_taken_out() -> None:
    placed, _held = after([(1, PLACES[0]), (300, PLACES[1])])
    placed.clear()
    assert placed.name() == PlacedRecords().name()
    assert 1 not in placed
