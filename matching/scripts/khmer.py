"""Khmer: a vowel sounds by the series of its consonant; names keep Pali spelling and drop its silent endings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LETTERS: Final = "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវឝឞសហឡអ"
_INITIALS: Final = {
    "ក": "k", "ខ": "kh", "គ": "k", "ឃ": "kh", "ង": "ng", "ច": "ch", "ឆ": "ch", "ជ": "ch", "ឈ": "ch", "ញ": "nh",
    "ដ": "d", "ឋ": "th", "ឌ": "d", "ឍ": "th", "ណ": "n", "ត": "t", "ថ": "th", "ទ": "t", "ធ": "th", "ន": "n",
    "ប": "b", "ផ": "ph", "ព": "p", "ភ": "ph", "ម": "m", "យ": "y", "រ": "r", "ល": "l", "វ": "v", "ឝ": "s",
    "ឞ": "s", "ស": "s", "ហ": "h", "ឡ": "l", "អ": "",
}  # fmt: skip
_SECOND_SERIES: Final = frozenset("គឃងជឈញឌឍទធនពភមយរលវ")
_SONORANTS: Final = frozenset("ងញនណមយរលវ")
_FINALS: Final = {
    **_INITIALS, "ខ": "k", "ដ": "t", "ប": "p",
}  # fmt: skip
_STANDING_VOWELS: Final = {
    "ឥ": "e", "ឦ": "ei", "ឧ": "u", "ឩ": "ou", "ឪ": "ov", "ឫ": "rue", "ឬ": "rue", "ឭ": "lue", "ឮ": "lue", "ឯ": "e",
    "ឰ": "ai", "ឱ": "o", "ឲ": "o", "ឳ": "av",
}  # fmt: skip
_VOWELS: Final = {
    "": ("a", "o"), "ា": ("a", "ea"), "ិ": ("e", "i"), "ី": ("ey", "i"), "ឹ": ("oeu", "eu"), "ឺ": ("eu", "eu"),
    "ុ": ("o", "u"), "ូ": ("o", "ou"), "ួ": ("uo", "uo"), "ើ": ("aeu", "eu"), "ឿ": ("oeu", "eu"), "ៀ": ("ie", "ie"),
    "េ": ("e", "e"), "ែ": ("e", "e"), "ៃ": ("ai", "ey"), "ោ": ("ao", "o"), "ៅ": ("au", "ov"), "ំ": ("am", "um"),
    "ុំ": ("om", "um"), "ាំ": ("am", "oam"), "ះ": ("ah", "eah"), "ុះ": ("oh", "uh"), "េះ": ("eh", "eh"),
    "ោះ": ("oh", "oh"), "័": ("a", "oa"), "ិះ": ("eh", "ih"), "ឹះ": ("eh", "eh"),
}  # fmt: skip
"""By series: (first, second)."""
_SHORT: Final = frozenset("ិុឹ")
_UNIT: Final = re.compile("(?P<base>[ក-អ])(?P<under>(?:្[ក-អ])*)(?P<shift>[៉៊]?)(?P<vowel>[ា-ៅ]?[ំះ័]?[ៈ់]?)")
_SILENCED: Final = re.compile("[ក-អ](?:្[ក-អ])*[ិុ]?៍|[៌៎៏ៈ]")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A consonant with those under it, and its vowel."""

    letters: str
    shift: str
    vowel: str
    is_bare: bool

    @property
    def series(self) -> int:
        """0 or 1: the last consonant that is no sonorant decides, else the first; a shifter overrides."""
        if self.shift:
            return 0 if self.shift == "៉" else 1
        firm = [letter for letter in self.letters if letter not in _SONORANTS]
        return int((firm[-1] if firm else self.letters[0]) in _SECOND_SERIES)

    @property
    def is_doubled(self) -> bool:
        """A Pali double, of which the first closes the syllable before: ណ្ណ, ប្ផ."""
        if len(self.letters) < 2:
            return False
        first, second = self.letters[0], self.letters[1]
        return first == second or (_ROW[first] == _ROW[second] and first not in _SONORANTS and second not in _SONORANTS)


