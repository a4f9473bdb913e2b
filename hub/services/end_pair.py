"""A side of a pair that the hub never saw ends it: its record was withdrawn, or became a protected one."""

from symbolon.hub.ports import Store
from symbolon.hub.services.declare_pair import receivers_directory
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import PairEnd
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class EndPair:
    """The use case of `POST /v1/pairs/ends`. What becomes of the hit is what a withdrawal makes of any."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, erase: EraseRecords, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._erase = erase
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Withdraw an alias of the member's own, or have its hit held; where there is none, nothing changes."""
        now = self._clock.now()
        with self._store.work() as work:
            work.records.order_commits()
            end = self._open(work, envelope, member, PairEnd, now)
            receivers_directory(work)
            if was_taken_before(work, envelope, now):
                return
            if work.pairs.hit_of(end.pair_id) is None and end.reason is not WithdrawalReason.RECLASSIFIED:
                # The other side may declare it still: no hit comes of that.
                work.pairs.take_back(member, end.pair_id)
            found = work.records.lock_references({end.own_alias} if work.pairs.is_alias(end.own_alias) else set())
            own = {reference: record for reference, record in found.items() if record.member == member}
            reclassified = own.keys() if end.reason is WithdrawalReason.RECLASSIFIED else ()
            outcomes = self._erase(work, own, now, reclassified=reclassified)
            ended = sum(outcome.hits_closed for outcome in outcomes.values())
            work.audit(AuditAct.WITHDRAWAL_ACCEPTED, member, None, {"items": len(own), "erased": 0, "hits": ended})
