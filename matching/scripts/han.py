"""Chinese characters: the same name is read in Mandarin, Cantonese, Hokkien and Korean."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from symbolon.matching.learned_romaniser import PACKAGE, known_words
from symbolon.matching.scripts import hangul

_SURNAMES_OF_TWO: Final = frozenset(
    {
        "歐陽", "欧阳", "司馬", "司马", "上官", "諸葛", "诸葛", "東方", "东方", "皇甫", "尉遲", "尉迟", "公孫", "公孙",
        "慕容", "司徒", "司空", "夏侯", "令狐", "端木", "張簡", "范姜",
    }
)  # fmt: skip
_MANDARIN_SURNAMES: Final = {
    "單": "shan", "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "任": "ren", "盖": "ge",
    "翟": "zhai", "朴": "piao", "樂": "yue", "乐": "yue", "区": "ou", "區": "ou", "覃": "qin", "沈": "shen",
    "召": "shao", "繁": "po", "种": "chong", "折": "she", "宓": "mi", "尹": "yin", "葉": "ye", "叶": "ye",
}  # fmt: skip
"""Characters that as surnames are read otherwise than elsewhere."""
_LONGEST_WITH_SURNAME_OF_ONE: Final = 3
_LONGEST: Final = 4
_ONSETS: Final = (("gw", "kw"), ("ng", "ng"), ("z", "ch"), ("c", "ch"), ("j", "y"), ("d", "t"), ("g", "k"), ("b", "p"))
_FINALS: Final = (
    ("aa", "a"), ("oeng", "eung"), ("oek", "euk"), ("eoi", "ui"), ("eon", "un"), ("eot", "ut"), ("oe", "eu"),
    ("yyu", "yue"),
)  # fmt: skip


def romanise(word: str, language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """The readings of a name written in one: Mandarin, Cantonese, Hokkien (of its surname), Korean.

    A name that is told to be Korean has that reading alone.

    >>> romanise("陳大文")[:3]
    (('chen', 'dawen'), ('chan', 'taiman'), ('tan', 'dawen'))
    """
    surname = 2 if word[:2] in _SURNAMES_OF_TWO and len(word) > 2 else 1
    if len(word) > _LONGEST:
        surname = 0
    family, given = word[:surname], word[surname:]
    mandarin = (_MANDARIN_SURNAMES.get(family) or _mandarin(family), _mandarin(given))
    cantonese = (known_words("cantonese_surnames").get(family) or _cantonese(family), _cantonese(given))
    korean = (hangul.spell_surname(_korean(family)), hangul.spell(_korean(given)))
    if language == "ko":
        return (korean,)
    hokkien = known_words("hokkien_surnames").get(family)
    return mandarin, cantonese, *(((hokkien, mandarin[1]),) if hokkien else ()), korean


@lru_cache(maxsize=4)
def _sounds(language: str) -> dict[str, str]:
    table = json.loads(files(PACKAGE).joinpath("han.json").read_text(encoding="utf-8"))[language]
    return {character: sound for sound, characters in table.items() for character in characters}


def _mandarin(text: str) -> str:
    sounds = _sounds("mandarin")
    return "".join(sounds.get(character, character).replace("v", "u") for character in text)


def _cantonese(text: str) -> str:
    sounds = _sounds("cantonese")
    return "".join(_as_hong_kong_spells(sounds.get(character, character)) for character in text)


def _as_hong_kong_spells(jyutping: str) -> str:
    """Jyutping as Hong Kong's registrar writes it: Chan for can, Cheung for zoeng."""
    if jyutping.startswith("jyu"):
        jyutping = "y" + jyutping[1:]
    for sound, spelling in _ONSETS:
        if jyutping.startswith(sound):
            jyutping = spelling + jyutping[len(sound) :]
            break
    for sound, spelling in _FINALS:
        jyutping = jyutping.replace(sound, spelling)
    return re.sub("yu(?=[nt])", "ue", jyutping) if not jyutping.startswith("y") else jyutping


def _korean(text: str) -> str:
    sounds = _sounds("korean")
    return "".join(sounds.get(character, "") for character in text)
