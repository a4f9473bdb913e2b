"""A member publishes a batch of records: stored, answered with a signed receipt and audited, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.acceptance import Refusal, refusal_of
from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.domain.partitions import partition_of
from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.ports import EncodingIntake, HandleEnvelopes, MatchingWakeUp, Work
from symbolon.hub.services.answer_batch import AnswerBatch, TakeBatch
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import ItemOutcome, Submission, SubmissionItem, SubmissionReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference

_TWICE = Refusal(Problem.DUPLICATE_IN_BATCH, "The batch has this record twice: the first was taken, send one only.")

Judged = list[tuple[SubmissionItem, Refusal | None]]
"""Items, each with why it cannot be taken as far as that is known."""


class AcceptSubmission:
    """The use case of `POST /v1/submissions`."""

    def __init__(
        self, answer: AnswerBatch, intake: EncodingIntake, change_hits: ChangeHits, wake: MatchingWakeUp
    ) -> None:
        self._answer = answer
        self._intake = intake
        self._change_hits = change_hits
        self._wake = wake

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The signed receipt's bytes; the same batch again gets the same. Raises a `ProtocolError` or a `HubError`."""

        def prepare(batch: Submission) -> TakeBatch:
            readable = [(item, self._unreadable(item)) for item in batch.items]

            def take(work: Work, digest: str, now: datetime) -> SubmissionReceipt:
                outcomes = [_outcome(item, refusal) for item, refusal in self._take_items(work, member, readable, now)]
                refused = sum(outcome.problem is not None for outcome in outcomes)
                counts = {"accepted": len(outcomes) - refused, "refused": refused}
                nothing_taken = refused and refused == len(outcomes)
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
        detail = self._intake.check(item.envelopes)
        return None if detail is None else Refusal(Problem.ENCODING_REFUSED, detail)

    def _take_items(self, work: Work, member: MemberCode, items: Judged, now: datetime) -> Judged:
        """Store what can be taken; an item that cannot refuses no other."""
        current = work.records.lock_references({item.reference for item, _unreadable in items})
        judged = _judge(work, member, items, current, now)
        entries = _entries(work, member, [item for item, refusal in judged if refusal is None])
        envelopes = {item.reference: item.envelopes for item, refusal in judged if refusal is None}
        encodings = [
            HandleEnvelopes(handle, entry.partition_id, envelopes[entry.reference]) for handle, entry in entries.items()
        ]
        self._intake.submit(work, encodings)
        self._supersede(work, current, list(entries.values()), now)
        return judged

    def _supersede(
        self,
        work: Work,
        current: Mapping[RecordReference, RecordEntry],
        entries: Sequence[RecordEntry],
        now: datetime,
    ) -> None:
        """Put the new versions in the place of the old, whose encodings go, and change the hits that this touches."""
        replaced = [(current[entry.reference], entry) for entry in entries if entry.reference in current]
        self._intake.withdraw(work, [old.handle for old, _new in replaced if old.handle is not None])
        # What was withdrawn has no live hits but those that its reclassification held, and their release stands.
        newly_protected = {
            new.reference
            for old, new in replaced
            if old.handle is not None and new.is_protected and not old.is_protected
        }
        self._change_hits.hold(work, newly_protected, now)
        new_rules = {
            new.reference: new.partition
            for old, new in replaced
            if new.partition.comparable_with != old.partition.comparable_with
        }
        self._change_hits.withdraw_beyond(work, new_rules, now)
        work.records.put(entries, now)


def _judge(
    work: Work,
    member: MemberCode,
    items: Judged,
    current: Mapping[RecordReference, RecordEntry],
    now: datetime,
) -> Judged:
    terms = work.members.federation().terms
    seen: set[RecordReference] = set()
    judged: Judged = []
    for item, unreadable in items:
        refusal = _TWICE if item.reference in seen else None
        seen.add(item.reference)
        refusal = refusal or refusal_of(item, member, current.get(item.reference), terms, now.date())
        judged.append((item, refusal or unreadable))
    return judged


def _entries(work: Work, member: MemberCode, items: Sequence[SubmissionItem]) -> dict[RecordHandle, RecordEntry]:
    partitions = [partition_of(member, item) for item in items]
    ids = work.records.partition_ids(partitions)
    handles = work.records.new_handles(len(items))
    return {
        handle: RecordEntry(
            reference=item.reference,
            member=member,
            version=item.version,
            handle=handle,
            partition_id=ids[partition],
            partition=partition,
            record_kind=item.record_kind,
            offence_group=item.offence_group,
            urgency=item.urgency,
            review_date=item.review_date,
        )
        for item, partition, handle in zip(items, partitions, handles, strict=True)
    }


def _outcome(item: SubmissionItem, refusal: Refusal | None) -> ItemOutcome:
    return ItemOutcome(
        reference=item.reference,
        version=item.version,
        problem=None if refusal is None else refusal.problem,
        detail=None if refusal is None else refusal.detail,
    )
