"""Whether bytes are as uniform words would be: tests that tell by how rarely chance alone does worse.

Pearson's chi-square over bytes and over 16-bit words, each bit plane's ones, serial correlation at several distances,
and the sums of columns. Probabilities are kept as logarithms: many tests at a level of 10^-7 in all need small ones.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FALSE_ALARMS = 1e-7
"""How often, at most, all verdicts of one run may together be wrong about bytes that are uniform."""
_WORDS = 1 << 16
_LEAST_PER_CELL = 5
_LAGS = (1, 2, 3, 4, 8, 16)

Words = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test of one view."""

    view: str
    test: str
    log10_probability: float
    """Of what was seen or worse, if the bytes are uniform."""


def verdicts(view: str, words: Words) -> Iterator[Verdict]:
    """All tests of 16-bit words.

    Args:
        view: what the words are, for the report.
        words: (rows, columns); columns are what may be alike from row to row. One row where there are none.

    """
    flat = np.ascontiguousarray(words).reshape(-1)
    for name, half in (("low bytes", flat & 0xFF), ("high bytes", flat >> 8)):
        yield Verdict(view, f"chi-square of {name}", _chi_square(np.bincount(half, minlength=256)))
    cells = 16
    while 1 << cells > len(flat) // _LEAST_PER_CELL:
        cells -= 1
    if cells > 8:
        counts = np.bincount(flat >> (16 - cells), minlength=1 << cells)
        yield Verdict(view, f"chi-square of the highest {cells} bits of words", _chi_square(counts))
        counts = np.bincount(flat & ((1 << cells) - 1), minlength=1 << cells)
        yield Verdict(view, f"chi-square of the lowest {cells} bits of words", _chi_square(counts))
    for plane in range(16):
        ones = int(np.count_nonzero(flat >> plane & 1))
        yield Verdict(view, f"ones in bit plane {plane}", _two_sided((2 * ones - len(flat)) / math.sqrt(len(flat))))
    centred = flat.astype(np.float64) - (_WORDS - 1) / 2
    variance = (_WORDS**2 - 1) / 12
    for lag in _LAGS:
        if len(flat) > 100 * lag:
            products = float(centred[:-lag] @ centred[lag:])
            deviations = products / variance / math.sqrt(len(flat) - lag)
            yield Verdict(view, f"serial correlation at {lag} words", _two_sided(deviations))
    if len(words) > 1:
        yield from _between_rows(view, words, variance)


def rejected(found: Sequence[Verdict]) -> list[Verdict]:
    """Those that uniform bytes would not show in this many tests (Bonferroni)."""
    level = math.log10(FALSE_ALARMS / max(len(found), 1))
    return [each for each in found if each.log10_probability < level]


def _between_rows(view: str, words: Words, variance: float) -> Iterator[Verdict]:
    """Columns that lean the same way in many rows, and rows that are alike: masks that are biased, or used twice."""
    rows, columns = words.shape
    sums = (words.astype(np.float64) - (_WORDS - 1) / 2).sum(axis=0)
    yield Verdict(view, "sums of columns", _chi_square_at(float((sums**2).sum()) / variance / rows, columns))
    bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1).astype(np.float32)
    signs = 2 * bits - 1
    agreements = signs @ signs.T
    farthest = float(np.abs(agreements[np.triu_indices(rows, 1)]).max()) / math.sqrt(signs.shape[1])
    pairs = rows * (rows - 1) / 2
    yield Verdict(view, "the two rows most alike", min(0.0, _two_sided(farthest) + math.log10(pairs)))


def _chi_square(counts: npt.NDArray[np.int64]) -> float:
    expected = counts.sum() / len(counts)
    return _chi_square_at(float(((counts - expected) ** 2).sum() / expected), len(counts) - 1)


def _chi_square_at(value: float, freedom: int) -> float:
    """Upper tail (Wilson & Hilferty 1931: the cube root is almost normal)."""
    spread = 2 / (9 * freedom)
    return _log10_tail(((value / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread))


def _two_sided(deviations: float) -> float:
    return min(0.0, _log10_tail(abs(deviations)) + math.log10(2))


def _log10_tail(deviations: float) -> float:
    """log10 of the upper tail of a normal distribution, also where it is too small for a float."""
    if deviations < 20:
        return math.log10(math.erfc(deviations / math.sqrt(2)) / 2)
    return (-(deviations**2) / 2 - math.log(deviations * math.sqrt(2 * math.pi))) / math.log(10)
