"""What a program sends, read strictly: addresses, queries and bodies; each mistake says where it is and what to do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar, get_type_hints
from uuid import UUID

from symbolon.node.domain.drafts import DraftId
from symbolon.protocol.canonical import JsonObject, JsonValue, parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import (
    parse_attachment_id,
    parse_hit_id,
    parse_meeting_id,
    parse_member_code,
    parse_ping_id,
    parse_record_reference,
    parse_request_id,
)
from symbolon.protocol.wire_plans import Unfit, plan_for
from symbolon.runtime.problem_responses import Refusal

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
_YES: Final = {"true": True, "false": False}


def _uuid(text: str) -> str:
    found = UUID(text)
    if str(found) != text:
        raise ValueError
    return text


_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "hit_id": parse_hit_id,
    "exchange_id": parse_request_id,
    "meeting_id": parse_meeting_id,
    "attachment_id": parse_attachment_id,
    "ping_id": parse_ping_id,
    "reference": parse_record_reference,
    "member": parse_member_code,
    "draft_id": lambda text: DraftId(_uuid(text)),
    "upload_id": lambda text: UUID(_uuid(text)),
}


def read_path(given: Mapping[str, str]) -> Mapping[str, Any]:
    """The ids that an address holds. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return {name: _PARSERS[name](text) for name, text in given.items()}
    except (MalformedMessage, ValueError):
        raise Refusal(Problem.NOT_FOUND, "Nothing has such an address: take ids from the API's own answers.") from None


@dataclass(frozen=True, slots=True)
class Params:
    """What stands behind the ``?``."""

    given: Mapping[str, str] = field(repr=False)

    def text(self, name: str) -> str:
        """A text; empty where it is left out."""
        return self.given.get(name, "")

    def choice(self, name: str, kind: type[Word]) -> Word | None:
        """One of the codes of an enumeration, or None where it is left out."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            return kind(text)
        except ValueError:
            raise _wrong(name, f"must be one of {', '.join(each.value for each in kind)}.") from None

    def choices(self, name: str, kind: type[Word]) -> frozenset[Word]:
        """Several codes with commas between; empty where it is left out."""
        texts = self.text(name).split(",") if self.text(name) else []
        return frozenset(found for text in texts if (found := Params({name: text}).choice(name, kind)) is not None)

    def number(self, name: str, otherwise: int, most: int) -> int:
        """A number from 1 to ``most``."""
        text = self.given.get(name)
        if text is None:
            return otherwise
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            raise _wrong(name, f"must be a number from 1 to {most}.")
        return int(text)

    def day(self, name: str) -> date | None:
        """A day, or None where it is left out."""
        text = self.given.get(name)
        try:
            return None if text is None else plan_for(date).read(text)
        except Unfit as unfit:
            raise _wrong(name, unfit.reason) from None

    def member(self, name: str) -> Any:
        """A state, or None where it is left out."""
        text = self.given.get(name)
        try:
            return None if text is None else parse_member_code(text)
        except MalformedMessage as malformed:
            raise _wrong(name, str(malformed)) from None

    def truth(self, name: str) -> bool:
        """True or false; false where it is left out."""
        text = self.given.get(name, "false")
        if text not in _YES:
            raise _wrong(name, "must be true or false.")
        return _YES[text]


def read_params(given: Collection[tuple[str, str]], known: Collection[str]) -> Params:
    """The query of an address: each name once, and none that the operation does not have."""
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise _wrong("query", "names something twice: send each once, several codes with commas between.")
    if not set(names) <= set(known):
        ours = ", ".join(known) or "nothing"
        raise _wrong("query", f"holds a name that this address does not take: it takes {ours}.")
    if any("\0" in text for _, text in given):
        raise _wrong("query", "holds a NUL character: leave it out.")
    return Params(dict(given))


def read_body(kind: type[T] | None, body: bytes) -> T | None:
    """A body as the operation takes it; what has a usual value may be left out. None takes no body."""
    if kind is None:
        if body.strip() not in (b"", b"{}"):
            raise _wrong("body", "must be empty here.")
        return None
    if kind is bytes:
        return body  # type: ignore[return-value]  # what was asked for
    try:
        value = parse_json(body)
    except MalformedMessage as malformed:
        raise _wrong("body", f"must be JSON: {malformed}") from None
    return read_value(kind, value)


def read_value(kind: type[T], value: JsonValue, where: str = "body") -> T:
    """A JSON value as one of our types. Raises :class:`Refusal` with the place of what does not fit."""
    if not isinstance(value, dict):
        raise _wrong(where, "must be an object.")
    if holds_nul(value):
        raise _wrong(where, "holds a NUL character: leave it out.")
    try:
        return from_wire(kind, filled(kind, value))
    except MalformedMessage as malformed:
        raise _wrong(where, str(malformed)) from None


def filled(kind: type, value: JsonObject) -> JsonObject:
    """The object with the usual value of each field that was left out."""
    hints = get_type_hints(kind, include_extras=True)
    usual: JsonObject = {}
    for each in fields(kind):
        if each.name in value:
            continue
        if each.default is not MISSING:
            usual[each.name] = plan_for(hints[each.name]).write(each.default)
        elif each.default_factory is not MISSING:
            usual[each.name] = plan_for(hints[each.name]).write(each.default_factory())
    return {**usual, **value}


def holds_nul(value: JsonValue) -> bool:
    """Whether a text in it holds a character that PostgreSQL does not keep."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in name or holds_nul(each) for name, each in value.items())
    return isinstance(value, list) and any(map(holds_nul, value))


def _wrong(where: str, what: str) -> Refusal:
    return Refusal(Problem.INVALID_INPUT, f"{where}: {what}")
