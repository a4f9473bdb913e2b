"""What the hub's answer to a batch means for the records in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.epochs import EncodingAnswer
from symbolon.node.domain.outbox import ItemResult
from symbolon.node.domain.records import Publication, Record
from symbolon.node.ports.storage import Work
from symbolon.node.services.withdraw_records import queue_withdrawals
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import WithdrawalOutcome, WithdrawalReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RecordReference


def take_submission_results(work: Work, results: Sequence[ItemResult], now: datetime) -> None:
    """Mark each record of a submitted batch as published, or refused with what to do.

    A refused version never leaves its predecessor at the hub: that one is no longer true, so it is withdrawn. A version
    that the hub has, or is about to get, under another epoch is published all the same.
    """
    answers = [
        EncodingAnswer(result.reference, result.key_epoch, result.version, result.problem)
        for result in results
        if result.key_epoch is not None and result.version is not None
    ]
    work.encodings.note_answers(answers, now)
    elsewhere = work.encodings.also_under_another([answer for answer in answers if answer.problem is not None])
    by_reference = _by_reference(
        result for result in results if result.problem is None or result.reference not in elsewhere
    )
    changed = [
        _submitted(work, record, by_reference[record.reference], now)
        for record in work.records.lock(tuple(by_reference))
    ]
    work.records.save_publication(changed, now)


def take_withdrawal_results(work: Work, results: Sequence[ItemResult], now: datetime) -> None:
    """Mark each record of a withdrawn batch as withdrawn; one that was queued again meanwhile stays queued.

    Where the hub did not take the withdrawal, the record is among the refused ones, with the reason: from there it can
    be withdrawn again, and it still expires.
    """
    by_reference = _by_reference(results)
    changed: list[Record] = []
    for record in work.records.lock(tuple(by_reference)):
        result = by_reference[record.reference]
        # What the hub never had is gone as well.
        if result.problem in (None, Problem.UNKNOWN_RECORD):
            if record.publication is Publication.WITHDRAWING:
                changed.append(replace(record, publication=Publication.WITHDRAWN, hub_version=None, refusal=None))
        elif record.publication not in (Publication.QUEUED, Publication.PUBLISHED):
            refusal = f"The hub did not take its withdrawal: {result.reason} Withdraw it again."
            changed.append(replace(record, publication=Publication.REFUSED, refusal=refusal))
    work.records.save_publication(changed, now)
    for reference in by_reference:
        for hit in work.hits.lock_of_record(reference):
            # A record that became a victim's or minor's: the hub knows it now, and holds the hit.
            if hit.awaits_hold and hit.ledger.state is JointState.HELD:
                work.hits.save(replace(hit, awaits_hold=False))


@dataclass(frozen=True, slots=True)
class ExpiryResults:
    """What an expiry at the hub meant here: the outcomes of records that are known, and how many were marked."""

    known: tuple[WithdrawalOutcome, ...]
    withdrawn: int


def take_expiry_results(work: Work, receipt: WithdrawalReceipt, now: datetime) -> ExpiryResults:
    """Mark the records that the hub took out, because their review date passed, as withdrawn.

    The receipt may have waited for long. A record that was given a later review date since is as its owner left it: the
    hub erased an older version, and takes the newer one, or has taken it already.
    """
    outcomes = {outcome.reference: outcome for outcome in receipt.outcomes}
    records = work.records.lock(tuple(outcomes))
    expired_on = receipt.withdrawn_at.date()
    changed = [
        replace(record, publication=Publication.WITHDRAWN, hub_version=None, refusal=None)
        for record in records
        # A version that is queued waits for an answer of its own, which says what the hub holds then.
        if record.publication in (Publication.PUBLISHED, Publication.WITHDRAWING) and record.review_date < expired_on
    ]
    work.records.save_publication(changed, now)
    work.encodings.forget([record.reference for record in changed])
    return ExpiryResults(tuple(outcomes[record.reference] for record in records), len(changed))


def _submitted(work: Work, record: Record, result: ItemResult, now: datetime) -> Record:
    is_newest = result.version == record.version and record.publication is Publication.QUEUED
    if result.problem is None:
        if record.publication is Publication.WITHDRAWING:
            return replace(record, hub_version=result.version)
        if record.publication not in (Publication.QUEUED, Publication.PUBLISHED):
            # Reclassified meanwhile: the withdrawal is on its way behind this batch.
            return record
        publication = Publication.PUBLISHED if is_newest else record.publication
        return replace(record, publication=publication, hub_version=result.version)
    if not is_newest or result.problem is Problem.WRONG_KEY_EPOCH:
        # Its epoch was closed while it was on its way: it stays queued, and goes out under one that is open.
        return record
    if record.hub_version is not None:
        queue_withdrawals(work, (record,), WithdrawalReason.CORRECTED, now)
    return replace(record, publication=Publication.REFUSED, hub_version=None, refusal=result.reason)


def _by_reference(results: Iterable[ItemResult]) -> Mapping[RecordReference, ItemResult]:
    return {result.reference: result for result in results}
