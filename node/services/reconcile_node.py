"""A node was restored from a backup: it takes from the hub what happened since, before it does anything else.

Withdrawn since stays withdrawn; published since is published; received since is delivered again; versions never go
back. A hub that was restored as well is told first what this node knows. It may be broken off at any point, and given
again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.epochs import EncodingAnswer
from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.domain.receipts import StoredReceipt
from symbolon.node.domain.reconciliation import REVISED_SINCE, HubStep, after_restore, is_unwithdrawn, lost_rounds
from symbolon.node.domain.records import Publication, Record
from symbolon.node.errors import Forbidden, HubUnavailable, NotFound, NotJoined
from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, stamp
from symbolon.node.services.take_standing import with_standing
from symbolon.node.services.withdraw_records import queue_withdrawals
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.known_ledgers import ledger_from
from symbolon.protocol.messages import (
    FederationDirectory,
    HitListing,
    ReconciliationRecord,
    RecordListing,
    RedeliveryReceipt,
    RedeliveryRequest,
    Withdrawal,
    WithdrawalItem,
    WithdrawalReceipt,
)
from symbolon.protocol.references import HUB, RecordReference, new_batch_id, new_message_id

# Clocks differ, and what was acknowledged while the backup's picture was taken may not be in it.
_MARGIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WorkersSteps:
    """What the worker does every few seconds, and whoever reconciles does alone: the worker stands still meanwhile."""

    refresh_directory: Callable[[], bool]
    reconcile_with_hub: Callable[[], HubStep]
    reencode_records: Callable[[], int]
    deliver_batch: Callable[[], bool]


@dataclass(slots=True)
class ReconciliationReport:
    """What came of it, in numbers; the same numbers are in the audit log."""

    withdrawn: int = 0
    """Records that were withdrawn since the backup, and are so here now."""
    published: int = 0
    """Records that were published since, and are marked so."""
    revised_since: int = 0
    """Records whose newest content was lost: they are listed with `records --refused`."""
    unknown_here: int = 0
    """Records of which only the hub knew: they came after the backup, and were withdrawn there."""
    sent_again: int = 0
    """Records that the hub lacks: the worker sends them."""
    deliveries: int = 0
    """Deliveries that come again."""
    votes_lost: int = 0
    """Votes that went out since the backup, whose words are lost here.

    Where the round is still open, their officers cast them once more, and they stay here.
    """
    gone_before: str = ""
    """Where the hub has let go of deliveries since the backup: before which moment. Empty where it has all of them."""

    def detail(self) -> Detail:
        """The numbers, for the audit log."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class ReconcileNode:
    """Agrees with the hub after a restore. The node's worker must not run meanwhile, and does not start before."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        hub: HubClient,
        correspondence: Correspondence,
        steps: WorkersSteps,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._hub = hub
        self._correspondence = correspondence
        self._steps = steps

    def __call__(self, actor: Actor) -> ReconciliationReport:
        """Take what happened since the backup.

        Raises:
            Forbidden: the actor does not administer the node.
            NotFound: this database never came from a backup.
            HubUnavailable: the hub does not answer, or waits for its own members: give the command again later.
            NodeError: the hub refuses this node, such as after its keys were rotated since the backup.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Reconciling with the hub is the node administrator's act.")
        with self._unit_of_work.begin() as work:
            restoration = work.reconciliation.restoration()
        if restoration is None:
            raise NotFound("This node was never restored from a backup: there is nothing to reconcile.")
        self._steps.refresh_directory()
        directory = self._directory()
        report = ReconciliationReport()
        self._take_records(directory, report)
        self._tell_restored_hub()
        self._take_hits(directory, report)
        request = RedeliveryRequest(since=restoration.backup_made_at - _MARGIN)
        answer = self._post("/v1/reconciliation/deliveries", request, directory).read(RedeliveryReceipt)
        report.deliveries = answer.queued
        if answer.kept_since > restoration.backup_made_at:
            report.gone_before = answer.kept_since.isoformat(timespec="seconds")
        with self._unit_of_work.begin() as work:
            work.reconciliation.note_reconciled(self._draws.now())
            work.audit.record(AuditAct.RECONCILED, actor.login, None, report.detail())
        return report

    def _take_records(self, directory: FederationDirectory, report: ReconciliationReport) -> None:
        listed: set[RecordReference] = set()
        for page in self._record_pages(directory):
            listed |= {record.reference for record in page}
            unknown = self._take_page(page, report)
            if unknown:
                self._withdraw_unknown(unknown, directory, report)
        with self._unit_of_work.begin() as work:
            missing = work.reconciliation.published_but(listed)
            # What the hub has under no epoch is encoded and sent again, as at a change of the linkage key.
            work.encodings.forget(missing)
        report.sent_again = len(missing)

    def _take_page(
        self, page: Sequence[ReconciliationRecord], report: ReconciliationReport
    ) -> tuple[RecordReference, ...]:
        """Bring this node's records to where the hub has them; those that are live there and unknown here."""
        now = self._draws.now()
        at_hub = {record.reference: record for record in page}
        with self._unit_of_work.begin() as work:
            records = work.records.lock(tuple(at_hub))
            changed = [(record, after_restore(record, at_hub[record.reference])) for record in records]
            work.records.save_publication([after for before, after in changed if after != before], now)
            for before, after in changed:
                _count(before, after, report)
            withdrawn = [after.reference for _before, after in changed if after.publication is Publication.WITHDRAWN]
            work.outbox.cancel_unsent(withdrawn)
            work.encodings.forget(withdrawn)
            live = [after for _before, after in changed if after.publication is Publication.PUBLISHED]
            _note_encodings(work, [at_hub[record.reference] for record in live], now)
            again = [after for _before, after in changed if is_unwithdrawn(after, at_hub[after.reference])]
            queue_withdrawals(work, again, WithdrawalReason.OWNER_REQUEST, now)
        known = {record.reference for record in records}
        return tuple(record.reference for record in page if record.reference not in known and not record.withdrawn)

    def _tell_restored_hub(self) -> None:
        """Where the hub was restored as well: it names no hits before every member has told it all, this one too."""
        step: HubStep | None = None
        while self._owes_hub_word():
            before, step = step, self._steps.reconcile_with_hub()
            sent = 0
            while self._steps.reencode_records() or self._steps.deliver_batch():
                sent += 1
            if not sent and step is before:
                raise HubUnavailable("The hub cannot take this node's records now: give the command again later.")

    def _owes_hub_word(self) -> bool:
        with self._unit_of_work.begin() as work:
            life, incarnation = work.reconciliation.hub_life(), work.directory.incarnation()
        if life is None or incarnation is None:
            return False
        return life.incarnation != incarnation or life.step in (HubStep.TELL, HubStep.SEND)

    def _withdraw_unknown(
        self, references: Sequence[RecordReference], directory: FederationDirectory, report: ReconciliationReport
    ) -> None:
        # What came after the backup is gone here: nobody could answer for a hit on it.
        items = tuple(WithdrawalItem(reference, WithdrawalReason.OWNER_REQUEST) for reference in references)
        batch_id = new_batch_id(self._draws.uuid())
        envelope = self._post("/v1/withdrawals", Withdrawal(batch_id=batch_id, items=items), directory)
        receipt = envelope.read(WithdrawalReceipt)
        with self._unit_of_work.begin() as work:
            work.outbox.add_receipt(
                StoredReceipt(
                    batch_id,
                    WithdrawalReceipt.PURPOSE,
                    envelope.to_bytes(),
                    self._draws.now(),
                    receipt.withdrawn_at,
                    (),
                )
            )
        report.unknown_here += len(references)

    def _take_hits(self, directory: FederationDirectory, report: ReconciliationReport) -> None:
        after: str | None = None
        while True:
            listing = self._page("/v1/reconciliation/hits", after, directory).read(HitListing)
            with self._unit_of_work.begin() as work:
                for told in listing.hits:
                    hit = work.hits.lock(told.hit_id)
                    if hit is None:
                        # Its alert comes again.
                        continue
                    own, _counterpart = work.hits.votes(told.hit_id)
                    lost = lost_rounds(told, own)
                    work.reconciliation.note_lost_votes(told.hit_id, lost)
                    report.votes_lost += len(lost)
                    # This side's own steps since the backup come in no delivery: the hub's order is taken as it is.
                    # What the votes must have come to waits for the other side's, which comes again.
                    hit = replace(hit, is_frozen=told.frozen, holds_for_safety=told.own_safety_hold)
                    work.hits.save(hit)
                    with_standing(work, hit, ledger_from(told.ledger, hit.hit_id, hit.ledger.parties))
            if not listing.more or not listing.hits:
                return
            after = listing.hits[-1].hit_id

    def _record_pages(self, directory: FederationDirectory) -> Iterator[tuple[ReconciliationRecord, ...]]:
        after: str | None = None
        while True:
            listing = self._page("/v1/reconciliation/records", after, directory).read(RecordListing)
            if listing.records:
                yield listing.records
            if not listing.more or not listing.records:
                return
            after = listing.records[-1].reference

    def _page(self, path: str, after: str | None, directory: FederationDirectory) -> Envelope:
        envelope = self._hub.fetch_page(path, after)
        self._correspondence.verify_from_hub(envelope, envelope.purpose, directory, self._draws.now())
        return envelope

    def _post(self, path: str, message: RedeliveryRequest | Withdrawal, directory: FederationDirectory) -> Envelope:
        message_id = new_message_id(self._draws.uuid())
        signed = self._correspondence.sign_for(HUB, message, message.PURPOSE, directory, stamp(self._draws, message_id))
        answer = Envelope.from_bytes(self._hub.post(path, signed))
        self._correspondence.verify_from_hub(answer, answer.purpose, directory, self._draws.now())
        return answer

    def _directory(self) -> FederationDirectory:
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        if directory is None:
            raise NotJoined
        return directory


def _note_encodings(work: Work, records: Sequence[ReconciliationRecord], now: datetime) -> None:
    work.encodings.forget([record.reference for record in records])
    pairs = [(record, epoch) for record in records for epoch in record.epochs]
    work.encodings.note_queued(
        [BatchEntry(OutboxKind.SUBMISSION, record.reference, record.version, b"", epoch) for record, epoch in pairs]
    )
    work.encodings.note_answers(
        [EncodingAnswer(record.reference, epoch, record.version, None) for record, epoch in pairs], now
    )


def _count(before: Record, after: Record, report: ReconciliationReport) -> None:
    if after.publication is not before.publication:
        report.withdrawn += after.publication is Publication.WITHDRAWN
        report.published += after.publication is Publication.PUBLISHED
    report.revised_since += after.refusal == REVISED_SINCE and before.refusal != REVISED_SINCE
