"""What operators hold, as they tell it each other before they prove it: what all three do, and what they do not."""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from symbolon.matching.blind.errors import MalformedFrame

DIGEST_BYTES: Final = 32
_ENTRY: Final = struct.Struct(f">QB{DIGEST_BYTES}s")


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record of which an operator holds shares."""

    handle: int
    place: bytes
    """SHA-256 of where its vectors lie: two records of one handle that lie elsewhere are not the same."""
    is_proved: bool
    share: bytes = field(repr=False)
    """Of all its vectors, one after another."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Some records that an operator holds, by rising handles; `is_cut`: others follow."""

    records: tuple[HeldRecord, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out, for one operator: handles by rising numbers."""

    up_to: int | None
    """All that it holds up to this handle was looked at; None: all."""
    proved: tuple[int, ...]
    """Bits on lines, and not proved everywhere before."""
    refused: tuple[int, ...]
    """Something else."""
    missing: tuple[int, ...]
    """Held here, and not by both others."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an operator says of a record that it holds."""

    handle: int
    is_proved: bool
    place: bytes

    def to_bytes(self) -> bytes:
        return _ENTRY.pack(self.handle, self.is_proved, self.place)


Told = tuple[Sequence[_Entry], bool]
"""An operator's list, and whether it is cut."""


@dataclass(frozen=True, slots=True)
class InCommon:
    """What all three hold, up to where all three told it."""

    up_to: int | None
    to_prove: tuple[HeldRecord, ...]
    """Of these, what is not proved at all three."""
    missing: tuple[int, ...]

    @classmethod
    def of(cls, own: Holding, others: Sequence[Told]) -> InCommon:
        """Compare what this operator holds with what both others told."""
        mine = [_Entry(record.handle, record.is_proved, record.place) for record in own.records]
        lists = [(mine, own.is_cut), *others]
        ends = [entries[-1].handle for entries, is_cut in lists if is_cut]
        up_to = min(ends, default=None)
        told = [{entry.handle: entry for entry in entries} for entries, _is_cut in others]
        to_prove, missing = [], []
        for record in own.records:
            if up_to is not None and record.handle > up_to:
                break
            found = [entries.get(record.handle) for entries in told]
            if any(entry is None or entry.place != record.place for entry in found):
                missing.append(record.handle)
            elif not (record.is_proved and all(entry is not None and entry.is_proved for entry in found)):
                to_prove.append(record)
        return cls(up_to, tuple(to_prove), tuple(missing))

    @property
    def described(self) -> bytes:
        """What is to be proved, the same at all three."""
        return b"".join(_Entry(record.handle, False, record.place).to_bytes() for record in self.to_prove)

    def verdict(self, wrong: frozenset[int]) -> Verdict:
        """What follows where these places of `to_prove` are wrong."""
        refused = tuple(self.to_prove[place].handle for place in sorted(wrong))
        proved = tuple(record.handle for place, record in enumerate(self.to_prove) if place not in wrong)
        return Verdict(self.up_to, proved, refused, self.missing)


def place_digest(handle: int, widths: Sequence[tuple[int, int, int]]) -> bytes:
    """Name where a record's vectors lie: (segment, row, bits) of each."""
    return hashlib.sha256(struct.pack(f">Q{3 * len(widths)}Q", handle, *(n for each in widths for n in each))).digest()


def listed(holding: Holding) -> bytes:
    """Tell it to the others."""
    entries = (_Entry(record.handle, record.is_proved, record.place).to_bytes() for record in holding.records)
    return bytes([holding.is_cut]) + b"".join(entries)


def parse_list(payload: memoryview) -> Told:
    """Read what another told. Raises `MalformedFrame`."""
    if len(payload) % _ENTRY.size != 1 or payload[0] > 1 or (payload[0] and len(payload) == 1):
        raise MalformedFrame("no list of the records that an operator holds")
    read = list(_ENTRY.iter_unpack(payload[1:]))
    entries = [_Entry(handle, bool(proved), place) for handle, proved, place in read]
    if any(proved > 1 for _handle, proved, _place in read) or any(
        one.handle >= other.handle for one, other in itertools.pairwise(entries)
    ):
        raise MalformedFrame("an operator lists its records by rising handles")
    return entries, bool(payload[0])
