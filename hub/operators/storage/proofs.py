"""Which records were proved to be bits: part of the operator's one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from symbolon.hub.operators.storage.stored_shares import StoredShares, rows_of
from symbolon.protocol.messages_sessions import MOST_PROVED, RowAddress
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "proofs")
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of shares in one proof: as many words go to another operator."""
_SHARES_AT_A_TIME: Final = 500


@dataclass(frozen=True, slots=True)
class HeldShares:
    """A record that may be proved, or was."""

    shares: StoredShares
    is_proved: bool


class Proofs:
    """What is proved, and what waits for it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def held_after(self, handle: int) -> tuple[Sequence[HeldShares], bool]:
        """Some records that can be compared, by rising handles; whether others follow."""
        found = self._transaction.fetch_all(
            _QUERIES["list_held"], after=handle, limit=MOST_PROVED, most_bytes=_MOST_BYTES
        )
        held = [HeldShares(StoredShares(row["handle"], row["bundle"], rows_of(row)), row["proved"]) for row in found]
        return held, bool(found) and not found[-1]["is_last"]

    def first_that_waits(self) -> int:
        """The lowest handle that is to be proved; 0 where nothing waits."""
        return int(self._transaction.fetch_value(_QUERIES["first_that_waits"]))

    def note_proved(self, shares: Mapping[int, bytes]) -> list[StoredShares]:
        """Note of these shares, by handle, that they are bits; which of them were not known to be."""
        return self._found("note_proved", shares)

    def take_back(self, shares: Mapping[int, bytes]) -> list[StoredShares]:
        """Note of these shares, by handle, that they are not to be compared; which of them are here."""
        return self._found("take_back", shares)

    def proved_after(self, handle: int) -> Sequence[StoredShares]:
        """Some proved records' shares, by rising handles."""
        rows = self._transaction.fetch_all(_QUERIES["list_proved"], after=handle, limit=_SHARES_AT_A_TIME)
        return [StoredShares(row["handle"], row["bundle"], rows_of(row)) for row in rows]

    def places(self) -> Iterator[tuple[int, tuple[RowAddress, ...]]]:
        """Where every proved record lies, by handle."""
        for row in self._transaction.fetch_all(_QUERIES["list_places"]):
            yield row["handle"], rows_of(row)

    def _found(self, query: str, shares: Mapping[int, bytes]) -> list[StoredShares]:
        digests = [sha256(share).digest() for share in shares.values()]
        found = self._transaction.fetch_all(_QUERIES[query], handles=list(shares), digests=digests)
        return [StoredShares(row["handle"], row["bundle"], rows_of(row)) for row in found]
