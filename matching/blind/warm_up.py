"""Compile what batches and proofs are computed with, or load it from the cache, so that the first one does not wait."""

from collections import deque
from itertools import product
from typing import Final

import numpy as np

from symbolon.matching.blind.batch import Batch, Carry, Operator, Rotation
from symbolon.matching.blind.bit_checks import Words, bit_parts, line_parts, subset_sums, value_parts
from symbolon.matching.blind.dot_products import PAIRS_PER_WORD, Lanes, dot_products
from symbolon.matching.blind.party import BatchRun, Seat
from symbolon.matching.blind.streams import NONCE_BYTES, BatchNumber, session_of

_OPERATORS: Final = (0, 1, 2)
_KEY: Final = bytes(32)
"""Of a session among three that are all here, about rows of nobody."""
_QUERIES: Final = (21, 5)
"""Enough for every way to multiply: many at a time, a few, and what is left over."""
_LANES: Final = 64
_BITS: Final = 15


def warm_up() -> None:
    """Have three operators of this process compute batches of nothing."""
    session = session_of((bytes(NONCE_BYTES),) * 3)
    keys = {own: {other: _KEY for other in _OPERATORS if other != own} for own in _OPERATORS}
    seats = [Seat(own, session, keys[own]) for own in _OPERATORS]
    for number, (queries, carry) in enumerate(product(_QUERIES, Carry)):
        batch = Batch(BatchNumber(number), queries, PAIRS_PER_WORD, _BITS, bytes(32), Rotation.STRAIGHT, carry)
        rows: Lanes = np.zeros((PAIRS_PER_WORD, _LANES), dtype=np.int16)
        asked: Lanes = np.zeros((queries, _LANES), dtype=np.int16)
        products = dot_products(rows, asked, np.zeros(queries, dtype=np.int16))
        _run([BatchRun(seat, batch) for seat in seats], products)
    # As they come: out of a message, which is not to be written to.
    nothing: Words = np.frombuffer(bytes(2 * _LANES), dtype=np.uint16)
    parts = bit_parts(value_parts(nothing), nothing), line_parts(nothing, 0)
    subset_sums(parts, np.array([_LANES]), _KEY)


def _run(runs: list[BatchRun], products: Lanes) -> None:
    frames: deque[tuple[Operator, Operator, bytes]] = deque()
    for sender, run in enumerate(runs):
        frames += [(sender, recipient, frame) for recipient, frame in run.start(products)]
    while frames:
        sender, recipient, frame = frames.popleft()
        frames += [(recipient, other, answer) for other, answer in runs[recipient].receive(sender, frame)]
