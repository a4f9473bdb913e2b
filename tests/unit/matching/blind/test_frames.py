"""What an operator does with frames that are damaged, sent twice, too early, too late, or meant for somebody else."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import OPERATORS, Federation
from tests.thoroughness import examples

from symbolon.matching.blind.batch import Carry
from symbolon.matching.blind.errors import BlindError, FrameOutOfOrder, MalformedFrame, MisdirectedFrame
from symbolon.matching.blind.frames import HEADER_BYTES, Frame
from symbolon.matching.blind.party import BatchRun, Outgoing

PRODUCTS = np.zeros((2, 64), dtype=np.int16)


def begun() -> tuple[list[BatchRun], dict[int, list[Outgoing]]]:
    federation = Federation()
    batch = federation.batch(2, 64, 12)
    runs = [BatchRun(seat, batch) for seat in federation.seats]
    return runs, {operator: runs[operator].start(PRODUCTS) for operator in OPERATORS}


def first_frame(posts: dict[int, list[Outgoing]], sender: int, recipient: int) -> bytes:
    return next(frame for to, frame in posts[sender] if to == recipient)


def test_a_frame_reads_back_as_it_was_written() -> None:
    _, posts = begun()
    data = first_frame(posts, 1, 0)
    frame = Frame.from_bytes(data)
    assert frame.to_bytes() == data
    assert (frame.sender, frame.recipient, len(frame.words)) == (1, 0, 12 * 2 * 8)


def test_a_frame_sent_twice_is_refused() -> None:
    runs, posts = begun()
    frame = first_frame(posts, 1, 0)
    runs[0].receive(1, frame)
    with pytest.raises(FrameOutOfOrder):
        runs[0].receive(1, frame)


def test_a_frame_before_its_turn_is_refused() -> None:
    runs, posts = begun()
    later = [frame for to, frame in posts[1] if to == 0][1]
    with pytest.raises(FrameOutOfOrder):
        runs[0].receive(1, later)


def test_a_frame_of_an_operator_who_has_nothing_to_say_here_is_refused() -> None:
    runs, posts = begun()
    frame = Frame.from_bytes(first_frame(posts, 1, 0))
    to_second = Frame(frame.session, frame.batch, frame.gate, 1, 2, frame.words).to_bytes()
    with pytest.raises(FrameOutOfOrder):
        runs[2].receive(1, to_second)


def test_a_frame_of_a_finished_batch_is_refused() -> None:
    federation = Federation()
    batch = federation.batch(2, 64, 12)
    runs = federation.run(batch, [PRODUCTS] * 3)
    for operator in OPERATORS:
        frame = federation.seen[operator][-1]
        with pytest.raises(FrameOutOfOrder):
            runs[operator].receive(Frame.from_bytes(frame).sender, frame)


def test_a_frame_over_another_operators_channel_or_to_another_operator_is_refused() -> None:
    runs, posts = begun()
    with pytest.raises(MisdirectedFrame):
        runs[0].receive(2, first_frame(posts, 1, 0))
    runs, posts = begun()
    with pytest.raises(MisdirectedFrame):
        runs[1].receive(2, first_frame(posts, 2, 0))


def test_a_frame_of_another_session_or_batch_is_refused() -> None:
    runs, _ = begun()
    _, others = begun()
    with pytest.raises(MisdirectedFrame):
        runs[0].receive(1, first_frame(others, 1, 0))
    federation = Federation()
    first, second = (federation.batch(2, 64, 12) for _ in range(2))
    runs = [BatchRun(seat, first) for seat in federation.seats]
    posts = {1: BatchRun(federation.seats[1], second).start(PRODUCTS)}
    with pytest.raises(MisdirectedFrame):
        runs[0].receive(1, first_frame(posts, 1, 0))


def test_a_spoiled_batch_refuses_everything_thereafter() -> None:
    federation = Federation()
    batch = federation.batch(2, 64, 12)
    runs = [BatchRun(seat, batch) for seat in federation.seats]
    frame = first_frame({1: runs[1].start(PRODUCTS)}, 1, 0)
    with pytest.raises(MalformedFrame):
        runs[0].receive(1, frame[:-1])
    with pytest.raises(FrameOutOfOrder):
        runs[0].receive(1, frame)
    with pytest.raises(FrameOutOfOrder):
        runs[0].start(PRODUCTS)
    assert runs[0].result is None


damages: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
    st.integers(0, HEADER_BYTES * 8 - 1).map(
        lambda bit: lambda frame: (int.from_bytes(frame, "little") ^ 1 << bit).to_bytes(len(frame), "little")
    ),
    st.integers(0, 200).map(lambda length: lambda frame: frame[:length] if length < len(frame) else frame[:-1]),
    st.binary(min_size=1, max_size=20).map(lambda more: lambda frame: frame + more),
    st.binary(max_size=300).map(lambda garbage: lambda _: garbage),
)


@settings(max_examples=examples(300), deadline=None)
@given(damages)
def test_a_damaged_header_or_length_is_always_one_of_the_domains_errors(damage: Callable[[bytes], bytes]) -> None:
    runs, posts = begun()
    with pytest.raises(BlindError):
        runs[0].receive(1, damage(first_frame(posts, 1, 0)))


@pytest.mark.parametrize(
    ("carry", "bits", "rounds", "ands"),
    [(Carry.RIPPLE, bits, bits + 2, bits - 1) for bits in (12, 13, 14, 15, 16, 32)]
    + [(Carry.TREE, 12, 8, 27), (Carry.TREE, 16, 8, 39), (Carry.TREE, 32, 9, 86)],
)
def test_a_batch_takes_as_many_rounds_and_bits_as_documented(carry: Carry, bits: int, rounds: int, ands: int) -> None:
    """Every operator sends k bits a pair before the sum and one for each AND."""
    federation = Federation()
    batch = replace(federation.batch(4, 640, bits), carry=carry)
    dtype = np.int16 if bits <= 16 else np.int32
    federation.run(batch, [np.zeros((4, 640), dtype=dtype)] * 3)
    frames = [Frame.from_bytes(frame) for frames in federation.seen.values() for frame in frames]
    assert len({frame.gate for frame in frames}) + 1 == rounds == batch.rounds
    for operator in OPERATORS:
        sent = sum(len(frame.words) for frame in frames if frame.sender == operator)
        assert sent * 8 == (bits + ands) * 4 * 640
