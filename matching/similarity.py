"""Dice coefficient of two bit vectors, exactly."""

from __future__ import annotations

from fractions import Fraction


def overlap(first: bytes, second: bytes) -> tuple[int, int]:
    """(bits in common, bits in both together) of two vectors of the same length."""
    one, other = int.from_bytes(first, "little"), int.from_bytes(second, "little")
    return (one & other).bit_count(), one.bit_count() + other.bit_count()


def dice_permille(first: bytes, second: bytes) -> int:
    """2·|a∧b| / (|a|+|b|) in thousandths, rounded down; two empty vectors are not alike: 0.

    >>> dice_permille(bytes([0b0111]), bytes([0b0011])), dice_permille(bytes(1), bytes(1))
    (800, 0)
    """
    common, total = overlap(first, second)
    return 2000 * common // total if total else 0


def is_contained(first: bytes, second: bytes, threshold: Fraction) -> bool:
    """Whether at least `threshold` of the emptier vector's bits lie in the other; never for an empty vector.

    >>> is_contained(bytes([0b0110]), bytes([0b1111]), Fraction(1)), is_contained(bytes(1), bytes(1), Fraction(1))
    (True, False)
    """
    one, other = int.from_bytes(first, "little"), int.from_bytes(second, "little")
    fewer = min(one.bit_count(), other.bit_count())
    return fewer > 0 and (one & other).bit_count() * threshold.denominator >= threshold.numerator * fewer


def reaches(first: bytes, second: bytes, threshold: Fraction) -> bool:
    """Whether the Dice coefficient is at least `threshold`, without rounding; never for two empty vectors."""
    common, total = overlap(first, second)
    return total > 0 and 2 * common * threshold.denominator >= threshold.numerator * total
