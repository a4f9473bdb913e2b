"""The background of the case: thousands of unrelated records in each state, drawn from the same name lists.

The same seed gives the same records on every machine. Nothing in it matches across states, except where an allow-list
or a missing category forbids the comparison (`symbolon.exercise.traps`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from symbolon.exercise.case.story import CASE_RECORDS, CAST
from symbolon.exercise.clerk import Clerk
from symbolon.exercise.fiction import STATES, FictionalRecord
from symbolon.exercise.invention import Inventor
from symbolon.exercise.traps import PlantedPair, enter_doubles_of_the_case, plant_traps
from symbolon.protocol.references import MemberCode

SEED: Final = 2026
RECORDS_A_STATE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Population:
    """The background records of each state, and the pairs that were planted among them."""

    records: Mapping[MemberCode, tuple[FictionalRecord, ...]]
    planted: tuple[PlantedPair, ...]


def make_population(seed: int = SEED, records_a_state: int = RECORDS_A_STATE) -> Population:
    """Draw the background.

    Raises:
        ValueError: `records_a_state` is less than the traps alone need.

    """
    inventor = Inventor(Random(seed))  # noqa: S311 (an exercise must be repeatable, not unpredictable)
    for person in CAST:
        inventor.remember(person)
    for record in (record for records in CASE_RECORDS.values() for record in records):
        for number in (record.passport, record.phone, record.account, record.plate, record.handle):
            inventor.claim(number)
        if record.vessel:
            inventor.claim(record.vessel.imo)
    clerk = Clerk(inventor)
    enter_doubles_of_the_case(clerk)
    planted = plant_traps(clerk)
    for state in STATES:
        if clerk.entered(state) > records_a_state:
            raise ValueError(f"the traps alone are {clerk.entered(state)} records a state")
        while clerk.entered(state) < records_a_state:
            clerk.enter(state, clerk.unrelated(state))
    return Population({state: clerk.file_of(state) for state in STATES}, planted)
