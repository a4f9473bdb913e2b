"""The hub was restored from a backup: this node tells it what it knows, and sends again what the hub forgot.

Called by the worker every few seconds. How far it has come is stored, so that a worker that was killed goes on.
"""

from collections.abc import Sequence

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import VoteView
from symbolon.node.domain.pairs import by_aliases
from symbolon.node.domain.reconciliation import HubLife, HubStep, known_hit
from symbolon.node.domain.records import Publication, Record
from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, Plain, counterpart_card, stamp
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.withdraw_records import queue_withdrawals
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope, Message
from symbolon.protocol.handling import Namespace, WithdrawalReason
from symbolon.protocol.lifecycle import VOTING, JointState
from symbolon.protocol.messages import (
    MAX_RECONCILED,
    FederationDirectory,
    HitListing,
    KnownHits,
    KnownRecords,
    Purpose,
    ReconciliationDone,
    ReconciliationHit,
    ReconciliationRecord,
    RecordDifferences,
    Vote,
    VoteCustody,
)
from symbolon.protocol.references import HUB, IncarnationId, RecordReference, new_message_id


class ReconcileWithHub:
    """Notices that the hub lives another life, and brings it to where this node is."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        hub: HubClient,
        correspondence: Correspondence,
        encode_record: EncodeRecord,
    ) -> None:
        self._encode_record = encode_record
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._hub = hub
        self._correspondence = correspondence

    def __call__(self) -> HubStep:
        """Take the next step, if there is one to take; where this node is then.

        Raises:
            HubUnavailable: the hub does not answer, or waits for other members: the same step is taken again later.

        """
        with self._unit_of_work.begin() as work:
            directory, incarnation = work.directory.find(), work.directory.incarnation()
            life = work.reconciliation.hub_life()
            if directory is None or incarnation is None:
                return HubStep.DONE
            if life is None:
                life = HubLife(incarnation, HubStep.DONE)
                work.reconciliation.note_hub_life(life, self._draws.now())
            elif life.incarnation != incarnation:
                life = HubLife(incarnation, HubStep.TELL)
                work.reconciliation.note_hub_life(life, self._draws.now())
                # Which of them this hub has, nobody says: new ones go with the next records, in the place of the old.
                work.canaries.forget_all_but([])
        if life.step is HubStep.TELL:
            self._tell_records(life.incarnation, directory)
            self._tell_hits(life.incarnation, directory)
            return self._go_on(life, HubStep.SEND)
        if life.step is HubStep.SEND:
            return self._finish_sending(life, directory)
        if life.step is HubStep.VOTES:
            self._send_messages_again(directory)
            return self._go_on(life, HubStep.DONE)
        return life.step

    def _tell_records(self, incarnation: IncarnationId, directory: FederationDirectory) -> None:
        after: RecordReference | None = None
        while True:
            with self._unit_of_work.begin() as work:
                records = work.reconciliation.known_records(after, MAX_RECONCILED)
            if not records:
                return
            self._tell_page(incarnation, records, directory)
            after = records[-1].reference

    def _tell_page(
        self, incarnation: IncarnationId, records: Sequence[ReconciliationRecord], directory: FederationDirectory
    ) -> None:
        message = KnownRecords(incarnation=incarnation, records=tuple(records))
        envelope = Envelope.from_bytes(self._post("/v1/reconciliation/known-records", message, directory))
        self._correspondence.verify_from_hub(envelope, Purpose.RECORD_DIFFERENCES, directory, self._draws.now())
        answer = envelope.read(RecordDifferences)
        told = {record.reference for record in records}
        with self._unit_of_work.begin() as work:
            # Encoded and sent again by the worker, as at a change of the linkage key: the same version.
            work.encodings.forget([reference for reference in answer.lacking if reference in told])
            held = work.records.lock([reference for reference in answer.still_held if reference in told])
            for record in held:
                queue_withdrawals(work, (record,), _reason(record), self._draws.now())

    def _tell_hits(self, incarnation: IncarnationId, directory: FederationDirectory) -> None:
        with self._unit_of_work.begin() as work:
            known = tuple(
                known_hit(by_aliases(hit, work.pairs.of_hit(hit.hit_id)), work.hits.votes(hit.hit_id)[1])
                for hit in work.hits.all()
            )
        for start in range(0, len(known), MAX_RECONCILED):
            message = KnownHits(incarnation=incarnation, hits=known[start : start + MAX_RECONCILED])
            self._post("/v1/reconciliation/known-hits", message, directory)

    def _finish_sending(self, life: HubLife, directory: FederationDirectory) -> HubStep:
        with self._unit_of_work.begin() as work:
            waiting = work.outbox.open_batch() is not None or not work.encodings.nothing_waits()
            # Under an epoch whose key is not here nothing can be sent: the others are not to wait for that.
            usable = [epoch for epoch in directory.epochs if self._encode_record.can_encode(epoch)]
            waiting = waiting or any(work.encodings.unencoded(epoch.epoch, 1) for epoch in usable)
            records = work.records.count_by_publication().get(Publication.PUBLISHED, 0)
            hits = len(work.hits.all())
        if waiting:
            return life.step
        done = ReconciliationDone(incarnation=life.incarnation, records=records, hits=hits)
        self._post("/v1/reconciliation/done", done, directory)
        with self._unit_of_work.begin() as work:
            work.audit.record(AuditAct.RECONCILED, str(HUB), None, {"records": records, "hits": hits})
        return self._go_on(life, HubStep.VOTES)

    def _send_messages_again(self, directory: FederationDirectory) -> None:
        """Once the hub knows its hits again: votes that lay there; who received one before knows it by its round."""
        after: str | None = None
        while True:
            envelope = self._hub.fetch_page("/v1/reconciliation/hits", after)
            self._correspondence.verify_from_hub(envelope, Purpose.HIT_LISTING, directory, self._draws.now())
            listing = envelope.read(HitListing)
            for told in listing.hits:
                with self._unit_of_work.begin() as work:
                    self._send_again(work, told, directory)
            if not listing.more or not listing.hits:
                return
            after = listing.hits[-1].hit_id

    def _send_again(self, work: Work, told: ReconciliationHit, directory: FederationDirectory) -> None:
        hit = work.hits.lock(told.hit_id)
        if hit is None or told.own_vote is not VoteCustody.NONE:
            return
        ledger = told.ledger
        if (ledger.held_from if ledger.state is JointState.HELD else ledger.state) not in VOTING:
            return
        own, _counterpart = work.hits.votes(told.hit_id)
        for vote in own:
            if vote.round == ledger.round and vote.not_delivered is None and not vote.on_its_way:
                self._queue(work, hit, _vote(hit, vote), directory)

    def _queue(self, work: Work, hit: Hit, plain: Plain, directory: FederationDirectory) -> None:
        card = counterpart_card(directory, hit.counterpart)
        message_id = new_message_id(self._draws.uuid())
        work.outbox.add_message(
            self._correspondence.seal_message(plain, card, directory, message_id), self._draws.now()
        )

    def _post(self, path: str, message: Message, directory: FederationDirectory) -> bytes:
        message_id = new_message_id(self._draws.uuid())
        signed = self._correspondence.sign_for(HUB, message, message.PURPOSE, directory, stamp(self._draws, message_id))
        return self._hub.post(path, signed)

    def _go_on(self, life: HubLife, step: HubStep) -> HubStep:
        with self._unit_of_work.begin() as work:
            work.reconciliation.note_hub_life(HubLife(life.incarnation, step), self._draws.now())
        return step


def _reason(record: Record) -> WithdrawalReason:
    reclassified = record.publication is Publication.UNPUBLISHED and record.content.namespace is Namespace.PROTECTED
    return WithdrawalReason.RECLASSIFIED if reclassified else WithdrawalReason.OWNER_REQUEST


def _vote(hit: Hit, vote: VoteView) -> Vote:
    return Vote(hit_id=hit.hit_id, round=vote.round, verdict=vote.verdict, reason=vote.reason, voted_at=vote.voted_at)
