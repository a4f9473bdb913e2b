"""What one operator holds and receives looks uniform, whatever is compared; controls show that a test would notice."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from tests.simulators.blind_operators import OPERATORS, SUBJECT, Bits, Federation, clear_values, shared

from symbolon.matching.blind.batch import INPUT, MASKED, Batch, Carry
from symbolon.matching.blind.bit_planes import Planes, bit_planes
from symbolon.matching.blind.dot_products import Lanes
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.replicated import sum_of_planes
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import BatchNumber, PairStreams, Purpose
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS

View = tuple[Federation, list[Lanes], npt.NDArray[np.int64]]
"""A federation that has computed a batch, what each operator stores, and v in clear."""
SIGMAS = 6.0
"""One false alarm in 10^9 a figure."""
TEST = LinearTest.dice(max(CHEAP_THRESHOLDS))
QUERIES, RECORDS, WIDTH, BITS = 32, 1024, 1024, 16


def deviation(data: npt.NDArray[np.uint8]) -> float:
    """How many standard deviations chi-square over the 256 byte values lies above its mean."""
    counts = np.bincount(data, minlength=256)
    mean = len(data) / 256
    return float((((counts - mean) ** 2 / mean).sum() - 255) / np.sqrt(2 * 255))


def octets(data: bytes | memoryview) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, dtype=np.uint8)


def compared(kind: str) -> tuple[Bits, Bits]:
    """Inputs as far from random as can be: all alike, all full, all but empty, and crowds around one person."""
    generator = np.random.default_rng(5)
    if kind == "full":
        return np.ones((QUERIES, WIDTH), dtype=bool), np.ones((RECORDS, WIDTH), dtype=bool)
    if kind == "one bit":
        first = np.arange(WIDTH) == 0
        return np.tile(first, (QUERIES, 1)), np.tile(first, (RECORDS, 1))
    person = generator.random(WIDTH) < 0.4
    noise = generator.random((QUERIES + RECORDS, WIDTH)) < 0.02
    crowd = person ^ noise
    return crowd[:QUERIES], crowd[QUERIES:]


@pytest.fixture(
    scope="module",
    params=[("full", Carry.RIPPLE), ("one bit", Carry.RIPPLE), ("crowd", Carry.RIPPLE), ("crowd", Carry.TREE)],
    ids=["full", "one bit", "crowd", "crowd, carry in a tree"],
)
def batch(request: pytest.FixtureRequest) -> View:
    kind, carry = request.param
    queries, records = compared(kind)
    federation = Federation()
    stored, asked = shared(records), shared(queries)
    products = federation.products(stored, asked, TEST, RING_16)
    federation.run(replace(federation.batch(QUERIES, RECORDS, BITS), carry=carry), products)
    return federation, stored, clear_values(queries, records, TEST)


def test_what_each_operator_stores_is_uniform(batch: View) -> None:
    _, stored, _ = batch
    for operator in OPERATORS:
        for offset in (0, 1):
            assert deviation(octets(stored[operator].tobytes())[offset::2]) < SIGMAS


def twins_found(rows: npt.NDArray[np.float64]) -> int:
    """How many rows of the first half have their twin of the second half as the nearest by correlation."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    half = len(rows) // 2
    return int(((unit[:half] @ unit[half:].T).argmax(axis=1) == np.arange(half)).sum())


def test_alike_records_find_each_other_in_the_open_but_not_in_what_an_operator_stores() -> None:
    """The first step of every attack on a similarity graph; by lanes, and by their bits."""
    generator = np.random.default_rng(8)
    people = generator.random((500, WIDTH)) < 0.3
    records = np.concatenate([people, people ^ (generator.random(people.shape) < 0.02)])
    assert twins_found(records.astype(np.float64)) == 500
    for stored in shared(records):
        bits = np.unpackbits(stored.view(np.uint8), axis=1)
        assert twins_found(stored.astype(np.float64)) < 12, "one by chance"
        assert twins_found(bits.astype(np.float64)) < 12


def test_every_message_that_each_operator_receives_is_uniform(batch: View) -> None:
    federation, _, _ = batch
    for operator in OPERATORS:
        frames = [Frame.from_bytes(frame) for frame in federation.seen[operator]]
        assert frames
        for frame in frames:
            assert deviation(octets(frame.words)) < SIGMAS
        assert deviation(np.concatenate([octets(frame.words) for frame in frames])) < SIGMAS


