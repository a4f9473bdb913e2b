"""A victim's or minor's record loses its protection by the protection officer's word alone (invariant 6)."""

import pytest

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.domain.records import Publication, RevisionEffect
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import ComparableWith, HoldRuling, Namespace, SubjectCategory, Urgency
from symbolon.protocol.lifecycle import JointState

from .conftest import ADMINISTRATOR, FOCAL_POINT, HEADER, PROTECTION_OFFICER, Pair

VICTIM = "A-1,C-1,Somchai Jaidee,1990-05-03,victim,all,,"
OTHER = "A-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,"


@pytest.mark.parametrize("actor", [ADMINISTRATOR, FOCAL_POINT])
def test_nobody_else_revises_a_protected_record_into_a_general_one(pair: Pair, actor: Actor) -> None:
    reference = pair.xa.publish(VICTIM)
    with pytest.raises(NotFound, match="not known here"):
        pair.xa.services.revise_record(actor, "A-1", RecordChange(category=SubjectCategory.SUSPECT))
    pair.exchange()
    assert pair.xa.record("A-1").content.category is SubjectCategory.VICTIM
    assert pair.hub.live[reference].namespace is Namespace.PROTECTED


def test_the_protection_officer_takes_the_protection_off(pair: Pair) -> None:
    reference = pair.xa.publish(VICTIM)
    change = RecordChange(category=SubjectCategory.WITNESS)
    assert pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", change) is RevisionEffect.PUBLISH_AGAIN
    pair.xa.deliver()
    assert pair.hub.live[reference].namespace is Namespace.GENERAL


def test_from_victim_to_minor_is_no_loss_of_protection(pair: Pair) -> None:
    pair.xa.publish(VICTIM)
    pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", RecordChange(category=SubjectCategory.MINOR))
    assert pair.xa.record("A-1").content.category is SubjectCategory.MINOR


@pytest.mark.parametrize("category", ["suspect", ""])
def test_a_row_that_would_take_the_protection_off_is_reported_and_nothing_is_revised(pair: Pair, category: str) -> None:
    pair.xa.publish(VICTIM)
    text = "\n".join((HEADER, OTHER, VICTIM.replace("victim", category), ""))
    report = pair.xa.import_text(text, choices=ImportChoices(revise_changed=True))
    assert (report.outcome, report.revised) == (ImportOutcome.NOT_TAKEN, 0)
    (problem,) = report.problems
    assert (problem.row, problem.column) == (3, "role")
    assert "protection officer" in problem.what_to_do
    assert pair.xa.record("A-1").content.category is SubjectCategory.VICTIM


def test_with_good_rows_alone_only_that_row_is_left_out(pair: Pair) -> None:
    pair.xa.publish(VICTIM)
    text = "\n".join((HEADER, OTHER, VICTIM.replace("victim", "suspect"), ""))
    report = pair.xa.import_text(text, choices=ImportChoices(good_rows_only=True, revise_changed=True))
    assert (report.new, report.revised, report.bad_rows) == (1, 0, 1)
    assert pair.xa.record("A-1").content.category is SubjectCategory.VICTIM


def test_an_older_file_does_not_undo_a_reclassification(pair: Pair) -> None:
    pair.xa.publish(VICTIM.replace("victim", "suspect"))
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.xa.publish(VICTIM.replace("victim", "suspect"))
    assert pair.xa.record("A-1").content.category is SubjectCategory.VICTIM


def test_a_correction_of_a_protected_record_holds_no_released_hit_again(pair: Pair) -> None:
    ours = pair.xa.publish(VICTIM)
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), state=JointState.HELD, told=("XA",))
    pair.exchange()
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.exchange()
    pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", RecordChange(urgency=Urgency.U1))
    assert [hit["joint_state"] for hit in pair.xa.rows("hit")] == ["ALERTED"]


@pytest.mark.parametrize("actor", [ADMINISTRATOR, FOCAL_POINT])
def test_nobody_else_widens_whom_a_victim_is_compared_with(pair: Pair, actor: Actor) -> None:
    pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,victim,except XB,,")
    wider = RecordChange(comparable_with=ComparableWith.all_members())
    with pytest.raises(NotFound, match="not known here"):
        pair.xa.services.revise_record(actor, "A-1", wider)
    assert pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", wider) is RevisionEffect.PUBLISH_AGAIN


@pytest.mark.parametrize("actor", [ADMINISTRATOR, FOCAL_POINT])
def test_nobody_else_withdraws_a_victims_record_neither_by_name_nor_with_its_case(pair: Pair, actor: Actor) -> None:
    pair.xa.publish(VICTIM)
    for local_ids, case_id in ((["A-1"], None), ([], "C-1")):
        with pytest.raises(NotFound, match="not known here"):
            pair.xa.services.withdraw_records(actor, local_ids, case_id)
    assert pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"]).withdrawn == 1


def test_nobody_else_publishes_a_victims_record_again_once_it_was_withdrawn(pair: Pair) -> None:
    pair.xa.publish(VICTIM)
    pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"])
    pair.exchange()
    assert pair.xa.services.publish_records(FOCAL_POINT, ["A-1"]).queued == 0
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    assert pair.xa.services.publish_records(PROTECTION_OFFICER, ["A-1"]).queued == 1


def test_nobody_else_takes_the_seal_off_a_witness(pair: Pair) -> None:
    pair.xa.publish(VICTIM.replace("victim", "witness"))
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(urgency=Urgency.U1))
    open_one = RecordChange(category=SubjectCategory.SUSPECT)
    with pytest.raises(Forbidden, match="protection officer"):
        pair.xa.services.revise_record(FOCAL_POINT, "A-1", open_one)
    assert pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", open_one) is RevisionEffect.PUBLISH_AGAIN
