"""What a field may hold beyond its type: limits that stand in the type hint, as in ``Annotated[str, LongerText]``.

The codec checks them in both directions; type checkers and schema generators see the plain type.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition on a value, and the words that end the sentence "must be ..."."""

    admits: Callable[[Any], bool]
    words: str


def between(lowest: int, highest: int) -> Limit:
    """Limit an integer to a range, both ends included."""
    return Limit(lambda number: lowest <= number <= highest, f"between {lowest} and {highest}")


def matching(pattern: str, words: str) -> Limit:
    """Limit text to a regular expression that it matches as a whole."""
    compiled = re.compile(pattern)
    return Limit(lambda text: compiled.fullmatch(text) is not None, words)


def octets(fewest: int, most: int) -> Limit:
    """Limit the length of bytes."""
    words = f"{fewest} bytes long" if fewest == most else f"{fewest} to {most} bytes long"
    return Limit(lambda data: fewest <= len(data) <= most, words)


def entries(fewest: int, most: int) -> Limit:
    """Limit how many entries a tuple has."""
    return Limit(lambda values: fewest <= len(values) <= most, f"a list of {fewest} to {most} entries")


def one_of(*members: StrEnum) -> Limit:
    """Limit an enumeration to some of its members."""
    return Limit(lambda member: member in members, f"one of {', '.join(member.value for member in members)}")


def text_of(fewest: int, most: int) -> Limit:
    """Limit the number of characters of a text, which holds no control characters but tabs and line breaks."""
    control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
    return Limit(
        lambda text: fewest <= len(text) <= most and control.search(text) is None,
        f"{fewest} to {most} characters without control characters",
    )


Counter = Annotated[int, between(1, 2**31 - 1)]
"""A version, an epoch, a round: counted from 1, within PostgreSQL's integer."""

Tally = Annotated[int, between(0, 2**31 - 1)]
"""How many of something."""

Name = Annotated[str, text_of(1, 200)]
ShortText = Annotated[str, text_of(0, 1_000)]
LongText = Annotated[str, text_of(0, 8_000)]
Sentence = Annotated[str, text_of(1, 1_000)]
Pem = Annotated[str, text_of(1, 20_000)]

FederationName = Annotated[str, matching(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "a name of a-z, 0-9 and hyphens")]
SchemaId = Annotated[str, matching(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?", "an id of a-z, 0-9, dots and hyphens")]
Sha256Hex = Annotated[str, matching(r"[0-9a-f]{64}", "a SHA-256 as 64 hexadecimal digits in lower case")]
LanguageTag = Annotated[
    str, matching(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?", "a language as in BCP 47, such as th or zh-Hant")
]
ZoneName = Annotated[
    str, matching(r"[A-Z][A-Za-z0-9_+-]{0,31}(?:/[A-Z][A-Za-z0-9_+-]{0,31}){0,2}", "an IANA time zone")
]
MediaType = Annotated[str, matching(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}", "a media type such as application/pdf")]
Weekday = Annotated[int, between(0, 6)]
"""A day of the week; 0 is Monday."""

MinuteOfDay = Annotated[int, between(0, 1440)]
"""A local time of day in minutes; 1440 is the midnight that ends it."""

SignatureBytes = Annotated[bytes, octets(64, 64)]
PublicKeyBytes = Annotated[bytes, octets(32, 32)]
HybridPublicKeyBytes = Annotated[bytes, octets(1216, 1216)]
"""An ML-KEM-768 public key (1184 bytes) and an X25519 public key (32 bytes), one after the other."""

Nonce = Annotated[bytes, octets(16, 16)]
Sha256Bytes = Annotated[bytes, octets(32, 32)]
CheckValue = Annotated[bytes, octets(16, 16)]
