"""Hangul: syllables of letters; a name is a surname, nearly always of one syllable, and a given name."""

from __future__ import annotations

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
_SURNAMES_OF_TWO: Final = frozenset({"남궁", "황보", "제갈", "선우", "독고", "사공"})
_SHORTEST_WITH_SURNAME: Final = 2
_LONGEST_WITH_SURNAME_OF_ONE: Final = 4
_COMMON_SURNAMES: Final = frozenset("김이박최정강조윤장임한오서신권황안송류유") | set("홍전고문손양배백허노남설차")
"""Of a name of two syllables one is the surname where it is one of these."""
_SURNAMES: Final = {
    "이": "lee", "박": "park", "임": "lim", "유": "yoo", "류": "yoo", "우": "woo", "오": "oh", "노": "noh",
    "양": "yang",
    "나": "na", "여": "yeo", "염": "yeom", "용": "yong", "육": "yook", "라": "na", "리": "lee", "림": "lim",
    "로": "noh", "량": "yang", "려": "yeo", "렴": "yeom", "룡": "yong", "륙": "yook", "금": "kim", "침": "sim",
}  # fmt: skip
"""Surnames that keep an old spelling; the folds of Latin names know the other ones."""


def romanise(word: str) -> tuple[str, ...]:
    """Surname and given name of a name written in one, as South Korea romanises them; a shorter word as it is.

    >>> romanise("김대중"), romanise("남궁민수"), romanise("민수")
    (('kim', 'daejung'), ('namkung', 'minsu'), ('minsu',))
    """
    surname = _length_of_surname(word)
    parts = (word[:surname], word[surname:]) if surname else (word,)
    return (spell_surname(parts[0]), *map(spell, parts[1:]))


def _length_of_surname(word: str) -> int:
    if word[:2] in _SURNAMES_OF_TWO and len(word) > 2:
        return 2
    if len(word) == _SHORTEST_WITH_SURNAME:
        return int(word[0] in _COMMON_SURNAMES)
    return int(_SHORTEST_WITH_SURNAME < len(word) <= _LONGEST_WITH_SURNAME_OF_ONE)


def spell_surname(word: str) -> str:
    """A surname as its bearers write it."""
    return _SURNAMES.get(word) or spell(word)


def spell(word: str) -> str:
    """Syllable by syllable, by the Revised Romanization as names use it (no sandhi)."""
    return "".join(_syllable(ord(character) - _FIRST) for character in word)


def _syllable(number: int) -> str:
    onset, rest = divmod(number, _VOWELS * _FINALS)
    if not 0 <= onset < len(_ONSETS):
        return ""
    nucleus, coda = divmod(rest, _FINALS)
    vowel = _NUCLEI[nucleus]
    if vowel == "u" and not _ONSETS[onset] and not coda:
        return "woo"
    # Names write 정 as Jung and 영 as Young: closed eo is heard as u.
    if coda and vowel in {"eo", "yeo"}:
        vowel = vowel.replace("eo", "u")
    return _ONSETS[onset] + vowel + _CODAS[coda]
