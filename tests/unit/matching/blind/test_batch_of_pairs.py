"""The three operators together: right bits for every shape of batch, order of messages and rotation of roles."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import SUBJECT, Bits, Federation, clear_values, filled_up, shared
from tests.thoroughness import examples

from symbolon.matching.blind.batch import MOST_PAIRS, Batch, Carry, Rotation, subject_of
from symbolon.matching.blind.errors import (
    FrameOutOfOrder,
    MalformedFrame,
    MisdirectedFrame,
    OpeningDisagrees,
    UnfitBatch,
)
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.opening import OpeningShare, opened_records
from symbolon.matching.blind.party import BatchRun
from symbolon.matching.blind.ring import RING_16, RING_32
from symbolon.matching.blind.streams import BatchNumber

WIDTH = 128
FOUR_FIFTHS = LinearTest.dice(Fraction(4, 5))


def people(rows: int, seed: int) -> Bits:
    """Rows around two prototypes, so that there are matches, and some of a single bit."""
    generator = np.random.default_rng(seed)
    prototypes = generator.random((2, WIDTH)) < 0.4
    rows_of_bits = prototypes[generator.integers(0, 2, rows)] ^ (
        generator.random((rows, WIDTH)) < generator.uniform(0, 0.25, (rows, 1))
    )
    rows_of_bits[::7] = np.arange(WIDTH) == 3
    return rows_of_bits


def expected(queries: Bits, records: Bits, test: LinearTest) -> dict[int, set[int]]:
    return {
        query: set(np.flatnonzero(values >= 0).tolist())
        for query, values in enumerate(clear_values(queries, records, test))
    }


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(1, 40), st.integers(1, 200), st.integers(0, 2**32))
def test_no_pair_is_lost_or_added_whatever_the_shape_of_the_batch(queries: int, records: int, seed: int) -> None:
    asked, stored = people(queries, seed), people(records, seed)
    assert Federation().compare(asked, stored, FOUR_FIFTHS) == expected(asked, stored, FOUR_FIFTHS)


@settings(max_examples=examples(25), deadline=None)
@given(st.fractions(min_value=Fraction(1, 2), max_value=1, max_denominator=5000), st.integers(0, 2**32))
def test_any_threshold_is_compared_in_the_large_ring(threshold: Fraction, seed: int) -> None:
    test, asked, stored = LinearTest.dice(threshold), people(5, seed), people(70, seed)
    assert Federation().compare(asked, stored, test, RING_32) == expected(asked, stored, test)


@settings(max_examples=examples(25), deadline=None)
@given(st.sampled_from([(1, 1), (3, 4), (17, 20)]), st.integers(0, 2**32))
def test_containment_is_compared_like_dice(fraction: tuple[int, int], seed: int) -> None:
    test, asked, stored = LinearTest.containment(Fraction(*fraction)), people(3, seed), people(64, seed)
    assert Federation().compare(asked, stored, test) == expected(asked, stored, test)


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(list(Rotation)), st.integers(0, 2**32))
def test_the_result_does_not_depend_on_who_speaks_first_or_plays_which_role(rotation: Rotation, seed: int) -> None:
    asked, stored = people(4, seed), filled_up(people(100, seed))
    federation, choose = Federation(), random.Random(seed)  # noqa: S311  an order of messages
    bits = FOUR_FIFTHS.fitting(RING_16, PopcountBounds(WIDTH, WIDTH))
    batch = federation.batch(4, 128, bits, rotation)
    products = federation.products(shared(stored), shared(asked), FOUR_FIFTHS, RING_16)
    runs = federation.run(batch, products, choose.randrange)
    opened = federation.open(RING_16, batch, runs, np.ones((4, 128), dtype=bool))
    assert opened == expected(asked, stored, FOUR_FIFTHS)


def test_operators_that_were_told_different_things_compute_noise_together() -> None:
    """Whoever asks for batches cannot have one operator compute another test and learn from the sum of both."""
    federation = Federation()
    batch = federation.batch(16, 1024, 12)
    otherwise = replace(batch, subject=subject_of([b"another test"]))
    told = [batch, otherwise, batch]
    runs = [BatchRun(seat, told[seat.operator]) for seat in federation.seats]
    nothing = np.full((16, 1024), -1, dtype=np.int16)
    posts = [(sender, *post) for sender, run in enumerate(runs) for post in run.start(nothing)]
    while posts:
        sender, recipient, frame = posts.pop(0)
        posts += [(recipient, *post) for post in runs[recipient].receive(sender, frame)]
    with pytest.raises(OpeningDisagrees):
        federation.open(RING_16, batch, runs, np.ones((16, 1024), dtype=bool))
    bits = runs[0].result.own ^ runs[1].result.own ^ runs[2].result.own
    assert abs(int(np.bitwise_count(bits).sum()) - 16 * 512) < 6 * 64


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(2, 32), st.sampled_from(list(Carry)), st.sampled_from(list(Rotation)), st.integers(0, 2**32))
def test_the_sign_is_right_for_every_number_of_bits(bits: int, carry: Carry, rotation: Rotation, seed: int) -> None:
    """From random additive shares, the ends of the range among the values."""
    generator = np.random.default_rng(seed)
    word, ring = (np.int16, RING_16) if bits <= 16 else (np.int32, RING_32)
    values = generator.integers(-1 << bits - 1, 1 << bits - 1, (3, 128)).astype(word)
    values[0, :4] = (-1 << bits - 1, (1 << bits - 1) - 1, 0, -1)
    limits = np.iinfo(word)
    first, second = generator.integers(limits.min, limits.max, (2, 3, 128), dtype=word, endpoint=True)
    federation = Federation()
    batch = replace(federation.batch(3, 128, bits, rotation), carry=carry)
    runs = federation.run(batch, [values - first - second, first, second])
    opened = federation.open(ring, batch, runs, np.ones((3, 128), dtype=bool))
    assert opened == {query: set(np.flatnonzero(values[query] >= 0).tolist()) for query in range(3)}


def test_frames_that_come_before_an_operator_has_multiplied_wait_for_it() -> None:
    asked, stored = people(2, 1), filled_up(people(64, 1))
    federation = Federation()
    batch = federation.batch(2, 64, 12)
    products = federation.products(shared(stored), shared(asked), FOUR_FIFTHS, RING_16)
    runs = [BatchRun(seat, batch) for seat in federation.seats]
    waiting = [(sender, *post) for sender in (1, 2) for post in runs[sender].start(products[sender])]
    late = []
    for sender, recipient, frame in waiting:
        assert runs[recipient].receive(sender, frame) == []
    late = [(0, *post) for post in runs[0].start(products[0])]
    while late:
        sender, recipient, frame = late.pop(0)
        late += [(recipient, *post) for post in runs[recipient].receive(sender, frame)]
    opened = federation.open(RING_16, batch, runs, np.ones((2, 64), dtype=bool))
    assert opened == expected(asked, stored, FOUR_FIFTHS)


def finished(seed: int = 1) -> tuple[Federation, Batch, list[BatchRun]]:
    asked, stored = people(3, seed), filled_up(people(64, seed))
    federation = Federation()
    batch = federation.batch(3, 64, 12)
    return (
        federation,
        batch,
        federation.run(batch, federation.products(shared(stored), shared(asked), FOUR_FIFTHS, RING_16)),
    )


def test_only_pairs_in_scope_are_opened() -> None:
    federation, batch, runs = finished()
    everything = federation.open(RING_16, batch, runs, np.ones((3, 64), dtype=bool))
    in_scope = np.random.default_rng(3).random((3, 64)) < 0.5
    opened = federation.open(RING_16, batch, runs, in_scope)
    assert opened == {query: {record for record in everything[query] if in_scope[query, record]} for query in range(3)}
    assert any(everything[query] - opened[query] for query in range(3))


def test_a_receiver_opens_one_query_from_three_messages_and_learns_no_other() -> None:
    federation, batch, runs = finished()
    everything = federation.open(RING_16, batch, runs, np.ones((3, 64), dtype=bool))
    session = federation.seats[0].session
    messages = [share.to_bytes() for share in federation.openings[1]]
    shares = [OpeningShare.from_bytes(batch, message) for message in messages]
    assert set(opened_records(RING_16, batch, session, shares).tolist()) == everything[1]
    assert all(share.own.nbytes == 8 for share in shares)


def test_copies_of_a_share_that_differ_are_noticed() -> None:
    federation, batch, runs = finished()
    federation.open(RING_16, batch, runs, np.ones((3, 64), dtype=bool))
    session = federation.seats[0].session
    for place in range(3):
        for at in (40, 48):
            messages = [bytearray(share.to_bytes()) for share in federation.openings[0]]
            messages[place][at] ^= 16
            shares = [OpeningShare.from_bytes(batch, bytes(message)) for message in messages]
            with pytest.raises(OpeningDisagrees):
                opened_records(RING_16, batch, session, shares)


def test_an_opening_takes_one_message_of_each_operator_about_one_query_of_its_batch() -> None:
    federation, batch, runs = finished()
    federation.open(RING_16, batch, runs, np.ones((3, 64), dtype=bool))
    first, second = federation.openings[:2]
    session = federation.seats[0].session
    other_session = Federation().seats[0].session
    for shares in ([], first[:2], [*first[:2], second[2]], [first[0], first[0], first[1]]):
        with pytest.raises(MisdirectedFrame):
            opened_records(RING_16, batch, session, shares)
    with pytest.raises(MisdirectedFrame):
        opened_records(RING_16, batch, other_session, first)
    with pytest.raises(MisdirectedFrame):
        opened_records(RING_16, Batch(BatchNumber(99), 3, 64, 12, SUBJECT), session, first)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_opening_are_refused(garbage: bytes) -> None:
    with pytest.raises(MalformedFrame):
        OpeningShare.from_bytes(Batch(BatchNumber(1), 1, 64, 12, SUBJECT), garbage)


def test_an_opening_of_another_query_or_version_is_refused() -> None:
    federation, batch, runs = finished()
    federation.open(RING_16, batch, runs, np.ones((3, 64), dtype=bool))
    message = federation.openings[2][0].to_bytes()
    with pytest.raises(MalformedFrame):
        OpeningShare.from_bytes(Batch(batch.number, 2, 64, 12, SUBJECT), message)
    with pytest.raises(MalformedFrame):
        OpeningShare.from_bytes(batch, b"SYO2" + message[4:])


@pytest.mark.parametrize(
    ("queries", "records", "bits"),
    [(0, 64, 12), (1, 0, 12), (1, 63, 12), (1, 64, 1), (1, 64, 33), (1, MOST_PAIRS + 64, 12)],
)
def test_a_batch_that_no_kernel_computes_is_refused(queries: int, records: int, bits: int) -> None:
    with pytest.raises(UnfitBatch):
        Batch(BatchNumber(1), queries, records, bits, SUBJECT)


def test_products_of_another_shape_are_refused_and_a_batch_starts_once() -> None:
    federation = Federation()
    run = BatchRun(federation.seats[1], federation.batch(2, 64, 12))
    with pytest.raises(UnfitBatch):
        run.start(np.zeros((1, 64), dtype=np.int16))
    run.start(np.zeros((2, 64), dtype=np.int16))
    with pytest.raises(FrameOutOfOrder):
        run.start(np.zeros((2, 64), dtype=np.int16))
