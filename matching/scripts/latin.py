"""Latin spelling: compounds taken apart, and the spellings of one sound or word brought together."""

from __future__ import annotations

import re
from typing import Final

from symbolon.matching.learned_romaniser import known_words

_MUHAMMAD: Final = re.compile("m[ou]?h[ao]?m+[aeo]?[dt]")
_ABDUL: Final = re.compile(
    "abd[aeiou]?(?:l|r(?=r)|s(?=s)|n(?=n)|z(?=z))(?=[a-z]{3})|abdo(?:ul|el|er(?=r)|es(?=s))(?=[a-z]{3})"
)
_ARTICLE: Final = re.compile("al(?=[bdfghjkmnqrstz]h?[aeiou][a-z]{2})(?!fre|ber|fons|mei|var|man)")
_UDDIN: Final = re.compile(
    "(?<=[a-z]{3})(?:(?:oedd|[aeou]l?dd|ald|eld|uld|idd|[ue]d)(?:in|een)|(?:[aeou]dd|ald|eld)(?:ine|yn))$"
)
_ULLAH: Final = re.compile("(?<=[a-z]{3})(?:[uo]ll+ah?|[uo]lah|al+ah)$")
_ABDULLAH: Final = re.compile("abd[aeuo]+l+ah?")
_UR_RAHMAN: Final = re.compile("(?<=[a-z]{2})ur(?=r[ae]h?[mh]an$)")

_PERHAPS_COMPOUND: Final = re.compile("^m[ou]?h|^abd|^al|d(?:in|een|ine|yn)$|lah?$|urra")
_PERHAPS_FOLDED: Final = re.compile("[xq]|zh|c[aeoui]|sch|tch|dj|dzh|ae|eo|eu|oe|tj|s[yj]|^dz|ch[mt]")
"""Most words need no folding: one search tells."""

_PINYIN_SYLLABLE: Final = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    "(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u)"
)
_PINYIN: Final = re.compile(f"(?:{_PINYIN_SYLLABLE}){{1,3}}")
_ONLY_PINYIN: Final = re.compile("x[iu]|q[iu]|zh|^c(?:ai|ao|ang?|eng?|ong|ou|ui?|un|uo|e)$")
"""What no other spelling has; a c only where it opens a word of one syllable, or Conan would be one of them."""
_AS_WADE_SPELLS: Final = (("x", "s"), ("q", "ch"), ("zh", "ch"))
_PINYIN_C: Final = re.compile("c(?=[aeou])|c(?=i(?:$|[^aou]))")
_MALAY: Final = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        ("oe", "u"), ("tj", "c"), ("s[yj](?=[aeou])", "sh"), ("^dz", "z"), ("ch(?=m)", "h"), ("ch(?=t)", "kh"),
    )
)  # fmt: skip
"""Malay and Indonesian names, also as spelled before 1972: Soekarno, Tjahjo, Aisyah, Dzulkifli, Achmad, Muchtar."""
_OPENING_X: Final = re.compile("^x(?=[aeiouy])")
_BENGALI_Q: Final = re.compile("(?<=[a-z])que$|(?<=u)qu$")
_QUA: Final = re.compile("qua(?!n)")
_CLUSTERS: Final = (("tsch", "ch"), ("sch", "sh"), ("tch", "ch"), ("dj", "j"), ("dzh", "j"))
_VOWELS: Final = (("aeo", "o"), ("ae", "e"), ("eo", "o"), ("eu", "u"))


def fold(word: str) -> tuple[str, ...]:
    """One Latin word (a to z) as the words it is compared by.

    >>> fold("mohd"), fold("abdurrahman"), fold("nuruddin"), fold("xiaoqing"), fold("rhee")
    (('muhammad',), ('abdul', 'rahman'), ('nur', 'uddin'), ('siaoching',), ('lee',))
    """
    if same := known_words("latin_folds").get(word):
        return (same,)
    return _taken_apart(word) if _PERHAPS_COMPOUND.search(word) else (_fold_sounds(word),)


def _taken_apart(word: str) -> tuple[str, ...]:
    if _MUHAMMAD.fullmatch(word):
        return ("muhammad",)
    if _ABDULLAH.fullmatch(word):
        return ("abdullah",)
    if _ARTICLE.match(word):
        return "al", *fold(word[2:])
    if match := _ABDUL.match(word):
        return "abdul", *fold(word[match.end() :])
    if match := _UDDIN.search(word):
        return *fold(word[: match.start()]), "uddin"
    if match := _UR_RAHMAN.search(word):
        return *fold(word[: match.start()]), *fold(word[match.end() :])
    if match := _ULLAH.search(word):
        return *fold(word[: match.start()]), "ullah"
    return (_fold_sounds(word),)


def _fold_sounds(word: str) -> str:
    if not _PERHAPS_FOLDED.search(word):
        return word
    word = _QUA.sub("qa", _BENGALI_Q.sub("q", word))
    if _ONLY_PINYIN.search(word) and _PINYIN.fullmatch(word):
        word = _PINYIN_C.sub("ts", word)
        for sound, spelling in _AS_WADE_SPELLS:
            word = word.replace(sound, spelling)
    word = _OPENING_X.sub("s", word)
    for pattern, spelling in _MALAY:
        word = pattern.sub(spelling, word)
    for spelling, single in (*_CLUSTERS, *_VOWELS):
        word = word.replace(spelling, single)
    return word
