"""Reviews, renewals and withdrawals by a person, and legal holds, over a real database."""

from datetime import timedelta

import pytest
from tests.integration.node.conftest import FOCAL_POINT, HEADER, PROTECTION_OFFICER, NodeUnderTest, Pair

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.records import Publication
from symbolon.node.domain.retention import Due, RenewalReason, ReviewOrder, ReviewQuery, WithdrawalGround
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.references import RecordReference

AUTHORISER = Actor("aut", frozenset({Role.AUTHORISER}))
INVESTIGATOR = Actor("inv", frozenset({Role.INVESTIGATOR}))
GENERAL = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"
PROTECTED = "A-2,C-2,Malee Srisai,2004-01-09,victim,all,,"


def _import(node: NodeUnderTest, *rows: str) -> None:
    node.import_text("\n".join((HEADER, *rows, "")))


def _days_until_review(pair: Pair, local_id: str) -> int:
    return (pair.xa.record(local_id).review_date - pair.draws.now().date()).days


def _references(pair: Pair, actor: Actor, query: ReviewQuery) -> list[RecordReference]:
    return [line.reference for line in pair.xa.services.retention.list_reviews(actor, query)]


def test_a_record_comes_into_the_queue_sixty_days_before_its_review(pair: Pair) -> None:
    _import(pair.xa, GENERAL)
    days = _days_until_review(pair, "A-1")
    pair.draws.later(days=days - 61)
    assert _references(pair, FOCAL_POINT, ReviewQuery()) == []
    pair.draws.later(days=1)
    (line,) = pair.xa.services.retention.list_reviews(FOCAL_POINT, ReviewQuery())
    assert (line.local_id, line.days_left, line.notice) == ("A-1", 60, ExpiryNotice.WITHIN_60)
    assert _references(pair, FOCAL_POINT, ReviewQuery(Due.WITHIN_30)) == []


def test_what_is_overdue_can_be_listed_alone_and_a_case_by_itself(pair: Pair) -> None:
    _import(pair.xa, GENERAL, GENERAL.replace("A-1,C-1", "A-9,C-9"))
    assert _references(pair, FOCAL_POINT, ReviewQuery(Due.OVERDUE)) == []
    pair.draws.later(days=_days_until_review(pair, "A-1") + 1)
    overdue = pair.xa.services.retention.list_reviews(FOCAL_POINT, ReviewQuery(Due.OVERDUE, order=ReviewOrder.CASE))
    assert [line.case_id for line in overdue] == ["C-1", "C-9"]
    only = pair.xa.services.retention.list_reviews(FOCAL_POINT, ReviewQuery(Due.ALL, case_id="C-9"))
    assert [line.local_id for line in only] == ["A-9"]


def test_a_protected_record_is_in_the_protection_officers_queue_alone(pair: Pair) -> None:
    _import(pair.xa, GENERAL, PROTECTED)
    everything = ReviewQuery(Due.ALL)
    services = pair.xa.services.retention
    assert [line.local_id for line in services.list_reviews(FOCAL_POINT, everything)] == ["A-1"]
    assert [line.local_id for line in services.list_reviews(AUTHORISER, everything)] == ["A-1"]
    assert [line.local_id for line in services.list_reviews(PROTECTION_OFFICER, everything)] == ["A-2"]


def test_a_protected_record_and_one_that_is_not_there_are_refused_alike(pair: Pair) -> None:
    _import(pair.xa, PROTECTED)
    hidden = pair.xa.record("A-2").reference
    unknown = RecordReference("00000000-0000-4000-8000-000000000000")
    refusals = []
    for reference in (hidden, unknown):
        with pytest.raises(NotFound) as refused:
            pair.xa.services.retention.show_review(FOCAL_POINT, reference)
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]