_ROW: Final = {letter: min(place // 5, 5 + max(0, place - 25)) for place, letter in enumerate(_LETTERS)}
"""Letters of one row of the alphabet are said in one place of the mouth."""


def romanise(word: str) -> tuple[str, ...]:
    """One written word, as Cambodian documents spell it.

    >>> romanise("សុខា"), romanise("វង្ស"), romanise("វិចិត្រ"), romanise("ចាន់")
    (('sokha',), ('vong',), ('vichet',), ('chan',))
    """
    text = _SILENCED.sub("", word)
    sounds: list[str] = []
    units: list[_Unit] = []
    for character in re.split(f"([{''.join(_STANDING_VOWELS)}])", text):
        if character in _STANDING_VOWELS:
            sounds += (_syllables(units), _STANDING_VOWELS[character])
            units = []
        else:
            units += [_unit(match) for match in _UNIT.finditer(character)]
            if sounds:
                # After a standing vowel a consonant may close its syllable.
                sounds.append(_syllables(units, after_vowel=True))
                units = []
    return ("".join((*sounds, _syllables(units))),)


def _unit(match: re.Match[str]) -> _Unit:
    vowel = match["vowel"].rstrip("់ៈ")
    return _Unit(match["base"] + match["under"].replace("្", ""), match["shift"], vowel, vowel == "")


def _syllables(units: list[_Unit], *, after_vowel: bool = False) -> str:
    sounds: list[str] = []
    open_vowel = "ា" if after_vowel else ""
    for place, unit in enumerate(units):
        is_last = place + 1 == len(units)
        following_bare = not is_last and units[place + 1].is_bare
        if unit.is_bare and open_vowel and (is_last or not (following_bare or open_vowel in _SHORT)):
            sounds.append(_coda(unit, is_last=is_last))
            open_vowel = ""
            continue
        if is_last and unit.is_doubled and unit.vowel in _SHORT and open_vowel:
            # Pali endings are written, not said: Sith(i).
            sounds.append(_coda(unit, is_last=True))
            continue
        sounds.append(_onset(unit) + _vowel(unit, units[place + 1 :]))
        open_vowel = unit.vowel or "o"
        if unit.vowel.endswith(("ំ", "ះ")):
            open_vowel = ""
    return "".join(sounds)


def _onset(unit: _Unit) -> str:
    letters = unit.letters[1:] if unit.is_doubled else unit.letters
    if letters[0] == "ប" and (len(letters) > 1 or unit.shift == "៉"):
        return "p" + "".join(_INITIALS[letter] for letter in letters[1:])
    return "".join(_INITIALS[letter] for letter in letters)


def _vowel(unit: _Unit, rest: list[_Unit]) -> str:
    sound = _VOWELS.get(unit.vowel, ("a", "a"))[unit.series]
    if unit.vowel == "ា" and not rest and unit.letters[-1] in "រយណនត":
        return "a"
    if unit.vowel == "" and rest and not (len(rest) == 1 and rest[0].is_bare):
        return "a"
    if unit.vowel == "េ" and rest and rest[0].letters[0] in "ចជញ":
        return "i"
    if (unit.vowel, rest[0].letters[0] if rest else "") in {("ឹ", "ម"), ("ិ", "ទ")}:
        return "i"
    if unit.vowel == "័" and rest and rest[0].letters[0] == "យ":
        return "e" if unit.series else "a"
    return sound


def _coda(unit: _Unit, *, is_last: bool) -> str:
    """A final consonant; those under it are silent but for the breath of a double (Sith, Rath)."""
    if unit.is_doubled or (len(unit.letters) > 1 and unit.letters[1] in "ធថ"):
        return _INITIALS[unit.letters[1]]
    final = _FINALS[unit.letters[0]]
    return "th" if is_last and unit.letters[0] == "ត" and len(unit.letters) > 1 and unit.letters[1] in "តន" else final
