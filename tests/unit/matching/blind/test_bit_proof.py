"""Only bits on lines pass: whatever else a member deals is refused, and an honest record opens zeros alone."""

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import OPERATORS, Federation, seats, shared

from symbolon.matching.blind import streams
from symbolon.matching.blind.bit_checks import SUMS, bit_parts, line_parts, value_parts
from symbolon.matching.blind.bit_proof import LISTED, OPENED, SHARED, ProofRun
from symbolon.matching.blind.dot_products import dot_products, query_vectors
from symbolon.matching.blind.errors import BlindError, FrameOutOfOrder, MalformedFrame, MisdirectedFrame, UnfitBatch
from symbolon.matching.blind.frames import HEADER_BYTES, Frame
from symbolon.matching.blind.holdings import HeldRecord, Holding, Verdict, place_digest
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.party import Seat
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.matching.blind.streams import BatchNumber, PairStreams, Purpose, first_block
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS

Words = npt.NDArray[np.uint16]
Shares = tuple[bytes, bytes, bytes]
BITS = 64
ROW = RowOfElements(RING_16, BITS)
PLACE = place_digest(1, [(1, 0, BITS)])
V = RING_16.basis


def words(data: bytes | memoryview) -> Words:
    return np.frombuffer(data, dtype=np.uint16).copy()


def dealt(values: Sequence[int], curve: dict[int, int] | None = None) -> Shares:
    """Shares of any numbers modulo 2^16, two to an element; `curve`: by lane, what is added of ω^2p."""
    numbers = np.array(values, dtype=np.int64).reshape(-1, 2)
    lanes = np.stack((numbers[:, 0] - 2 * V * numbers[:, 1], V * numbers[:, 1]), axis=1)
    secret = (lanes % 2**16).astype(np.uint16).reshape(-1)
    bent = np.zeros_like(secret)
    for lane, slope in (curve or {}).items():
        bent[lane] = slope
    slope = words(os.urandom(2 * len(secret)))
    first, second, third = (
        (secret + line_parts(slope, operator) + line_parts(bent, 2 * operator % 3)).tobytes() for operator in OPERATORS
    )
    return first, second, third


