"""Opening the match bits: to whom, which, and whether the operators agree.

Each operator sends its two shares of the bits of one query; three such messages hold every share twice. They go to the
hub, or, sealed, to the member who may learn the result: then the hub relays what it cannot open and learns no pair.
Only pairs that the operator itself finds to be in scope are opened, so a hub cannot have others opened by asking.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from symbolon.matching.blind.batch import Batch, Operator
from symbolon.matching.blind.bit_planes import Planes, bits_of_records, record_of_bit
from symbolon.matching.blind.errors import MalformedFrame, MisdirectedFrame, OpeningDisagrees
from symbolon.matching.blind.replicated import Replicated
from symbolon.matching.blind.ring import GaloisRing
from symbolon.matching.blind.sharing import OPERATORS
from symbolon.matching.blind.streams import BatchNumber, SessionId

_MAGIC: Final = b"SYO1"
_HEADER: Final = struct.Struct(">4s16sQIBxxx")


@dataclass(frozen=True, slots=True)
class OpeningShare:
    """One operator's shares of the match bits of one query."""

    session: SessionId
    batch: BatchNumber
    query: int
    operator: Operator
    own: Planes = field(repr=False)
    following: Planes = field(repr=False)

    def to_bytes(self) -> bytes:
        """A header, then both shares."""
        header = _HEADER.pack(_MAGIC, self.session, self.batch, self.query, self.operator)
        return b"".join((header, self.own.tobytes(), self.following.tobytes()))

    @staticmethod
    def batch_of(data: bytes) -> BatchNumber:
        """To which batch a message claims to belong; raises `MalformedFrame` where it has no header."""
        if len(data) < _HEADER.size:
            raise MalformedFrame("shorter than an opening's header")
        return BatchNumber(_HEADER.unpack_from(data)[2])

    @staticmethod
    def from_bytes(batch: Batch, data: bytes) -> OpeningShare:
        """Read a message that claims to open part of this batch.

        Raises:
            MalformedFrame: no such message, or of another length than the batch asks for.

        """
        words = batch.plane[1]
        if len(data) != _HEADER.size + 2 * words * np.dtype(np.uint64).itemsize:
            raise MalformedFrame("another length than an opening of this batch has")
        magic, session, number, query, operator = _HEADER.unpack_from(data)
        if magic != _MAGIC or operator not in OPERATORS or query >= batch.queries:
            raise MalformedFrame("not an opening of version 1")
        shares = np.frombuffer(data, dtype=np.uint64, offset=_HEADER.size)
        return OpeningShare(SessionId(session), BatchNumber(number), query, operator, shares[:words], shares[words:])

    @staticmethod
    def all_from_bytes(batch: Batch, data: bytes) -> list[OpeningShare]:
        """Read the openings of all queries, one after another; raises as `from_bytes`."""
        size = len(data) // batch.queries
        shares = [OpeningShare.from_bytes(batch, data[start : start + size]) for start in range(0, len(data), size)]
        if [share.query for share in shares] != list(range(batch.queries)):
            raise MalformedFrame("not one opening of each query, in their order")
        return shares


def opening_shares(
    session: SessionId, batch: Batch, operator: Operator, result: Replicated, in_scope: Planes
) -> list[OpeningShare]:
    """What an operator sends about each query, of pairs in scope alone (`scope_planes`)."""
    shares = result & in_scope
    return [
        OpeningShare(session, batch.number, query, operator, shares.own[query], shares.following[query])
        for query in range(batch.queries)
    ]


def scope_planes(ring: GaloisRing, in_scope: npt.NDArray[np.bool_]) -> Planes:
    """(queries, records) truth values as the bits of (queries, records / 64) words, in the order of the match bits."""
    return bits_of_records(in_scope, ring.word_bits)


def opened_records(
    ring: GaloisRing, batch: Batch, session: SessionId, shares: Iterable[OpeningShare]
) -> npt.NDArray[np.int64]:
    """The rows of the records that match one query, in rising order.

    Raises:
        MisdirectedFrame: the shares are not one of each operator about the same query of this batch and session.
        OpeningDisagrees: two operators hold different copies of a share.

    """
    by_role = {batch.role_of(share.operator): share for share in shares}
    one = next(iter(by_role.values()), None)
    about = {(share.session, share.batch, share.query) for share in by_role.values()}
    if one is None or len(by_role) != len(OPERATORS) or about != {(session, batch.number, one.query)}:
        raise MisdirectedFrame("an opening takes one message of each operator about the same query")
    first, second, third = (share for _, share in sorted(by_role.items()))
    for holder, follower in ((first, second), (second, third), (third, first)):
        if not np.array_equal(holder.following, follower.own):
            raise OpeningDisagrees("two operators sent different copies of a share: compute the batch again")
    return _records_of_ones(first.own ^ second.own ^ third.own, ring.word_bits)


def _records_of_ones(words: Planes, width: int) -> npt.NDArray[np.int64]:
    filled = np.flatnonzero(words)
    bits = np.unpackbits(np.ascontiguousarray(words[filled]).view(np.uint8), bitorder="little").reshape(-1, 64)
    place, bit = np.nonzero(bits)
    return np.sort(record_of_bit(filled[place], bit, len(words), width))
