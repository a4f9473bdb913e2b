"""Records per second of the encoder from raw strings, cold and warm, in one process, beside clkhash where installed.

make bench-encode [--records 20000]
"""

from __future__ import annotations

import argparse
import hmac
import random
import time
from collections.abc import Callable
from importlib import resources

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifiers import RecordIdentifiers, parse_birth_date, parse_person_name
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema
from symbolon.matching.normalise import clean_text
from symbolon.matching.transliterate import romanise

SYLLABLES = (
    "ra",
    "him",
    "kha",
    "tun",
    "som",
    "chai",
    "wat",
    "min",
    "aung",
    "zaw",
    "li",
    "wei",
    "far",
    "id",
    "sul",
    "tan",
)
Row = tuple[str, str, str, str]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=20_000)
    rows = _rows(arguments.parse_args().records)
    words = [word for row in rows for word in row[1:3]]
    print(f"{len(rows)} records; {len(set(words)) / len(words):.3f} of the name words and "
          f"{len({row[3] for row in rows}) / len(rows):.3f} of the dates are distinct")  # fmt: skip
    package, name = DEFAULT_SCHEMA_RESOURCE
    schema = LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())
    encoder = RecordEncoder(schema, lambda label: hmac.digest(b"benchmark", label.encode(), "sha256"))
    clean_text.cache_clear()
    romanise.cache_clear()
    cold = _rate("symbolon, cold caches", len(rows), lambda: _encode(encoder, rows))
    warm = _rate("symbolon, warm caches", len(rows), lambda: _encode(encoder, rows))
    try:
        from clkhash import clk
        from clkhash.schema import from_json_dict
    except ImportError:
        print("clkhash is not installed, so it is not measured: pip install clkhash, then run again")
        return
    peer = _rate("clkhash", len(rows), lambda: clk.generate_clks(rows, from_json_dict(_CLKHASH_SCHEMA), "benchmark"))
    print(f"ratio to clkhash: {cold / peer:.1f} cold, {warm / peer:.1f} warm")


def _rows(count: int) -> list[Row]:
    choose = random.Random(1)  # noqa: S311  invented people, not secrets
    lists = [
        ["".join(choose.choices(SYLLABLES, k=choose.choice((2, 3)))) for _ in range(size)] for size in (1500, 4000)
    ]
    return [
        (
            str(number),
            choose.choice(lists[0]),
            choose.choice(lists[1]),
            f"{choose.randrange(1950, 2005)}-{choose.randrange(1, 13):02}-{choose.randrange(1, 29):02}",
        )
        for number in range(count)
    ]


def _encode(encoder: RecordEncoder, rows: list[Row]) -> None:
    for _, given_name, surname, birth_date in rows:
        encoder.encode(
            RecordIdentifiers(
                names=(parse_person_name(f"{given_name} {surname}"),), birth_date=parse_birth_date(birth_date)
            )
        )


def _rate(label: str, count: int, run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    rate = count / (time.perf_counter() - started)
    print(f"{label:24s} {rate:8.0f} records/s")
    return rate


def _feature(name: str, bits: int) -> dict[str, object]:
    return {
        "identifier": name,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": {"type": "ngram", "n": 2},
            "strategy": {"bitsPerFeature": bits},
            "hash": {"type": "blakeHash"},
        },
    }


_CLKHASH_SCHEMA: dict[str, object] = {
    "version": 3,
    "clkConfig": {
        "l": 1024,
        "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "c3ltYm9sb24=", "info": "", "keySize": 64},
    },
    "features": [
        {"identifier": "id", "ignored": True},
        _feature("given_name", 200),
        _feature("surname", 200),
        _feature("birth_date", 200),
    ],
}


if __name__ == "__main__":
    main()
