"""The operators follow the hub's changes: each is fed what it does not have, in the order of commits."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from operator import itemgetter
from typing import Final

from symbolon.hub.errors import HubError
from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.ports import Work
from symbolon.hub.ports.operators import Operators
from symbolon.hub.storage.blind_encodings import profiles_in
from symbolon.hub.storage.blind_proofs import ProveAll
from symbolon.protocol.codec import canonical_bytes, to_wire, whole_milliseconds
from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.hub_life import HubLife
from symbolon.protocol.messages_erasures import MOST_CHANGES
from symbolon.protocol.messages_operators import (
    MOST_VERSIONS,
    AddedRecord,
    Fed,
    Feed,
    GoneRecord,
    OperatorStatus,
    RecordChange,
    SchemaContent,
    SegmentDescription,
    SignedLife,
    Unreadable,
)
from symbolon.protocol.messages_sessions import OPERATORS, RowAddress
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Row
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "blind")
_LIFE = load_queries("symbolon.hub.storage", "blind_life")
_RECEIPTS_AGAIN_AFTER: Final = timedelta(minutes=1)
_STUCK: Final = "stuck"
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of sealed bundles in one feed: in JSON they take a third more."""


class FeedOperators:
    """Brings the three operators to the newest committed change.

    What they say is noted in transactions of its own: it stays known where the caller's is rolled back, and nobody
    waits for a comparison to end.
    """

    def __init__(
        self,
        operators: Operators,
        own_work: Callable[[], AbstractContextManager[Work]],
        clock: Clock,
        sign: Callable[[bytes], bytes],
    ) -> None:
        """`own_work` begins a transaction; `sign`: with the hub's key of the directory."""
        self._operators = operators
        self._own_work = own_work
        self._clock = clock
        self._sign = sign
        self._prove = ProveAll(operators, self._note_unreadable)
        self._told: defaultdict[int, set[str]] = defaultdict(set)
        """Schemas that this process told each operator of; a repetition does no harm."""

    def __call__(self, work: Work) -> int:
        """Feed until all three have the newest change and proved that what came is bits; return its number.

        Raises:
            HubError: an operator is away, or refuses: what it lacks, it gets when it is back.

        """
        found = self._operators.status()
        known = {place: each.directory for place, each in found.items()}
        self._tell_directory(work, known)
        at = {place: self._in_this_life(work, place, each) for place, each in found.items()}
        floor = self.slowest(work)
        removed = fed_some = False
        newest = int(work.transaction.fetch_value(_QUERIES["newest_change"]))
        while min(at.values()) < newest:
            feeds = {place: self._feed(work, place, number, floor) for place, number in at.items() if number < newest}
            removed |= any(change.added is None for feed in feeds.values() for change in feed.changes)
            # Once more, after the changes were read: by then a record may be signed with a key of a newer version.
            self._tell_directory(work, known)
            fed = self._give(feeds)
            fed_some = True
            self._note_unreadable({place: Unreadable(each.unreadable) for place, each in fed.items()})
            for place, each in fed.items():
                if each.number <= at[place]:
                    raise OperatorRefused(place, _STUCK, "It takes no further changes, and says not why.")
                at[place] = each.number
        with self._own_work() as own:
            for place, number in at.items():
                held = found[place].records
                own.transaction.execute(
                    _QUERIES["note_operator"], place=place, number=number, records=held, now=self._clock.now()
                )
        self._note_unreadable({place: self._all_unreadable(place) for place in found if found[place].unreadable})
        self._take_erasures({place: each.erasures for place, each in found.items()}, removed=removed)
        self._ask_for_receipts(work, at)
        self._prove(newest, self._operators.status() if fed_some else found)
        return newest

    def _ask_for_receipts(self, work: Work, at: Mapping[int, int]) -> None:
        """Tell an operator once more what is gone, where its receipt did not come with the removal."""
        incarnation = work.members.federation().incarnation
        for place, number in at.items():
            now = self._clock.now()
            with self._own_work() as own:
                due = own.transaction.fetch_all(
                    _QUERIES["take_due"],
                    place=place,
                    number=number,
                    now=now,
                    before=now - _RECEIPTS_AGAIN_AFTER,
                    limit=MOST_CHANGES,
                )
            changes = tuple(
                RecordChange(
                    row["number"],
                    row["handle"],
                    None,
                    GoneRecord(RecordReference(row["reference"]), row["version"], MemberCode(row["member"])),
                )
                for row in sorted(due, key=itemgetter("number"))
            )
            if changes:
                # One that stands still is asked again later.
                with suppress(OperatorRefused):
                    self._operators.feed({place: Feed((), (), changes, incarnation=incarnation)})

    def _give(self, feeds: Mapping[int, Feed]) -> Mapping[int, Fed]:
        """Feed them; schemas that did not arrive are told again with the next feed."""
        try:
            fed = self._operators.feed(feeds)
        except HubError:
            for place in feeds:
                self._told[place].clear()
            raise
        for place, feed in feeds.items():
            self._told[place].update(schema.digest for schema in feed.schemas)
        return fed

    def _all_unreadable(self, place: int) -> Unreadable:
        """Whatever an operator could not read: what was said of it before may have been lost."""
        found: list[int] = []
        no_bits: list[int] = []
        while (some := self._operators.unreadable(place, found[-1] if found else 0)).handles:
            found += some.handles
            no_bits += some.no_bits
        return Unreadable(tuple(found), tuple(no_bits))

    def _note_unreadable(self, said: Mapping[int, Unreadable]) -> None:
        if not any(each.handles for each in said.values()):
            return
        with self._own_work() as own:
            for place, each in said.items():
                own.transaction.execute(_QUERIES["note_unreadable"], place=place, handles=list(each.handles))
                own.transaction.execute(_QUERIES["note_no_bits"], place=place, handles=list(each.no_bits))

    def _in_this_life(self, work: Work, place: int, status: OperatorStatus) -> int:
        """Where an operator is by this life's numbers: one that followed the hub before its restore begins anew."""
        federation = work.members.federation()
        if status.incarnation in {None, federation.incarnation}:
            return status.number
        life = None
        begun_at = work.transaction.fetch_one(_LIFE["find_life"])
        if begun_at is not None and begun_at["restored_at"] is not None:
            since = whole_milliseconds(begun_at["restored_at"])
            said = HubLife(federation.name, federation.exercise, federation.incarnation, since)
            life = SignedLife(since, self._sign(said.signed_bytes()))
        anew = Feed((), (), (), incarnation=federation.incarnation, life=life)
        return self._operators.feed({place: anew})[place].number

    def _tell_directory(self, work: Work, known: dict[int, int]) -> None:
        """Hand over the versions that an operator does not have, and note it: it verifies them as a node does."""
        for place in known:
            while versions := work.directory.history(known[place], MOST_VERSIONS):
                content = tuple(canonical_bytes(to_wire(signed)) for signed in versions)
                known[place] = self._operators.feed({place: Feed((), (), (), versions=content)})[place].directory
                if known[place] < versions[-1].directory.version:
                    # It says less than it was told: it is asked again with the next sweep.
                    break

    def _take_erasures(self, newest: Mapping[int, int], *, removed: bool) -> None:
        """Keep what the operators signed to owners; they are forwarded with their own transactions.

        An operator forgets what the hub says that it has, so it is asked by what is committed, by one worker at a time.
        """
        for place, number in newest.items():
            with self._own_work() as own:
                after = own.transaction.fetch_value(_QUERIES["hold_erasures"], place=place)
                if after is None or (not removed and number <= after):
                    continue
                receipts = self._operators.erasures(place, after).receipts
                for receipt in receipts:
                    own.transaction.execute(
                        _QUERIES["keep_erasure"],
                        place=place,
                        number=receipt.number,
                        owner=receipt.owner,
                        content=receipt.content,
                        signature=receipt.signature,
                    )
                after = max((receipt.number for receipt in receipts), default=after)
                own.transaction.execute(_QUERIES["note_erasures"], place=place, number=after)

    def forget_bundles(self, work: Work) -> int:
        """Erase the sealed bundles that all three have; how many."""
        return work.transaction.execute(_QUERIES["forget_bundles"], number=self.slowest(work))

    def give_back(self, work: Work) -> int:
        """Give back the rows of closed epochs and expelled members; how many."""
        rows = work.transaction.execute(_QUERIES["give_back_rows"])
        return rows + work.transaction.execute(_QUERIES["give_back_segments"])

    def slowest(self, work: Work) -> int:
        """Up to which change every operator is, as far as it was heard of."""
        rows = work.transaction.fetch_all(_QUERIES["list_operators"])
        return min((row["number"] for row in rows), default=0) if len(rows) == OPERATORS else 0

    def _feed(self, work: Work, place: int, after: int, floor: int) -> Feed:
        rows = work.transaction.fetch_all(_QUERIES["list_feed"], place=place, after=after, limit=MOST_CHANGES)
        changes: list[RecordChange] = []
        segments: set[int] = set()
        size = 0
        for row in rows:
            size += len(row["sealed"] or b"")
            if changes and size > _MOST_BYTES:
                break
            segments.update(row["segments"] or ())
            changes.append(_change(row))
        described = work.transaction.fetch_all(_QUERIES["describe_segments"], segments=sorted(segments))
        digests = sorted({row["schema_digest"] for row in described} - self._told[place])
        schemas = work.transaction.fetch_all(_QUERIES["list_schemas"], digests=digests)
        return Feed(
            tuple(SchemaContent(row["schema_digest"], row["content"]) for row in schemas),
            tuple(map(_segment, described)),
            tuple(changes),
            floor,
            work.members.federation().incarnation,
        )


