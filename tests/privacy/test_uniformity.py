"""The tests of uniformity find what they are for: encodings in clear, masks that are biased, reused or related."""

import numpy as np
import numpy.typing as npt
import pytest
from tests.privacy.uniformity import Verdict, rejected, verdicts
from tests.simulators.hub_members import ENCODERS, SCHEMA

from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.matching.identifier_types import BirthDate, PersonName, RecordIdentifiers

ROWS = 60
Rows = npt.NDArray[np.uint16]


@pytest.fixture(scope="module")
def vectors() -> list[bytes]:
    people = [
        RecordIdentifiers(
            names=(PersonName(f"Somchai Ratta{first}nakosin {second}"),), birth_date=BirthDate(1960, 4, 1)
        )
        for first in "abcdef"
        for second in ("Phan", "Kham", "Wong", "Lek", "Noi", "Yai", "Dam", "Daeng", "Thong", "Suk")
    ]
    return [ENCODERS[1].encode(person).profiles["name-birth-date"][0] for person in people]


def _shares(vectors: list[bytes], masks: list[bytes], operator: int = 0) -> Rows:
    row = RowOfElements(RING_16, SCHEMA.vector_bits)
    pairs = zip(vectors, masks, strict=True)
    return np.array([np.frombuffer(share(row, vector, mask)[operator], dtype="<u2") for vector, mask in pairs])


def _masks(seed: int) -> list[bytes]:
    random = np.random.default_rng(seed)
    return [random.bytes(2 * SCHEMA.vector_bits) for _ in range(ROWS)]


def _rejected(rows: Rows) -> list[Verdict]:
    return rejected(list(verdicts("a view", rows)))


def test_shares_under_fresh_masks_pass(vectors: list[bytes]) -> None:
    for operator in range(3):
        assert _rejected(_shares(vectors, _masks(1), operator)) == []


def test_an_encoding_in_clear_is_rejected(vectors: list[bytes]) -> None:
    rows = np.array([np.frombuffer(vector, dtype="<u2") for vector in vectors])
    assert len(_rejected(rows)) > 20


def test_an_encoding_in_the_ring_without_a_mask_is_rejected(vectors: list[bytes]) -> None:
    assert _rejected(_shares(vectors, [bytes(2 * SCHEMA.vector_bits)] * ROWS))


def test_one_mask_used_for_all_records_is_rejected(vectors: list[bytes]) -> None:
    assert _rejected(_shares(vectors, _masks(2)[:1] * ROWS))


def test_one_mask_used_twice_is_rejected(vectors: list[bytes]) -> None:
    masks = _masks(3)
    masks[41] = masks[7]
    assert {each.test for each in _rejected(_shares(vectors, masks))} == {"the two rows most alike"}


@pytest.mark.parametrize("plane", [0, 7, 15])
def test_a_mask_that_leans_to_one_side_in_one_bit_is_rejected(vectors: list[bytes], plane: int) -> None:
    random = np.random.default_rng(4)
    rows = _shares(vectors, _masks(4))
    # Of a hundred bits, one and a half more are ones than should be.
    leaning = rows | (random.random(rows.shape) < 0.03).astype(np.uint16) << np.uint16(plane)
    assert f"ones in bit plane {plane}" in {each.test for each in _rejected(leaning)}


def test_a_mask_of_a_weak_generator_is_rejected(vectors: list[bytes]) -> None:
    words = np.empty(ROWS * SCHEMA.vector_bits, dtype=np.uint16)
    state = 1
    for place in range(len(words)):
        # The lowest bits of a linear congruential generator modulo a power of two have short periods.
        state = (state * 1103515245 + 12345) % 2**31
        words[place] = state & 0xFFFF
    assert _rejected(words.reshape(ROWS, -1))