def test_an_investigator_reviews_nothing(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.services.retention.list_reviews(INVESTIGATOR, ReviewQuery())


def test_a_renewal_moves_the_review_at_the_node_and_at_the_hub_with_its_reason(pair: Pair) -> None:
    reference = pair.xa.publish(GENERAL)
    until = pair.draws.now().date() + timedelta(days=400)
    pair.xa.services.retention.renew_record(
        FOCAL_POINT, reference, until, RenewalReason.COURT_PROCEEDINGS, "The trial begins in spring."
    )
    pair.xa.deliver()
    record = pair.xa.record("A-1")
    assert (record.review_date, record.publication, record.hub_version) == (until, Publication.PUBLISHED, 2)
    review = pair.xa.services.retention.show_review(FOCAL_POINT, reference)
    assert [(each.reason, each.text, each.login) for each in review.renewals] == [
        (RenewalReason.COURT_PROCEEDINGS, "The trial begins in spring.", "fp")
    ]
    assert pair.xa.leaves(AuditAct.RECORD_RENEWED) == [{"reason": "court-proceedings", "until": until.isoformat()}]


def test_the_words_of_a_renewal_are_not_in_the_database(pair: Pair) -> None:
    _import(pair.xa, GENERAL)
    reference = pair.xa.record("A-1").reference
    until = pair.draws.now().date() + timedelta(days=400)
    pair.xa.services.retention.renew_record(
        FOCAL_POINT, reference, until, RenewalReason.SUBJECT_AT_LARGE, "Seen in the harbour"
    )
    assert b"harbour" not in b"".join(bytes(row["sealed_text"]) for row in pair.xa.rows("record_renewal"))  # type: ignore[arg-type]


def test_the_same_file_changes_nothing_after_a_renewal(pair: Pair) -> None:
    _import(pair.xa, GENERAL)
    until = pair.draws.now().date() + timedelta(days=700)
    reference = pair.xa.record("A-1").reference
    pair.xa.services.retention.renew_record(FOCAL_POINT, reference, until, RenewalReason.LAW_REQUIRES_IT, "Statute.")
    report = pair.xa.import_text(f"{HEADER}\n{GENERAL}\n")
    assert (report.unchanged, pair.xa.record("A-1").review_date) == (1, until)


@pytest.mark.parametrize(("days", "text"), [(0, "why"), (-3, "why"), (1200, "why"), (30, "  "), (30, "x" * 2001)])
def test_a_renewal_needs_a_day_to_come_within_three_years_and_words(pair: Pair, days: int, text: str) -> None:
    _import(pair.xa, GENERAL)
    reference = pair.xa.record("A-1").reference
    until = pair.draws.now().date() + timedelta(days=days)
    with pytest.raises(InvalidDraft):
        pair.xa.services.retention.renew_record(FOCAL_POINT, reference, until, RenewalReason.LAW_REQUIRES_IT, text)


def test_a_person_withdraws_a_record_with_a_ground(pair: Pair) -> None:
    reference = pair.xa.publish(GENERAL)
    pair.xa.services.retention.withdraw_record(
        FOCAL_POINT, reference, WithdrawalGround.WRONG_PERSON, "Another man of this name."
    )
    pair.exchange()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    review = pair.xa.services.retention.show_review(FOCAL_POINT, reference)
    assert [(each.ground, each.login) for each in review.withdrawals] == [(WithdrawalGround.WRONG_PERSON, "fp")]
    assert not review.may_withdraw


def test_a_legal_hold_is_the_authorisers_and_says_why(pair: Pair) -> None:
    _import(pair.xa, GENERAL)
    reference = pair.xa.record("A-1").reference
    with pytest.raises(Forbidden):
        pair.xa.services.retention.set_legal_hold(FOCAL_POINT, reference, holds=True, reason="Court order")
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order 7/31")
    review = pair.xa.services.retention.show_review(AUTHORISER, reference)
    assert [(hold.set_by, hold.reason, hold.in_force) for hold in review.holds] == [("aut", "Court order 7/31", True)]
    assert _references(pair, FOCAL_POINT, ReviewQuery(Due.ON_HOLD)) == [reference]
    with pytest.raises(NotAllowedNow):
        pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="again")


def test_a_legal_hold_on_a_protected_record_is_the_protection_officers(pair: Pair) -> None:
    _import(pair.xa, PROTECTED)
    reference = pair.xa.record("A-2").reference
    with pytest.raises(NotFound):
        pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order")
    pair.xa.services.retention.set_legal_hold(PROTECTION_OFFICER, reference, holds=True, reason="Court order")


def test_a_record_under_legal_hold_does_not_expire_and_is_not_withdrawn(pair: Pair) -> None:
    reference = pair.xa.publish(GENERAL)
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order")
    with pytest.raises(NotAllowedNow):
        pair.xa.services.retention.withdraw_record(FOCAL_POINT, reference, WithdrawalGround.NO_LONGER_NEEDED, "Done.")
    with pytest.raises(NotAllowedNow):
        pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.draws.later(days=_days_until_review(pair, "A-1") + 1)
    assert pair.xa.services.withdraw_records.expired("worker") == 0
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED


def test_the_worker_moves_on_the_review_of_a_record_under_legal_hold_before_the_hub_lets_it_expire(pair: Pair) -> None:
    reference = pair.xa.publish(GENERAL)
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order")
    assert pair.xa.services.keep_and_purge() == 0
    pair.draws.later(days=_days_until_review(pair, "A-1") - 1)
    assert pair.xa.services.keep_and_purge() == 1
    pair.xa.deliver()
    record = pair.xa.record("A-1")
    assert (_days_until_review(pair, "A-1"), record.hub_version) == (30, 2)


def test_a_lifted_hold_lets_the_record_go(pair: Pair) -> None:
    reference = pair.xa.publish(GENERAL)
    services = pair.xa.services.retention
    services.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order")
    services.set_legal_hold(AUTHORISER, reference, holds=False, reason="The court ended it.")
    (hold,) = services.show_review(AUTHORISER, reference).holds
    assert (hold.in_force, hold.lifting) == (False, "The court ended it.")
    services.withdraw_record(FOCAL_POINT, reference, WithdrawalGround.NO_LONGER_NEEDED, "Done.")
    assert len(pair.xa.leaves(AuditAct.LEGAL_HOLD_SET)) == len(pair.xa.leaves(AuditAct.LEGAL_HOLD_LIFTED)) == 1
