"""Match bits at the member that may learn them: three operators' shares put together, without numpy.

The same as `opening.opened_records` does at a hub, on integers: a node has few queries and no compiled code.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from symbolon.matching.blind.errors import MalformedFrame, OpeningDisagrees
from symbolon.matching.blind.sharing import OPERATORS

_MAGIC: Final = b"SYO1"
_HEADER: Final = struct.Struct(">4s16sQIBxxx")
_WORD_BITS: Final = 64
_RING_BITS: Final = 16


def rows_received(
    session: bytes, number: int, rotation: int, queries: Sequence[int], opened: Mapping[int, bytes]
) -> list[tuple[int, ...]]:
    """The rows that say yes, by query, counted from the first row of the batch.

    Args:
        session: 16 bytes, as the operators' openings name it.
        number: of the batch.
        rotation: operator p plays role (p + rotation) modulo 3.
        queries: which queries of the batch the receiver is told of, in order.
        opened: by operator, its opening shares (`OpeningShare.to_bytes`) of these queries one after the other.

    Raises:
        MalformedFrame: not three equally long openings of this batch and of these queries.
        OpeningDisagrees: two operators hold different copies of a share.

    """
    by_role = {(operator + rotation) % len(OPERATORS): operator for operator in OPERATORS}
    sizes = {len(data) for data in opened.values()}
    if opened.keys() != set(OPERATORS) or len(sizes) != 1:
        raise MalformedFrame("an opening takes one message of each operator, of one length")
    size, rest = divmod(sizes.pop(), len(queries)) if queries else (0, 1)
    half = (size - _HEADER.size) // 2
    if rest or half <= 0 or half * 2 + _HEADER.size != size or half % (_WORD_BITS // 8):
        raise MalformedFrame("an opening has another length than its queries ask for")
    rows = []
    for place, query in enumerate(queries):
        parts = {
            operator: _halves(opened[operator][place * size : (place + 1) * size], (session, number, query, operator))
            for operator in OPERATORS
        }
        first, second, third = (parts[by_role[role]] for role in range(len(OPERATORS)))
        for (_own, following), (own, _following) in ((first, second), (second, third), (third, first)):
            if following != own:
                raise OpeningDisagrees("two operators sent different copies of a share")
        bits = first[0] ^ second[0] ^ third[0]
        rows.append(tuple(sorted(_rows_of_ones(bits, half // (_WORD_BITS // 8)))))
    return rows


def _halves(data: bytes, expected: tuple[bytes, int, int, int]) -> tuple[int, int]:
    magic, *about = _HEADER.unpack_from(data)
    if magic != _MAGIC or tuple(about) != expected:
        raise MalformedFrame("an opening of another batch, query or operator")
    half = (len(data) - _HEADER.size) // 2
    own = int.from_bytes(data[_HEADER.size : _HEADER.size + half], "little")
    return own, int.from_bytes(data[_HEADER.size + half :], "little")


def _rows_of_ones(bits: int, words: int) -> Iterator[int]:
    """Undo the order of bit slicing (`bit_planes.record_of_bit`)."""
    while bits:
        word, bit = divmod((bits & -bits).bit_length() - 1, _WORD_BITS)
        lane, line = divmod(bit, _RING_BITS)
        yield (line * words + word) * (_WORD_BITS // _RING_BITS) + lane
        bits &= bits - 1
