"""Pairs that look alike and do not belong together, or that belong together and may not be compared.

A federation that reports one of them has a fault: a threshold too low, a check digit ignored, an allow-list that
leaks, a record published without a category.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from symbolon.exercise.case.story import CAST, COURIER_PASSPORT, SHARED_PHONE
from symbolon.exercise.clerk import Clerk, RecordKey
from symbolon.exercise.fiction import STATES, FictionalRecord, FictionalVessel
from symbolon.exercise.invention import Identity, Inventor
from symbolon.exercise.names import Language, name_list
from symbolon.protocol.handling import ComparableWith, RecordKind
from symbolon.protocol.references import MemberCode


class Trap(StrEnum):
    """What is alike in a planted pair."""

    NAMESAKE = "namesake"
    SIBLING = "sibling"
    SAME_BIRTHDAY = "same birthday"
    PASSPORT_ONE_DIGIT_APART = "passport one digit apart"
    PHONE_ONE_DIGIT_APART = "phone one digit apart"
    SHIP_OF_THE_SAME_NAME = "ship of the same name"
    PLATE_OF_ANOTHER_STATE = "plate of another state"
    HANDLE_ON_ANOTHER_PLATFORM = "handle on another platform"
    TWINS_IN_ONE_STATE = "twins in one state"
    ENTERED_TWICE_IN_ONE_STATE = "entered twice in one state"
    KEPT_FROM_THE_OTHER_STATE = "kept from the other state"
    WITHOUT_CATEGORY = "without category"


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """Two records that must not become a hit."""

    trap: Trap
    left: RecordKey
    right: RecordKey


def plant_traps(clerk: Clerk) -> tuple[PlantedPair, ...]:
    """Enter the pairs, a few of each trap between every two states and within each."""
    return tuple(
        PlantedPair(trap, clerk.enter(left, one), clerk.enter(right, other))
        for left in STATES
        for right in STATES
        for trap, (make, count) in (_TRAPS_WITHIN if left == right else _TRAPS_ACROSS).items()
        for one, other in [make(clerk, left, right) for _ in range(count)]
    )


def enter_doubles_of_the_case(clerk: Clerk) -> None:
    """Enter, in every state, namesakes of the cast, strangers of their birthdays, and neighbours of its numbers."""
    invent = clerk.inventor
    for state in STATES:
        for person in CAST:
            clerk.enter(state, clerk.person(state, _namesake(invent, person)))
            clerk.enter(state, clerk.person(state, _stranger(invent, person)))
        passport = _one_digit_apart(invent, COURIER_PASSPORT)
        clerk.enter(state, replace(clerk.person(state, invent.person(state)), passport=passport))
        clerk.enter(state, replace(clerk.blank(RecordKind.PHONE), phone=_one_digit_apart(invent, SHARED_PHONE)))


_Pair: TypeAlias = tuple[FictionalRecord, FictionalRecord]
_Maker: TypeAlias = Callable[[Clerk, MemberCode, MemberCode], _Pair]


def _alike(change: Callable[[Inventor, Identity], Identity]) -> _Maker:
    """A pair of persons, the second made from the first."""

    def make(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
        person = clerk.inventor.person_of(clerk.inventor.random.choice(_WITH_FAMILY_NAMES))
        return clerk.person(left, person), clerk.person(right, change(clerk.inventor, person))

    return make


def _namesake(invent: Inventor, person: Identity) -> Identity:
    while True:
        namesake = replace(person, born=invent.birthday())
        if invent.is_clear(namesake):
            invent.remember(namesake)
            return namesake


def _sibling(invent: Inventor, person: Identity) -> Identity:
    while True:
        days = invent.random.choice((-1, 1)) * invent.random.randrange(400, 2000)
        sibling = _with_another_given_name(invent, replace(person, born=person.born + timedelta(days=days)))
        if invent.is_clear(sibling):
            invent.remember(sibling)
            return sibling


def _with_another_given_name(invent: Inventor, person: Identity) -> Identity:
    sex = invent.random.choice("MF")
    names = [name for name in name_list(person.language).given(sex) if name != person.given]
    return replace(person, given=invent.random.choice(names), sex=sex)


def _stranger(invent: Inventor, person: Identity) -> Identity:
    while True:
        stranger = replace(invent.person_of(person.language), born=person.born)
        if invent.is_clear(stranger):
            invent.remember(stranger)
            return stranger


def _passports(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
    invent = clerk.inventor
    number = invent.passport("P")
    one = replace(clerk.person(left, invent.person(left)), passport=number, passport_issuer=left)
    neighbour = _one_digit_apart(invent, number)
    other = replace(clerk.person(right, invent.person(right)), passport=neighbour, passport_issuer=left)
    return one, other


def _phones(clerk: Clerk, _left: MemberCode, _right: MemberCode) -> _Pair:
    number = clerk.inventor.phone()
    one = replace(clerk.blank(RecordKind.PHONE), phone=number)
    return one, replace(clerk.blank(RecordKind.PHONE), phone=_one_digit_apart(clerk.inventor, number))


def _ships(clerk: Clerk, _left: MemberCode, _right: MemberCode) -> _Pair:
    invent = clerk.inventor
    name = invent.ship_name()
    one = replace(clerk.blank(RecordKind.VESSEL), vessel=FictionalVessel(name, invent.imo()))
    return one, replace(clerk.blank(RecordKind.VESSEL), vessel=FictionalVessel(name, invent.imo()))


def _plates(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
    vehicle = replace(clerk.blank(RecordKind.VEHICLE), plate=clerk.inventor.plate())
    return replace(vehicle, plate_state=left), replace(vehicle, plate_state=right)


def _handles(clerk: Clerk, _left: MemberCode, _right: MemberCode) -> _Pair:
    account = replace(clerk.blank(RecordKind.ONLINE_HANDLE), handle=clerk.inventor.handle())
    return replace(account, platform="telegram"), replace(account, platform="facebook")


def _kept_apart(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
    """The same person and the same telephone; one of the two is kept from the other's state."""
    one, other = _the_same(clerk, left, right)
    third = next(state for state in STATES if state not in (left, right))
    return replace(one, comparable_with=_kept_from(clerk.inventor, right, third)), other


