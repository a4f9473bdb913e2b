"""Encodes published records again under an epoch whose encodings the hub does not have yet, behind what is new.

In small steps, each a transaction: a kill loses none, and what is imported, corrected or withdrawn meanwhile goes
first.
"""

from symbolon.matching.errors import TooLittleToMatch
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.records import Publication
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages import LinkageEpoch
from symbolon.protocol.references import RecordReference

CHUNK = 500
WORKER = "worker"


class ReencodeRecords:
    """One step of the re-encoding."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, encode_record: EncodeRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._encode_record = encode_record

    def __call__(self) -> int:
        """Put the next records into the outbox, unless something else waits there; how many records that were."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            # Of two epochs the newest is the one that everybody moves to.
            epochs = () if directory is None else reversed(directory.epochs)
            for epoch in epochs:
                if self._encode_record.can_encode(epoch) and work.encodings.nothing_waits():
                    done = self._encode(work, epoch)
                    if done:
                        return done
        return 0

    def _encode(self, work: Work, epoch: LinkageEpoch) -> int:
        entries: list[BatchEntry] = []
        not_encodable: dict[RecordReference, int] = {}
        for record in work.records.lock(work.encodings.unencoded(epoch.epoch, CHUNK)):
            if record.publication is not Publication.PUBLISHED or record.hub_version != record.version:
                # Corrected or withdrawn while the lock was waited for.
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
