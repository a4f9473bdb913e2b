"""Delivers submissions and withdrawals to the hub in batches, one after the other, strictly in order.

A batch, once formed, keeps its id and its body until the hub answered it: sent twice it counts once, and nothing newer
of the same record overtakes it.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from symbolon.node.domain.outbox import (
    ItemResult,
    OutboxKind,
    OutgoingBatch,
    lanes_to_hub,
    next_attempt,
)
from symbolon.node.domain.receipts import StoredReceipt
from symbolon.node.errors import HubNotNow, HubRefused, HubUnavailable, NoDirectory
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.form_batch import FormBatch
from symbolon.node.services.hub_line import WORKER, HubLine
from symbolon.node.services.send_canaries import SendCanaries
from symbolon.node.services.share_encodings import refuse_open_encodings
from symbolon.node.services.take_results import take_submission_results, take_withdrawal_results
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import (
    FederationDirectory,
    Submission,
    SubmissionReceipt,
    Withdrawal,
    WithdrawalReceipt,
)
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, MessageId, new_batch_id

Receipt = TypeVar("Receipt", SubmissionReceipt, WithdrawalReceipt)
ID_TAKEN = frozenset({Problem.BATCH_REUSED, Problem.MESSAGE_REUSED})
"""The id is at fault, not what the batch holds: it may go out under another, since under this one nothing was taken.

