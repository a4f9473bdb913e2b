from symbolon.node.domain.actors import Actor
from symbolon.node.domain.import_report import ImportChoices
from symbolon.node.domain.records import Publication, RevisionEffect
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import Namespace, SubjectCategory
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import Purpose, Submission, Withdrawal
from symbolon.protocol.problems import Problem

from .conftest import FOCAL_POINT, HEADER, PROTECTION_OFFICER, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"


def queue(pair: Pair, *rows: str) -> None:
    pair.xa.import_text("\n".join((HEADER, *rows, "")), choices=ImportChoices(revise_changed=True))
    pair.xa.services.publish_records(FOCAL_POINT)


def test_a_published_record_is_marked_when_the_receipt_comes_and_nothing_that_was_sent_is_kept(pair: Pair) -> None:
    queue(pair, ROW)
    assert pair.xa.record("A-1").publication is Publication.QUEUED
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED
    assert pair.xa.rows("outbox_item")[0]["payload"] is None
    assert len(pair.xa.rows("receipt")) == 1


def test_no_clear_identifier_is_in_anything_that_goes_to_the_hub(pair: Pair) -> None:
    queue(pair, "A-1,C-77,Somchai Jaidee,1990-05-03,suspect,all,+66812345678,AB1234567")
    pair.xa.deliver()
    sent = b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in).lower()
    for planted in (b"somchai", b"jaidee", b"1990", b"66812345678", b"ab1234567", b"a-1", b"c-77"):
        assert planted not in sent


def test_a_retry_sends_the_same_batch_id_and_body(pair: Pair) -> None:
    queue(pair, ROW)
    pair.hub.lose_answers = 1
    assert pair.xa.hub_services.deliver_outbox().hub_away
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    first, second = pair.hub.handed_in
    assert (first.message_id, first.body) == (second.message_id, second.body)
    assert second.issued_at > first.issued_at
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED


def test_while_the_hub_is_away_nothing_is_lost_and_tries_are_spaced(pair: Pair) -> None:
    queue(pair, ROW)
    pair.hub.away = True
    for _ in range(3):
        assert pair.xa.hub_services.deliver_outbox().hub_away
        pair.draws.later(minutes=2)
    assert pair.xa.rows("outbox_batch")[0]["attempts"] == 3
    pair.hub.away = False
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED


def test_a_refused_item_goes_back_with_its_reason_and_refuses_no_other(pair: Pair) -> None:
    queue(pair, ROW, "A-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,")
    pair.hub.refusals[pair.xa.record("A-1").reference] = Problem.ENCODING_REFUSED
    pair.xa.deliver()
    first, second = pair.xa.record("A-1"), pair.xa.record("A-2")
    assert (first.publication, first.refusal) == (Publication.REFUSED, Problem.ENCODING_REFUSED.title)
    assert second.publication is Publication.PUBLISHED


def test_a_batch_refused_as_a_whole_marks_its_records_and_the_next_one_goes_on(pair: Pair) -> None:
    queue(pair, ROW)
    pair.hub.refuse_batches_with = Problem.BATCH_TOO_LARGE
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.REFUSED
    pair.hub.refuse_batches_with = None
    queue(pair, "A-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,")
    pair.xa.deliver()
    assert pair.xa.record("A-2").publication is Publication.PUBLISHED


def test_two_versions_of_one_record_travel_in_order_and_never_in_one_batch(pair: Pair) -> None:
    queue(pair, ROW)
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    queue(pair, ROW.replace("1990", "1991"))
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    versions = [item.version for envelope in pair.hub.handed_in for item in envelope.read(Submission).items]
    assert versions == [1, 1, 2]
    assert pair.xa.record("A-1").hub_version == 2


def test_a_withdrawal_follows_its_submission_and_its_receipt_is_kept_and_shown(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    report = pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    assert (report.withdrawn, report.on_its_way) == (1, 1)
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWING
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    assert reference not in pair.hub.live
    (proof,) = pair.xa.services.withdraw_records.proofs(FOCAL_POINT, "A-1")
    assert proof.erased_encodings == 1
    assert b"withdrawal-receipt" in proof.envelope


def test_a_record_that_never_went_out_is_taken_back_without_the_hub_hearing_of_it(pair: Pair) -> None:
    queue(pair, ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    assert pair.hub.handed_in == []
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN


def test_a_withdrawn_record_goes_out_again_only_when_named_and_as_a_new_version(pair: Pair) -> None:
    pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 0
    assert pair.xa.services.publish_records(FOCAL_POINT, ["A-1"]).queued == 1
    pair.xa.deliver()
    assert pair.xa.record("A-1").hub_version == 2


def test_expiry_withdraws_with_a_receipt(pair: Pair) -> None:
    pair.xa.publish(ROW)
    assert pair.xa.services.withdraw_records.expired("worker") == 0
    pair.draws.later(days=366)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
    pair.xa.deliver()
    assert pair.hub.handed_in[-1].body["items"][0]["reason"] == "expired"
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN


def test_reclassification_withdraws_holds_pending_hits_and_republishes_as_protected(pair: Pair) -> None:
    hit_id = pair.hit()
    effect = pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    assert effect is RevisionEffect.RECLASSIFY
    assert pair.xa.record("A-1").publication is Publication.UNPUBLISHED
    assert pair.xa.services.list_hits(FOCAL_POINT) == ()
    (held,) = pair.xa.services.list_hits(PROTECTION_OFFICER)
    assert (held.hit_id, held.joint_state, held.protected) == (hit_id, JointState.HELD, True)
    pair.xa.deliver()
    withdrawal = pair.hub.handed_in[-1]
    assert withdrawal.purpose is Purpose.WITHDRAWAL
    assert withdrawal.read(Withdrawal).items[0].reason.value == "reclassified"
    pair.xa.services.publish_records(FOCAL_POINT)
    pair.exchange()
    live = pair.hub.live[pair.xa.record("A-1").reference]
    assert (live.namespace, live.version) == (Namespace.PROTECTED, 2)
    (at_the_other,) = pair.xb.services.list_hits(FOCAL_POINT)
    assert (at_the_other.joint_state, at_the_other.actions) == (JointState.HELD, ())


def test_a_record_whose_category_is_taken_away_is_withdrawn(pair: Pair) -> None:
    pair.xa.publish(ROW)
    pair.xa.import_text(f"{HEADER}\n{ROW.replace('suspect', '')}\n", choices=ImportChoices(revise_changed=True))
    pair.xa.deliver()
    assert pair.hub.live == {}
    assert pair.xa.record("A-1").publication is Publication.UNPUBLISHED


def test_a_correction_that_cannot_be_compared_takes_its_predecessor_back(pair: Pair) -> None:
    pair.xa.publish(ROW)
    queue(pair, "A-1,C-1,Al,,suspect,all,,")
    pair.xa.deliver()
    assert pair.hub.live == {}
    assert pair.xa.record("A-1").publication is Publication.REFUSED


def test_the_allow_list_travels_with_the_record(pair: Pair) -> None:
    reference = pair.xa.publish(ROW.replace(",all,", ",except XB,"))
    assert pair.hub.live[reference].comparable_with.admits("XC")  # type: ignore[arg-type]
    assert not pair.hub.live[reference].comparable_with.admits("XB")  # type: ignore[arg-type]


def test_nobody_without_the_right_changes_records(pair: Pair) -> None:
    import pytest

    from symbolon.node.errors import Forbidden

    with pytest.raises(Forbidden):
        pair.xa.services.publish_records(Actor("auditor", frozenset()))