def honest(width: int = BITS) -> Shares:
    row = RowOfElements(RING_16, width)
    return share(row, os.urandom(width // 8), os.urandom(row.size))


@dataclass
class Proof:
    """All three in one process; what each receives is kept by gate."""

    seats: list[Seat] = field(default_factory=seats)
    seen: dict[int, list[Frame]] = field(default_factory=lambda: {operator: [] for operator in OPERATORS})
    sent: dict[int, list[Frame]] = field(default_factory=lambda: {operator: [] for operator in OPERATORS})
    change: Callable[[Frame], Frame] = lambda frame: frame
    told: tuple[bytes, bytes, bytes] = (b"a job",) * 3
    number: int = 0

    def of(self, records: Iterable[Shares]) -> Verdict:
        """The one verdict of all three on records that each of them holds, with handles from 1 on."""
        kept = list(records)
        verdicts = self.run(
            [
                Holding(tuple(HeldRecord(place, PLACE, False, each[own]) for place, each in enumerate(kept, 1)), False)
                for own in OPERATORS
            ]
        )
        assert verdicts[0] is not None
        assert len(set(verdicts)) == 1
        return verdicts[0]

    def run(self, holdings: Sequence[Holding]) -> list[Verdict | None]:
        self.number += 1
        runs = [
            ProofRun(seat, BatchNumber(self.number), told, os.urandom(32))
            for seat, told in zip(self.seats, self.told, strict=True)
        ]
        road = deque(self.post(own, run.start(holdings[own])) for own, run in enumerate(runs))
        while road:
            for recipient, data in road.popleft():
                frame = self.change(Frame.from_bytes(data))
                self.seen[recipient].append(frame)
                answer = runs[recipient].receive(frame.sender, frame.to_bytes())
                road.append(self.post(recipient, answer))
        return [run.verdict for run in runs]

    def post(self, sender: int, outgoing: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        self.sent[sender] += [Frame.from_bytes(data) for _to, data in outgoing]
        return outgoing

    def opened(self) -> npt.NDArray[np.uint16]:
        """What the last proof opened: (records, sums)."""
        parts = {frame.sender: words(frame.words) for each in self.seen.values() for frame in each if frame.gate == 2}
        return (parts[0] + parts[1] + parts[2]).reshape(-1, SUMS)


@given(st.binary(min_size=BITS // 8, max_size=BITS // 8), st.binary(min_size=2 * BITS, max_size=2 * BITS))
def test_the_parts_of_values_add_up_to_the_bits_and_those_of_lines_to_nothing(vector: bytes, slope: bytes) -> None:
    shares = [words(each) for each in share(ROW, vector, slope)]
    bits = np.unpackbits(np.frombuffer(vector, dtype=np.uint8), bitorder="little")
    parts = [value_parts(each) for each in shares]
    assert (parts[0] + parts[1] + parts[2] == bits).all()
    assert not sum(line_parts(each, operator) for operator, each in enumerate(shares)).any()


@pytest.mark.parametrize("value", [0, 1, 2, 3, 5, 2**15, 2**15 + 1, 2**16 - 1])
def test_replicated_shares_give_the_square_less_the_value_which_only_bits_have_as_zero(value: int) -> None:
    parts = words(os.urandom(6))
    parts[2] = (value - int(parts[0]) - int(parts[1])) % 2**16
    square = sum(int(bit_parts(parts[[p]], parts[[(p + 1) % 3]])[0]) for p in OPERATORS) % 2**16
    assert square == (value * value - value) % 2**16
    assert (square == 0) == (value in {0, 1})


def test_of_all_numbers_only_0_and_1_are_their_own_squares() -> None:
    numbers = np.arange(2**16, dtype=np.uint16)
    assert np.flatnonzero(numbers * numbers == numbers).tolist() == [0, 1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([64, 256, 1024]), min_size=1, max_size=6))
def test_whatever_bits_were_dealt_honestly_pass_and_open_zeros_alone(widths: list[int]) -> None:
    proof = Proof()
    verdict = proof.of(honest(width) for width in widths)
    assert verdict == Verdict(None, tuple(range(1, len(widths) + 1)), (), ())
    assert not proof.opened().any()


@pytest.mark.parametrize("value", [2, 3, 2**15, 2**15 + 1, 2**16 - 1, 12_345])
def test_one_number_that_is_no_bit_is_refused_wherever_it_stands(value: int) -> None:
    for place in range(BITS):
        values = [int(bit) for bit in np.random.default_rng(place).integers(0, 2, BITS)]
        values[place] = value
        assert Proof().of([honest(), dealt(values), honest()]) == Verdict(None, (1, 3), (2,), ())


@pytest.mark.parametrize("slope", [1, 2, 2**15, 2**16 - 1])
def test_shares_on_no_line_are_refused_wherever_they_leave_it(slope: int) -> None:
    for lane in range(BITS):
        values = [int(bit) for bit in np.random.default_rng(lane).integers(0, 2, BITS)]
        assert Proof().of([dealt(values, {lane: slope}), honest()]) == Verdict(None, (2,), (1,), ())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**16 - 1), min_size=BITS, max_size=BITS), st.integers(0, 3))
def test_numbers_pass_just_where_all_are_bits(values: list[int], kept: int) -> None:
    values = [value % 2 if place % 4 < kept else value for place, value in enumerate(values)]
    verdict = Proof().of([dealt(values)])
    assert bool(verdict.proved) == all(value in {0, 1} for value in values)


def test_pairs_of_faults_that_would_cancel_in_a_plain_sum_are_refused() -> None:
    # x² - x and y² - y of opposite signs within one element: only sums over random subsets tell.
    values = [0] * BITS
    values[0], values[1] = 2, next(y for y in range(2**16) if (y * y - y + 2) % 2**16 == 0)
    assert Proof().of([dealt(values)]).refused == (1,)


def test_a_member_that_weighs_one_position_reads_it_of_a_record_and_is_refused_by_the_proof() -> None:
    test = LinearTest.dice(max(CHEAP_THRESHOLDS))
    crowd = np.random.default_rng(1).integers(0, 2, (64, BITS)).astype(bool)
    stored = shared(crowd)
    position, weight = 17, 100
    values = [0] * BITS
    values[position] = weight
    query = dealt(values)
    asked = [np.frombuffer(each, dtype=np.int16).reshape(1, BITS) for each in query]
    federation = Federation()
    products = [dot_products(stored[own], *query_vectors(RING_16, asked[own], test, own)) for own in OPERATORS]
    batch = federation.batch(1, 64, RING_16.word_bits)
    opened = federation.open(RING_16, batch, federation.run(batch, products), np.ones((1, 64), dtype=bool))
    assert opened[0] == set(np.flatnonzero(crowd[:, position]).tolist())
    assert Proof().of([query]).refused == (1,)


def test_a_record_of_another_size_beside_it_changes_nothing() -> None:
    bad = [0] * 1024
    bad[1023] = 2
    assert Proof().of([honest(64), honest(2048), dealt(bad), honest(64)]).refused == (3,)


def test_only_what_all_three_hold_in_the_same_place_is_proved() -> None:
    one, two, three, four = honest(), honest(), honest(), honest()
    elsewhere = place_digest(1, [(2, 0, BITS)])
    holdings = []
    for own in OPERATORS:
        records = [HeldRecord(1, PLACE, False, one[own]), HeldRecord(3, PLACE, False, three[own])]
        if own != 1:
            records.insert(1, HeldRecord(2, PLACE, False, two[own]))
        records.append(HeldRecord(4, elsewhere if own == 2 else PLACE, False, four[own]))
        holdings.append(Holding(tuple(records), False))
    first, second, third = Proof().run(holdings)
    assert first == third == Verdict(None, (1, 3), (), (2, 4))
    assert second == Verdict(None, (1, 3), (), (4,))


def test_what_is_proved_everywhere_is_not_proved_again_and_what_one_lacks_is() -> None:
    one, two = honest(), honest()
    holdings = [
        Holding((HeldRecord(1, PLACE, True, one[own]), HeldRecord(2, PLACE, own != 1, two[own])), False)
        for own in OPERATORS
    ]
    proof = Proof()
    assert proof.run(holdings) == [Verdict(None, (2,), (), ())] * 3
    done = [Holding((HeldRecord(1, PLACE, True, one[own]),), False) for own in OPERATORS]
    before = sum(map(len, proof.seen.values()))
    assert proof.run(done) == [Verdict(None, (), (), ())] * 3
    assert sum(map(len, proof.seen.values())) - before == 6


def test_nothing_is_said_of_what_a_cut_list_does_not_reach() -> None:
    kept = [honest() for _ in range(4)]
    holdings = [
        Holding(
            tuple(HeldRecord(place + 1, PLACE, False, kept[place][own]) for place in range(2 if own == 1 else 4)),
            own == 1,
        )
        for own in OPERATORS
    ]
    assert Proof().run(holdings) == [Verdict(2, (1, 2), (), ())] * 3


def test_operators_that_were_told_different_things_conclude_nothing() -> None:
    with pytest.raises(MisdirectedFrame):
        Proof(told=(b"a job", b"another", b"a job")).of([honest()])


def test_operators_that_were_told_different_things_conclude_nothing_of_what_one_does_not_list_either() -> None:
    held = [Holding((HeldRecord(1, PLACE, False, each),) if own else (), False) for own, each in enumerate(honest())]
    with pytest.raises(MisdirectedFrame):
        Proof(told=(b"another", b"a job", b"a job")).run(held)


def test_an_operator_that_says_otherwise_to_each_refuses_nobodys_record() -> None:
    records = [honest(), honest()]

    def change(frame: Frame) -> Frame:
        if frame.gate == 0 and (frame.sender, frame.recipient) == (0, 1):
            return Frame(frame.session, frame.batch, frame.gate, 0, 1, bytes(frame.words)[:74])
        return frame

    with pytest.raises(MisdirectedFrame):
        Proof(change=change).of(records)


@pytest.mark.parametrize("gate", [0, 1, 2])
@pytest.mark.parametrize("cut", [1, 2, 40])
def test_frames_that_are_cut_are_refused(gate: int, cut: int) -> None:
    def change(frame: Frame) -> Frame:
        kept = bytes(frame.words)[:-cut] if frame.gate == gate else frame.words
        return Frame(frame.session, frame.batch, frame.gate, frame.sender, frame.recipient, kept)

    with pytest.raises(MalformedFrame):
        Proof(change=change).of([honest()])


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x02", bytes(43)])
def test_what_is_no_list_is_refused(payload: bytes) -> None:
    def change(frame: Frame) -> Frame:
        said = bytes(frame.words)[:32] + payload if frame.gate == 0 else frame.words
        return Frame(frame.session, frame.batch, frame.gate, frame.sender, frame.recipient, said)

    with pytest.raises(MalformedFrame):
        Proof(change=change).of([honest()])


def test_a_list_that_does_not_rise_is_refused() -> None:
    run = ProofRun(seats()[0], BatchNumber(1), b"a job", bytes(32))
    entry = (5).to_bytes(8, "big") + b"\x00" + PLACE
    seat = run._seat
    run.start(Holding((), False))
    frame = Frame(seat.session, BatchNumber(1), SHARED, 1, 0, b"")
    with pytest.raises(FrameOutOfOrder):
        run.receive(1, frame.to_bytes())
    run = ProofRun(seat, BatchNumber(2), b"a job", bytes(32))
    run.start(Holding((), False))
    told = hashlib.sha256(b"a job").digest()
    for sender, payload in ((1, told + b"\x00"), (2, told + b"\x00" + entry + entry)):
        data = Frame(seat.session, BatchNumber(2), LISTED, sender, 0, payload).to_bytes()
        if sender == 1:
            run.receive(1, data)
            continue
        with pytest.raises(MalformedFrame):
            run.receive(2, data)


@pytest.mark.parametrize(
    "changed", [{"sender": 2}, {"recipient": 2}, {"batch": BatchNumber(9)}, {"session": bytes(16)}]
)
def test_frames_for_somebody_else_are_refused_and_spoil_the_proof(changed: dict[str, object]) -> None:
    seat = seats()[0]
    run = ProofRun(seat, BatchNumber(1), b"a job", bytes(32))
    wanted = {"session": seat.session, "batch": BatchNumber(1), "sender": 1, "recipient": 0, **changed}
    frame = Frame(gate=LISTED, words=b"\x00", **wanted)  # type: ignore[arg-type]
    with pytest.raises(MisdirectedFrame):
        run.receive(1, frame.to_bytes())
    with pytest.raises(FrameOutOfOrder):
        run.receive(1, frame.to_bytes())
    with pytest.raises(FrameOutOfOrder):
        run.start(Holding((), False))


def test_a_proof_needs_a_whole_nonce_and_starts_once() -> None:
    seat = seats()[0]
    with pytest.raises(UnfitBatch):
        ProofRun(seat, BatchNumber(0), b"a job", bytes(31))
    run = ProofRun(seat, BatchNumber(1), b"a job", bytes(32))
    run.start(Holding((), False))
    with pytest.raises(FrameOutOfOrder):
        run.start(Holding((), False))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**16), st.integers(0, 2), st.integers(0, 7))
