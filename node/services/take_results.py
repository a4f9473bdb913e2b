"""What the hub's answer to a batch means for the records in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from symbolon.node.domain.outbox import ItemResult
from symbolon.node.domain.records import Publication, Record
from symbolon.node.ports.storage import Work
from symbolon.node.services.withdraw_records import queue_withdrawal
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RecordReference


def take_submission_results(work: Work, results: Sequence[ItemResult], now: datetime) -> None:
    """Mark each record of a submitted batch as published, or refused with what to do.

    A refused version never leaves its predecessor at the hub: that one is no longer true, so it is withdrawn.
    """
    by_reference = _by_reference(results)
    changed = [
        _submitted(work, record, by_reference[record.reference], now)
        for record in work.records.lock(tuple(by_reference))
    ]
    work.records.save_publication(changed, now)


def take_withdrawal_results(work: Work, results: Sequence[ItemResult], now: datetime) -> None:
    """Mark each record of a withdrawn batch as withdrawn; one that was queued again meanwhile stays queued."""
    by_reference = _by_reference(results)
    changed: list[Record] = []
    for record in work.records.lock(tuple(by_reference)):
        problem = by_reference[record.reference].problem
        if record.publication is not Publication.WITHDRAWING:
            continue
        # What the hub never had is gone as well.
        if problem in (None, Problem.UNKNOWN_RECORD):
            changed.append(replace(record, publication=Publication.WITHDRAWN, refusal=None))
        else:
            changed.append(replace(record, refusal=problem.title))
    work.records.save_publication(changed, now)


def _submitted(work: Work, record: Record, result: ItemResult, now: datetime) -> Record:
    is_newest = result.version == record.version and record.publication is Publication.QUEUED
    if result.problem is None:
        if record.publication not in (Publication.QUEUED, Publication.PUBLISHED):
            # Taken back or reclassified meanwhile: the withdrawal is on its way behind this batch.
            return record
        publication = Publication.PUBLISHED if is_newest else record.publication
        return replace(record, publication=publication, hub_version=result.version)
    if not is_newest:
        return record
    if record.hub_version is not None:
        queue_withdrawal(work, record, WithdrawalReason.CORRECTED, now)
    return replace(record, publication=Publication.REFUSED, hub_version=None, refusal=result.problem.title)


def _by_reference(results: Sequence[ItemResult]) -> Mapping[RecordReference, ItemResult]:
    return {result.reference: result for result in results}
