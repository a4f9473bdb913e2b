"""Where it is kept what an own record said when a pair was judged not the same."""

from collections.abc import Collection, Mapping
from typing import Protocol

from symbolon.node.domain.hit import Hit
from symbolon.protocol.references import HitId, RecordReference
from symbolon.protocol.suppression import RecordFacts


class JudgedStore(Protocol):
    """Facts of judged pairs, as digests under a key of the record's own."""

    def key_of(self, reference: RecordReference) -> bytes | None:
        """The record's key (32 bytes); None before it has one."""
        ...

    def add_key(self, reference: RecordReference, key: bytes) -> None:
        """Give a record its key; one that it has already stays."""
        ...

    def remember(self, hit: Hit, facts: RecordFacts) -> None:
        """Keep what the own record said when this hit was judged, in the place of an earlier hit of the same pair."""
        ...

    def facts_of(self, reference: RecordReference) -> Mapping[HitId, RecordFacts]:
        """What a record said at each of its judgements, by hit."""
        ...

    def judged_among(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records of which a judgement is remembered."""
        ...

    def forget_record(self, reference: RecordReference) -> int:
        """Take away facts and key of a record that is erased; how many judgements were remembered."""
        ...
