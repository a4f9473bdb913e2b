"""Bit slicing: from one word per pair to one bit per pair and plane, so that one instruction serves 64 pairs and more.

Plane j holds bit j of every pair. Within a query's row of n records the pairs change place, alike at all operators: a
row is read as e lines of n / e values, each line as words of 64 / e values, and squares of e x e bits are transposed
across the lines (Warren, Hacker's Delight, section 7-3). So value (r·w + b)·(64 / e) + l, with w = n / 64 words in a
plane, becomes bit e·l + r of word b. `record_of_bit` undoes it on the few bits that are opened as ones.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

Planes = npt.NDArray[np.uint64]
_WORD: Final = 64
_BLOCK: Final = 64
"""Words of a line that are transposed together: e lines of them stay in the first-level cache."""


def bit_planes(values: npt.NDArray[Any], planes: int) -> Planes:
    """The lowest bits of additive shares, sliced.

    Args:
        values: (queries, records) int16 or int32, records a multiple of 64; C-contiguous.
        planes: how many of the low bits are wanted.

    Returns:
        (planes, queries, records / 64).

    """
    queries, records = values.shape
    width = values.dtype.itemsize * 8
    lines = values.view(np.uint64).reshape(queries, width, records // _WORD)
    sliced = np.empty((planes, queries, records // _WORD), dtype=np.uint64)
    _transpose(lines, sliced)
    return sliced


def record_of_bit(word: npt.NDArray[Any], bit: npt.NDArray[Any], words: int, width: int) -> npt.NDArray[np.int64]:
    """The record that bit `bit` of word `word` speaks of, in a row of `words` words sliced from values of `width`."""
    lane, line = np.divmod(bit, width)
    found: npt.NDArray[np.int64] = (line * words + word) * (_WORD // width) + lane
    return found


def bits_of_records(chosen: npt.NDArray[np.bool_], width: int) -> Planes:
    """One plane from one truth value per record: (queries, records) bool to (queries, records / 64)."""
    queries, records = chosen.shape
    words = records // _WORD
    squares = chosen.reshape(queries, width, words, _WORD // width).transpose(0, 2, 3, 1)
    packed = np.packbits(np.ascontiguousarray(squares).reshape(queries, -1), axis=1, bitorder="little")
    return packed.view(np.uint64)


@njit(nogil=True, cache=True)
def _transpose(lines, sliced):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    queries, width, words = lines.shape
    square = np.empty((width, _BLOCK), dtype=np.uint64)
    for query in range(queries):
        for start in range(0, words, _BLOCK):
            count = min(_BLOCK, words - start)
            for line in range(width):
                for word in range(count):
                    square[line, word] = lines[query, line, start + word]
            step = width // 2
            mask = ~np.uint64(0) // ((np.uint64(1) << np.uint64(step)) + np.uint64(1))
            while step > 0:
                shift = np.uint64(step)
                for line in range(width):
                    if line & step:
                        continue
                    upper, lower = square[line], square[line + step]
                    for word in range(count):
                        swapped = ((upper[word] >> shift) ^ lower[word]) & mask
                        lower[word] ^= swapped
                        upper[word] ^= swapped << shift
                step //= 2
                mask ^= mask << np.uint64(step)
            for plane in range(sliced.shape[0]):
                for word in range(count):
                    sliced[plane, query, start + word] = square[plane, word]
