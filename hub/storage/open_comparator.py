"""Open comparison: the hub holds the encodings, and compares them in memory.

The index is derived: PostgreSQL holds every encoding, and the numbered changes say what an index must do to be as new.
A change's number is handed out in the order of commits, so an index that is at n holds exactly what was committed by n.
Each epoch of the linkage key has an index of its own: bits of two epochs say nothing about each other.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.ports import CandidatePair, Work
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.matching import decision
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.index import EncodingIndex
from symbolon.protocol.handling import Agreement, Band, IdentifierKind
from symbolon.runtime.database import Row
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "encodings")
_CHANGES_PER_READ: Final = 5_000


class _Encoded(NamedTuple):
    """An encoding as it was read from the database."""

    key_epoch: int
    record: EncodedRecord


class OpenComparator(OpenEncodings):
    """See `symbolon.hub.ports.Comparator`. Safe for several threads: the index is used by one at a time."""

    def __init__(self, schemas: LinkageSchemas) -> None:
        super().__init__(schemas)
        self._indexes: dict[int, EncodingIndex] = {}
        self._place_of: dict[RecordHandle, tuple[int, PartitionId]] = {}
        self._number = 0
        self._began_at = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many encodings are in memory."""
        with self._lock:
            return sum(map(len, self._indexes.values()))

    def refresh(self, work: Work) -> int:
        """Bring the index to the newest committed change and return its number."""
        with self._lock:
            if not self._number:
                self._begin_anew(work)
            while True:
                rows = work.transaction.fetch_all(_QUERIES["list_changes"], after=self._number, limit=_CHANGES_PER_READ)
                # Asked after the changes were read: what was forgotten in between is noticed too.
                if _floor(work) > max(self._number, self._began_at):
                    self._begin_anew(work)
                    continue
                for row in rows:
                    self._apply(work, row)
                    self._number = row["number"]
                if len(rows) < _CHANGES_PER_READ:
                    return self._number

    def forget_removals(self, work: Work, number: int) -> int:
        """Forget removals up to this number, which every index at work has made; how many."""
        work.transaction.execute(_QUERIES["raise_floor"], number=number)
        return work.transaction.execute(_QUERIES["forget_removals"], number=number)

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything of their epoch that the scope allows, and with nothing else; each pair once."""
        records = self._records(work, handles)
        pairs: dict[tuple[int, int], CandidatePair] = {}
        with self._lock:
            for (epoch, partition), queries in self._by_place(records).items():
                targets = scope.get(partition, ())
                index = self._indexes[epoch]
                alike = [(pair.query, pair.target) for pair in index.scan(queries, targets)]
                alike += [(match.query, match.target) for match in index.lookup_tokens(queries, targets)]
                for query, target in alike:
                    pair = CandidatePair(RecordHandle(query), RecordHandle(target))
                    pairs.setdefault((min(query, target), max(query, target)), pair)
        return list(pairs.values())

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None for what is no hit after all, or gone by now."""
        encoded = self._records(work, {handle for pair in pairs for handle in (pair.query, pair.target)})
        return [self._explain(work, encoded.get(pair.query), encoded.get(pair.target)) for pair in pairs]

    def _begin_anew(self, work: Work) -> None:
        """Forget everything: the index was away for so long that removals which it never made were forgotten.

        What an empty index never added it need not take out: removals forgotten up to now do not concern it.
        """
        self._indexes.clear()
        self._place_of.clear()
        self._number = 0
        self._began_at = _floor(work)

    def _apply(self, work: Work, row: Row) -> None:
        handle = RecordHandle(row["handle"])
        # A removal, or an addition whose encoding is erased by now: either way it must not be here.
        if row["encoded"] is None:
            self._remove(handle)
            return
        epoch, partition = row["key_epoch"], PartitionId(row["partition_id"])
        schema = self._schemas.of_epoch(work.transaction, epoch)
        index = self._indexes.setdefault(epoch, EncodingIndex(schema))
        index.add(partition, handle, EncodedRecord.from_bytes(schema, row["encoded"]))
        self._place_of[handle] = (epoch, partition)

    def _remove(self, handle: RecordHandle) -> None:
        if handle not in self._place_of:
            return
        epoch, _partition = self._place_of.pop(handle)
        index = self._indexes[epoch]
        index.remove(handle)
        if not len(index):
            # An epoch that was closed gives its memory back.
            del self._indexes[epoch]

    def _by_place(
        self, encoded: Mapping[RecordHandle, _Encoded]
    ) -> Mapping[tuple[int, PartitionId], Mapping[int, EncodedRecord]]:
        groups: defaultdict[tuple[int, PartitionId], dict[int, EncodedRecord]] = defaultdict(dict)
        for handle, each in encoded.items():
            if handle in self._place_of:
                groups[self._place_of[handle]][handle] = each.record
        return groups

    def _records(self, work: Work, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, _Encoded]:
        return dict(self._read(work, handles))

    def _read(self, work: Work, handles: Collection[RecordHandle]) -> Iterator[tuple[RecordHandle, _Encoded]]:
        for row in work.transaction.fetch_all(_QUERIES["find_encodings"], handles=list(handles)):
            schema = self._schemas.of_epoch(work.transaction, row["key_epoch"])
            record = EncodedRecord.from_bytes(schema, row["encoded"])
            yield RecordHandle(row["handle"]), _Encoded(row["key_epoch"], record)

    def _explain(self, work: Work, one: _Encoded | None, other: _Encoded | None) -> Explanation | None:
        if one is None or other is None or one.key_epoch != other.key_epoch:
            return None
        schema = self._schemas.of_epoch(work.transaction, one.key_epoch)
        found = decision.explain(schema, one.record, other.record)
        if found is None:
            return None
        return Explanation(
            band=Band(found.band.value),
            agreement={IdentifierKind(kind): Agreement(agreement.value) for kind, agreement in found.agreement.items()},
        )


def _floor(work: Work) -> int:
    """The number up to which removals were forgotten."""
    return int(work.transaction.fetch_value(_QUERIES["find_floor"]))
