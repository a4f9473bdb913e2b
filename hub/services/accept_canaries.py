"""Canaries come in an ordinary batch, and are stored like the records beside them, but as nobody's."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.acceptance import Refusal
from symbolon.hub.domain.canaries import NewCanary, refusals_of_canaries
from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.ports import EncodingIntake, Work
from symbolon.protocol.messages import Canary, SubmissionItem
from symbolon.protocol.references import MemberCode, RecordReference

Marked = Mapping[RecordReference, Canary]
"""Which items of a batch are canaries."""


class AcceptCanaries:
    """What is different of the items of a batch that are canaries."""

    def __init__(self, intake: EncodingIntake) -> None:
        self._intake = intake

    def refusals(
        self, work: Work, marked: Marked, records: Mapping[RecordReference, object]
    ) -> Mapping[RecordReference, Refusal]:
        """Why canaries cannot be taken, beside what holds for every item; `records` are here under such references."""
        if not marked:
            return {}
        used = {*records, *work.canaries.used(marked.keys())}
        return refusals_of_canaries(marked, used, wanted=self._intake.takes_canaries())

    def put(
        self,
        work: Work,
        member: MemberCode,
        named: Sequence[tuple[SubmissionItem, RecordHandle]],
        marked: Marked,
        now: datetime,
    ) -> None:
        """Note which of the encodings that were stored are canaries."""
        canaries = [
            NewCanary(handle, item.version, member, marked[item.reference])
            for item, handle in named
            if item.reference in marked
        ]
        work.canaries.put(canaries, now)
