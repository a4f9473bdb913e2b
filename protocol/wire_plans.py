"""How each Python type stands on the wire: one reader and one writer per type, worked out once per class.

A reader takes a parsed JSON value and gives the Python value, a writer the reverse. Both refuse the same things, so
that a party notices at its own desk what the others would refuse. Neither repeats a value in its error: only the path.
"""

import re
from base64 import urlsafe_b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from symbolon.protocol.canonical import LARGEST_INTEGER, EmbeddedObject, JsonObject, JsonValue
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import PARSERS
from symbolon.protocol.wire_limits import Limit

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TO_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")


class Unfit(Exception):
    """A value that does not fit its place; the way to the place is put together while the error rises."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def inside(self, step: str) -> "Unfit":
        """Note one more step of the path, ``.field`` or ``[index]``, from the inside outwards."""
        self.path = step + self.path
        return self

    def as_malformed(self) -> MalformedMessage:
        """Give the room's error for it: the path and what belongs there."""
        return MalformedMessage(f"{self.path.removeprefix('.')}: {self.reason}" if self.path else self.reason)


Reader = Callable[[Any], Any]
Writer = Callable[[Any], JsonValue]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one type is read from and written to the wire."""

    read: Reader
    write: Writer


def plan_for(kind: Any) -> Plan:
    """Give the plan for a type hint; raises ``TypeError`` for a hint that has no place on the wire."""
    return _plan(kind)


@cache
def _plan(kind: Any) -> Plan:
    origin = get_origin(kind)
    if origin is Annotated:
        base, *remarks = get_args(kind)
        return _limited(plan_for(base), [remark for remark in remarks if isinstance(remark, Limit)])
    if origin in (Union, UnionType):
        return _optional(kind)
    if origin is tuple:
        return _sequence(kind)
    if kind == EmbeddedObject:
        return Plan(_read_object, _read_object)
    if kind in PARSERS:
        return _reference(PARSERS[kind])
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enumeration(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    raise TypeError(f"{kind!r} has no form on the wire")


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("must be text.")
    return str(value)


def _read_integer(value: object) -> int:
    if type(value) is not int or abs(value) > LARGEST_INTEGER:
        raise Unfit("must be an integer within 2^53-1.")
    return value


def _read_truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false.")
    return value


def _read_object(value: Any) -> JsonObject:
    if not isinstance(value, dict):
        raise Unfit("must be an object.")
    return value


def _write_bytes(value: object) -> str:
    if not isinstance(value, bytes):
        raise Unfit("must be bytes.")
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _read_bytes(value: object) -> bytes:
    """Base64url without padding (RFC 4648, section 5); only the one spelling that the encoder gives is taken."""
    try:
        encoded = _read_text(value).encode("ascii")
        decoded = a2b_base64(encoded.translate(_TO_URL_ALPHABET) + b"=" * (-len(encoded) % 4), strict_mode=True)
    except (UnicodeEncodeError, Base64Error):
        decoded = b""
    if _write_bytes(decoded) != value:
        raise Unfit("must be base64url without padding.")
    return decoded


def _write_instant(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Unfit("must be an instant that knows its time zone.")
    try:
        return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    except OverflowError:
        raise Unfit("must be an instant between the years 1 and 9999 in UTC.") from None


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise Unfit("must be an RFC 3339 instant in UTC with milliseconds, such as 2026-01-31T09:30:00.000Z.")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise Unfit("must be an instant that exists.") from None


def _write_day(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unfit("must be a day.")
    return value.isoformat()


def _read_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Unfit("must be a day, such as 2026-01-31.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unfit("must be a day that exists.") from None


_SIMPLE = {
    str: Plan(_read_text, _read_text),
    int: Plan(_read_integer, _read_integer),
    bool: Plan(_read_truth, _read_truth),
    bytes: Plan(_read_bytes, _write_bytes),
    datetime: Plan(_read_instant, _write_instant),
    date: Plan(_read_day, _write_day),
}


def _limited(base: Plan, limits: list[Limit]) -> Plan:
    def check(value: Any) -> Any:
        for limit in limits:
            if not limit.admits(value):
                raise Unfit(f"must be {limit.words}.")
        return value

    return Plan(lambda value: check(base.read(value)), lambda value: base.write(check(value)))


def _optional(kind: Any) -> Plan:
    present = [part for part in get_args(kind) if part is not NoneType]
    if len(present) != 1 or len(get_args(kind)) != 2:
        raise TypeError(f"{kind!r} has no form on the wire: only X | None has")
    inner = plan_for(present[0])
    return Plan(
        lambda value: None if value is None else inner.read(value),
        lambda value: None if value is None else inner.write(value),
    )


def _sequence(kind: Any) -> Plan:
    item, *rest = get_args(kind)
    if rest != [...]:
        raise TypeError(f"{kind!r} has no form on the wire: only tuple[X, ...] has")
    inner = plan_for(item)

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Unfit("must be a list.")
        return tuple(_each(inner.read, value))

    def write(value: object) -> JsonValue:
        if not isinstance(value, tuple):
            raise Unfit("must be a tuple.")
        return _each(inner.write, value)

    return Plan(read, write)


def _each(step: Callable[[Any], Any], values: list[Any] | tuple[Any, ...]) -> list[Any]:
    done: list[Any] = []
    try:
        for value in values:
            done.append(step(value))  # noqa: PERF401 - its length is the index of the value that does not fit
    except Unfit as unfit:
        raise unfit.inside(f"[{len(done)}]") from None
    return done


def _reference(parse: Callable[[str], str]) -> Plan:
    def read(value: object) -> str:
        try:
            return parse(_read_text(value))
        except MalformedMessage as malformed:
            raise Unfit(str(malformed)) from None

    return Plan(read, read)


def _enumeration(kind: type[StrEnum]) -> Plan:
    members = {member.value: member for member in kind}

    def read(value: object) -> StrEnum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise Unfit(f"must be one of {', '.join(members)}.")
        return member

    def write(value: object) -> str:
        if not isinstance(value, kind):
            raise Unfit(f"must be one of {', '.join(members)}.")
        return value.value

    return Plan(read, write)


def _record(kind: type) -> Plan:
    hints = get_type_hints(kind, include_extras=True)
    plans = [(field.name, plan_for(hints[field.name])) for field in fields(kind)]
    readers = [(name, plan.read) for name, plan in plans]
    writers = [(name, plan.write) for name, plan in plans]
    names = {name for name, _ in plans}

    def read(value: object) -> Any:
        if not isinstance(value, dict):
            raise Unfit("must be an object.")
        if value.keys() != names:
            raise _other_fields(names, value)
        given: list[Any] = []
        name = ""
        try:
            for name, read_field in readers:
                given.append(read_field(value[name]))
        except Unfit as unfit:
            raise unfit.inside(f".{name}") from None
        try:
            return kind(*given)
        except MalformedMessage as malformed:
            raise Unfit(str(malformed)) from None

    def write(value: object) -> JsonObject:
        if not isinstance(value, kind):
            raise Unfit(f"must be a {kind.__name__}.")
        written: JsonObject = {}
        name = ""
        try:
            for name, write_field in writers:
                written[name] = write_field(getattr(value, name))
        except Unfit as unfit:
            raise unfit.inside(f".{name}") from None
        return written

    return Plan(read, write)


def _other_fields(names: set[str], value: dict[str, JsonValue]) -> Unfit:
    missing = sorted(names - value.keys())
    if missing:
        return Unfit("is missing.").inside(f".{missing[0]}")
    # The unknown name came from outside, so it is not repeated.
    return Unfit("holds a field that this version of the wire format does not have.")
