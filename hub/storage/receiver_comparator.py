"""Blind comparison whose match bits open towards members alone: the hub asks, carries, and learns no pair.

It says to owners by which numbers openings speak of their records, and hands on what the operators seal. What is found
becomes a hit when both sides declare it (`symbolon.hub.services.declare_pair`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.receivers import receiver_of
from symbolon.hub.domain.scope import Scope
from symbolon.hub.errors_of_operators import ComparisonSpent
from symbolon.hub.ports import CandidatePair, HandleEnvelopes, Work
from symbolon.hub.ports.operators import SealedBits
from symbolon.hub.storage.blind_canaries import BlindCanaries
from symbolon.hub.storage.blind_encodings import BlindEncodings, judging_profile_of
from symbolon.hub.storage.blind_feed import FeedOperators
from symbolon.hub.storage.blind_jobs import BudgetSpent
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.hub.storage.receiver_canaries import Compared, canaries_of
from symbolon.hub.storage.receiver_jobs import AskForReceivers, Rows
from symbolon.matching.blind.questions import questions_in_order
from symbolon.matching.blind.shared_record import NUMBERED, Outline
from symbolon.protocol.handling import Namespace
from symbolon.protocol.messages import HandleNotice, NumberedRecord, SealedOpening, SealedOpenings
from symbolon.protocol.messages_receivers import MOST_NUMBERED
from symbolon.protocol.messages_sessions import RowAddress, RowRange, filled_up
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
class _Side:
    """Whose rows they are, and whether of protected records: by both sides of a comparison it is known who learns."""

    member: MemberCode
    is_protected: bool


@dataclass(frozen=True, slots=True)
class _Asking:
    """Rows of one kind that ask together."""

    epoch: int
    what: str
    side: _Side


@dataclass(frozen=True, slots=True)
class _Named:
    """What lies in a row: an encoded version, and the record that it is of."""

    handle: int
    name: int


_NOTHING: Final = _Named(0, 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked together: whose rows, what lies in each, and with what each partition may be compared."""

    group: _Asking
    named: Mapping[RowAddress, _Named]
    scope: Scope


