"""Publishes records: each is encoded and put into the outbox in the transaction that marks it as queued."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from symbolon.matching.errors import TooLittleToMatch
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.records import Publication, Record
from symbolon.node.errors import Forbidden, NoDirectory, UnknownState
from symbolon.node.ports.outside import Draws, Progress
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.encode_record import EncodeRecord, by_epoch
from symbolon.node.services.judge_pairs import pairs_to_reconsider
from symbolon.node.services.record_access import may_know
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import MemberCode, RecordReference

CHUNK = 500


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that cannot be published as it is, and what to do."""

    local_id: str = field(repr=False)
    what_to_do: str


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was queued, what could not be, and what is kept back because its subject category is not set."""

    queued: int
    refused: tuple[RefusedRecord, ...]
    without_category: tuple[str, ...] = field(repr=False)
    refused_earlier: int
    """Other records that were refused before, by the hub or here, and wait until somebody puts them right."""


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which records; both None: all."""

    local_ids: Sequence[str] | None = field(repr=False)
    case_id: str | None = field(repr=False)


class PublishRecords:
    """Publishes what is unpublished and may be published: all of it, named records, or a case."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, encode_record: EncodeRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._encode_record = encode_record

    def __call__(
        self,
        actor: Actor,
        local_ids: Sequence[str] | None = None,
        case_id: str | None = None,
        progress: Progress | None = None,
        expected_states: Collection[MemberCode] = (),
    ) -> PublishReport:
        """Queue everything selected, in transactions of some hundred records.

        A record whose list names a state that is neither a member nor one of `expected_states` stays as it was, and is
        looked at again the next time.

        Raises:
            NodeError: nobody may, no federation was joined, the schema differs, or the linkage key is missing.

        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Publishing records needs the right to change them.")
        queued = 0
        refused: list[RefusedRecord] = []
        after: RecordReference | None = None
        while True:
            taken, last = self._publish_chunk(actor, after, _Selection(local_ids, case_id), expected_states)
            # Victims' and minors' go out with the rest, and are counted for their officer alone.
            told = [record for record in taken if may_know(actor, record)]
            queued += sum(record.publication is Publication.QUEUED for record in told)
            refused.extend(RefusedRecord(record.content.local_id, record.refusal) for record in told if record.refusal)
            if progress is not None:
                progress(queued + len(refused))
            if last is None:
                break
            after = last
        with self._unit_of_work.begin() as work:
            without_category = work.records.without_category()
            refused_earlier = work.records.count_refused() - len(refused)
        return PublishReport(queued, tuple(refused), without_category, max(refused_earlier, 0))

    def _publish_chunk(
        self,
        actor: Actor,
        after: RecordReference | None,
        selection: "_Selection",
        expected_states: Collection[MemberCode],
    ) -> tuple[tuple[Record, ...], RecordReference | None]:
        """What became of the next records; and where to go on, None at the end."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            entries: list[BatchEntry] = []
            taken: list[Record] = []
            locked = work.records.lock_publishable(after, CHUNK, selection.local_ids, selection.case_id)
            judged = work.judged.judged_among([record.reference for record in locked])
            for stored in locked:
                # What was withdrawn goes out as a new version: the old one is over for good. So does what the hub has
                # and compares with nobody.
                goes_as_next = stored.publication in (Publication.WITHDRAWN, Publication.PUBLISHED)
                if goes_as_next and not may_know(actor, stored):
                    # Its officer alone publishes it again; whoever else names it is told nothing, as of any id.
                    continue
                record = replace(stored, version=stored.version + goes_as_next)
                try:
                    is_judged = record.reference in judged
                    again = pairs_to_reconsider(work, record.reference, record.content) if is_judged else ()
                    entries.extend(self._encode_record(record, directory, expected_states, again))
                    taken.append(replace(record, publication=Publication.QUEUED, refusal=None))
                except TooLittleToMatch as too_little:
                    taken.append(replace(record, publication=Publication.REFUSED, refusal=too_little.what_to_do))
                except UnknownState as unknown:
                    taken.append(replace(stored, refusal=unknown.sentence))
            if taken:
                work.records.save_publication(taken, now)
                work.outbox.add_items(by_epoch(entries), now)
                work.encodings.note_queued(entries)
                queued = sum(record.publication is Publication.QUEUED for record in taken)
                detail = {"records": queued, "refused": len(taken) - queued}
                work.audit.record(AuditAct.RECORDS_PUBLISHED, actor.login, None, detail)
        return tuple(taken), locked[-1].reference if len(locked) == CHUNK else None
