"""A member publishes a batch of records: stored, answered with a signed receipt and audited, in one transaction.

A higher version takes the place of a record's present one, under whatever epochs that was encoded. The present version
under another epoch is added to it: no hit changes, and it is compared with what is encoded under that epoch.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.acceptance import Refusal, handling_of, refusals_of
from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.ports import EncodingIntake, HandleEnvelopes, NewHandle, WakeUp, Work
from symbolon.hub.services.accept_canaries import AcceptCanaries, Marked
from symbolon.hub.services.answer_batch import AnswerBatch, TakeBatch
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.hub.services.reconsider_pair import ReconsiderPairs
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import ItemOutcome, Submission, SubmissionItem, SubmissionReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference

Named = Sequence[tuple[SubmissionItem, RecordHandle]]
Judged = list[tuple[SubmissionItem, Refusal | None]]
"""Items, each with why it cannot be taken as far as that is known."""


class AcceptSubmission:
    """The use case of `POST /v1/submissions`."""

    def __init__(
        self,
        answer: AnswerBatch,
        intake: EncodingIntake,
        change_hits: ChangeHits,
        reconsider: ReconsiderPairs,
        wake: WakeUp,
    ) -> None:
        self._canaries = AcceptCanaries(intake)
        self._answer = answer
        self._intake = intake
        self._change_hits = change_hits
        self._reconsider = reconsider
        self._wake = wake

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The signed receipt's bytes; the same batch again gets the same. Raises a `ProtocolError` or a `HubError`."""

        def prepare(batch: Submission) -> TakeBatch:
            readable = [(item, self._unreadable(item)) for item in batch.items]
            marked = {canary.reference: canary for canary in batch.canaries}

            def take(work: Work, digest: str, now: datetime) -> SubmissionReceipt:
                judged = self._take_items(work, member, (readable, marked), now)
                outcomes = [_outcome(item, refusal) for item, refusal in judged]
                of_records = [refusal for item, refusal in judged if item.reference not in marked]
                refused = sum(refusal is not None for refusal in of_records)
                counts: dict[str, str | int | bool] = {"accepted": len(of_records) - refused, "refused": refused}
                if marked:
                    counts["canaries"] = len(outcomes) - len(of_records)
                nothing_taken = refused and refused == len(of_records)
                act = AuditAct.SUBMISSION_REFUSED if nothing_taken else AuditAct.SUBMISSION_ACCEPTED
                work.audit(act, member, batch.batch_id, counts)
                return SubmissionReceipt(
                    batch_id=batch.batch_id, body_digest=digest, received_at=now, outcomes=tuple(outcomes)
                )

            return take

        receipt = self._answer(member, envelope, Submission, prepare)
        self._wake()
        return receipt

    def _unreadable(self, item: SubmissionItem) -> Refusal | None:
        detail = self._intake.check(item.envelopes, item.schema_digest)
        return None if detail is None else Refusal(Problem.ENCODING_REFUSED, detail)

    def _take_items(self, work: Work, member: MemberCode, batch: tuple[Judged, Marked], now: datetime) -> Judged:
        """Store what can be taken; an item that cannot refuses no other."""
        items, marked = batch
        current = work.records.lock_references({item.reference for item, _unreadable in items})
        not_canaries = self._canaries.refusals(work, marked, current)
        refusals = refusals_of(
            [item for item, _unreadable in items], member, current, work.epochs.open_epochs(), now.date()
        )
        judged = [
            (item, refusal or unreadable or not_canaries.get(item.reference))
            for (item, unreadable), refusal in zip(items, refusals, strict=True)
        ]
        taken = [item for item, refusal in judged if refusal is None]
        records = [item for item in taken if item.reference not in marked]
        newer = [item for item in records if _supersedes(item, current.get(item.reference))]
        entries = _entries(work, member, newer)
        self._supersede(work, current, entries, now)
        self._reconsider(work, member, newer, now)
        named = list(zip(taken, work.records.new_handles(len(taken)), strict=True))
        self._name(work, named, {**current, **entries}, again=taken_again(records, entries), now=now)
        self._store(work, member, named, {**current, **entries})
        self._canaries.put(work, member, named, marked, now)
        return judged

    def _supersede(
        self,
        work: Work,
        current: Mapping[RecordReference, RecordEntry],
        entries: Mapping[RecordReference, RecordEntry],
        now: datetime,
    ) -> None:
        """Put the new versions in the place of the old, whose encodings go, and change the hits that this touches."""
        replaced = [(current[reference], new) for reference, new in entries.items() if reference in current]
        superseded = [handle for old, _new in replaced for handle in old.handles.values()]
        self._intake.withdraw(work, superseded)
        work.records.drop(superseded)
        # What was withdrawn has no live hits but those that its reclassification held, and their release stands.
        newly_protected = {
            new.reference for old, new in replaced if not old.is_withdrawn and new.is_protected and not old.is_protected
        }
        self._change_hits.hold(work, newly_protected, now)
        new_rules = {
            new.reference: new.partition
            for old, new in replaced
            if new.partition.comparable_with != old.partition.comparable_with
        }
        self._change_hits.withdraw_beyond(work, new_rules, now)
        work.records.put(entries.values(), now)

    def _name(
        self,
        work: Work,
        named: Named,
        records: Mapping[RecordReference, RecordEntry],
        again: frozenset[RecordReference],
        now: datetime,
    ) -> None:
        """Name the records that are here by now by the handles of their encodings; canaries are none of them."""
        handles = [
            NewHandle(handle, item.reference, record.member, item.key_epoch, item.reference in again)
            for item, handle in named
            if (record := records.get(item.reference)) is not None
        ]
        work.records.name(handles, now)

    def _store(
        self, work: Work, member: MemberCode, named: Named, records: Mapping[RecordReference, RecordEntry]
    ) -> None:
        """Store encodings in the order of the batch: what comes to the operators does not tell records and canaries."""
        others = {
            item.reference: handling_of(member, item).partition
            for item, _handle in named
            if item.reference not in records
        }
        ids = work.records.partition_ids(set(others.values())) if others else {}
        partitions = {
            **{reference: record.partition_id for reference, record in records.items()},
            **{reference: ids[partition] for reference, partition in others.items()},
        }
        encodings = [
            HandleEnvelopes(handle, partitions[item.reference], item.key_epoch, item.envelopes)
            for item, handle in named
        ]
        self._intake.submit(work, encodings)


