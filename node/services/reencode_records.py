"""Encodes records again under an epoch whose encodings the hub does not have yet, behind what is new.

In small steps, each a transaction: a kill loses none, and what is imported, corrected or withdrawn meanwhile goes
first.
"""

from dataclasses import dataclass

from symbolon.matching.errors import TooLittleToMatch
from symbolon.node.domain.epochs import EncodingActivity
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages import LinkageEpoch
from symbolon.protocol.references import RecordReference

CHUNK = 500
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What all was looked through under: the directory, the epochs that can be encoded under, and what came since."""

    version: int
    usable: tuple[LinkageEpoch, ...]
    activity: EncodingActivity


class ReencodeRecords:
    """One step of the re-encoding."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, encode_record: EncodeRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._encode_record = encode_record
        self._complete: _Seen | None = None
        self._after: dict[int, RecordReference] = {}

    def __call__(self) -> int:
        """Put the next records into the outbox, unless something else waits there; how many records that were.

        Once nothing is left, it looks through the records again only after something has changed.
        """
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                return 0
            # Of two epochs the newest is the one that everybody moves to.
            usable = tuple(epoch for epoch in reversed(directory.epochs) if self._encode_record.can_encode(epoch))
            seen = _Seen(directory.version, usable, work.encodings.activity())
            if seen == self._complete or not work.encodings.nothing_waits():
                return 0
            for epoch in usable:
                done = self._encode(work, epoch)
                if done:
                    return done
        self._complete = seen
        return 0

    def _next(self, work: Work, epoch: LinkageEpoch) -> tuple[RecordReference, ...]:
        """The records after those of the step before; at the end, those that came before them meanwhile."""
        after = self._after.get(epoch.epoch)
        found = work.encodings.unencoded(epoch.epoch, CHUNK, after=after)
        if not found and after is not None:
            found = work.encodings.unencoded(epoch.epoch, CHUNK)
        self._after = {**self._after, epoch.epoch: found[-1]} if found else {}
        return found

    def _encode(self, work: Work, epoch: LinkageEpoch) -> int:
        entries: list[BatchEntry] = []
        not_encodable: dict[RecordReference, int] = {}
        locked = work.records.lock(self._next(work, epoch))
        # Some may have been corrected or withdrawn while the lock was waited for.
        left = work.encodings.unencoded(epoch.epoch, CHUNK, among=[record.reference for record in locked])
        for record in locked:
            if record.reference not in left:
                continue
            try:
                entries.append(self._encode_record.under(record, epoch))
            except TooLittleToMatch:
                not_encodable[record.reference] = record.version
        if entries:
            work.outbox.add_items(entries, self._draws.now())
            work.encodings.note_queued(entries)
        if not_encodable:
            work.encodings.note_not_encodable(epoch.epoch, not_encodable)
        done = len(entries) + len(not_encodable)
        if done:
            detail: Detail = {"epoch": epoch.epoch, "records": len(entries), "not_encodable": len(not_encodable)}
            work.audit.record(AuditAct.RECORDS_REENCODED, WORKER, None, detail)
        return done
