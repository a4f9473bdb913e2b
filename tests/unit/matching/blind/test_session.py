"""Many batches at a time, heard of at different times, over channels that keep their order and nothing more."""

import os
import random
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import OPERATORS, SUBJECT, Federation, seats

from symbolon.matching.blind.batch import Batch, Rotation
from symbolon.matching.blind.errors import FrameOutOfOrder, MalformedFrame, MisdirectedFrame, StreamReused
from symbolon.matching.blind.holdings import HeldRecord, Holding, Verdict, place_digest
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.session import MOST_EARLY, OperatorSession
from symbolon.matching.blind.sharing import share
from symbolon.matching.blind.streams import BatchNumber

NOTHING = np.zeros((1, 64), dtype=np.int16)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32))
def test_batches_in_flight_together_come_out_right_in_any_order_of_events(count: int, seed: int) -> None:
    choose, generator = random.Random(seed), np.random.default_rng(seed)  # noqa: S311  an order of events
    federation = Federation()
    sessions = [OperatorSession(seat) for seat in federation.seats]
    values = generator.integers(-2048, 2048, (count, 2, 64)).astype(np.int16)
    masks = generator.integers(-(2**15), 2**15, (2, count, 2, 64)).astype(np.int16)
    products = [values - masks[0] - masks[1], masks[0], masks[1]]
    batches = [Batch(BatchNumber(place), 2, 64, 12, SUBJECT, Rotation(place % 3)) for place in range(count)]
    channels: dict[tuple[int, int], deque[bytes]] = {}
    to_do = {operator: deque((step, place) for place in range(count) for step in "as") for operator in OPERATORS}
    while any(to_do.values()) or any(channels.values()):
        events = [("do", operator) for operator in OPERATORS if to_do[operator]]
        events += [("carry", channel) for channel, frames in channels.items() if frames]
        kind, what = choose.choice(events)
        if kind == "carry":
            sender, operator = what
            outgoing = sessions[operator].receive(sender, channels[what].popleft())
        else:
            operator = what
            step, place = to_do[operator].popleft()
            outgoing = []
            if step == "a":
                sessions[operator].announce(batches[place])
            else:
                outgoing = sessions[operator].start(batches[place].number, products[operator][place])
        for recipient, frame in outgoing:
            channels.setdefault((operator, recipient), deque()).append(frame)
    for place, batch in enumerate(batches):
        results = [session.result(batch.number) for session in sessions]
        opened = federation.open_results(RING_16, batch, results, np.ones((2, 64), dtype=bool))
        assert opened == {query: set(np.flatnonzero(values[place, query] >= 0).tolist()) for query in range(2)}


def test_a_result_is_told_once() -> None:
    sessions = [OperatorSession(seat) for seat in seats()]
    batch = Batch(BatchNumber(5), 1, 64, 12, SUBJECT)
    for session in sessions:
        session.announce(batch)
    posts = [(own, *post) for own, session in enumerate(sessions) for post in session.start(batch.number, NOTHING)]
    assert sessions[0].result(batch.number) is None
    while posts:
        sender, recipient, frame = posts.pop(0)
        posts += [(recipient, *post) for post in sessions[recipient].receive(sender, frame)]
    assert sessions[0].result(batch.number) is not None
    with pytest.raises(MisdirectedFrame):
        sessions[0].result(batch.number)


def test_a_frame_of_a_dropped_batch_is_refused_and_its_number_does_not_come_again() -> None:
    first, second = (OperatorSession(seat) for seat in seats()[:2])
    batch = Batch(BatchNumber(1), 1, 64, 12, SUBJECT)
    first.announce(batch)
    second.announce(batch)
    (_, frame), *_ = second.start(batch.number, NOTHING)
    first.drop(batch.number)
    with pytest.raises(MisdirectedFrame):
        first.receive(1, frame)
    with pytest.raises(StreamReused):
        first.announce(batch)