def _change(row: Row) -> RecordChange:
    if row["sealed"] is None or row["reference"] is None or not row["segments"]:
        # A removal, or an addition whose removal follows, or numbers alone, which have no vectors to share: nothing of
        # it must be there.
        return RecordChange(row["number"], row["handle"], None, _gone(row))
    return RecordChange(
        row["number"],
        row["handle"],
        AddedRecord(
            reference=RecordReference(row["reference"]),
            version=row["version"],
            sender=MemberCode(row["member"]),
            rows=_addresses(row["segments"] or (), row["rows"] or ()),
            sealed=row["sealed"],
        ),
    )


def _gone(row: Row) -> GoneRecord | None:
    if row["gone_reference"] is None:
        return None
    return GoneRecord(RecordReference(row["gone_reference"]), row["gone_version"], MemberCode(row["gone_member"]))


def _addresses(segments: Sequence[int], rows: Sequence[int]) -> tuple[RowAddress, ...]:
    return tuple(RowAddress(segment, row) for segment, row in zip(segments, rows, strict=True))


def _segment(row: Row) -> SegmentDescription:
    return SegmentDescription(
        segment=row["segment"],
        epoch=row["key_epoch"],
        schema_digest=row["schema_digest"],
        what=row["what"],
        bits=row["bits"],
        owner=MemberCode(row["member"]),
        namespace=Namespace(row["namespace"]),
        comparable_with=ComparableWith(ComparisonMode(row["mode"]), tuple(map(MemberCode, row["members"]))),
        filled=tuple(sorted(profiles_in(row["filled"]))),
    )
