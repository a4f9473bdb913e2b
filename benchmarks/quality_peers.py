"""The peers of `make bench-quality`: rapidfuzz on clear text, CLKs of clkhash; each is given names in Latin letters."""

import importlib.metadata
import sys
import types
from collections.abc import Callable, Sequence

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz

from symbolon.matching.pair_scores import PackedVectors, Scores, pair_scores
from symbolon.node.services.evaluate_names import NamePair

NamesPeer = Callable[[Sequence[NamePair]], Scores]
CLK_BITS = 1024


def plain(text: str) -> str:
    """The name as the peers get it: Latin letters in lower case, words apart."""
    letters = anyascii(text).lower()
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def names_peers() -> dict[str, NamesPeer]:
    """Every peer that is installed."""
    peers: dict[str, NamesPeer] = {
        "token_sort": lambda pairs: _fuzzy(fuzz.token_sort_ratio, pairs),
        "WRatio": lambda pairs: _fuzzy(fuzz.WRatio, pairs),
    }
    if installed("clkhash"):
        peers["CLK"] = _clk
    return peers


def installed(*packages: str) -> bool:
    """Whether all of these packages are there."""
    try:
        for package in packages:
            importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def anonlink_similarities() -> types.ModuleType:
    """anonlink's module; it asks setuptools for its own version, which newer ones no longer answer."""
    if "pkg_resources" not in sys.modules:
        answers = types.ModuleType("pkg_resources")
        answers.get_distribution = lambda name: types.SimpleNamespace(version=importlib.metadata.version(name))
        sys.modules["pkg_resources"] = answers
    import anonlink.similarities

    return anonlink.similarities


def clk_schema(features: Sequence[str], bits_each: int) -> object:
    """clkhash's schema of q-gram features (bigrams, BLAKE), as its tutorial writes it."""
    from clkhash.schema import from_json_dict

    return from_json_dict(
        {
            "version": 3,
            "clkConfig": {
                "l": CLK_BITS,
                "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "c3ltYm9sb24=", "info": "", "keySize": 64},
            },
            "features": [
                {
                    "identifier": name,
                    "format": {"type": "string", "encoding": "utf-8"},
                    "hashing": {
                        "comparison": {"type": "ngram", "n": 2},
                        "strategy": {"bitsPerFeature": bits_each},
                        "hash": {"type": "blakeHash"},
                    },
                }
                for name in features
            ],
        }
    )


def _fuzzy(scorer: Callable[[str, str], float], pairs: Sequence[NamePair]) -> Scores:
    return np.array([scorer(plain(pair.first.text), plain(pair.second.text)) / 100 for pair in pairs])


def _clk(pairs: Sequence[NamePair]) -> Scores:
    from clkhash import clk

    numbers: dict[str, int] = {}
    rows = [
        [numbers.setdefault(plain(cell.text), len(numbers)) for cell in (pair.first, pair.second)] for pair in pairs
    ]
    # clkhash refuses an empty text; a space has no letter in common with any name.
    texts = [(text or " ",) for text in numbers]
    vectors = [vector.tobytes() for vector in clk.generate_clks(texts, clk_schema(["name"], 300), "benchmark")]
    packed = PackedVectors.of([(vector,) for vector in vectors], CLK_BITS)
    return pair_scores(packed, packed, np.array(rows))
