"""The group ristretto255 (RFC 9496), by libsodium (package ``rbcl``): a thin, typed layer.

Operations on secret scalars take the same time for all values. The encoding of the identity is 32 zero bytes.
"""

from typing import Final, NewType

import rbcl

from symbolon.protocol.problems import MalformedMessage

Element = NewType("Element", bytes)
"""A canonical encoding of a group element, 32 bytes."""
Scalar = NewType("Scalar", bytes)
"""A number modulo the group's order, 32 bytes, little-endian, reduced."""

WIDTH: Final = 32
DRAWN_BYTES: Final = 64
"""Uniform bytes for one uniform scalar or element: twice the width, so that the reduction leaves no bias."""
IDENTITY: Final = Element(bytes(WIDTH))
ZERO: Final = Scalar(bytes(WIDTH))


def parse_element(raw: bytes) -> Element:
    """Take an element that somebody sent; raises :class:`MalformedMessage` where it is none, or the identity."""
    if len(raw) != WIDTH or bytes(raw) == IDENTITY or not rbcl.crypto_core_ristretto255_is_valid_point(bytes(raw)):
        raise MalformedMessage("These bytes are no element of the group.")
    return Element(bytes(raw))


def parse_scalar(raw: bytes) -> Scalar:
    """Take a scalar that somebody sent or kept; raises :class:`MalformedMessage` where it is not reduced."""
    if len(raw) != WIDTH or scalar_of(bytes(raw) + bytes(WIDTH)) != raw:
        raise MalformedMessage("These bytes are no reduced scalar.")
    return Scalar(bytes(raw))


def scalar_of(drawn: bytes) -> Scalar:
    """Reduce 64 bytes, drawn or hashed, to a scalar: uniform where they are; zero is as unlikely as any other."""
    if len(drawn) != DRAWN_BYTES:
        raise MalformedMessage(f"A scalar is made of {DRAWN_BYTES} bytes.")
    return Scalar(bytes(rbcl.crypto_core_ristretto255_scalar_reduce(drawn)))


def small(number: int) -> Scalar:
    """Give a small number as a scalar."""
    return Scalar(number.to_bytes(WIDTH, "little"))


def element_of(hashed: bytes) -> Element:
    """Map 64 hashed bytes to an element, so that nobody knows its logarithm (RFC 9496, section 4.3.4)."""
    return Element(bytes(rbcl.crypto_core_ristretto255_from_hash(hashed)))


def times(scalar: Scalar, element: Element) -> Element:
    """Multiply an element."""
    return Element(bytes(rbcl.crypto_scalarmult_ristretto255_allow_scalar_zero(scalar, element)))


def base_times(scalar: Scalar) -> Element:
    """Multiply the group's generator."""
    return Element(bytes(rbcl.crypto_scalarmult_ristretto255_base_allow_scalar_zero(scalar)))


def plus(one: Element, other: Element) -> Element:
    """Add two elements."""
    return Element(bytes(rbcl.crypto_core_ristretto255_add(one, other)))


def scalar_plus(one: Scalar, other: Scalar) -> Scalar:
    """Add two scalars."""
    return Scalar(bytes(rbcl.crypto_core_ristretto255_scalar_add(one, other)))


def scalar_minus(one: Scalar, other: Scalar) -> Scalar:
    """Subtract the second scalar from the first."""
    return Scalar(bytes(rbcl.crypto_core_ristretto255_scalar_sub(one, other)))


def scalar_times(one: Scalar, other: Scalar) -> Scalar:
    """Multiply two scalars."""
    return Scalar(bytes(rbcl.crypto_core_ristretto255_scalar_mul(one, other)))


def inverted(scalar: Scalar) -> Scalar:
    """Invert a scalar that is not zero."""
    return Scalar(bytes(rbcl.crypto_core_ristretto255_scalar_invert(scalar)))
