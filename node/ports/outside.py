"""What the services need of the world around the node: the hub, keys, encoder, files, time and randomness."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.import_rows import Row
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import Delivery


class HubClient(Protocol):
    """The hub, seen from the node. Raises `HubUnavailable` (try again) or `HubRefused` (never try the same again)."""

    def fetch_directory(self) -> Envelope:
        """The signed member directory."""
        ...

    def post(self, path: str, envelope: Envelope) -> bytes:
        """Hand in an envelope; the body of the hub's answer, empty where it has nothing to say."""
        ...

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:
        """The oldest deliveries that were not acknowledged; waits up to `wait_s` seconds for the first."""
        ...


class LinkageKeys(Protocol):
    """The linkage keys that lie at this node, one an epoch, and nowhere else but in other nodes' homes."""

    def find(self, epoch: int) -> LinkageKey | None:
        """The key of an epoch."""
        ...

    def add(self, key: LinkageKey) -> None:
        """Store the key of a new epoch; the same key again changes nothing.

        Raises:
            NodeError: another key of that epoch is there.

        """
        ...


class RowSource(Protocol):
    """A national file as a stream of rows."""

    name: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Each row, in order.

        Raises:
            UnreadableFile: from some line on there are no rows to be had.

        """
        ...

    def digest(self) -> bytes:
        """SHA-256 of the file's bytes; to be asked after the last row."""
        ...


class Progress(Protocol):
    """Told how far a long act has come."""

    def __call__(self, done: int) -> None:
        """Rows or records that are done by now."""
        ...


class Draws(Protocol):
    """Randomness and time, so that services draw none themselves."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    def uuid(self) -> UUID:
        """A fresh random UUID."""
        ...

    def random_bytes(self, count: int) -> bytes:
        """Bytes from the system's cryptographic source."""
        ...

    def jitter(self) -> float:
        """A number drawn uniformly from [0, 1)."""
        ...


class WorkerLock(Protocol):
    """Sees to it that one worker of this node runs at a time."""

    def hold(self) -> AbstractContextManager["HeldLock | None"]:
        """Hold the lock while the block runs; None where another worker holds it."""
        ...


class HeldLock(Protocol):
    """The lock, while it is held."""

    def assure(self) -> None:
        """Show that the lock is still held; to be called several times a minute.

        Raises:
            DatabaseUnavailable: it is lost.

        """
        ...
