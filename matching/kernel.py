"""Exact Dice scan over packed vectors, fast because most pairs are dismissed on folded copies.

Dice(a, b) >= n/d  <=>  d * hamming(a, b) <= (d - n) * (|a| + |b|). Folding a vector onto itself by XOR never increases
a Hamming distance, so a pair whose *folded* distance is over the limit cannot match: the filter loses nothing, and
survivors are verified on all words. Tiles of 4 queries by 16 records are written as explicit 8-lane vectors, which LLVM
lowers to whatever the processor has (VPOPCNTQ on AVX-512; shuffles on AVX2; CNT on ARM). One variant is compiled, for
all thresholds and row counts, and kept on disk by numba.

A vector without bits carries the limit `NEVER`, so that it matches nothing, itself included; so do the rows that pad
queries to whole tiles and records to whole blocks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

Words = npt.NDArray[np.uint64]
Limits = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

FOLDED_WORDS: Final = 7
"""Best at Dice >= .8 on 1,024-bit vectors; one or two fewer let too many pairs through."""
LANES: Final = 8
TILE_QUERIES: Final = 4
TILE_BLOCKS: Final = 2
TILE_RECORDS: Final = LANES * TILE_BLOCKS
NEVER: Final = -(1 << 40)
"""Below any sum of a limit and a real one: |a| is at most 65,536 and denominators at most 100."""
_BLOCKS_IN_CACHE: Final = 128
"""128 blocks of 8 records of 56 bytes: 56 KB stay in the second-level cache while all queries pass over them."""
FOUND_ROWS: Final = 1 << 14

_WORD = ir.IntType(64)
_LANE_MASK = ir.IntType(LANES)
_VECTOR = ir.VectorType(_WORD, LANES)


def fold_rows(words: Words) -> Words:
    """XOR-fold rows of any number of words (rows, words) to (rows, FOLDED_WORDS)."""
    folded = np.zeros((len(words), FOLDED_WORDS), dtype=np.uint64)
    for start in range(0, words.shape[1], FOLDED_WORDS):
        part = words[:, start : start + FOLDED_WORDS]
        folded[:, : part.shape[1]] ^= part
    return folded


def limits_of(words: Words, threshold: Fraction) -> Limits:
    """(d - n) * popcount of each row, `NEVER` for empty rows."""
    popcounts = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return np.where(popcounts > 0, popcounts * (threshold.denominator - threshold.numerator), NEVER)


def _splat(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _load(builder: Any, kind: Any, address: Any, place: int) -> Any:
    offset = builder.add(address, ir.Constant(_WORD, place * (LANES * 8 if kind is _VECTOR else 8)))
    return builder.load(builder.inttoptr(offset, kind.as_pointer()), align=8, typ=kind)


def _emit_tile(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
    queries, blocks, query_limits, block_limits, denominator = arguments
    popcount = builder.module.globals.get("llvm.ctpop.v8i64") or ir.Function(
        builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), "llvm.ctpop.v8i64"
    )
    zero = ir.Constant(_VECTOR, [0] * LANES)
    distance = [[zero] * TILE_BLOCKS for _ in range(TILE_QUERIES)]
    for word in range(FOLDED_WORDS):
        records = [_load(builder, _VECTOR, blocks, block * FOLDED_WORDS + word) for block in range(TILE_BLOCKS)]
        for query in range(TILE_QUERIES):
            bits = _splat(builder, _load(builder, _WORD, queries, query * FOLDED_WORDS + word))
            for block in range(TILE_BLOCKS):
                differing = builder.call(popcount, [builder.xor(records[block], bits)])
                distance[query][block] = builder.add(distance[query][block], differing)
    factor = _splat(builder, denominator)
    survivors = ir.Constant(_WORD, 0)
    for query in range(TILE_QUERIES):
        query_limit = _splat(builder, _load(builder, _WORD, query_limits, query))
        for block in range(TILE_BLOCKS):
            limit = builder.add(query_limit, _load(builder, _VECTOR, block_limits, block))
            within = builder.icmp_signed("<=", builder.mul(distance[query][block], factor), limit)
            mask = builder.zext(builder.bitcast(within, _LANE_MASK), _WORD)
            place = ir.Constant(_WORD, LANES * (query * TILE_BLOCKS + block))
            survivors = builder.or_(survivors, builder.shl(mask, place))
    return survivors


def _type_tile(_context: Any, _queries: Any, _blocks: Any, _query_limits: Any, _block_limits: Any, _factor: Any) -> Any:
    """Which of 4 x 16 pairs survive: bit (16 * query + record) of the result; all but the factor are addresses."""
    return types.uint64(*[types.uint64] * 5), _emit_tile


def _type_trailing_zeros(_context: Any, _word: Any) -> Any:
    return types.uint64(types.uint64), lambda _c, builder, _s, args: builder.cttz(
        args[0], ir.Constant(ir.IntType(1), 1)
    )


def _type_popcount(_context: Any, _word: Any) -> Any:
    return types.uint64(types.uint64), lambda _c, builder, _s, args: builder.ctpop(args[0])


_tile: Any = intrinsic(_type_tile)
_trailing_zeros: Any = intrinsic(_type_trailing_zeros)
_popcount: Any = intrinsic(_type_popcount)


@njit(nogil=True, cache=True)
def _scan(queries, query_folds, query_limits, records, record_folds, record_limits, denominator, cursor, found):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    """Fill `found` with (query row, record row) from `cursor` on; stop before it can overflow, and say where."""
    count = 0
    blocks = record_folds.shape[0]
    query_address = types.uint64(query_folds.ctypes.data)
    record_address = types.uint64(record_folds.ctypes.data)
    query_limit_address = types.uint64(query_limits.ctypes.data)
    record_limit_address = types.uint64(record_limits.ctypes.data)
    factor = types.uint64(denominator)
    first_chunk, first_query, first_block = cursor[0], cursor[1], cursor[2]
    for chunk in range(first_chunk, blocks, _BLOCKS_IN_CACHE):
        chunk_end = min(chunk + _BLOCKS_IN_CACHE, blocks)
        for query in range(first_query, query_folds.shape[0], TILE_QUERIES):
            for block in range(max(chunk, first_block), chunk_end, TILE_BLOCKS):
                survivors = _tile(
                    query_address + types.uint64(query * FOLDED_WORDS * 8),
                    record_address + types.uint64(block * FOLDED_WORDS * LANES * 8),
                    query_limit_address + types.uint64(query * 8),
                    record_limit_address + types.uint64(block * LANES * 8),
                    factor,
                )
                if survivors == types.uint64(0):
                    continue
                if count + TILE_QUERIES * TILE_RECORDS > found.shape[0]:
                    cursor[0], cursor[1], cursor[2] = chunk, query, block
                    return count
                while survivors != types.uint64(0):
                    place = types.int64(_trailing_zeros(survivors))
                    survivors &= survivors - types.uint64(1)
                    query_row = query + place // TILE_RECORDS
                    record_row = block * LANES + place % TILE_RECORDS
                    distance = types.uint64(0)
                    for word in range(queries.shape[1]):
                        distance += _popcount(queries[query_row, word] ^ records[record_row, word])
                    limit = query_limits[query_row] + record_limits[record_row]
                    if types.int64(distance) * denominator <= limit:
                        found[count, 0] = query_row
                        found[count, 1] = record_row
                        count += 1
            first_block = 0
        first_query = 0
    cursor[0] = blocks
    return count


def scan(queries: Words, records: Words, record_folds: Words, record_limits: Limits, threshold: Fraction) -> Rows:
    """All pairs with Dice >= `threshold`, exactly.

    Args:
        queries: (any number, words) packed vectors.
        records: (n, words), n a multiple of `TILE_RECORDS`; spare rows empty.
        record_folds: (n / 8, FOLDED_WORDS, 8): blocks of 8 folded records, word by word.
        record_limits: (n,) as from `limits_of` at this threshold.
        threshold: over 0, at most 1.

    Returns:
        (matches, 2) rows of queries and of records, in no particular order.

    """
    padding = -len(queries) % TILE_QUERIES
    padded = np.concatenate([queries, np.zeros((padding, queries.shape[1]), dtype=np.uint64)])
    folds, limits = fold_rows(padded), limits_of(padded, threshold)
    cursor = np.zeros(3, dtype=np.int64)
    parts = [np.empty((0, 2), dtype=np.int32)]
    while cursor[0] < len(record_folds) and len(padded):
        found = np.empty((FOUND_ROWS, 2), dtype=np.int32)
        count = _scan(padded, folds, limits, records, record_folds, record_limits, threshold.denominator, cursor, found)
        parts.append(found[:count])
    return np.concatenate(parts)


def block_folds(folds: Words) -> Words:
    """(n, FOLDED_WORDS) folded rows as the blocks that `scan` reads; n a multiple of `TILE_RECORDS`."""
    return np.ascontiguousarray(folds.reshape(-1, LANES, FOLDED_WORDS).transpose(0, 2, 1))