def test_no_received_bit_agrees_with_a_bit_of_the_value_more_often_than_by_chance(batch: View) -> None:
    """Every plane that an operator receives against every plane of v."""
    federation, _, values = batch
    of_value = bit_planes(values.astype(np.int16), BITS)
    pairs = QUERIES * RECORDS
    for operator in OPERATORS:
        for data in federation.seen[operator]:
            for received in octets(Frame.from_bytes(data).words).view(np.uint64).reshape(-1, *of_value.shape[1:]):
                agreeing = np.bitwise_count(~(of_value ^ received)).sum(axis=(1, 2), dtype=np.int64)
                assert (np.abs(agreeing - pairs / 2) < SIGMAS * np.sqrt(pairs) / 2).all()


def test_what_the_hub_receives_is_uniform_but_for_the_sum(batch: View) -> None:
    _, _, values = batch
    federation = Federation()
    products = [np.zeros(values.shape, dtype=np.int16) for _ in OPERATORS]
    products[0] += values.astype(np.int16)
    opened = federation.batch(QUERIES, RECORDS, BITS)
    runs = federation.run(opened, products)
    for run in runs:
        assert run.result is not None
        assert deviation(octets(run.result.own.tobytes())) < SIGMAS
        assert deviation(octets(run.result.following.tobytes())) < SIGMAS


def test_role_zero_sees_uniform_sums_even_when_all_values_are_the_same(batch: View) -> None:
    """What it adds up, v + u, is uniform by the planes' columns as well: 16-bit words, not only bytes."""
    federation, _, _ = batch
    masked = [Frame.from_bytes(frame) for frame in federation.seen[0]]
    planes = [octets(frame.words).view(np.uint64) for frame in masked if frame.gate == MASKED]
    assert len(planes) == 2
    assert deviation((planes[0] ^ planes[1]).view(np.uint8)) < SIGMAS


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[Purpose, Planes]:
    """The words of each purpose's first stream. A test that puts zeros here beforehand takes that mask away."""
    words_of: dict[Purpose, Planes] = {}
    draw = PairStreams.planes

    def noted(self: PairStreams, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> Planes:
        words = draw(self, purpose, gate, shape)
        if purpose in words_of and not words_of[purpose].any():
            return np.zeros_like(words)
        words_of.setdefault(purpose, words)
        return words

    monkeypatch.setattr(PairStreams, "planes", noted)
    return words_of


def run_on_nothing() -> list[Frame]:
    """A batch in which v is zero everywhere, so that whatever is not uniform came from a mask that is missing."""
    federation = Federation()
    products = [np.zeros((QUERIES, RECORDS), dtype=np.int16)] * 3
    federation.run(Batch(BatchNumber(1), QUERIES, RECORDS, BITS, SUBJECT), products)
    return [Frame.from_bytes(frame) for frames in federation.seen.values() for frame in frames]


def what_role_2_makes_of_its_input(drawn: dict[Purpose, Planes], frames: list[Frame]) -> float:
    """It knows u, so ¬(v + u) without a mask of its own would give it v."""
    known = sum_of_planes(drawn[Purpose.FIRST_MASK], drawn[Purpose.SECOND_MASK])
    (received,) = (frame.planes(known.shape) for frame in frames if frame.gate == INPUT)
    return deviation(octets((~received ^ known).tobytes()))


def test_what_role_2_receives_is_uniform_beside_the_masks_that_it_knows(drawn: dict[Purpose, Planes]) -> None:
    frames = run_on_nothing()
    assert what_role_2_makes_of_its_input(drawn, frames) < SIGMAS


def test_without_its_own_mask_the_input_would_tell_role_2_the_value(drawn: dict[Purpose, Planes]) -> None:
    drawn[Purpose.INPUT] = np.zeros(1, dtype=np.uint64)
    frames = run_on_nothing()
    assert what_role_2_makes_of_its_input(drawn, frames) > 100


@pytest.mark.parametrize("purpose", [Purpose.FIRST_MASK, Purpose.SECOND_MASK, Purpose.ZERO])
def test_without_any_other_mask_a_message_would_not_be_uniform(purpose: Purpose, drawn: dict[Purpose, Planes]) -> None:
    drawn[purpose] = np.zeros(1, dtype=np.uint64)
    assert max(deviation(octets(frame.words)) for frame in run_on_nothing()) > 100
