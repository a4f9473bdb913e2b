"""What the rows of each segment are of: part of the operator's one transaction."""

from collections.abc import Sequence
from typing import Final

from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "described_segments")


class DescribedSegments:
    """Segments as the hub described them; what was said of one never changes."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def keep(self, segment: SegmentDescription) -> None:
        """Keep what is said of a segment."""
        self._transaction.execute(
            _QUERIES["describe_segment"],
            segment=segment.segment,
            epoch=segment.epoch,
            schema_digest=segment.schema_digest,
            what=segment.what,
            bits=segment.bits,
            owner=segment.owner,
            namespace=segment.namespace.value,
            compare_mode=segment.comparable_with.mode.value,
            compare_members=list(segment.comparable_with.members),
            filled=list(segment.filled),
        )

    def all(self) -> dict[int, SegmentDescription]:
        """Every segment by its number."""
        return {row["segment"]: _segment(row) for row in self._transaction.fetch_all(_QUERIES["list_segments"])}

    def empty(self, segments: Sequence[int]) -> tuple[int, ...]:
        """Of these segments, those that nothing lies in."""
        rows = self._transaction.fetch_all(_QUERIES["list_empty_segments"], segments=list(segments))
        return tuple(row["segment"] for row in rows)

    def give_back(self, segments: Sequence[int]) -> tuple[int, ...]:
        """Forget those of these segments that nothing lies in; which they are."""
        empty = self.empty(segments)
        self._transaction.execute(_QUERIES["give_back_segments"], segments=list(empty))
        return empty

    def forget_all(self) -> None:
        """Erase what rows are of: another life of the hub numbers them otherwise."""
        self._transaction.execute(_QUERIES["forget_all_segments"])


def _segment(row: Row) -> SegmentDescription:
    return SegmentDescription(
        segment=row["segment"],
        epoch=row["epoch"],
        schema_digest=row["schema_digest"],
        what=row["what"],
        bits=row["bits"],
        owner=MemberCode(row["owner"]),
        namespace=Namespace(row["namespace"]),
        comparable_with=ComparableWith(
            ComparisonMode(row["compare_mode"]), tuple(map(MemberCode, row["compare_members"]))
        ),
        filled=tuple(row["filled"]),
    )
