"""Hangul: syllables of letters; a name is a surname, nearly always of one syllable, and a given name.

Three spellings are in use, and bearers choose: what sounds right to English readers (Jung Myung-hoon), the Revised
Romanization (Jeong Myeong-hun), and McCune and Reischauer's as the North has it (Jong Myong-hun).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_FIRST: Final = 0xAC00
_VOWELS: Final = 21
_FINALS: Final = 28
_ONSETS: Final = ("k", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_NUCLEI: Final = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
)  # fmt: skip
_CODAS: Final = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
)  # fmt: skip
_BARE: Final = 11
"""The onset that is not heard."""
_SURNAMES_OF_TWO: Final = frozenset({"남궁", "황보", "제갈", "선우", "독고", "사공"})
_SHORTEST_WITH_SURNAME: Final = 2
_LONGEST_WITH_SURNAME_OF_ONE: Final = 4
_COMMON_SURNAMES: Final = frozenset("김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허노남설차")
"""Of a name of two syllables one is the surname where it is one of these."""
_OTHER_SURNAMES: Final = frozenset(
    "심하곽성주우구민진나엄채원천방공현함변염여추도석선마길연위표명기반왕금옥육인맹제모탁국리림"
)
"""Of a name of two syllables one may be the surname."""
_SURNAMES: Final = {
    "이": "lee", "박": "park", "임": "lim", "유": "yoo", "류": "yoo", "우": "woo", "오": "oh", "노": "noh",
    "양": "yang",
    "나": "na", "여": "yeo", "염": "yeom", "용": "yong", "육": "yook", "라": "na", "리": "lee", "림": "lim",
    "로": "noh", "량": "yang", "려": "yeo", "렴": "yeom", "룡": "yong", "륙": "yook", "금": "kim", "침": "sim",
}  # fmt: skip
"""Surnames that keep an old spelling; the folds of Latin names know the other ones."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a syllable's letters are written where it is not as in `_ONSETS` and `_NUCLEI`."""

    opening: dict[str, str]
    """Onsets of the given name's first syllable."""
    velar: str
    """The onset of 근, wherever it stands."""
    nuclei: dict[str, str]
    """Vowels between two consonants."""
    bare_u: str
    """The syllable u."""
    is_bare_u_closed: bool
    """Whether 욱 and 운 are written as the bare syllable is, too."""
    yi: str
    """The vowel of 희."""


_SPELLINGS: Final = (
    # Names write 정 as Jung and 영 as Young: closed eo is heard as u.
    _Spelling({}, "k", {"eo": "u", "yeo": "yu"}, "woo", True, "ee"),
    _Spelling({}, "g", {}, "woo", False, "ui"),
    _Spelling({"d": "t", "b": "p", "j": "ch"}, "k", {}, "u", False, "ui"),
)


def readings(word: str, _language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """Surname and given name of a name written in one, or a shorter word, in each spelling that is in use.

    >>> readings("김정은")
    (('kim', 'jungeun'), ('kim', 'jeongeun'), ('kim', 'cheongeun'))
    >>> readings("민수")[0], readings("남궁민수")[0], readings("박진")[0], readings("박진")[-1]
    (('minsu',), ('namkung', 'minsu'), ('park', 'jin'), ('bakjin',))
    """
    return tuple(dict.fromkeys(_all_readings(word)))


def _all_readings(word: str) -> Iterator[tuple[str, ...]]:
    surname = _length_of_surname(word)
    if len(word) == 1:
        yield (spell_surname(word),)
    for spelling in _SPELLINGS:
        given = _spelled(word[surname:], spelling)
        yield (spell_surname(word[:surname]), given) if surname else (given,)
    if surname and len(word) == _SHORTEST_WITH_SURNAME:
        yield (spell(word),)
    elif len(word) == _SHORTEST_WITH_SURNAME and word[0] in _OTHER_SURNAMES:
        yield spell_surname(word[0]), spell(word[1])


def _length_of_surname(word: str) -> int:
    if word[:2] in _SURNAMES_OF_TWO and len(word) > 2:
        return 2
    if len(word) == _SHORTEST_WITH_SURNAME:
        return int(word[0] in _COMMON_SURNAMES)
    return int(_SHORTEST_WITH_SURNAME < len(word) <= _LONGEST_WITH_SURNAME_OF_ONE)


def is_surname(word: str) -> bool:
    """Whether a word of Hangul may be a surname."""
    return word in _COMMON_SURNAMES or word in _OTHER_SURNAMES or word in _SURNAMES_OF_TWO


def spell_surname(word: str) -> str:
    """A surname as its bearers write it."""
    return _SURNAMES.get(word) or spell(word)


def spell(word: str) -> str:
    """Syllable by syllable, as most bearers write it (no sandhi)."""
    return _spelled(word, _SPELLINGS[0])


def _spelled(word: str, spelling: _Spelling) -> str:
    return "".join(_syllable(ord(character) - _FIRST, spelling, place == 0) for place, character in enumerate(word))


def _syllable(number: int, spelling: _Spelling, opens: bool) -> str:
    onset, rest = divmod(number, _VOWELS * _FINALS)
    if not 0 <= onset < len(_ONSETS):
        return ""
    nucleus, coda = divmod(rest, _FINALS)
    first, vowel = _ONSETS[onset], _NUCLEI[nucleus]
    if vowel == "u" and onset == _BARE and (spelling.is_bare_u_closed or not coda):
        vowel = spelling.bare_u
    elif vowel == "ui" and onset != _BARE:
        vowel = spelling.yi
    elif coda:
        vowel = spelling.nuclei.get(vowel, vowel)
    if onset == 0:
        first = spelling.velar
    elif opens:
        first = spelling.opening.get(first, first)
    return first + vowel + _CODAS[coda]
