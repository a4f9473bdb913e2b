"""Draws persons, numbers and ships for the exercise so that no two of them match unless a caller copies one.

Pseudo-random and seeded: the same seed gives the same world on every machine.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from symbolon.exercise.fiction import AMARA, BELANU, CASSOR, FictionalDate, drama_phone, imo_number
from symbolon.exercise.names import Language, NameWord, name_list
from symbolon.protocol.references import MemberCode

_LANGUAGES_OF: Final = {
    AMARA: (Language.THAI, Language.THAI, Language.THAI, Language.THAI, Language.BURMESE, Language.BENGALI),
    BELANU: (Language.MALAY, Language.MALAY, Language.MALAY, Language.THAI, Language.BENGALI, Language.BURMESE),
    CASSOR: (Language.BENGALI, Language.BENGALI, Language.BENGALI, Language.BURMESE, Language.BURMESE, Language.MALAY),
}
"""How often each language is drawn in a state: once for each time that it stands here."""

_NATIVE_SCRIPTS: Final = {
    AMARA: frozenset({Language.THAI}),
    BELANU: frozenset[Language](),
    CASSOR: frozenset({Language.BENGALI, Language.BURMESE}),
}
"""The languages that a state's clerks write in their own script; the others they write in Latin letters."""

_FIRST_BIRTHDAY: Final = date(1955, 1, 1)
_BIRTHDAYS: Final = 19_000

_SHIP_FIRST: Final = (
    "Andaman", "Amber", "Blue", "Bright", "Coral", "Crimson", "Eastern", "Emerald", "Golden", "Good", "Harbour", "Jade",
    "Lucky", "Monsoon", "Morning", "Northern", "Ocean", "Pacific", "Silver", "Southern", "Star", "Sunda", "White",
)  # fmt: skip
_SHIP_SECOND: Final = (
    "Breeze", "Crane", "Dawn", "Dolphin", "Dragon", "Falcon", "Fortune", "Heron", "Horizon", "Lantern", "Lotus",
    "Marlin", "Orchid", "Pearl", "Petrel", "Pioneer", "Queen", "Sampan", "Spirit", "Swan", "Tide", "Trader", "Wave",
)  # fmt: skip
_HANDLE_WORDS: Final = (
    "agency", "boss", "city", "coast", "cool", "daily", "dream", "easy", "fast", "fish", "free", "garden", "good",
    "happy", "home", "island", "jobs", "king", "lady", "lucky", "market", "moon", "night", "ocean", "orchid", "pay",
    "rain", "river", "road", "sea", "smile", "song", "star", "sun", "tea", "travel", "wind", "work",
)  # fmt: skip
PLATFORMS: Final = ("telegram", "facebook", "line", "whatsapp", "tiktok")


@dataclass(frozen=True, slots=True)
class Identity:
    """A fictional person, independent of who wrote it down and how."""

    language: Language
    given: NameWord
    family: NameWord
    sex: str
    born: date

    @property
    def native_name(self) -> str:
        """The name in the language's own script."""
        return f"{self.given.native} {self.family.native}"

    def romanised(self, spelling: int) -> str:
        """The name in Latin letters; `spelling` 0 is the most usual, others count on through the lists."""
        given, family = self.given.romanisations, self.family.romanisations
        return f"{given[spelling % len(given)]} {family[spelling % len(family)]}"


@dataclass(slots=True)
class Inventor:
    """Draws what is new, and remembers what was drawn."""

    random: Random
    _years_of_name: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    _names_on_day: dict[date, set[str]] = field(default_factory=lambda: defaultdict(set))
    _numbers: set[str] = field(default_factory=set)

    def remember(self, identity: Identity) -> None:
        """Keep later persons clear of this one."""
        self._years_of_name[identity.given.native, identity.family.native].add(identity.born.year)
        self._names_on_day[identity.born] |= {identity.given.native, identity.family.native}

    def claim(self, number: str) -> bool:
        """Keep later numbers clear of this one; False where it was taken already."""
        is_new = number not in self._numbers
        self._numbers.add(number)
        return is_new

    def person(self, state: MemberCode) -> Identity:
        """A new person, of a language of the state."""
        return self.person_of(self.random.choice(_LANGUAGES_OF[state]))

    def person_of(self, language: Language) -> Identity:
        """A new person, of a language."""
        sex = self.random.choice("MF")
        names = name_list(language)
        while True:
            given = self.random.choice(names.given(sex))
            identity = Identity(language, given, self.random.choice(names.family), sex, self.birthday())
            if self.is_clear(identity):
                self.remember(identity)
                return identity

    def is_clear(self, identity: Identity) -> bool:
        """Whether nobody else could honestly be taken for this person.

        Taken for another are: a namesake of the same or a neighbouring year, and someone of the same day with one
        name in common (the planted twins are the exception, and are meant to be told apart).
        """
        years = self._years_of_name[identity.given.native, identity.family.native]
        near = {identity.born.year - 1, identity.born.year, identity.born.year + 1}
        same_day = self._names_on_day[identity.born]
        return not years & near and not same_day & {identity.given.native, identity.family.native}

    def birthday(self) -> date:
        """A day between 1955 and 2007."""
        return _FIRST_BIRTHDAY + timedelta(days=self.random.randrange(_BIRTHDAYS))

    def passport(self, letter: str) -> str:
        """A new passport number: two letters (the first given) and seven digits."""
        return self._new(lambda: f"{letter}{self.random.choice('CEFHKMNPRT')}{self.random.randrange(10**7):07d}")

    def phone(self) -> str:
        """A new telephone number of the drama ranges, international form."""
        return self._new(lambda: drama_phone(self.random.randrange(16_000)))

    def imo(self) -> str:
        """A new ship's number; no ship has one that begins with 2."""
        return self._new(lambda: imo_number(self.random.randrange(200_000, 300_000)))

    def ship_name(self) -> str:
        """A ship's name; names repeat."""
        return f"{self.random.choice(_SHIP_FIRST)} {self.random.choice(_SHIP_SECOND)}"

    def plate(self) -> str:
        """A new number plate."""
        return self._new(lambda: f"{''.join(self.random.choices('BCDFGHJKLMNPRSTV', k=3))} {self._digits(4)}")

    def account(self) -> str:
        """A new account number."""
        return self._new(lambda: f"{self.random.choice('ABCDEFG')}{self.random.choice('LMNPQR')}{self._digits(12)}")

    def handle(self) -> str:
        """A new online name, new on every platform."""
        return self._new(lambda: "_".join(self.random.sample(_HANDLE_WORDS, 2)) + self._digits(3))

    def platform(self) -> str:
        """A platform that handles are on."""
        return self.random.choice(PLATFORMS)

    def _digits(self, count: int) -> str:
        return "".join(self.random.choices("0123456789", k=count))

    def _new(self, draw: Callable[[], str]) -> str:
        while not self.claim(number := draw()):
            continue
        return number


def written_names(state: MemberCode, identity: Identity, spelling: int) -> tuple[str, str]:
    """How a state's clerk writes a name: (in the own script, in Latin letters); one of them may be empty.

    Every third clerk who writes the own script adds the Latin spelling.
    """
    if identity.language not in _NATIVE_SCRIPTS[state]:
        return "", identity.romanised(spelling)
    return identity.native_name, identity.romanised(spelling) if spelling % 3 == 0 else ""


def full_date(day: date) -> FictionalDate:
    """A whole date."""
    return FictionalDate(day.year, day.month, day.day)