def taken_again(
    taken: Sequence[SubmissionItem], entries: Mapping[RecordReference, RecordEntry]
) -> frozenset[RecordReference]:
    """Records of which only another epoch's encoding was added: they were compared before."""
    return frozenset(item.reference for item in taken) - entries.keys()


def _supersedes(item: SubmissionItem, current: RecordEntry | None) -> bool:
    return current is None or item.version > current.version


def _entries(work: Work, member: MemberCode, items: Sequence[SubmissionItem]) -> Mapping[RecordReference, RecordEntry]:
    """The records of new versions; what a batch brings of one version under several epochs is one record."""
    handlings = {item.reference: handling_of(member, item) for item in items}
    ids = work.records.partition_ids({handling.partition for handling in handlings.values()})
    return {
        item.reference: RecordEntry(
            reference=item.reference,
            member=member,
            version=item.version,
            is_withdrawn=False,
            partition_id=ids[handlings[item.reference].partition],
            handling=handlings[item.reference],
            handles={},
        )
        for item in items
    }


def _outcome(item: SubmissionItem, refusal: Refusal | None) -> ItemOutcome:
    return ItemOutcome(
        reference=item.reference,
        version=item.version,
        problem=None if refusal is None else refusal.problem,
        detail=None if refusal is None else refusal.detail,
    )
