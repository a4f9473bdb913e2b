"""What the services need of the world around the node: the hub, keys, encoder, files, time and randomness."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.ceremony import CeremonyFacts
from symbolon.node.domain.import_rows import Row
from symbolon.node.domain.key_generations import KeyGeneration
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import Delivery
from symbolon.protocol.references import AttachmentId


class HubClient(Protocol):
    """The hub, seen from the node.

    Raises `HubUnavailable` (try again: nobody answered, or, as `HubShutsOut` and `HubNotNow`, the hub said so) or
    `HubRefused` (never try the same again).
    """

    def fetch_history(self, after: int) -> Envelope:
        """The versions of the directory after one (0: from the founding on), oldest first."""
        ...

    def fetch_proposal(self) -> Envelope:
        """The version of the directory that waits for signatures."""
        ...

    def fetch_page(self, path: str, after: str | None) -> Envelope:
        """One page of a listing, after an entry of it."""
        ...

    def post(self, path: str, envelope: Envelope) -> bytes:
        """Hand in an envelope; the body of the hub's answer, empty where it has nothing to say."""
        ...

    def put_chunk(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> None:
        """Hand in one sealed chunk of a file that was offered."""
        ...

    def fetch_chunk(self, attachment_id: AttachmentId, number: int) -> bytes:
        """One sealed chunk of a file that the other party offered."""
        ...

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:
        """The oldest deliveries that were not acknowledged; waits up to `wait_s` seconds for the first."""
        ...


class MemberKeys(Protocol):
    """A node's own keys and certificates, generation by generation."""

    def generations(self) -> tuple[KeyGeneration, ...]:
        """Every complete generation, the oldest first; never empty once the node was set up."""
        ...

    def make(self, number: int, draws: "Draws") -> KeyGeneration:
        """Make a generation; what is there of it stays."""
        ...

    def certificate_request(self, number: int) -> str:
        """The request for the generation's certificate (PKCS #10 PEM)."""
        ...

    def keep_certificate(self, number: int, certificate_pem: str) -> None:
        """Keep the certificate that the hub issued for this generation's key.

        Raises:
            NodeError: it is made out to another member, or for another key.

        """
        ...

    def certificate_fingerprint(self, number: int) -> str | None:
        """The SHA-256 of the generation's certificate; None before the hub issued it."""
        ...


class CeremonyVault(Protocol):
    """What was said in a linkage key's ceremony, contributions too, sealed at this node until the key is made."""

    def read(self, epoch: int) -> CeremonyFacts:
        """What is known of the ceremony for an epoch's key; nothing, where it did not begin."""
        ...

    def write(self, epoch: int, facts: CeremonyFacts) -> None:
        """Keep what is known, in the place of what was."""
        ...

    def forget(self, epoch: int) -> None:
        """Throw away what is needed no longer."""
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

    def remove(self, epoch: int) -> None:
        """Throw away the key of a closed epoch, if it is here."""
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
