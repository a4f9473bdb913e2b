"""Shares out anew what nobody is compared with, since an operator could not use the shares of it.

Keys may have changed on the way, or an operator was put back: then shares made now are read. They go out once, under a
next version with the same content; where they are not read either, a person is told what to do.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.records import Publication, Record
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.encode_record import EncodeRecord, by_epoch
from symbolon.node.services.judge_pairs import pairs_to_reconsider
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, NotCompared, UnreadVersion
from symbolon.protocol.references import HUB

NOT_READ: Final = (
    "Nobody is compared with this version: operators of blind comparison cannot use its shares, also not those that"
    " were made anew. Ask the hub's operator which of them is in trouble; then publish the record again by its id."
)


class ShareAgain:
    """Takes the hub's word about this node's records; the same word again changes nothing."""

    def __init__(self, draws: Draws, encode_record: EncodeRecord) -> None:
        self._draws = draws
        self._encode_record = encode_record

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Share out anew what is still as it was told, once; what was shared out anew before is marked."""
        told = envelope.read(NotCompared).records
        versions = {each.reference: each.version for each in sorted(told, key=_by_version)}
        # A canary is no record: another takes its place.
        work.canaries.forget(list(versions))
        now = self._draws.now()
        entries: list[BatchEntry] = []
        after: list[Record] = []
        for record in work.records.lock(tuple(versions)):
            is_as_told = record.publication is Publication.PUBLISHED and record.version == versions[record.reference]
            if not is_as_told or record.refusal is not None:
                continue
            before = work.encodings.note_not_compared(record.reference, record.version, now)
            if before == record.version - 1:
                after.append(replace(record, refusal=NOT_READ))
            else:
                anew = replace(record, version=record.version + 1, publication=Publication.QUEUED)
                entries.extend(self._encoded(work, anew, directory))
                after.append(anew)
        work.records.save_publication(after, now)
        work.outbox.add_items(by_epoch(entries), now)
        work.encodings.note_queued(entries)
        detail = {"records": len(versions), "shared_again": sum(record.refusal is None for record in after)}
        work.audit.record(AuditAct.RECORDS_NOT_COMPARED, str(HUB), None, detail)

    def _encoded(self, work: Work, record: Record, directory: FederationDirectory) -> Sequence[BatchEntry]:
        listed = record.content.comparable_with.members
        again = pairs_to_reconsider(work, record.reference, record.content)
        return self._encode_record(record, directory, listed, again)


def _by_version(told: UnreadVersion) -> int:
    return told.version
