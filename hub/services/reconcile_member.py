"""A member was restored from a backup: the hub says what it holds of it, and delivers again what it delivered since."""

from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.members import ACTIVE_ONLY, refuse_unless
from symbolon.hub.errors import StillReconciling, UnknownMember
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import (
    MAX_RECONCILED,
    HitListing,
    Opening,
    RecordListing,
    RedeliveryReceipt,
    RedeliveryRequest,
)
from symbolon.protocol.references import HitId, MemberCode, RecordReference
from symbolon.runtime.clock import Clock

KEPT_FOR: Final = timedelta(days=35)
"""How long the envelopes of deliveries are kept after they were acknowledged."""


class ListHoldings:
    """The use cases of `GET /v1/reconciliation/records` and `GET /v1/reconciliation/hits`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def records(self, member: MemberCode, after: RecordReference | None) -> bytes:
        """The member's records after one, signed; nobody else's. Raises a `HubError`."""
        with self._store.work() as work:
            _admit(work, member)
            found = work.reconciliation.records_of(member, after, MAX_RECONCILED + 1)
            listing = RecordListing(
                incarnation=work.members.federation().incarnation,
                records=found[:MAX_RECONCILED],
                more=len(found) > MAX_RECONCILED,
            )
        return self._sign(listing, member, self._clock.now()).to_bytes()

    def hits(self, member: MemberCode, after: HitId | None) -> bytes:
        """The hits that the member was told of after one, signed. Raises a `HubError`."""
        with self._store.work() as work:
            _admit(work, member)
            refuse_while_reconciling(work)
            found = work.reconciliation.hits_of(member, after, MAX_RECONCILED + 1)
            listing = HitListing(
                incarnation=work.members.federation().incarnation,
                hits=found[:MAX_RECONCILED],
                more=len(found) > MAX_RECONCILED,
            )
        return self._sign(listing, member, self._clock.now()).to_bytes()


class Redeliver:
    """The use case of `POST /v1/reconciliation/deliveries`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """Let everything wait again that was acknowledged since; the signed count. Raises an error of either tree."""
        now = self._clock.now()
        with self._store.work() as work:
            request = self._open(work, envelope, member, RedeliveryRequest, now)
            queued = work.reconciliation.redeliver(member, request.since)
            known = work.directory.in_effect()
            if known is not None and known.comparison.opening is Opening.RECEIVERS:
                # Openings are not kept: what it found in them since, it finds again.
                work.records.compare_again(member, now)
            work.audit(AuditAct.RECONCILED, member, envelope.message_id, {"deliveries": queued})
            receipt = RedeliveryReceipt(queued=queued, kept_since=now - KEPT_FOR)
        return self._sign(receipt, member, now).to_bytes()


def forget_delivered(work: Work, now: datetime) -> int:
    """Let go of the envelopes that no restored member will ask for any more; how many."""
    return work.reconciliation.forget_delivered(now - KEPT_FOR)


def refuse_while_reconciling(work: Work) -> None:
    """Raise `StillReconciling` while a restored hub does not know its hits again: whoever asks comes back later."""
    if is_reconciling(work):
        raise StillReconciling


def is_reconciling(work: Work) -> bool:
    """Whether a restored hub does not know its hits again yet: it does nothing to any by itself either."""
    return work.reconciliation.open() is not None


def _admit(work: Work, member: MemberCode) -> None:
    known = work.members.find(member)
    if known is None:
        raise UnknownMember
    refuse_unless(known.standing, ACTIVE_ONLY)
