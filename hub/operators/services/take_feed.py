"""An operator takes the hub's changes: shares in, shares out, rows in place; the same feed again changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from symbolon.hub.operators.errors import (
    NotJoined,
    OutOfOrder,
    UnknownQuestion,
)
from symbolon.hub.operators.services.held_rows import HeldRows, RowsInUse, fill, take_out
from symbolon.hub.operators.services.know_directory import KnowDirectory
from symbolon.hub.operators.services.read_record import Reader, ReadRecord
from symbolon.hub.operators.storage.shares import (
    DroppedRecord,
    NewShares,
    OperatorStore,
    OperatorWork,
    Seat,
)
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.membership_problems import Replayed
from symbolon.protocol.messages_comparison import ErasedVersion
from symbolon.protocol.messages_operators import Fed, Feed, GoneRecord, RecordChange, SchemaContent
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.problems import MalformedMessage, ProtocolError
from symbolon.protocol.references import HUB, MemberCode, RecordReference
from symbolon.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class HubAndOwners:
    """Which life of the hub is followed, and what its end, like any erasure, is said of to owners."""

    follow_hub: Callable[[HeldRows, Feed], None]
    sign_erasures: Callable[[OperatorWork, Seat, int, Mapping[MemberCode, Sequence[ErasedVersion]]], None]


class TakeFeed:
    """Takes changes in their order: first PostgreSQL, in one transaction, then the rows."""

    def __init__(
        self,
        store: OperatorStore,
        rows: RowsInUse,
        directory: KnowDirectory,
        key: HybridSealingKey,
        words: HubAndOwners,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._rows = rows
        self._key = key
        self._words = words
        self._clock = clock
        self._schemas: dict[str, LinkageSchema] = {}

    def __call__(self, feed: Feed) -> Fed:
        """Take what is new of a feed, the directory first. Raises an `OperatorError`, or `DatabaseUnavailable`."""
        self._directory.take(feed.versions)
        if feed.versions and not (feed.changes or feed.segments or feed.schemas):
            # Also who stands still, or was put back, goes on following who the others are.
            with self._store.work() as work:
                return Fed(work.progress(), (), self._directory.version)
        self._directory.refuse_where_cards_differ()
        with self._rows.changing() as held:
            self._words.follow_hub(held, feed)
            if held.doing in {Doing.LOST, Doing.RESTORING}:
                held.refuse_where_still()
            unreadable: list[int] = []
            with self._store.work() as work:
                seat = work.seat()
                if seat is None:
                    raise NotJoined("This operator has no place in a federation yet.")
                number = work.lock_progress()
                if number < feed.floor:
                    if not work.standings.others_are_at(feed.floor):
                        # A number of the hub's alone takes nobody's shares from the comparison.
                        raise OutOfOrder("The hub has no bundles of changes that the other operators lack as well.")
                    work.standings.note(Standing(work.standings.own().generation, Doing.LOST))
                    held.doing = Doing.LOST
                    lost = True
                else:
                    lost = False
                if held.number != number:
                    # An earlier feed was committed, and its rows could not be written.
                    fill(work, held, number)
                for schema in feed.schemas:
                    _keep(work, schema)
                schemas = self._known(work, feed)
                for segment in feed.segments:
                    work.segments.keep(segment)
                    held.described.setdefault(segment.segment, segment)
                directory = self._directory.newest()
                read = None if directory is None else Reader(seat, self._key, directory, schemas)
                changes = () if lost else _to_take(feed.changes, number, held)
                number = changes[-1].number if changes else number
                taken, gone = self._apply(work, read, changes, held, unreadable)
                work.note_progress(number)
                named = {} if lost else {each.handle: each.gone for each in feed.changes if each.number <= number}
                self._words.sign_erasures(work, seat, max(1, number), _by_owner(gone, _never_held(work, named, gone)))
                if taken or gone or unreadable:
                    counts = {"taken": len(taken), "erased": len(gone), "unreadable": len(unreadable)}
                    work.audit(AuditAct.SHARES_TAKEN, HUB, counts)
            if lost:
                held.refuse_where_still()
            _take_out(held, gone, number)
        return Fed(number, tuple(unreadable), self._directory.version)

    def _known(self, work: OperatorWork, feed: Feed) -> Mapping[str, LinkageSchema]:
        """The schemas here. Raises `UnknownQuestion` where one of the feed is not: it comes again with its schema."""
        directory = self._directory.newest()
        listed = () if directory is None else directory.epochs
        needed = {epoch.schema_digest for epoch in listed} & {segment.schema_digest for segment in feed.segments}
        if not needed <= self._schemas.keys():
            self._schemas = {digest: LinkageSchema.from_bytes(content) for digest, content in work.schemas().items()}
        if not needed <= self._schemas.keys():
            raise UnknownQuestion("Records came of a linkage schema that this operator does not have: tell it first.")
        return self._schemas

    def _apply(
        self,
        work: OperatorWork,
        read: Reader | None,
        changes: Sequence[RecordChange],
        held: HeldRows,
        unreadable: list[int],
    ) -> tuple[Collection[int], list[DroppedRecord]]:
        """What was taken and is still there, and what is gone, in the order of the changes."""
        taken: set[int] = set()
        gone: list[DroppedRecord] = []
        for is_removal, run in groupby(changes, key=lambda change: change.added is None):
            if not is_removal:
                records = self._take(work, read, list(run), held, unreadable)
                taken |= {record.handle for record in records}
                continue
            for change in run:
                taken.discard(change.handle)
                dropped = work.drop(change.handle)
                if dropped is not None:
                    gone.append(dropped)
        return taken, gone

    def _take(
        self,
        work: OperatorWork,
        read: Reader | None,
        changes: Sequence[RecordChange],
        held: HeldRows,
        unreadable: list[int],
    ) -> list[NewShares]:
        """Keep the records that can be read, in few statements; which they are."""
        found: dict[int, ReadRecord] = {}
        refused: dict[int, ProtocolError] = {}
        for change in changes:
            try:
                if read is None:
                    raise OutOfOrder("The hub hands on records before it showed the members' directory.")
                if change.added is None or change.handle in found:
                    raise MalformedMessage("The record's number is another's already.")
                found[change.handle] = read(change.handle, change.added, held.described)
            except ProtocolError as error:
                refused[change.handle] = error
        fresh = set(work.take_bundles([(each.digest, each.epoch) for each in found.values()]))
        known = work.known_handles(list(found))
        records: list[NewShares] = []
        for handle, each in found.items():
            if each.digest not in fresh:
                refused[handle] = Replayed("The bundle was taken before: what is erased stays erased.")
            elif handle in known:
                refused[handle] = MalformedMessage("The record's number is another's already.")
            else:
                records.append(each.shares)
            # Of one bundle under two numbers, only the first is taken.
            fresh.discard(each.digest)
        work.put_all(records, self._clock.now())
        for handle, reason in refused.items():
            work.note_unreadable(handle, reason.problem.value, self._clock.now())
            unreadable.append(handle)
        return records


def _take_out(held: HeldRows, gone: Sequence[DroppedRecord], number: int) -> None:
    """Empty the rows of what is gone; what came gets into its rows when it is proved to be bits."""
    if number == held.number:
        return
    held.segments.begin()
    for record in gone:
        take_out(held, record.handle, record.rows)
    held.settle(number)


def _by_owner(
    gone: Sequence[DroppedRecord], never_held: Sequence[GoneRecord]
) -> Mapping[MemberCode, Sequence[ErasedVersion]]:
    versions: defaultdict[MemberCode, list[ErasedVersion]] = defaultdict(list)
    for record in gone:
        versions[record.owner].append(ErasedVersion(RecordReference(record.reference), record.version))
    for named in never_held:
        versions[named.owner].append(ErasedVersion(named.reference, named.version))
    return versions


def _never_held(
    work: OperatorWork, named: Mapping[int, GoneRecord | None], gone: Sequence[DroppedRecord]
) -> Sequence[GoneRecord]:
    """What is gone and was not here, or was gone before: whatever the hub calls it, no share of it is here now."""
    dropped = {(record.reference, record.version) for record in gone}
    asked = [each for each in named.values() if each is not None and (each.reference, each.version) not in dropped]
    held = work.versions_of([each.reference for each in asked]) if asked else frozenset()
    return [each for each in asked if (each.reference, each.version) not in held]


def _to_take(changes: Sequence[RecordChange], number: int, held: HeldRows) -> Sequence[RecordChange]:
    """What is new; while this operator stands still, only what the others have already."""
    new = [change for change in changes if change.number > number]
    if not held.stands_still:
        return new
    admitted = [change for change in new if held.limit is not None and change.number <= held.limit]
    if new and not admitted:
        held.refuse_where_still()
    return admitted


def _keep(work: OperatorWork, schema: SchemaContent) -> None:
    """Keep a schema that is what it says: shares are bound to its digest, so nobody can ask by another one."""
    if schema_digest(schema.content) != schema.digest:
        raise UnknownQuestion("A linkage schema came under another's digest.")
    work.keep_schema(schema.digest, schema.content)
