"""The hub takes records out when their review date has passed, and says so with a signed receipt."""

from datetime import timedelta
from uuid import uuid4

from symbolon.node.domain.records import Publication
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.messages import WithdrawalOutcome, WithdrawalReceipt, expiry_digest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RecordReference, new_batch_id, new_record_reference

from .conftest import FOCAL_POINT, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"
AFTER_REVIEW = 366
"""Days: the mapping of these tests gives a record 365."""


def expired_at_hub(pair: Pair, *references: RecordReference) -> WithdrawalReceipt:
    """The hub takes these records of XA out and posts the receipt."""
    for reference in references:
        pair.hub.live.pop(reference, None)
        pair.hub.encodings.pop((reference, 1), None)
    batch_id = new_batch_id(uuid4())
    receipt = WithdrawalReceipt(
        batch_id=batch_id,
        body_digest=expiry_digest(batch_id, references),
        withdrawn_at=pair.draws.now(),
        outcomes=tuple(WithdrawalOutcome(reference, 1, 0, None) for reference in references),
    )
    pair.hub.deliver("XA", receipt)
    return receipt


def leaves(pair: Pair, act: str) -> list[object]:
    return [leaf["detail"] for leaf in pair.xa.rows("audit_leaf") if leaf["act"] == act]


def test_the_receipt_marks_the_record_and_is_kept_shown_and_audited(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    receipt = expired_at_hub(pair, reference)
    pair.xa.receive()
    record = pair.xa.record("A-1")
    assert (record.publication, record.hub_version) == (Publication.WITHDRAWN, None)
    (proof,) = pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")
    assert (proof.batch_id, proof.erased_encodings) == (receipt.batch_id, 1)
    assert b"withdrawal-receipt" in proof.envelope
    assert leaves(pair, "receipt-received")[-1] == {"reason": "expired", "items": 1, "withdrawn": 1}
    assert pair.hub.queues[pair.xa.code] == []


def test_what_the_hub_took_out_is_not_withdrawn_again(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    expired_at_hub(pair, reference)
    pair.xa.receive()
    assert pair.xa.services.withdraw_records.expired("worker") == 0


def test_the_same_receipt_again_changes_nothing(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    receipt = expired_at_hub(pair, reference)
    pair.hub.deliver("XA", receipt)
    pair.xa.receive()
    assert len(pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")) == 1
    assert [detail["withdrawn"] for detail in leaves(pair, "receipt-received")[1:]] == [1, 0]  # type: ignore[index]


def test_when_the_nodes_own_withdrawal_crosses_both_receipts_are_kept(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
    expired_at_hub(pair, reference)
    pair.xa.receive()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    own, of_expiry = pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")
    assert (own.erased_encodings, of_expiry.erased_encodings) == (0, 1)


def test_a_receipt_that_comes_after_the_answer_to_the_nodes_own_withdrawal_is_kept_too(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    pair.xa.services.withdraw_records.expired("worker")
    expired_at_hub(pair, reference)
    pair.xa.deliver()
    pair.xa.receive()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    assert len(pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")) == 2


def test_a_record_that_was_reviewed_meanwhile_stays_published(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    expired_at_hub(pair, reference)
    later = pair.draws.now().date() + timedelta(days=30)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(review_date=later))
    pair.xa.deliver()
    pair.xa.receive()
    record = pair.xa.record("A-1")
    assert (record.publication, record.hub_version) == (Publication.PUBLISHED, 2)
    assert len(pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")) == 1


def test_a_revision_that_is_on_its_way_is_not_stopped_by_the_receipt(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    later = pair.draws.now().date() + timedelta(days=30)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(review_date=later))
    expired_at_hub(pair, reference)
    pair.xa.receive()
    assert pair.xa.record("A-1").publication is Publication.QUEUED
    pair.xa.deliver()
    assert (pair.xa.record("A-1").publication, pair.hub.live[reference].version) == (Publication.PUBLISHED, 2)


def test_a_receipt_that_names_records_unknown_here_is_kept_for_those_that_are_known(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    expired_at_hub(pair, new_record_reference(uuid4()), reference)
    pair.xa.receive()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    assert leaves(pair, "receipt-received")[-1] == {"reason": "expired", "items": 2, "withdrawn": 1}


def test_a_delivered_receipt_with_another_digest_is_refused(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.draws.later(days=AFTER_REVIEW)
    outcome = WithdrawalOutcome(reference, 1, 0, None)
    pair.hub.deliver("XA", WithdrawalReceipt(new_batch_id(uuid4()), "0" * 64, pair.draws.now(), (outcome,)))
    pair.xa.receive()
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED
    (delivery,) = pair.xa.rows("inbox_delivery")
    assert (delivery["state"], delivery["problem"]) == ("refused", Problem.MALFORMED_MESSAGE)


def test_on_its_review_date_a_record_is_not_withdrawn_yet(pair: Pair) -> None:
    pair.xa.publish(ROW)
    days = (pair.xa.record("A-1").review_date - pair.draws.now().date()).days
    pair.draws.later(days=days)
    assert pair.draws.now().date() == pair.xa.record("A-1").review_date
    assert pair.xa.services.withdraw_records.expired("worker") == 0
    pair.draws.later(days=1)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