A problem that passes with time never comes here: the client calls it `HubUnavailable`, and the batch keeps its id.
"""


class DeliverBatches:
    """Sends the oldest batch, or forms and sends the next. One at a time: the worker sees to that."""

    def __init__(self, line: HubLine, form_batch: FormBatch, send_canaries: SendCanaries) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._form_batch = form_batch
        self._send_canaries = send_canaries

    def __call__(self) -> bool:
        """Send one batch if one is due; says whether there was one. Where the hub cannot take it now, it waits.

        Raises:
            HubUnavailable: the hub does not answer, or shuts this node out; the batch waits for its next try.

        """
        batch = self._due_batch()
        if batch is None:
            return False
        try:
            self._send(batch, self._directory())
        except HubRefused as refusal:
            if refusal.problem in ID_TAKEN:
                self._renew(batch, refusal.problem)
            else:
                self._note_refusal(batch, refusal.problem)
        except HubNotNow:
            self._postpone(batch)
        except HubUnavailable:
            self._postpone(batch)
            raise
        return True

    def _postpone(self, batch: OutgoingBatch) -> None:
        with self._unit_of_work.begin() as work:
            until = next_attempt(self._draws.now(), batch.attempts + 1, self._draws.jitter())
            work.outbox.postpone_batch(batch.batch_id, until)

    def _directory(self) -> FederationDirectory:
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        if directory is None:
            raise NoDirectory
        return directory

    def _due_batch(self) -> OutgoingBatch | None:
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            waiting = work.outbox.open_batch()
            if waiting is not None:
                return waiting[0] if waiting[1] <= now else None
        return self._form_batch()

    def _send(self, batch: OutgoingBatch, directory: FederationDirectory) -> None:
        body = parse_json(batch.body)
        if batch.kind is OutboxKind.SUBMISSION:
            self._submit(batch, from_wire(Submission, body), directory)
        else:
            self._withdraw(batch, from_wire(Withdrawal, body), directory)

    def _submit(self, batch: OutgoingBatch, submission: Submission, directory: FederationDirectory) -> None:
        refuse_open_encodings(submission, directory)
        answer = self._post(batch, submission, "/v1/submissions", directory)
        receipt = self._verified(answer, SubmissionReceipt, batch, directory)
        outcomes = {outcome.reference: outcome for outcome in receipt.outcomes}
        canaries = {canary.reference for canary in submission.canaries}
        results = [
            ItemResult(item.reference, item.version, outcome.problem, outcome.detail, item.key_epoch)
            if (outcome := outcomes.get(item.reference)) is not None
            else ItemResult(item.reference, item.version, Problem.INTERNAL, None, item.key_epoch)
            for item in submission.items
            if item.reference not in canaries
        ]
        stored = StoredReceipt(batch.batch_id, receipt.PURPOSE, answer, self._draws.now(), None, withdrawals=())
        taken = {reference for reference in canaries & outcomes.keys() if outcomes[reference].problem is None}
        self._note_receipt(batch, stored, results, lambda work: self._send_canaries.note(work, submission, taken))

    def _withdraw(self, batch: OutgoingBatch, withdrawal: Withdrawal, directory: FederationDirectory) -> None:
        answer = self._post(batch, withdrawal, "/v1/withdrawals", directory)
        receipt = self._verified(answer, WithdrawalReceipt, batch, directory)
        asked = {item.reference for item in withdrawal.items}
        outcomes = tuple(outcome for outcome in receipt.outcomes if outcome.reference in asked)
        problems = {outcome.reference: outcome.problem for outcome in outcomes}
        results = [
            ItemResult(item.reference, None, problems.get(item.reference, Problem.INTERNAL))
            for item in withdrawal.items
        ]
        stored = StoredReceipt(
            batch.batch_id,
            receipt.PURPOSE,
            answer,
            self._draws.now(),
            receipt.withdrawn_at,
            withdrawals=outcomes,
        )
        self._note_receipt(batch, stored, results)

    def _post(
        self, batch: OutgoingBatch, message: Submission | Withdrawal, path: str, directory: FederationDirectory
    ) -> bytes:
        # The message id is the batch id: a repetition is the same message, only its time of issue moves.
        lanes = lanes_to_hub(message.PURPOSE)
        with self._unit_of_work.begin() as work:
            issued_at = work.lanes.issue(lanes, self._draws.now())
        sent = stamp(self._draws, MessageId(batch.batch_id), issued_at)
        envelope = self._correspondence.sign_for(HUB, message, message.PURPOSE, directory, sent)
        try:
            return self._hub.post(path, envelope)
        except HubNotNow as not_now:
            if not_now.problem is Problem.NOT_YET_VALID:
                with self._unit_of_work.begin() as work:
                    work.lanes.take_back(lanes, issued_at, self._draws.now())
            raise

    def _verified(
        self, answer: bytes, kind: type[Receipt], batch: OutgoingBatch, directory: FederationDirectory
    ) -> Receipt:
        try:
            envelope = Envelope.from_bytes(answer)
            self._correspondence.verify_from_hub(envelope, kind.PURPOSE, directory, self._draws.now())
            receipt = envelope.read(kind)
        except ProtocolError as error:
            raise HubUnavailable("The hub's receipt cannot be verified: the batch is sent again.") from error
        if (receipt.batch_id, receipt.body_digest) != (batch.batch_id, sha256(batch.body).hexdigest()):
            raise HubUnavailable("The hub's receipt is for another batch: this one is sent again.")
        return receipt

    def _note_receipt(
        self,
        batch: OutgoingBatch,
        receipt: StoredReceipt,
        results: list[ItemResult],
        note_more: Callable[[Work], None] = lambda _work: None,
    ) -> None:
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            note_more(work)
            take = take_submission_results if batch.kind is OutboxKind.SUBMISSION else take_withdrawal_results
            take(work, results, now)
            work.outbox.close_batch(batch.batch_id, results, None, now)
            work.outbox.add_receipt(receipt)
            refused = sum(result.problem is not None for result in results)
            detail = {"kind": batch.kind.value, "items": len(results), "refused": refused}
            work.audit.record(AuditAct.RECEIPT_RECEIVED, WORKER, batch.batch_id, detail)

    def _note_refusal(self, batch: OutgoingBatch, problem: Problem) -> None:
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            items = work.outbox.batch_items(batch.batch_id)
            results = [ItemResult(reference, version, problem, None, epoch) for reference, version, epoch in items]
            take = take_submission_results if batch.kind is OutboxKind.SUBMISSION else take_withdrawal_results
            take(work, results, now)
            work.outbox.close_batch(batch.batch_id, results, problem, now)
            detail = {"kind": batch.kind.value, "items": len(items), "problem": problem.value}
            work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, batch.batch_id, detail)

    def _renew(self, batch: OutgoingBatch, problem: Problem) -> None:
        """Put the batch's items into one with another id, to be tried after a pause."""
        now = self._draws.now()
        attempts = batch.attempts + 1
        batch_id = new_batch_id(self._draws.uuid())
        body = canonical_bytes({**json.loads(batch.body), "batch_id": batch_id})
        renewed = OutgoingBatch(batch_id, batch.kind, body, attempts)
        with self._unit_of_work.begin() as work:
            until = next_attempt(now, attempts, self._draws.jitter())
            work.outbox.renew_batch(batch.batch_id, problem, renewed, now, until)
            detail = {"kind": batch.kind.value, "renewed_as": batch_id, "problem": problem.value}
            work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, batch.batch_id, detail)
