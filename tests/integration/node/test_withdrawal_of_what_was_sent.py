"""What was ever at the hub can be withdrawn, narrowed and expires, also after a reclassification (invariants 7, 11)."""

from symbolon.node.domain.records import Publication, RevisionEffect
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import ComparableWith, SubjectCategory, WithdrawalReason
from symbolon.protocol.messages import Purpose, Withdrawal
from symbolon.protocol.references import MemberCode

from .conftest import FOCAL_POINT, HEADER, PROTECTION_OFFICER, Pair

AS_VICTIM = RecordChange(category=SubjectCategory.VICTIM)
WITHOUT_XB = RecordChange(comparable_with=ComparableWith.all_but(MemberCode("XB")))


def withdrawal_reasons(pair: Pair) -> list[WithdrawalReason]:
    return [
        item.reason
        for envelope in pair.hub.handed_in
        if envelope.purpose is Purpose.WITHDRAWAL
        for item in envelope.read(Withdrawal).items
    ]


def test_a_reclassified_record_is_withdrawn_at_its_owners_word_and_its_held_hits_end(pair: Pair) -> None:
    pair.hit()
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", AS_VICTIM)
    pair.exchange()
    report = pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"])
    assert (report.withdrawn, report.on_its_way) == (1, 1)
    pair.exchange()
    assert withdrawal_reasons(pair) == [WithdrawalReason.RECLASSIFIED, WithdrawalReason.OWNER_REQUEST]
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN
    assert [hit["joint_state"] for hit in pair.xb.rows("hit")] == ["WITHDRAWN"]


def test_withdrawn_for_good_it_is_not_withdrawn_again(pair: Pair) -> None:
    pair.hit()
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", AS_VICTIM)
    pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"])
    assert pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"]).withdrawn == 0
    pair.exchange()
    assert pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"]).withdrawn == 0


def test_a_narrower_list_after_a_reclassification_ends_the_held_hits(pair: Pair) -> None:
    pair.hit()
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", AS_VICTIM)
    pair.exchange()
    assert pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", WITHOUT_XB) is RevisionEffect.WITHDRAW
    pair.exchange()
    assert [hit["joint_state"] for hit in pair.xb.rows("hit")] == ["WITHDRAWN"]
    assert pair.xa.record("A-1").publication is Publication.UNPUBLISHED


def test_a_wider_list_after_a_reclassification_means_nothing_to_the_hub(pair: Pair) -> None:
    pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,except XB,,")
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", AS_VICTIM)
    wider = RecordChange(comparable_with=ComparableWith.all_members())
    assert pair.xa.services.revise_record(PROTECTION_OFFICER, "A-1", wider) is RevisionEffect.NOTHING


def test_a_reclassified_record_expires_and_its_held_hits_end(pair: Pair) -> None:
    pair.hit()
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", AS_VICTIM)
    pair.exchange()
    pair.draws.later(days=400)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
    assert pair.xa.services.withdraw_records.expired("worker") == 0
    pair.xa.deliver()
    assert withdrawal_reasons(pair)[-1] is WithdrawalReason.EXPIRED
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN


def test_what_the_hub_never_heard_of_is_neither_withdrawn_nor_expires(pair: Pair) -> None:
    pair.xa.import_text(f"{HEADER}\nA-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,\n")
    assert pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"]).withdrawn == 0
    pair.draws.later(days=400)
    assert pair.xa.services.withdraw_records.expired("worker") == 0