def test_frames_of_batches_that_nobody_announced_are_kept_up_to_a_number() -> None:
    first, second = (OperatorSession(seat) for seat in seats()[:2])
    for number in range(MOST_EARLY // 2 + 1):
        batch = Batch(BatchNumber(number), 1, 64, 12, SUBJECT)
        second.announce(batch)
        frames = [frame for recipient, frame in second.start(batch.number, NOTHING) if recipient == 0]
        assert len(frames) == 2
        if number < MOST_EARLY // 2:
            assert [first.receive(1, frame) for frame in frames] == [[], []]
    with pytest.raises(FrameOutOfOrder):
        first.receive(1, frames[0])
    with pytest.raises(FrameOutOfOrder):
        first.receive(0, frames[0])


def test_an_early_frame_that_does_not_fit_its_batch_spoils_it_when_it_is_announced() -> None:
    first, second = (OperatorSession(seat) for seat in seats()[:2])
    second.announce(Batch(BatchNumber(1), 1, 128, 12, SUBJECT))
    (_, frame), *_ = second.start(BatchNumber(1), np.zeros((1, 128), dtype=np.int16))
    first.receive(1, frame)
    with pytest.raises(MalformedFrame):
        first.announce(Batch(BatchNumber(1), 1, 64, 12, SUBJECT))
    with pytest.raises(FrameOutOfOrder):
        first.start(BatchNumber(1), NOTHING)


def _holding(own: int, dealt: list[tuple[bytes, bytes, bytes]]) -> Holding:
    place = place_digest(1, [(1, 0, 64)])
    return Holding(tuple(HeldRecord(number, place, False, each[own]) for number, each in enumerate(dealt, 1)), False)


def _dealt(count: int) -> list[tuple[bytes, bytes, bytes]]:
    row = RowOfElements(RING_16, 64)
    return [share(row, os.urandom(8), os.urandom(row.size)) for _ in range(count)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_proof_comes_out_right_beside_a_batch_whoever_hears_of_it_first(seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311  an order of events
    sessions = [OperatorSession(seat) for seat in seats()]
    batch = Batch(BatchNumber(1), 1, 64, 12, SUBJECT)
    dealt = _dealt(3)
    channels: dict[tuple[int, int], deque[bytes]] = {}
    to_do = {own: deque(["prove", "compare"]) for own in OPERATORS}
    while any(to_do.values()) or any(channels.values()):
        events: list[tuple[int, int]] = [channel for channel, frames in channels.items() if frames]
        events += [(own, -1) for own in OPERATORS if to_do[own]]
        sender, operator = choose.choice(events)
        if operator >= 0:
            outgoing = sessions[operator].receive(sender, channels[sender, operator].popleft())
        elif to_do[operator := sender].popleft() == "prove":
            outgoing = sessions[operator].prove(BatchNumber(0), b"a job", os.urandom(32), _holding(operator, dealt))
        else:
            sessions[operator].announce(batch)
            outgoing = sessions[operator].start(batch.number, NOTHING)
        for recipient, frame in outgoing:
            channels.setdefault((operator, recipient), deque()).append(frame)
    assert [session.verdict(BatchNumber(0)) for session in sessions] == [Verdict(None, (1, 2, 3), (), ())] * 3
    assert all(session.result(batch.number) is not None for session in sessions)


def test_a_proof_has_no_products_and_a_batch_no_verdict_and_both_have_one_row_of_numbers() -> None:
    session = OperatorSession(seats()[0])
    session.prove(BatchNumber(3), b"a job", bytes(32), Holding((), False))
    assert session.verdict(BatchNumber(3)) is None
    for asked in (lambda: session.start(BatchNumber(3), NOTHING), lambda: session.result(BatchNumber(3))):
        with pytest.raises(MisdirectedFrame):
            asked()
    with pytest.raises(StreamReused):
        session.announce(Batch(BatchNumber(3), 1, 64, 12, SUBJECT))
    session.announce(Batch(BatchNumber(4), 1, 64, 12, SUBJECT))
    assert session.verdict(BatchNumber(4)) is None
    session.drop(BatchNumber(3))
    with pytest.raises(MisdirectedFrame):
        session.verdict(BatchNumber(3))
