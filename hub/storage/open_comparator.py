"""Open comparison: the hub holds the encodings, and compares them in memory.

The index is derived: PostgreSQL holds every encoding, and the numbered changes say what an index must do to be as new.
A change's number is handed out in the order of commits, so an index that is at n holds exactly what was committed by n.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.ports import CandidatePair, Work
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.matching import decision
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.index import EncodingIndex
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.handling import Agreement, Band, IdentifierKind
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "encodings")
_CHANGES_PER_READ: Final = 5_000


class OpenComparator(OpenEncodings):
    """See `symbolon.hub.ports.Comparator`. Safe for several threads: the index is used by one at a time."""

    def __init__(self, schema: LinkageSchema) -> None:
        super().__init__(schema)
        self._schema = schema
        self._index = EncodingIndex(schema)
        self._partition_of: dict[RecordHandle, PartitionId] = {}
        self._number = 0
        self._lock = threading.Lock()

    def refresh(self, work: Work) -> int:
        """Bring the index to the newest committed change and return its number."""
        with self._lock:
            while True:
                rows = work.transaction.fetch_all(_QUERIES["list_changes"], after=self._number, limit=_CHANGES_PER_READ)
                for row in rows:
                    self._apply(RecordHandle(row["handle"]), row["partition_id"], row["encoded"])
                    self._number = row["number"]
                if len(rows) < _CHANGES_PER_READ:
                    return self._number

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything that the scope allows, and with nothing else; each pair once."""
        records = self._records(work, handles)
        pairs: dict[tuple[int, int], CandidatePair] = {}
        with self._lock:
            for partition, queries in self._by_partition(records).items():
                targets = scope.get(partition, ())
                alike = [(pair.query, pair.target) for pair in self._index.scan(queries, targets)]
                alike += [(match.query, match.target) for match in self._index.lookup_tokens(queries, targets)]
                for query, target in alike:
                    pair = CandidatePair(RecordHandle(query), RecordHandle(target))
                    pairs.setdefault((min(query, target), max(query, target)), pair)
        return list(pairs.values())

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None for what is no hit after all, or gone by now."""
        records = self._records(work, {handle for pair in pairs for handle in (pair.query, pair.target)})
        return [self._explain(records.get(pair.query), records.get(pair.target)) for pair in pairs]

    def _apply(self, handle: RecordHandle, partition_id: int | None, encoded: bytes | None) -> None:
        # A removal, or an addition whose encoding is erased by now: either way it must not be here.
        if partition_id is None or encoded is None:
            self._index.remove(handle)
            self._partition_of.pop(handle, None)
            return
        partition = PartitionId(partition_id)
        self._index.add(partition, handle, EncodedRecord.from_bytes(self._schema, encoded))
        self._partition_of[handle] = partition

    def _by_partition(
        self, records: Mapping[RecordHandle, EncodedRecord]
    ) -> Mapping[PartitionId, Mapping[int, EncodedRecord]]:
        groups: defaultdict[PartitionId, dict[int, EncodedRecord]] = defaultdict(dict)
        for handle, record in records.items():
            if handle in self._partition_of:
                groups[self._partition_of[handle]][handle] = record
        return groups

    def _records(self, work: Work, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, EncodedRecord]:
        rows = work.transaction.fetch_all(_QUERIES["find_encodings"], handles=list(handles))
        return {RecordHandle(row["handle"]): EncodedRecord.from_bytes(self._schema, row["encoded"]) for row in rows}

    def _explain(self, one: EncodedRecord | None, other: EncodedRecord | None) -> Explanation | None:
        if one is None or other is None:
            return None
        found = decision.explain(self._schema, one, other)
        if found is None:
            return None
        return Explanation(
            band=Band(found.band.value),
            agreement={IdentifierKind(kind): Agreement(agreement.value) for kind, agreement in found.agreement.items()},
        )
