"""What the hub refuses goes back to its owner with the reason, and from there it can go on."""

from symbolon.node.domain.records import Publication
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.problems import Problem

from .conftest import FOCAL_POINT, HEADER, PROTECTION_OFFICER, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"


def queue(pair: Pair) -> None:
    pair.xa.import_text(f"{HEADER}\n{ROW}\n")
    pair.xa.services.publish_records(FOCAL_POINT)


def test_a_refused_record_keeps_the_hubs_own_sentence(pair: Pair) -> None:
    queue(pair)
    reference = pair.xa.record("A-1").reference
    pair.hub.refusals[reference] = Problem.EXPIRED
    pair.hub.refusal_details[reference] = "The review date has passed: review the record and set a new date."
    pair.xa.deliver()
    assert pair.xa.record("A-1").refusal == "The review date has passed: review the record and set a new date."


def test_a_withdrawal_that_the_hub_refuses_as_a_whole_can_be_asked_again(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.hub.refuse_batches_with = Problem.PAYLOAD_TOO_LARGE
    pair.xa.deliver()
    record = pair.xa.record("A-1")
    assert (record.publication, record.hub_version) == (Publication.REFUSED, 1)
    assert record.refusal is not None
    assert Problem.PAYLOAD_TOO_LARGE.title in record.refusal
    assert "Withdraw it again" in record.refusal
    pair.hub.refuse_batches_with = None
    assert pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"]).on_its_way == 1
    pair.xa.deliver()
    assert (pair.xa.record("A-1").publication, reference in pair.hub.live) == (Publication.WITHDRAWN, False)


def test_a_refused_withdrawal_of_a_reclassified_record_is_not_forgotten(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.hub.refuse_batches_with = Problem.PAYLOAD_TOO_LARGE
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.REFUSED
    pair.hub.refuse_batches_with = None
    pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"])
    pair.xa.deliver()
    assert reference not in pair.hub.live


def test_a_record_whose_withdrawal_was_refused_still_expires(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.hub.refuse_batches_with = Problem.PAYLOAD_TOO_LARGE
    pair.xa.deliver()
    pair.hub.refuse_batches_with = None
    pair.draws.later(days=366)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
    pair.xa.deliver()
    assert reference not in pair.hub.live


def test_a_correction_of_a_record_whose_withdrawal_was_refused_does_not_publish_it_again(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.hub.refuse_batches_with = Problem.PAYLOAD_TOO_LARGE
    pair.xa.deliver()
    pair.hub.refuse_batches_with = None
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.WITNESS))
    pair.xa.deliver()
    assert reference not in pair.hub.live


def test_a_batch_whose_id_is_taken_goes_out_again_under_another_after_a_pause(pair: Pair) -> None:
    queue(pair)
    pair.hub.refuse_batches_with = Problem.BATCH_REUSED
    pair.xa.deliver()
    assert pair.xa.record("A-1").publication is Publication.QUEUED
    pair.hub.refuse_batches_with = None
    pair.xa.deliver()
    assert pair.hub.live == {}
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    first, second = pair.hub.handed_in
    assert first.message_id != second.message_id
    assert first.body["items"] == second.body["items"]
    assert pair.xa.record("A-1").publication is Publication.PUBLISHED


def test_a_withdrawal_whose_batch_id_is_taken_goes_out_again_under_another(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.hub.refuse_batches_with = Problem.BATCH_REUSED
    pair.xa.deliver()
    pair.hub.refuse_batches_with = None
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    assert (pair.xa.record("A-1").publication, reference in pair.hub.live) == (Publication.WITHDRAWN, False)


def test_a_submission_that_is_answered_while_its_withdrawal_waits_is_known_to_be_at_the_hub(pair: Pair) -> None:
    queue(pair)
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    record = pair.xa.record("A-1")
    assert (record.publication, record.hub_version, pair.hub.live) == (Publication.WITHDRAWN, None, {})
