"""Gather how name characters are read in Mandarin, Cantonese and Korean, and write the tables into the package.

    pip install pypinyin ToJyutping hanja
    python benchmarks/learn_han_readings.py

Characters: those of GB 2312 and the first level of Big5. Readings: pypinyin (MIT), ToJyutping (BSD 2-Clause) and hanja
(WTFPL), each the likeliest one of the character alone; `symbolon.matching.scripts.han` has the surnames that are read
otherwise.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import hanja
import pypinyin
import ToJyutping

OUT = Path(__file__).parents[1] / "matching" / "romanisers" / "han.json"
BIG5_LEVEL_1 = range(0xA440, 0xC67F)
GB2312 = range(0xB0A1, 0xF7FF)


def main() -> None:
    """Write one JSON file: language → syllable → characters."""
    readings: dict[str, dict[str, list[str]]] = {
        name: defaultdict(list) for name in ("mandarin", "cantonese", "korean")
    }
    for character in sorted(_characters()):
        pinyin = pypinyin.lazy_pinyin(character, errors="ignore", v_to_u=False)
        if pinyin:
            readings["mandarin"][pinyin[0]].append(character)
        jyutping = ToJyutping.get_jyutping_list(character)[0][1]
        if jyutping:
            readings["cantonese"][re.sub("[^a-z]", "", jyutping)].append(character)
        hangul = hanja.translate(character, "substitution")
        if hangul != character:
            readings["korean"][hangul].append(character)
    tables = {name: {sound: "".join(table[sound]) for sound in sorted(table)} for name, table in readings.items()}
    OUT.write_text(json.dumps(tables, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{OUT.stat().st_size:,} bytes")


def _characters() -> set[str]:
    found = set()
    for codec, codes in (("gb2312", GB2312), ("big5", BIG5_LEVEL_1)):
        for code in codes:
            character = code.to_bytes(2).decode(codec, errors="ignore")
            if len(character) == 1 and character.isalpha():
                found.add(character)
    return found


if __name__ == "__main__":
    main()
