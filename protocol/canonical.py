"""JSON as the parties write and read it: one canonical form (RFC 8785) out, a strict subset of JSON (RFC 8259) in.

The wire has no floating-point numbers, so the only number format of RFC 8785 that is needed is the plain integer,
within the range that every JSON implementation keeps exact (RFC 7493, section 2.2).
"""

import json
from typing import Any, Final, NoReturn, TypeAlias

from symbolon.protocol.problems import MalformedMessage

JsonValue: TypeAlias = bool | int | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]
EmbeddedObject: TypeAlias = dict[str, Any]
"""A JSON object inside a message that does not know its shape; not recursive, so that schema generators can take it."""

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST_NESTING: Final = 32
_MOST_DIGITS: Final = len(f"-{LARGEST_INTEGER}")


def canonical_bytes(value: JsonValue) -> bytes:
    r"""Give the one canonical form of a value (RFC 8785): keys sorted, no blanks, UTF-8.

    Raises :class:`MalformedMessage` for floats, integers beyond 2^53-1, text with lone surrogates or U+0000, keys
    that are not text, nesting deeper than 32, and any other Python type.

    >>> canonical_bytes({"b": [1, None], "a": "\u20ac"})
    b'{"a":"\xe2\x82\xac","b":[1,null]}'
    """
    keys_are_ascii = _inspect(value)
    # For these values the standard encoder writes what RFC 8785 asks for: literals and integers as they are, and in
    # text only the escapes of section 3.2.2.2 (\b \t \n \f \r \" \\ and \u00xx in lower case).
    text = json.dumps(
        value if keys_are_ascii else _in_utf16_order(value),
        ensure_ascii=False,
        sort_keys=keys_are_ascii,
        separators=(",", ":"),
    )
    return text.encode("utf-8")


def parse_json(data: bytes) -> JsonValue:
    """Read JSON strictly; raises :class:`MalformedMessage`.

    Refused besides what is no JSON: bytes that are not UTF-8, duplicate keys (they read differently in different
    implementations), floats, NaN and infinities, integers beyond 2^53-1, lone surrogates, U+0000 (PostgreSQL has none)
    and nesting deeper than 32.

    >>> parse_json(b'{"a": [1, "x"]}')
    {'a': [1, 'x']}
    """
    try:
        value: JsonValue = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_without_duplicates,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
            parse_int=_short_integer,
        )
    except UnicodeDecodeError:
        raise MalformedMessage("The message is not UTF-8.") from None
    except json.JSONDecodeError:
        # Neither its text nor its cause is kept: both hold the document.
        raise MalformedMessage("The message is not JSON.") from None
    except RecursionError:
        raise _nested_too_deep() from None
    _inspect(value)
    return value


def _object_without_duplicates(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedMessage("An object names the same field twice.")
    return members


def _refuse_float(_: str) -> NoReturn:
    raise MalformedMessage("The wire has no floating-point numbers.")


def _short_integer(digits: str) -> int:
    # Looked at before it is read: turning a million digits into a number takes quadratic time.
    if len(digits) > _MOST_DIGITS or digits == "-0":
        raise MalformedMessage("An integer lies beyond 2^53-1, or is written as minus zero.")
    return int(digits)


def _nested_too_deep() -> MalformedMessage:
    return MalformedMessage(f"The message is nested deeper than {DEEPEST_NESTING}.")


def _inspect(value: object) -> bool:
    """Refuse what the wire does not have; say whether all keys are ASCII. Goes level by level, without recursion."""
    keys_are_ascii = True
    level = [value]
    for depth in range(DEEPEST_NESTING + 1):
        inner: list[object] = []
        for node in level:
            if isinstance(node, str):
                _inspect_text(node)
            elif isinstance(node, (dict, list)):
                if depth == DEEPEST_NESTING:
                    raise _nested_too_deep()
                if isinstance(node, dict):
                    keys_are_ascii = _inspect_keys(node) and keys_are_ascii
                    inner.extend(node.values())
                else:
                    inner.extend(node)
            elif node is not None and node is not True and node is not False:
                _inspect_integer(node)
        level = inner
    return keys_are_ascii


def _inspect_text(text: str) -> None:
    if "\0" in text:
        raise MalformedMessage("Text on the wire holds no U+0000.")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise MalformedMessage("Text on the wire holds no lone surrogates.") from None


def _inspect_integer(node: object) -> None:
    if type(node) is not int:
        raise MalformedMessage("The wire has only null, true, false, integers, text, lists and objects.")
    if abs(node) > LARGEST_INTEGER:
        raise MalformedMessage("An integer lies beyond 2^53-1.")


def _inspect_keys(node: dict[object, object]) -> bool:
    are_ascii = True
    for key in node:
        if not isinstance(key, str):
            raise MalformedMessage("The keys of an object are text.")
        _inspect_text(key)
        are_ascii = are_ascii and key.isascii()
    return are_ascii


def _in_utf16_order(value: JsonValue) -> JsonValue:
    """Sort keys by UTF-16 code units (RFC 8785, section 3.2.3): not Python's order beyond the basic plane."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    if isinstance(value, list):
        return [_in_utf16_order(item) for item in value]
    return value