def test_a_changed_bit_of_any_frame_proves_nothing_that_is_wrong(at: int, gate: int, bit: int) -> None:
    def change(frame: Frame) -> Frame:
        said = bytearray(frame.words)
        if frame.gate == gate and (frame.sender, frame.recipient) == (1, 0) and said:
            said[at % len(said)] ^= 1 << bit
        return Frame(frame.session, frame.batch, frame.gate, frame.sender, frame.recipient, bytes(said))

    bad = [0] * BITS
    bad[3] = 7
    holdings = [
        Holding((HeldRecord(1, PLACE, False, each), HeldRecord(2, PLACE, False, each)), False) for each in dealt(bad)
    ]
    try:
        verdicts = Proof(change=change).run(holdings)
    except BlindError:
        return
    assert all(verdict is None or not verdict.proved for verdict in verdicts)


def deviation(data: bytes) -> float:
    counts = np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256)
    mean = len(data) / 256
    return float((((counts - mean) ** 2 / mean).sum() - 255) / np.sqrt(2 * 255))


def test_what_each_operator_receives_is_uniform_whatever_the_records_are() -> None:
    row = RowOfElements(RING_16, 1024)
    full = [share(row, b"\xff" * 128, os.urandom(row.size)) for _ in range(200)]
    proof = Proof()
    proof.of(full)
    for operator in OPERATORS:
        shared_words = b"".join(bytes(f.words)[64:] for f in proof.seen[operator] if f.gate == SHARED)
        opened = [words(f.words) for f in proof.seen[operator] if f.gate == OPENED]
        assert len(shared_words) == 200 * row.size
        for data in (shared_words, *(each.tobytes() for each in opened)):
            assert deviation(data) < 6.0


