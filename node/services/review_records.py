"""The weeding queue: which records come up for review, and the history of one of them."""

from datetime import date

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.records import Publication, Record
from symbolon.node.domain.retention import (
    Due,
    RecordReview,
    ReviewLine,
    ReviewQuery,
    in_order,
    latest_renewal,
    review_line,
)
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.record_access import kinds_in_view, may_review, record_to_act_on, require
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import RecordReference

_SETTLED = frozenset({Publication.WITHDRAWING, Publication.WITHDRAWN})


class ListReviews:
    """The weeding queue of one actor; a look at it leaves a leaf."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, query: ReviewQuery) -> tuple[ReviewLine, ...]:
        """The records that come up for review, in the query's order; of protected ones only the officer's own.

        Raises:
            Forbidden: the actor reviews no records.

        """
        require(actor, Right.REVIEW_RETENTION, Right.LEGAL_HOLD)
        today = self._draws.now().date()
        with self._unit_of_work.begin() as work:
            kinds = kinds_in_view(actor, Right.REVIEW_RETENTION, Right.LEGAL_HOLD)
            listed = work.retention.due(query.last_day(today), kinds, on_hold_alone=query.due is Due.ON_HOLD)
            seen = tuple(record for record in listed if query.case_id in ("", record.content.case_id))
            lines = _lines(work, seen, today)
            work.audit.record(AuditAct.REVIEWS_VIEWED, actor.login, None, {"records": len(lines)})
        return in_order(lines, query.order)


class ShowReview:
    """One record under review, with its renewals, withdrawals and legal holds."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, reference: RecordReference) -> RecordReview:
        """The record's page.

        Raises:
            NotFound: there is no such record that the actor may know of.

        """
        today = self._draws.now().date()
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.REVIEW_RETENTION, Right.LEGAL_HOLD)
            renewals, holds = work.retention.renewals(reference), work.retention.holds(reference)
            held = any(hold.in_force for hold in holds)
            withdrawals = work.retention.withdrawals(reference)
            work.audit.record(AuditAct.REVIEWS_VIEWED, actor.login, reference, {"records": 1})
        reviews = may_review(actor, record, Right.REVIEW_RETENTION)
        settled = record.publication in _SETTLED
        return RecordReview(
            line=review_line(record, today, on_legal_hold=held, renewals=len(renewals)),
            renewals=renewals,
            withdrawals=withdrawals,
            holds=holds,
            may_renew=reviews,
            may_withdraw=reviews and not held and not settled,
            may_erase=may_review(actor, record, Right.DATA_SUBJECTS) and not held,
            may_hold=may_review(actor, record, Right.LEGAL_HOLD),
            latest_renewal=latest_renewal(today),
        )


def _lines(work: Work, records: tuple[Record, ...], today: date) -> tuple[ReviewLine, ...]:
    references = [record.reference for record in records]
    held, renewals = work.retention.on_hold(references), work.retention.count_renewals(references)
    return tuple(
        review_line(record, today, on_legal_hold=record.reference in held, renewals=renewals.get(record.reference, 0))
        for record in records
    )