class ReceiverComparator(ReceiverEncodings):
    """See `symbolon.hub.ports.Comparator`. It finds no pair: those who do are told by the operators."""

    def __init__(
        self,
        schemas: LinkageSchemas,
        feed: FeedOperators,
        ask: AskForReceivers,
        canaries: BlindCanaries,
        tell: Tell,
    ) -> None:
        super().__init__(schemas, tell)
        self._feed = feed
        self._ask = ask
        self._canaries = canaries

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
        partitions = work.records.partitions()
        asked = self._canaries.mix(work, handles, scope).asked
        named: dict[RowAddress, _Named] = {}
        asking: defaultdict[_Asking, list[RowAddress]] = defaultdict(list)
        places: defaultdict[_Asking, dict[int, tuple[PartitionId, str]]] = defaultdict(dict)
        for row in work.transaction.fetch_all(_QUERIES["rows_that_ask"], handles=[*handles, *asked]):
            partition = PartitionId(row["partition_id"])
            group = _Asking(row["key_epoch"], row["what"], _side_of(partitions[partition]))
            address = RowAddress(row["segment"], row["row"])
            named[address] = _Named(row["handle"], row["name"])
            asking[group].append(address)
            places[group][address.segment] = (partition, row["filled"])
        wanted = {
            Rows(
                receiver_of(*met),
                questions_in_order(self._schemas.of_epoch(work.transaction, group.epoch), group.what),
                tuple(rows),
                ranges,
                pairs,
            ): group
            for group, rows in asking.items()
            for met, ranges, pairs in self._targets(work, group, places[group], scope)
        }
        try:
            for rows, piece, bits in self._ask(work, tuple(wanted), _PATIENCE_S):
                self._carry(work, piece, bits, _Asked(wanted[rows], named, scope))
        except BudgetSpent as spent:
            raise ComparisonSpent(spent.member, {named[row].handle for row in spent.asking.queries}) from spent
        return ()

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Nothing: no pair is found here."""
        del work
        return [None for _ in pairs]

    def _targets(
        self, work: Work, group: _Asking, places: Mapping[int, tuple[PartitionId, str]], scope: Scope
    ) -> Iterator[tuple[tuple[Partition, Partition], tuple[RowRange, ...], frozenset[tuple[int, int]]]]:
        """By side, two partitions that meet, the ranges that some of the group may be compared with, and which may.

        What of it is out of scope the operators compute in vain, and leave closed: that costs less than jobs apart.
        """
        schema = self._schemas.of_epoch(work.transaction, group.epoch)
        partitions = work.records.partitions()
        admitted = sorted({other for partition, _filled in places.values() for other in scope.get(partition, ())})
        found = work.transaction.fetch_all(
            _QUERIES["segments_asked"], key_epoch=group.epoch, what=group.what, partition_ids=admitted
        )
        ranges: defaultdict[_Side, list[RowRange]] = defaultdict(list)
        pairs: defaultdict[_Side, set[tuple[int, int]]] = defaultdict(set)
        met: dict[_Side, tuple[Partition, Partition]] = {}
        for row in found:
            asked = PartitionId(row["partition_id"])
            meeting = [
                (segment, partition)
                for segment, (partition, filled) in places.items()
                if asked in scope.get(partition, ())
                and (group.what.startswith(NUMBERED) or judging_profile_of(schema, filled, row["filled"]) == group.what)
            ]
            if meeting:
                side = _side_of(partitions[asked])
                ranges[side].append(RowRange(row["segment"], 0, row["next_row"]))
                pairs[side].update((segment, row["segment"]) for segment, _partition in meeting)
                met[side] = (partitions[meeting[0][1]], partitions[asked])
        for side, both in met.items():
            yield both, tuple(ranges[side]), frozenset(pairs[side])

    def _carry(
        self,
        work: Work,
        piece: Rows,
        bits: Sequence[SealedBits],
        asked: _Asked,
    ) -> None:
        """Post what was sealed for one member, with the numbers of what was compared, and which are canaries."""
        group, named = asked.group, asked.named
        held = {
            RowAddress(row["segment"], row["row"]): _Named(row["handle"], row["name"])
            for row in work.transaction.fetch_all(
                _QUERIES["handles_of_rows"],
                segments=[each.segment for each in piece.against],
                firsts=[each.first for each in piece.against],
                counts=[each.count for each in piece.against],
                change=min(each.job.change for each in bits),
            )
        }
        sides = work.transaction.fetch_one(
            _QUERIES["describe_range"], segment=piece.against[0].segment, key_epoch=group.epoch
        )
        if sides is None:
            # Its epoch was closed meanwhile: there is nothing to be alike any more.
            return
        lying = [
            held.get(RowAddress(each.segment, each.first + row), _NOTHING) if row < each.count else _NOTHING
            for each in piece.against
            for row in range(filled_up(each.count))
        ]
        queries = [named[row] for row in piece.queries]
        schema = self._schemas.of_epoch(work.transaction, group.epoch)
        compared = Compared(group.what, [each.handle for each in queries], [each.handle for each in lying])
        canaries, known = canaries_of(work, compared, schema, asked.scope)
        message = SealedOpenings(
            session=bits[0].session,
            what=group.what,
            key_epoch=group.epoch,
            schema_digest=sides["schema_digest"],
            asking=group.side.member,
            asked=MemberCode(sides["member"]),
            queries=tuple(compared.queries),
            query_names=tuple(each.name for each in queries),
            records=tuple(compared.records),
            record_names=tuple(each.name for each in lying),
            canaries=canaries,
            known=known,
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


def _side_of(partition: Partition) -> _Side:
    return _Side(partition.member, partition.namespace is Namespace.PROTECTED)
