"""Records go from the hub with their encodings, and their live hits end or are held: at a withdrawal or an expiry."""

from collections.abc import Collection, Mapping
from datetime import datetime

from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.ports import EncodingIntake, Work
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.protocol.messages import WithdrawalOutcome
from symbolon.protocol.references import RecordReference


class EraseRecords:
    """Erases inside the transaction that holds the turn (`RecordStore.order_commits`) and locked the records."""

    def __init__(self, intake: EncodingIntake, change_hits: ChangeHits) -> None:
        self._intake = intake
        self._change_hits = change_hits

    def __call__(
        self,
        work: Work,
        records: Mapping[RecordReference, RecordEntry],
        now: datetime,
        *,
        reclassified: Collection[RecordReference] = (),
    ) -> Mapping[RecordReference, WithdrawalOutcome]:
        """What was erased for each record; erasing again changes nothing. Hits of the reclassified ones are held."""
        erased = self._erase(work, records, now)
        ended = self._change_hits.withdraw(work, records.keys() - set(reclassified), now)
        held = self._change_hits.hold(work, records.keys() & set(reclassified), now)
        return {
            reference: WithdrawalOutcome(
                reference=reference,
                erased_encodings=erased.get(reference, 0),
                hits_closed=ended.get(reference, 0) + held.get(reference, 0),
                problem=None,
            )
            for reference in records
        }

    def _erase(
        self, work: Work, records: Mapping[RecordReference, RecordEntry], now: datetime
    ) -> Mapping[RecordReference, int]:
        """Erase them under every epoch; how many encodings for each."""
        handles = [handle for record in records.values() for handle in record.handles.values()]
        erased = self._intake.withdraw(work, handles)
        work.records.drop(handles)
        work.records.retire(records.keys(), now)
        return {
            reference: sum(handle in erased for handle in record.handles.values())
            for reference, record in records.items()
        }
