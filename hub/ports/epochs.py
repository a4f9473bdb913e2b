"""Epochs of the linkage key: which are open, how far the members are, and what of a closed one was erased."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.epochs import ClosedEpoch, MemberProgress
from symbolon.protocol.messages import EpochProgress, LinkageEpoch
from symbolon.protocol.references import MemberCode, RecordReference


class EpochStore(Protocol):
    """Epochs and their schemas."""

    def open_epochs(self) -> Mapping[int, LinkageEpoch]:
        """Those under which encodings are taken and compared, by number."""

    def every_epoch(self) -> Mapping[int, LinkageEpoch]:
        """The open ones, and those that were closed."""

    def closed(self) -> tuple[ClosedEpoch, ...]:
        """Those that were closed, oldest first."""

    def open(self, epoch: LinkageEpoch, now: datetime) -> None:
        """Take encodings under this epoch from now on."""

    def close(self, number: int, now: datetime) -> None:
        """Take no more encodings under it; what is here waits to be erased."""

    def keep_schema(self, schema_id: str, schema_digest: str, content: bytes) -> None:
        """Keep a linkage schema, so that epochs may use it."""

    def schema(self, schema_digest: str) -> bytes | None:
        """A linkage schema that was kept."""

    def note_progress(self, member: MemberCode, progress: EpochProgress, now: datetime) -> None:
        """How far a member says that it is."""

    def progress(self) -> tuple[MemberProgress, ...]:
        """Every active member in every open epoch, by epoch and member."""

    def note_erased(self, epoch: int, references: Mapping[RecordReference, MemberCode]) -> None:
        """Encodings of these records were erased; their owners get a receipt when all are."""

    def erased(self, epoch: int) -> Mapping[MemberCode, Collection[RecordReference]]:
        """Whose encodings were erased since the epoch was closed."""

    def settle(self, epoch: int, now: datetime) -> None:
        """Nothing of the epoch is left, and the receipts are posted."""
