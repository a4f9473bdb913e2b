"""A made-up state's case files, and a register of mostly the same people that an attacker holds in clear."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

import numpy as np
from tests.privacy.graph_matching import Assignment

from symbolon.exercise.fiction import AMARA
from symbolon.exercise.invention import Identity, Inventor
from symbolon.matching.identifier_types import (
    BirthDate,
    Document,
    DocumentType,
    Nationality,
    PersonName,
    Phone,
    Place,
    RecordIdentifiers,
    Sex,
    SexCode,
)

Found = TypeVar("Found")
_NATIONALITIES = ("TH", "MM", "BD", "MY")
_PLACES = ("Lower Harbour", "Old Market", "Fishing Quay", "Salt Fields")
_WHOLE_PART = 0.75
_SPELT_OTHERWISE = 0.1


@dataclass(frozen=True, slots=True)
class Populations:
    """Who is in the files, in the order of submission, and in the attacker's register, in another order."""

    files: tuple[RecordIdentifiers, ...]
    register: tuple[RecordIdentifiers, ...]
    truth: Assignment
    """For each file its person's place in the register, or -1."""
    others: tuple[RecordIdentifiers, ...]
    """Another state's files, which are compared with the first's: half of them of the same people."""


def invent(people: int, overlap: float, others: int, seed: int) -> Populations:
    """So many people in the files; `overlap` of them are in a register of as many; `others`: another state's files.

    The register writes one name in ten in another romanisation; a quarter of all people have fewer or more fields than
    a name, a whole date of birth, a nationality and a sex.
    """
    random = Random(seed)  # noqa: S311  # the same people on every machine
    inventor = Inventor(random)
    known = round(people * overlap)
    everybody = [inventor.person(AMARA) for _ in range(2 * people - known)]
    numbered = [_written(identity, inventor, random) for identity in everybody]
    strangers = [_written(inventor.person(AMARA), inventor, random) for _ in range(others)]
    files = list(range(people))
    register = [*range(known), *range(people, len(everybody))]
    random.shuffle(files)
    random.shuffle(register)
    place = {person: number for number, person in enumerate(register)}
    return Populations(
        files=tuple(numbered[person] for person in files),
        register=tuple(_as_the_register_has_it(numbered[person], everybody[person], random) for person in register),
        truth=np.array([place.get(person, -1) for person in files], dtype=np.int64),
        others=(*numbered[: others // 2], *strangers[others // 2 :]),
    )


def is_whole(person: RecordIdentifiers) -> bool:
    """Whether a person has what most have, and so shows nothing by the fields alone."""
    date = person.birth_date
    has_all = date is not None and date.is_whole and person.nationality is not None and person.sex is not None
    return has_all and len(person.names) == 1 and person.place is None


def _written(identity: Identity, inventor: Inventor, random: Random) -> RecordIdentifiers:
    names: tuple[PersonName, ...] = (PersonName(identity.romanised(0)),)
    born = identity.born
    person = RecordIdentifiers(
        names=names,
        birth_date=BirthDate(born.year, born.month, born.day),
        nationality=Nationality(random.choice(_NATIONALITIES)),
        sex=Sex(SexCode(identity.sex)),
        documents=_some(random, 0.3, lambda: Document(DocumentType.PASSPORT, "TH", inventor.passport("A"))),
        phones=_some(random, 0.2, lambda: Phone(inventor.phone())),
    )
    if random.random() < _WHOLE_PART:
        return person
    alias = PersonName(inventor.person(AMARA).romanised(0))
    changed = random.choice(("alias", "a place", "no nationality", "no sex"))
    if changed == "alias":
        return replace(person, names=(*names, alias))
    if changed == "a place":
        return replace(person, place=Place(random.choice(_PLACES)))
    return replace(person, nationality=None) if changed == "no nationality" else replace(person, sex=None)


def _as_the_register_has_it(person: RecordIdentifiers, identity: Identity, random: Random) -> RecordIdentifiers:
    if random.random() >= _SPELT_OTHERWISE:
        return person
    return replace(person, names=(PersonName(identity.romanised(1)), *person.names[1:]))


def _some(random: Random, part: float, draw: Callable[[], Found]) -> tuple[Found, ...]:
    return (draw(),) if random.random() < part else ()
