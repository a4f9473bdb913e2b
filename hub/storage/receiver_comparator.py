"""Blind comparison whose match bits open towards members alone: the hub asks, carries, and learns no pair.

It says to owners by which numbers openings speak of their records, and hands on what the operators seal. What is found
becomes a hit when both sides declare it (`symbolon.hub.services.declare_pair`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.receivers import receiver_of
from symbolon.hub.domain.scope import Scope
from symbolon.hub.ports import CandidatePair, HandleEnvelopes, Work
from symbolon.hub.ports.operators import SealedBits
from symbolon.hub.storage.blind_encodings import BlindEncodings, profiles_in
from symbolon.hub.storage.blind_feed import FeedOperators
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.hub.storage.receiver_jobs import AskForReceivers, Rows
from symbolon.matching.blind.questions import questions_in_order
from symbolon.matching.blind.shared_record import NUMBERED, Outline
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages import HandleNotice, NumberedRecord, SealedOpening, SealedOpenings
from symbolon.protocol.messages_receivers import MOST_NUMBERED
from symbolon.protocol.messages_sessions import RowAddress, RowRange
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "receivers")
_INDEX = load_queries("symbolon.hub.storage", "encodings")
_PATIENCE_S: Final = 30.0

Tell = Callable[[Work, MemberCode, HandleNotice | SealedOpenings], None]
"""Posts a message to a member, signed by the hub, in the transaction."""


class ReceiverEncodings(BlindEncodings):
    """See `symbolon.hub.ports.EncodingIntake`: each owner is told the numbers of its records, nobody else."""

    def __init__(self, schemas: LinkageSchemas, tell: Tell) -> None:
        super().__init__(schemas)
        self._tell = tell

    def check(self, envelopes: Sequence[bytes], schema_digest: str) -> str | None:
        """A sentence that says what to do with an encoding that is not taken."""
        refused = super().check(envelopes, schema_digest)
        schema = self._schemas.of_digest(schema_digest)
        if refused is None and schema is not None and any(Outline.from_bytes(schema, envelopes[0]).tokens.values()):
            return "The outline holds tokens, by which the hub would see pairs: share them as vectors."
        return refused

    def takes_canaries(self) -> bool:
        """No: their answers open towards members, and the hub has none to check."""
        return False

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked, and tell their owners."""
        super().submit(work, encodings)
        work.transaction.execute(_QUERIES["name_records"], handles=[each.handle for each in encodings])
        of_member: defaultdict[MemberCode, list[NumberedRecord]] = defaultdict(list)
        for row in work.transaction.fetch_all(_QUERIES["list_numbers"], handles=[each.handle for each in encodings]):
            record = NumberedRecord(
                RecordReference(row["reference"]), row["version"], row["key_epoch"], row["handle"], row["name"]
            )
            of_member[MemberCode(row["member"])].append(record)
        for member, records in of_member.items():
            for first in range(0, len(records), MOST_NUMBERED):
                self._tell(work, member, HandleNotice(tuple(records[first : first + MOST_NUMBERED])))


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows of one kind that ask alike."""

    epoch: int
    partition: PartitionId
    filled: str
    what: str


@dataclass(frozen=True, slots=True)
class _Named:
    """What lies in a row: an encoded version, and the record that it is of."""

    handle: int
    name: int


_NOTHING: Final = _Named(0, 0)


class ReceiverComparator(ReceiverEncodings):
    """See `symbolon.hub.ports.Comparator`. It finds no pair: those who do are told by the operators."""

    def __init__(self, schemas: LinkageSchemas, feed: FeedOperators, ask: AskForReceivers, tell: Tell) -> None:
        super().__init__(schemas, tell)
        self._feed = feed
        self._ask = ask

    def refresh(self, work: Work) -> int:
        """Bring the operators to the newest committed change and return its number."""
        return self._feed(work)

    def forget_removals(self, work: Work, number: int) -> int:
        """Forget removals up to this number that every operator has made, and bundles that all have; how many."""
        made = self._feed.slowest(work)
        return self._feed.forget_bundles(work) + work.transaction.execute(
            _INDEX["forget_removals"], number=min(number, made)
        )

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Have these compared with all that the scope allows, and what comes of it carried; no pair is seen here."""
        asking: defaultdict[_Place, list[tuple[RowAddress, _Named]]] = defaultdict(list)
        for row in work.transaction.fetch_all(_QUERIES["rows_that_ask"], handles=list(handles)):
            place = _Place(row["key_epoch"], PartitionId(row["partition_id"]), row["filled"], row["what"])
            asking[place].append((RowAddress(row["segment"], row["row"]), _Named(row["handle"], row["name"])))
        partitions = work.records.partitions()
        for place, rows in asking.items():
            named = dict(rows)
            for target, asked in self._targets(work, place, scope):
                schema = self._schemas.of_epoch(work.transaction, place.epoch)
                wanted = Rows(
                    receiver_of(partitions[place.partition], partitions[asked]),
                    questions_in_order(schema, place.what),
                    tuple(named),
                    target,
                )
                for piece, bits in self._ask(work, [wanted], _PATIENCE_S):
                    self._carry(work, piece, bits, place, [named[row] for row in piece.queries])
        return ()

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Nothing: no pair is found here."""
        del work
        return [None for _ in pairs]

    def _targets(self, work: Work, place: _Place, scope: Scope) -> Iterator[tuple[RowRange, PartitionId]]:
        """Ranges of rows of the same kind that the scope allows, where that kind judges the pair."""
        schema = self._schemas.of_epoch(work.transaction, place.epoch)
        found = work.transaction.fetch_all(
            _QUERIES["segments_asked"],
            key_epoch=place.epoch,
            what=place.what,
            partition_ids=list(scope.get(place.partition, ())),
        )
        for row in found:
            if place.what.startswith(NUMBERED) or _judging(schema, place.filled, row["filled"]) == place.what:
                yield RowRange(row["segment"], 0, row["next_row"]), PartitionId(row["partition_id"])

    def _carry(
        self, work: Work, piece: Rows, bits: Sequence[SealedBits], place: _Place, named: Sequence[_Named]
    ) -> None:
        """Post what was sealed for one member, with the numbers of what was compared."""
        jobs = [each.job for each in bits]
        change = min(job.change for job in jobs)
        against = piece.against
        held = {
            row["row"]: _Named(row["handle"], row["name"])
            for row in work.transaction.fetch_all(
                _QUERIES["handles_of_rows"],
                segment=against.segment,
                first=against.first,
                end=against.first + against.count,
                change=change,
            )
        }
        sides = work.transaction.fetch_all(
            _QUERIES["describe_sides"], segments=[piece.queries[0].segment, against.segment]
        )
        of_segment = {row["segment"]: row for row in sides}
        asking, asked = of_segment[piece.queries[0].segment], of_segment[against.segment]
        lying = [held.get(row, _NOTHING) for row in range(against.first, against.first + against.count)]
        message = SealedOpenings(
            session=bits[0].session,
            what=place.what,
            key_epoch=place.epoch,
            schema_digest=asking["schema_digest"],
            asking=MemberCode(asking["member"]),
            asked=MemberCode(asked["member"]),
            queries=tuple(each.handle for each in named),
            query_names=tuple(each.name for each in named),
            records=tuple(each.handle for each in lying),
            record_names=tuple(each.name for each in lying),
            openings=tuple(
                SealedOpening(
                    each.job,
                    tuple(part.key_id for part in each.by_receiver[piece.receiver]),
                    tuple(part.sealed for part in each.by_receiver[piece.receiver]),
                )
                for each in bits
            ),
        )
        self._tell(work, piece.receiver, message)


def _judging(schema: LinkageSchema, one: str, other: str) -> str | None:
    """The first profile that both fill, in the schema's order."""
    both = profiles_in(one) & profiles_in(other)
    return next((profile.id for profile in schema.profiles if profile.id in both), None)
