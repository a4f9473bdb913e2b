import itertools
import os
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.blind_operators import Federation, seats

from symbolon.matching.blind import streams
from symbolon.matching.blind.batch import Rotation
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.errors import StreamReused
from symbolon.matching.blind.expansion import Use, derive_key
from symbolon.matching.blind.party import BatchRun
from symbolon.matching.blind.streams import BatchNumber, BatchNumbers, PairStreams, Purpose, first_block, session_of

PAIR_KEY = os.urandom(32)
SESSION = session_of((os.urandom(32), os.urandom(32), os.urandom(32)))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[bytes, int, int]]]:
    """Every stretch of counter blocks that anybody encrypts, as (key, first block, one after the last)."""
    stretches: list[tuple[bytes, int, int]] = []
    draw = PairStreams.planes

    def noted(self: PairStreams, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> Planes:
        words = draw(self, purpose, gate, shape)
        first = int.from_bytes(first_block(purpose, gate), "big")
        stretches.append((self._key, first, first + -(-words.nbytes // 16)))
        return words

    monkeypatch.setattr(streams.PairStreams, "planes", noted)
    return stretches


def test_no_counter_block_is_encrypted_twice_in_any_batch_role_or_session(drawn: list[tuple[bytes, int, int]]) -> None:
    """Two operators draw each stream once each; beyond that no two stretches under one key touch."""

    long_term = Federation()
    keys = [seat.pair_keys for seat in long_term.seats]
    for _ in range(3):
        session = session_of((os.urandom(32), os.urandom(32), os.urandom(32)))
        federation = Federation([type(seat)(seat.operator, session, keys[seat.operator]) for seat in long_term.seats])
        for rotation in Rotation:
            for bits in (12, 16):
                batch = federation.batch(3, 128, bits, rotation)
                federation.run(batch, [np.zeros((3, 128), dtype=np.int16)] * 3)
    counted: dict[tuple[bytes, int, int], int] = {}
    for stretch in drawn:
        counted[stretch] = counted.get(stretch, 0) + 1
    assert set(counted.values()) == {2}
    ordered = sorted(counted)
    for (key, _, end), (next_key, start, _) in itertools.pairwise(ordered):
        assert key != next_key or end <= start
    assert len({key for key, _, _ in ordered}) == 3 * 6 * 3


def test_a_stream_is_drawn_once_in_a_batch() -> None:
    own = PairStreams(PAIR_KEY, SESSION, b"batch 1")
    own.planes(Purpose.ZERO, 4, (3,))
    own.planes(Purpose.ZERO, 5, (3,))
    with pytest.raises(StreamReused):
        own.planes(Purpose.ZERO, 4, (1,))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_a_batch_number_is_taken_once_and_never_after_a_later_one(numbers: list[int]) -> None:
    taken = BatchNumbers()
    last = -1
    for number in numbers:
        if number > last:
            taken.take(BatchNumber(number))
            last = number
        else:
            with pytest.raises(StreamReused):
                taken.take(BatchNumber(number))


def test_an_operator_does_not_compute_a_batch_twice_in_a_session() -> None:
    seat = seats()[0]
    batch = Federation().batch(1, 64, 12)
    BatchRun(seat, batch)
    with pytest.raises(StreamReused):
        BatchRun(seat, batch)


def test_two_operators_draw_the_same_words_and_no_other_pair_batch_or_session_does() -> None:
    def words(key: bytes, session: streams.SessionId, batch: int) -> bytes:
        return PairStreams(key, session, b"batch %d" % batch).planes(Purpose.INPUT, 0, (4,)).tobytes()

    other_session = session_of((os.urandom(32), bytes(32), bytes(32)))
    assert words(PAIR_KEY, SESSION, 1) == words(PAIR_KEY, SESSION, 1)
    seen = {
        words(key, session, batch)
        for key in (PAIR_KEY, os.urandom(32))
        for session in (SESSION, other_session)
        for batch in (1, 2, 1 << 40)
    }
    assert len(seen) == 12


def test_each_operators_nonce_alone_makes_a_session_new() -> None:
    nonces = [os.urandom(32) for _ in range(3)]
    sessions = {session_of((nonces[0], nonces[1], nonces[2]))}
    for place in range(3):
        changed = [os.urandom(32) if at == place else nonce for at, nonce in enumerate(nonces)]
        sessions.add(session_of((changed[0], changed[1], changed[2])))
    assert len(sessions) == 4


def test_a_short_nonce_begins_no_session() -> None:
    with pytest.raises(StreamReused):
        session_of((os.urandom(32), b"", os.urandom(32)))


def test_purposes_and_gates_begin_far_apart() -> None:
    starts = [int.from_bytes(first_block(purpose, gate), "big") for purpose in Purpose for gate in range(40)]
    assert min(b - a for a, b in zip(sorted(starts), sorted(starts)[1:], strict=False)) >= 1 << 64


def test_a_key_of_one_use_is_no_key_of_another() -> None:
    assert len({derive_key(PAIR_KEY, use, b"same place") for use in Use}) == len(Use)
