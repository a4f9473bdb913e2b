"""An act that a program sends twice is done once: the key under which it was sent, and what it came to."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from symbolon.node.errors import NodeError
from symbolon.protocol.problems import Problem

KEPT_FOR: Final = timedelta(hours=24)
LONGEST_KEY: Final = 128


class KeyReused(NodeError):
    """The same key came with another request."""

    def __init__(self) -> None:
        super().__init__(
            Problem.KEY_REUSED,
            "This Idempotency-Key was sent before with another request: send this one with a key of its own.",
        )


class PreconditionFailed(NodeError):
    """The hit is no longer the one that the program looked at."""

    def __init__(self) -> None:
        super().__init__(
            Problem.PRECONDITION_FAILED,
            "The hit has changed since you read it: read it again, decide, and send its new ETag as If-Match.",
        )


@dataclass(frozen=True, slots=True)
class ActKey:
    """Which client sent an act under which key."""

    client_id: UUID
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the API answered to an act; `etag` is the hit's version after it."""

    status: int
    body: bytes = field(repr=False)
    etag: str | None = None
    location: str | None = None
