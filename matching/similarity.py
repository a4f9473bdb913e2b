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


def reaches(first: bytes, second: bytes, threshold: Fraction) -> bool:
    """Whether the Dice coefficient is at least `threshold`, without rounding; never for two empty vectors."""
    common, total = overlap(first, second)
    return total > 0 and 2 * common * threshold.denominator >= threshold.numerator * total
