"""Values of the services as JSON, written the same way everywhere.

An instant is RFC 3339 in UTC with milliseconds, a day ISO 8601, bytes base64url without padding, a code its value, a
tuple a list, a set a sorted list. What is none is null. A message says by its `purpose` what it is.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final
from uuid import UUID

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.messages import StoredMessage
from symbolon.protocol.canonical import JsonValue
from symbolon.protocol.messages_case import AttachmentManifest

_SECRET: Final[Mapping[type, frozenset[str]]] = {AttachmentManifest: frozenset({"key"})}
"""What no answer holds: the key of a file opens it at the hub."""


def as_json(value: object) -> JsonValue:
    """A value of the services as JSON."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return _composed(value)


def _composed(value: object) -> JsonValue:
    if isinstance(value, bytes):
        return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, RecordIdentifiers):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(as_json(key)): as_json(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(as_json(each) for each in value)  # type: ignore[type-var]  # of texts alone
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        hidden = _SECRET.get(type(value), frozenset())
        written = {each.name: as_json(getattr(value, each.name)) for each in fields(value) if each.name not in hidden}
        return {"purpose": value.purpose.value, **written} if isinstance(value, StoredMessage) else written
    raise TypeError(f"{type(value).__name__} has no form in an answer")
