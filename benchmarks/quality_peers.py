"""The peers of `make bench-quality`: rapidfuzz on clear text, CLKs of clkhash; each is given names in Latin letters."""

import importlib.metadata
import sys
import types
from collections.abc import Callable, Sequence

import numpy as np
from anyascii import anyascii
from rapidfuzz import fuzz, process

from symbolon.matching.pair_scores import PackedVectors, Scores, pair_scores, scores_against_all
from symbolon.node.services.evaluate_names import NamePair

NamesPeer = Callable[[Sequence[NamePair]], Scores]
SearchPeer = Callable[[Sequence[str], Sequence[str]], Scores]
"""(queries, names) → (queries, names) scores."""
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


def search_peers() -> dict[str, SearchPeer]:
    """Every peer that is installed."""
    peers: dict[str, SearchPeer] = {
        "token_sort": lambda queries, names: _fuzzy_search(fuzz.token_sort_ratio, queries, names),
        "WRatio": lambda queries, names: _fuzzy_search(fuzz.WRatio, queries, names),
    }
    if installed("clkhash"):
        peers["CLK"] = _clk_search
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


def _fuzzy_search(scorer: Callable[[str, str], float], queries: Sequence[str], names: Sequence[str]) -> Scores:
    return process.cdist([plain(query) for query in queries], [plain(name) for name in names], scorer=scorer) / 100


def _clk_search(queries: Sequence[str], names: Sequence[str]) -> Scores:
    vectors, packed = clks([plain(query) for query in queries]), clks([plain(name) for name in names])
    return np.array([scores_against_all(vectors.words[row : row + 1], packed) for row in range(len(vectors))])


def _clk(pairs: Sequence[NamePair]) -> Scores:
    numbers: dict[str, int] = {}
    rows = [
        [numbers.setdefault(plain(cell.text), len(numbers)) for cell in (pair.first, pair.second)] for pair in pairs
    ]
    packed = clks(list(numbers))
    return pair_scores(packed, packed, np.array(rows))


def clks(names: Sequence[str]) -> PackedVectors:
    """The CLK of each name, of bigrams."""
    from clkhash import clk

    # clkhash refuses an empty text; a space has no letter in common with any name.
    texts = [(name or " ",) for name in names]
    vectors = clk.generate_clks(texts, clk_schema(["name"], 300), "benchmark")
    return PackedVectors.of([(vector.tobytes(),) for vector in vectors], CLK_BITS)
