"""Shares as they lie in the operator's table."""

from dataclasses import dataclass

from symbolon.protocol.messages_sessions import RowAddress
from symbolon.runtime.database import Row


@dataclass(frozen=True, slots=True)
class StoredShares:
    """A record's shares, one after another, and where each lies."""

    handle: int
    bundle: bytes
    rows: tuple[RowAddress, ...]


def rows_of(row: Row) -> tuple[RowAddress, ...]:
    """Where the vectors of a record lie."""
    return tuple(RowAddress(*each) for each in zip(row["segments"], row["row_numbers"], strict=True))
