"""The background: repeatable, full of doubles, and without anything that honestly matches."""

from collections import defaultdict

import pytest

from symbolon.exercise.case.story import CAST
from symbolon.exercise.clerk import RecordKey
from symbolon.exercise.fiction import STATES, FictionalRecord
from symbolon.exercise.population import Population, make_population
from symbolon.exercise.state_files import write_state_file
from symbolon.exercise.traps import Trap
from symbolon.protocol.handling import OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.references import MemberCode


@pytest.fixture(scope="module")
def population() -> Population:
    return make_population()


@pytest.fixture(scope="module")
def by_key(population: Population) -> dict[RecordKey, FictionalRecord]:
    return {(state, record.local_id): record for state in STATES for record in population.records[state]}


def test_the_same_seed_gives_the_same_records(population: Population) -> None:
    assert make_population() == population


def test_another_seed_gives_other_records(population: Population) -> None:
    assert make_population(seed=7).records != population.records


@pytest.mark.parametrize("state", STATES)
def test_each_state_holds_two_thousand_records_with_numbers_of_their_own(
    state: MemberCode, population: Population
) -> None:
    assert len({record.local_id for record in population.records[state]}) == 2000


@pytest.mark.parametrize("state", STATES)
def test_every_category_urgency_offence_and_kind_occurs_in_each_state(
    state: MemberCode, population: Population
) -> None:
    records = population.records[state]
    assert {record.category for record in records} == {*SubjectCategory, None}
    assert {record.urgency for record in records} == set(Urgency)
    assert {record.offence_group for record in records} == set(OffenceGroup)
    assert {record.kind for record in records} == set(RecordKind)


@pytest.mark.parametrize("state", STATES)
def test_each_state_can_write_its_records_in_its_own_encoding(state: MemberCode, population: Population) -> None:
    assert write_state_file(state, population.records[state]).count(b"\r\n") == 2001


def test_the_cast_has_namesakes_and_shared_birthdays_in_every_state(population: Population) -> None:
    for state in STATES:
        names = {name for record in population.records[state] for name in (record.native_name, record.latin_name)}
        birthdays = {(born.year, born.month, born.day) for record in population.records[state] if (born := record.born)}
        for person in CAST:
            assert names & {person.native_name, person.romanised(0), person.romanised(1)}
            assert (person.born.year, person.born.month, person.born.day) in birthdays


def test_every_trap_is_planted_between_every_two_states_or_within_each(population: Population) -> None:
    within = {Trap.TWINS_IN_ONE_STATE, Trap.ENTERED_TWICE_IN_ONE_STATE}
    planted = {(pair.trap, pair.left[0], pair.right[0]) for pair in population.planted}
    assert planted == {
        (trap, left, right)
        for left in STATES
        for right in STATES
        for trap in Trap
        if (left == right) == (trap in within)
    }


def test_the_forbidden_pairs_would_match_and_one_side_forbids_it(
    population: Population, by_key: dict[RecordKey, FictionalRecord]
) -> None:
    for pair in population.planted:
        left, right = by_key[pair.left], by_key[pair.right]
        if pair.trap is Trap.KEPT_FROM_THE_OTHER_STATE:
            assert left.phone == right.phone
            assert left.born == right.born
            assert not left.comparable_with.admits(pair.right[0])
        if pair.trap is Trap.WITHOUT_CATEGORY:
            assert left.phone == right.phone
            assert left.category is None


def test_no_number_stands_in_two_states_except_in_a_forbidden_pair(population: Population) -> None:
    holders: dict[str, set[MemberCode]] = defaultdict(set)
    for state in STATES:
        for record in population.records[state]:
            imo = record.vessel.imo if record.vessel else ""
            for number in (record.passport, record.phone, imo, record.account):
                holders[number].add(state)
    del holders[""]
    forbidden = [
        pair for pair in population.planted if pair.trap in (Trap.KEPT_FROM_THE_OTHER_STATE, Trap.WITHOUT_CATEGORY)
    ]
    assert sum(len(states) > 1 for states in holders.values()) == len(forbidden)


def test_a_background_too_small_for_its_traps_is_refused() -> None:
    with pytest.raises(ValueError, match="traps alone"):
        make_population(records_a_state=10)