def test_a_bad_record_beside_honest_ones_opens_nothing_of_them() -> None:
    bad = [2] * BITS
    proof = Proof()
    proof.of([honest(), dealt(bad), honest()])
    opened = proof.opened()
    assert not opened[[0, 2]].any()
    assert opened[1].any()


def test_no_counter_block_is_encrypted_twice_by_proofs_and_batches_of_a_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: Counter[tuple[bytes, int]] = Counter()
    draw = PairStreams.planes

    def noted(self: PairStreams, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> npt.NDArray[np.uint64]:
        found = draw(self, purpose, gate, shape)
        first = int.from_bytes(first_block(purpose, gate), "big")
        drawn.update((self._key, block) for block in range(first, first + -(-found.nbytes // 16)))
        return found

    monkeypatch.setattr(streams.PairStreams, "planes", noted)
    proof = Proof()
    for _ in range(3):
        proof.of([honest(), honest()])
    federation = Federation(proof.seats)
    federation.batches = proof.number
    federation.run(federation.batch(3, 128, 12), [np.zeros((3, 128), dtype=np.int16)] * 3)
    assert set(drawn.values()) == {2}


def test_a_frame_of_a_proof_has_nothing_beside_its_header_and_what_is_said() -> None:
    proof = Proof()
    proof.of([honest()])
    sizes = sorted({(int(frame.gate), len(frame.to_bytes()) - HEADER_BYTES) for frame in proof.sent[1]})
    assert sizes == [(0, 74), (1, 64), (1, 64 + 2 * BITS), (2, 2 * SUMS)]
