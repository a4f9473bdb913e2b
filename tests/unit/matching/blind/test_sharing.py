"""Sharing against schoolbook arithmetic in Z_{2^e}[ω]/(ω² + ω + 1), written apart from the product's."""

import os
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolon.matching.blind.errors import MalformedShare
from symbolon.matching.blind.expansion import Use, expand, joint_seed
from symbolon.matching.blind.ring import RINGS, GaloisRing, RowOfElements
from symbolon.matching.blind.sharing import OPERATORS, refreshed, restored, restoring_part, share

Element = tuple[int, int]
OMEGAS = ((1, 0), (0, 1), (-1, -1))
rings = st.sampled_from(sorted(RINGS.values(), key=lambda ring: ring.word_bits))
WIDTH = 64
vectors = st.binary(min_size=WIDTH // 8, max_size=WIDTH // 8)
seeds = st.binary(min_size=32, max_size=32)


def times(one: Element, other: Element, ring: GaloisRing) -> Element:
    (a, b), (c, d) = one, other
    return (a * c - b * d) % ring.modulus, (a * d + b * c - b * d) % ring.modulus


def inverse(element: Element, ring: GaloisRing) -> Element:
    a, b = element
    norm = pow(a * a - a * b + b * b, -1, ring.modulus)
    return (a - b) * norm % ring.modulus, -b * norm % ring.modulus


def elements(ring: GaloisRing, lanes: bytes) -> list[Element]:
    words = [
        int.from_bytes(lanes[place : place + ring.word_bytes], "little")
        for place in range(0, len(lanes), ring.word_bytes)
    ]
    return list(zip(words[::2], words[1::2], strict=True))


def vector_of(ring: GaloisRing, secret: list[Element]) -> bytes:
    """The bits of (x - 2Vy) + Vy·ω; anything else is no vector."""
    bits = 0
    for place, (a, b) in enumerate(secret):
        y = b * pow(ring.basis, -1, ring.modulus) % ring.modulus
        x = (a + 2 * b) % ring.modulus
        assert {x, y} <= {0, 1}
        bits |= (x | y << 1) << 2 * place
    return bits.to_bytes(len(secret) // 4, "little")


def reconstructed(ring: GaloisRing, first: tuple[int, bytes], second: tuple[int, bytes]) -> bytes:
    """Lagrange at zero: (a_i·x_j - a_j·x_i) / (x_j - x_i)."""
    (i, one), (j, other) = first, second
    difference = (OMEGAS[j][0] - OMEGAS[i][0], OMEGAS[j][1] - OMEGAS[i][1])
    secret = []
    for a, b in zip(elements(ring, one), elements(ring, other), strict=True):
        left, right = times(a, OMEGAS[j], ring), times(b, OMEGAS[i], ring)
        secret.append(times((left[0] - right[0], left[1] - right[1]), inverse(difference, ring), ring))
    return vector_of(ring, secret)


def shares_of(row: RowOfElements, vector: bytes, seed: bytes) -> tuple[bytes, bytes, bytes]:
    return share(row, vector, expand(seed, Use.SHARING, b"", row.size))


@given(rings, vectors, seeds)
def test_any_two_shares_give_the_vector(ring: GaloisRing, vector: bytes, seed: bytes) -> None:
    shares = shares_of(RowOfElements(ring, WIDTH), vector, seed)
    for i, j in combinations(OPERATORS, 2):
        assert reconstructed(ring, (i, shares[i]), (j, shares[j])) == vector


@given(rings, vectors, vectors, seeds)
def test_one_share_fits_every_vector_equally_well(ring: GaloisRing, vector: bytes, other: bytes, seed: bytes) -> None:
    """For any share of one vector there is exactly one randomness that gives it for another vector."""
    row = RowOfElements(ring, WIDTH)
    randomness = expand(seed, Use.SHARING, b"", row.size)
    shares = share(row, vector, randomness)
    shift = row.minus(row.embed(vector), row.embed(other))
    for operator in OPERATORS:
        turned_back = shift
        for _ in range(-operator % 3):
            turned_back = row.times_omega(turned_back)
        same = row.write(row.plus(row.read(randomness), turned_back))
        assert share(row, other, same)[operator] == shares[operator]


@given(rings, vectors, seeds, seeds)
def test_a_refreshed_sharing_gives_the_same_vector(ring: GaloisRing, vector: bytes, seed: bytes, fresh: bytes) -> None:
    row = RowOfElements(ring, WIDTH)
    slope = expand(fresh, Use.REFRESH, b"row 7", row.size)
    shares = [refreshed(row, operator, held, slope) for operator, held in enumerate(shares_of(row, vector, seed))]
    for i, j in combinations(OPERATORS, 2):
        assert reconstructed(ring, (i, shares[i]), (j, shares[j])) == vector


def test_a_share_from_before_a_refresh_does_not_fit_one_from_after() -> None:
    ring = RINGS[16]
    row = RowOfElements(ring, WIDTH)
    shares = share(row, os.urandom(WIDTH // 8), os.urandom(row.size))
    after = refreshed(row, 1, shares[1], os.urandom(row.size))
    with pytest.raises(AssertionError):  # the elements that come out are no bits
        reconstructed(ring, (0, shares[0]), (1, after))


@given(rings, vectors, seeds, st.sampled_from(OPERATORS))
def test_two_operators_restore_what_the_third_lost(ring: GaloisRing, vector: bytes, seed: bytes, lost: int) -> None:
    row = RowOfElements(ring, WIDTH)
    shares = shares_of(row, vector, seed)
    mask = expand(seed, Use.RESTORING, b"row 7", row.size)
    parts = [restoring_part(row, lost, holder, shares[holder], mask) for holder in OPERATORS if holder != lost]
    assert restored(row, *parts) == shares[lost]


def test_the_parts_that_restore_a_share_are_masked() -> None:
    row = RowOfElements(RINGS[16], WIDTH)
    held = share(row, bytes(WIDTH // 8), os.urandom(row.size))[1]
    assert restoring_part(row, 0, 1, held, bytes(row.size)) != restoring_part(row, 0, 1, held, os.urandom(row.size))


@settings(max_examples=20)
@given(rings, st.integers(0, 200))
def test_what_is_no_vector_or_no_share_is_refused(ring: GaloisRing, length: int) -> None:
    row = RowOfElements(ring, WIDTH)
    if length * 8 != WIDTH:
        with pytest.raises(MalformedShare):
            share(row, bytes(length), bytes(row.size))
    if length != row.size:
        with pytest.raises(MalformedShare):
            share(row, bytes(WIDTH // 8), bytes(length))
        with pytest.raises(MalformedShare):
            refreshed(row, 0, bytes(length), bytes(row.size))


@given(rings)
def test_products_of_embedded_bits_are_read_by_the_self_dual_form(ring: GaloisRing) -> None:
    """L(z) = z₀ + 2z₁ of the product of two elements is x·x' + y·y', for all sixteen pairs."""
    embedded = elements(ring, ring.elements_of_byte[0b11_10_01_00])
    for one, a in enumerate(embedded):
        for other, b in enumerate(embedded):
            z0, z1 = times(a, b, ring)
            assert (z0 + 2 * z1) % ring.modulus == (one & other).bit_count()


def test_one_honest_contribution_makes_a_joint_seed_new() -> None:
    kept = os.urandom(32)
    seeds_made = {joint_seed((kept, bytes([place]) * 32, kept)) for place in range(100)}
    assert len(seeds_made) == 100


def test_places_and_uses_of_one_seed_are_expanded_apart() -> None:
    seed = os.urandom(32)
    made = {expand(seed, use, place, 64) for use in Use for place in (b"", b"1", b"2")}
    assert len(made) == 3 * len(Use)
    assert np.frombuffer(expand(seed, Use.SHARING, b"", 1 << 16), np.uint8).std() > 70


def test_a_member_shares_without_numpy() -> None:
    modules = ("sharing", "expansion", "linear_test", "canaries")
    imports = "; ".join(f"import symbolon.matching.blind.{module}" for module in modules)
    without = "import sys; sys.modules['numpy'] = None; sys.modules['numba'] = None; "
    subprocess.run([sys.executable, "-c", without + imports], check=True)
