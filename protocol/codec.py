"""Messages as JSON and back: frozen dataclasses by their type hints, and the canonical bytes that are signed.

On the wire: ``str``, ``int``, ``bool`` as themselves; ``bytes`` as base64url without padding (RFC 4648, section 5);
``datetime`` as RFC 3339 in UTC with milliseconds (finer parts are cut off); ``date`` as ISO 8601; ``StrEnum`` as its
value; ``tuple[T, ...]`` as a list; ``T | None`` always written, as null where absent; a nested dataclass as an object.
Unknown and missing fields are refused: the wire is versioned as a whole.
"""

from datetime import datetime
from typing import TypeVar, cast

from symbolon.protocol.canonical import JsonObject, JsonValue, canonical_bytes, parse_json
from symbolon.protocol.wire_plans import Unfit, plan_for

__all__ = ["JsonObject", "JsonValue", "canonical_bytes", "from_wire", "parse_json", "to_wire", "whole_milliseconds"]

M = TypeVar("M")


def whole_milliseconds(instant: datetime) -> datetime:
    """Cut an instant to what the wire carries, so that what was sent equals what arrives.

    >>> whole_milliseconds(datetime(2026, 1, 31, 9, 30, 0, 123_999)).microsecond
    123000
    """
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def to_wire(message: object) -> JsonObject:
    """Give a message as a JSON object; raises :class:`MalformedMessage` with the path of what does not fit."""
    try:
        return cast(JsonObject, plan_for(type(message)).write(message))
    except Unfit as unfit:
        raise unfit.as_malformed() from None


def from_wire(cls: type[M], value: JsonValue) -> M:
    """Read a message of the given class; raises :class:`MalformedMessage` with the path of what does not fit.

    The error names the place (``items[3].urgency``) and what belongs there, never what was found.
    """
    try:
        return cast(M, plan_for(cls).read(value))
    except Unfit as unfit:
        raise unfit.as_malformed() from None
