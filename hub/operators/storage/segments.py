"""Shares as rows of memory-mapped files, which the kernels read without a copy. Derived: PostgreSQL holds them too.

One file for each segment, of int16 words, in multiples of 64 rows; a row that is empty is zero at all three operators,
and matches nothing. A note beside them says up to which change they are right; it is written after them, so a folder
that was left amid a change is filled anew.
"""

import shutil
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from symbolon.hub.operators.errors import UnknownRows
from symbolon.matching.blind.dot_products import PAIRS_PER_WORD, Lanes
from symbolon.protocol.messages_sessions import RowAddress, RowRange

_FIRST_ROWS: Final = 256
_WORD: Final = np.dtype("<i2")
_NOTE: Final = "right-up-to"


class ShareSegments:
    """The rows of one operator. Writes come from one thread at a time; reads may run beside them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps: dict[int, Lanes] = {}
        self._changed: set[int] = set()

    def are_right_at(self, number: int, generation: int, records: bytes) -> bool:
        """Whether the files are right up to this change, of this generation and these records; else they must be
        filled anew.
        """
        note = self._folder / _NOTE
        return note.is_file() and note.read_text("ascii") == f"{number} {generation} {records.hex()}"

    def begin(self) -> None:
        """Say that the files are about to change."""
        (self._folder / _NOTE).unlink(missing_ok=True)

    def settle(self, number: int, generation: int, records: bytes) -> None:
        """Say that the files are right up to a change, of which generation, and by which name their records go."""
        for segment in self._changed:
            rows = self._maps[segment]
            if isinstance(rows, np.memmap):
                rows.flush()
        self._changed.clear()
        (self._folder / _NOTE).write_text(f"{number} {generation} {records.hex()}", "ascii")

    def begin_anew(self) -> None:
        """Forget every row."""
        self._maps.clear()
        self._changed.clear()
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self._folder.mkdir(mode=0o700, parents=True)

    def remove(self, segment: int) -> None:
        """Give a segment's file back: nothing lies in it any more."""
        self._maps.pop(segment, None)
        self._changed.discard(segment)
        (self._folder / f"{segment}.rows").unlink(missing_ok=True)

    def remove_all_but(self, segments: Container[int]) -> None:
        """Give back files of segments that are described no more."""
        for file in self._folder.glob("*.rows"):
            if int(file.stem) not in segments:
                self.remove(int(file.stem))

    def write(self, address: RowAddress, bits: int, share: bytes) -> None:
        """Put a share into its row."""
        self._room(address.segment, address.row + 1, bits)[address.row] = np.frombuffer(share, dtype=_WORD)
        self._changed.add(address.segment)

    def clear(self, address: RowAddress, bits: int) -> None:
        """Empty a row."""
        self._room(address.segment, address.row + 1, bits)[address.row] = 0
        self._changed.add(address.segment)

    def range(self, wanted: RowRange, bits: int) -> Lanes:
        """Adjacent rows, filled up to a multiple of 64, without a copy; rows that were never written are empty."""
        rows = -(-wanted.count // PAIRS_PER_WORD) * PAIRS_PER_WORD
        if wanted.first % PAIRS_PER_WORD:
            raise UnknownRows("A range of rows begins at a multiple of 64.")
        return self._room(wanted.segment, wanted.first + rows, bits)[wanted.first : wanted.first + rows]

    def gathered(self, addresses: Sequence[RowAddress], bits: int) -> Lanes:
        """Rows from anywhere, copied, in their order."""
        return np.stack([self._room(each.segment, each.row + 1, bits)[each.row] for each in addresses])

    def _room(self, segment: int, rows: int, bits: int) -> Lanes:
        held = self._maps.get(segment)
        if held is not None and len(held) >= rows:
            return held
        file = self._folder / f"{segment}.rows"
        width = bits * _WORD.itemsize
        there = file.stat().st_size // width if file.exists() else 0
        capacity = max(there, _FIRST_ROWS)
        while capacity < rows:
            capacity *= 2
        if capacity > there:
            with file.open("ab") as growing:
                # The file grows by a hole, which reads as zeros.
                growing.truncate(capacity * width)
            file.chmod(0o600)
        self._maps[segment] = np.memmap(file, dtype=_WORD, mode="r+", shape=(capacity, bits))
        return self._maps[segment]