def _kept_from(invent: Inventor, state: MemberCode, other: MemberCode) -> ComparableWith:
    return invent.random.choice((ComparableWith.all_but(state), ComparableWith.only(other)))


def _without_category(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
    """The same person and the same telephone; one of the two has no subject category."""
    one, other = _the_same(clerk, left, right)
    return replace(one, category=None), other


def _the_same(clerk: Clerk, left: MemberCode, right: MemberCode) -> _Pair:
    person, phone = clerk.inventor.person(left), clerk.inventor.phone()
    return replace(clerk.person(left, person), phone=phone), replace(clerk.person(right, person), phone=phone)


def _one_digit_apart(invent: Inventor, number: str) -> str:
    """The number with one of its last three digits changed, different from all numbers so far."""
    while True:
        place = len(number) - invent.random.randrange(1, 4)
        changed = number[:place] + str((int(number[place]) + invent.random.randrange(1, 10)) % 10) + number[place + 1 :]
        if invent.claim(changed):
            return changed


_WITH_FAMILY_NAMES: Final = (Language.THAI, Language.BENGALI, Language.MALAY)
"""Burmese have no family names, so no siblings by name."""


def _twin(invent: Inventor, person: Identity) -> Identity:
    twin = _with_another_given_name(invent, person)
    invent.remember(twin)
    return twin


_TRAPS_ACROSS: Final[Mapping[Trap, tuple[_Maker, int]]] = {
    Trap.NAMESAKE: (_alike(_namesake), 8),
    Trap.SIBLING: (_alike(_sibling), 6),
    Trap.SAME_BIRTHDAY: (_alike(_stranger), 6),
    Trap.PASSPORT_ONE_DIGIT_APART: (_passports, 6),
    Trap.PHONE_ONE_DIGIT_APART: (_phones, 6),
    Trap.SHIP_OF_THE_SAME_NAME: (_ships, 4),
    Trap.PLATE_OF_ANOTHER_STATE: (_plates, 3),
    Trap.HANDLE_ON_ANOTHER_PLATFORM: (_handles, 3),
    Trap.KEPT_FROM_THE_OTHER_STATE: (_kept_apart, 4),
    Trap.WITHOUT_CATEGORY: (_without_category, 3),
}
"""Each trap: how a pair is made, and how many pairs are planted from each state towards each other."""

_TRAPS_WITHIN: Final[Mapping[Trap, tuple[_Maker, int]]] = {
    # One weighted Dice cannot tell twins from two spellings of one name: across states they would be an honest hit.
    Trap.TWINS_IN_ONE_STATE: (_alike(_twin), 8),
    Trap.ENTERED_TWICE_IN_ONE_STATE: (_the_same, 6),
}
"""The same for pairs within a state, which are never compared."""
