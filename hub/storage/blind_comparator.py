"""Blind comparison: three operators compare what nobody sees; the hub knows rows, outlines, and what was opened.

PostgreSQL holds the hub's half; the operators' halves follow its numbered changes, and every job is about exactly one
change, so all three compare the same rows. A worker that is killed, an operator that is away, a batch that is spoilt:
the transaction that asked rolls back, and the next sweep asks again; a pair makes one hit however often it is found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.errors_of_operators import ComparisonSpent
from symbolon.hub.ports import CandidatePair, Work
from symbolon.hub.ports.operators import Asking, Opened
from symbolon.hub.storage.blind_canaries import BlindCanaries
from symbolon.hub.storage.blind_encodings import BlindEncodings, profiles_in
from symbolon.hub.storage.blind_feed import FeedOperators
from symbolon.hub.storage.blind_jobs import AskOperators, BudgetSpent
from symbolon.hub.storage.blind_searches import Search, merged, places_of, search_of
from symbolon.hub.storage.linkage_schemas import LinkageSchemas
from symbolon.matching.blind.questions import (
    Question,
    decide,
    judging_among,
    questions_about,
    threshold_question,
)
from symbolon.matching.blind.shared_record import Outline
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.protocol.handling import Agreement, Band, IdentifierKind
from symbolon.protocol.messages_sessions import RowAddress, RowRange
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "blind")
_INDEX = load_queries("symbolon.hub.storage", "encodings")
_PATIENCE_S: Final = 30.0

Answers = Mapping[tuple[RecordHandle, RecordHandle], Mapping[Question, bool]]


@dataclass(frozen=True, slots=True)
class _Record:
    """An encoded version as the hub knows it."""

    handle: RecordHandle
    partition: PartitionId
    epoch: int
    filled: str
    outline: Outline
    rows: Mapping[str, tuple[RowAddress, ...]]
    """Where its vectors lie, by profile or explanation kind."""


@dataclass(frozen=True, slots=True)
class _VectorPair:
    """One vector of each record, of the kind that a question is about."""

    one: _Record
    other: _Record
    first: RowAddress
    second: RowAddress


class BlindComparator(BlindEncodings):
    """See `symbolon.hub.ports.Comparator`."""

    def __init__(
        self, schemas: LinkageSchemas, feed: FeedOperators, ask: AskOperators, canaries: BlindCanaries
    ) -> None:
        super().__init__(schemas)
        self._feed = feed
        self._ask = ask
        self._canaries = canaries

    def refresh(self, work: Work) -> int:
        """Bring the operators to the newest committed change and return its number."""
        return self._feed(work)

    def forget_removals(self, work: Work, number: int) -> int:
        """Forget removals up to this number that every operator has made, and bundles that all have; how many."""
        made = self._feed.slowest(work)
        given_back = self._feed.give_back(work)
        return (
            given_back
            + self._feed.forget_bundles(work)
            + work.transaction.execute(_INDEX["forget_removals"], number=min(number, made))
        )

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything of their own epoch that the scope allows, and nothing else; each pair once."""
        sounding = self._canaries.mix(work, handles, scope)
        known = self._records(work, [*handles, *sounding.asked])
        records = [known[handle] for handle in self._canaries.shuffled(list(known))]
        alike = [CandidatePair(query, target) for query, target in self._alike(work, records, scope)]
        readable = [handle for handle in handles if handle in known]
        pairs: dict[tuple[int, int], CandidatePair] = {}
        for pair in (*self._canaries.check(work, sounding, alike), *_by_token(work, readable, scope)):
            pairs.setdefault((min(pair.query, pair.target), max(pair.query, pair.target)), pair)
        return list(pairs.values())

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None for what is no hit after all, or gone by now."""
        records = self._records(work, {handle for pair in pairs for handle in (pair.query, pair.target)})
        known = [(records.get(pair.query), records.get(pair.target)) for pair in pairs]
        answers = self._answers(
            work, [(one, other) for one, other in known if one and other and one.epoch == other.epoch]
        )
        return [self._explain(work, one, other, answers) for one, other in known]

    def _alike(
        self, work: Work, records: Collection[_Record], scope: Scope
    ) -> Iterator[tuple[RecordHandle, RecordHandle]]:
        """What reaches its threshold: the operators are asked about every segment that the scope allows."""
        epochs = {record.epoch for record in records}
        searches = [search for epoch in epochs for search in self._searches(work, epoch, records, scope)]
        if not searches:
            return
        owner = {row: record.handle for record in records for rows in record.rows.values() for row in rows}
        askings = [search.asking() for search in searches]
        for search, asked, opened in zip(searches, askings, self._asked(work, askings, owner), strict=True):
            places = places_of(asked.against)
            found = [(query, places(row)) for query, rows in zip(asked.queries, opened, strict=True) for row in rows]
            held = _owners(work, {row for _query, row in found})
            for query, row in found:
                # What is out of scope no operator opens; the hub's own scope may have become narrower.
                if row in held and row.segment in search.scope[query.segment]:
                    yield owner[query], held[row]

    def _asked(
        self, work: Work, askings: Sequence[Asking], owner: Mapping[RowAddress, RecordHandle]
    ) -> Sequence[Opened]:
        """What was opened. Raises `ComparisonSpent`, and whatever asking raises."""
        try:
            return self._ask(work, askings, _PATIENCE_S)
        except BudgetSpent as spent:
            rows = (*spent.asking.queries, *spent.asking.pairs)
            raise ComparisonSpent(spent.member, {owner[row] for row in rows}) from spent

    def _searches(self, work: Work, epoch: int, records: Collection[_Record], scope: Scope) -> Sequence[Search]:
        """All records of an epoch with all that they may be compared with, in as few jobs as are not wasteful."""
        schema = self._schemas.of_epoch(work.transaction, epoch)
        asking: defaultdict[tuple[PartitionId, str], list[_Record]] = defaultdict(list)
        for record in records:
            if record.epoch == epoch:
                asking[record.partition, record.filled].append(record)
        asked = sorted({other for partition, _filled in asking for other in scope.get(partition, ())})
        targets = work.transaction.fetch_all(_QUERIES["list_targets"], key_epoch=epoch, partition_ids=asked)
        found: list[Search] = []
        for profile in schema.profiles:
            searches: list[Search] = []
            for (partition, filled), members in asking.items():
                ranges = [
                    RowRange(target["segment"], 0, target["next_row"])
                    for target in targets
                    if target["what"] == profile.id
                    and target["partition_id"] in scope.get(partition, ())
                    and _judging(schema, filled, target["filled"]) == profile
                ]
                rows = tuple(row for record in members for row in record.rows.get(profile.id, ()))
                if rows and ranges:
                    searches.append(search_of(threshold_question(schema, profile), rows, ranges))
            found += merged(searches)
        return found

    def _answers(self, work: Work, pairs: Sequence[tuple[_Record, _Record]]) -> Answers:
        """Each question about each pair: whether any two of their vectors of that kind say yes."""
        wanted: defaultdict[tuple[int, Question], list[_VectorPair]] = defaultdict(list)
        for one, other in pairs:
            schema = self._schemas.of_epoch(work.transaction, one.epoch)
            for question in questions_about(schema, one.outline, other.outline):
                for first, second in product(one.rows[question.what], other.rows[question.what]):
                    wanted[one.epoch, question].append(_VectorPair(one, other, first, second))
        askings = [
            Asking(question, tuple(each.first for each in asked), (), tuple(each.second for each in asked))
            for (_, question), asked in wanted.items()
        ]
        answers: dict[tuple[RecordHandle, RecordHandle], dict[Question, bool]] = defaultdict(dict)
        owner = {
            row: record
            for asked in wanted.values()
            for each in asked
            for row, record in ((each.first, each.one.handle), (each.second, each.other.handle))
        }
        opened = self._asked(work, askings, owner) if askings else []
        for ((_, question), asked), (said,) in zip(wanted.items(), opened, strict=True):
            yes = frozenset(said)
            for place, pair in enumerate(asked):
                of_pair = answers[pair.one.handle, pair.other.handle]
                of_pair[question] = of_pair.get(question, False) or place in yes
        return answers

    def _explain(self, work: Work, one: _Record | None, other: _Record | None, answers: Answers) -> Explanation | None:
        if one is None or other is None or one.epoch != other.epoch:
            return None
        schema = self._schemas.of_epoch(work.transaction, one.epoch)
        verdict = decide(schema, one.outline, other.outline, answers.get((one.handle, other.handle), {}))
        if verdict is None:
            return None
        return Explanation(
            band=Band(verdict.band.value),
            agreement={IdentifierKind(kind): Agreement(value.value) for kind, value in verdict.agreement.items()},
        )

    def _records(self, work: Work, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, _Record]:
        found = work.transaction.fetch_all(_QUERIES["list_records"], handles=list(handles))
        rows: defaultdict[int, defaultdict[str, list[RowAddress]]] = defaultdict(lambda: defaultdict(list))
        for row in work.transaction.fetch_all(_QUERIES["list_rows"], handles=[each["handle"] for each in found]):
            rows[row["handle"]][row["what"]].append(RowAddress(row["segment"], row["row"]))
        records = {}
        for each in found:
            schema = self._schemas.of_epoch(work.transaction, each["key_epoch"])
            outline = Outline.from_bytes(schema, each["outline"])
            if each["handle"] not in rows and next(outline.places(schema), None) is not None:
                # It was erased between both statements.
                continue
            records[RecordHandle(each["handle"])] = _Record(
                handle=RecordHandle(each["handle"]),
                partition=PartitionId(each["partition_id"]),
                epoch=each["key_epoch"],
                filled=each["filled"],
                outline=outline,
                rows={what: tuple(places) for what, places in rows[each["handle"]].items()},
            )
        return records


def _judging(schema: LinkageSchema, one: str, other: str) -> Profile | None:
    """The profile that judges such records."""
    return judging_among(schema, profiles_in(one), profiles_in(other))


def _owners(work: Work, rows: Collection[RowAddress]) -> Mapping[RowAddress, RecordHandle]:
    """Whose vectors lie in these rows now."""
    if not rows:
        return {}
    segments, places = zip(*((each.segment, each.row) for each in rows), strict=True)
    held = work.transaction.fetch_all(_QUERIES["owners_of_rows"], segments=list(segments), rows=list(places))
    return {RowAddress(row["segment"], row["row"]): RecordHandle(row["handle"]) for row in held}


def _by_token(work: Work, handles: Collection[RecordHandle], scope: Scope) -> Iterator[CandidatePair]:
    for row in work.transaction.fetch_all(_QUERIES["join_tokens"], handles=list(handles)):
        if PartitionId(row["asked"]) in scope.get(PartitionId(row["asking"]), ()):
            yield CandidatePair(RecordHandle(row["query"]), RecordHandle(row["target"]))
