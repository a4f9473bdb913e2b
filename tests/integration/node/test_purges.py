"""Purging at every holder: asked once, done and receipted, overdue by name, kept by law while it must be."""

from dataclasses import replace

from tests.integration.node.asking import AUTHORISER, REPLY, REQUEST, answer, ask
from tests.integration.node.conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from tests.integration.node.test_attachments import attach, confirmed, move, named

from symbolon.node.domain.purges import PurgeDirection, PurgeState
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import PurgedPlace, PurgeReason, RecallReason
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

EVERYTHING = ("exchange_message", "release_draft", "attachment", "attachment_chunk")


def keep(pair: Pair, times: int = 3) -> None:
    """Let both workers keep and purge, and what they say go out and come in."""
    for _ in range(times):
        for node in (pair.xa, pair.xb):
            node.services.keep_and_purge()
        pair.exchange()


def states(node: NodeUnderTest, direction: PurgeDirection = PurgeDirection.ASKED) -> list[PurgeState]:
    lines = node.services.retention.list_purges(FOCAL_POINT)
    return [line.state for line in lines if line.direction is direction]


def an_exchange(pair: Pair) -> HitId:
    """XB asked, with a file; XA answered, with a file; XB has begun a draft about it."""
    hit_id = confirmed(pair)
    asked_file = attach(pair.xb, hit_id)
    exchange_id = ask(pair.xb, hit_id, replace(REQUEST, attachments=named(asked_file)))
    pair.exchange()
    reply_file = attach(pair.xa, hit_id)
    answer(pair.xa, hit_id, exchange_id, replace(REPLY, attachments=named(reply_file)))
    pair.exchange()
    move(pair.xa, pair.xb)
    move(pair.xa, pair.xb)
    pair.xb.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)
    return hit_id


def test_after_a_withdrawal_the_holder_has_purged_everything_and_the_owner_has_its_receipt(pair: Pair) -> None:
    hit_id = an_exchange(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    held = {table: pair.xb.rows(table) for table in EVERYTHING}
    assert [row["purpose"] for row in held.pop("exchange_message")] == ["purge-receipt"]
    assert held == {"release_draft": [], "attachment": [], "attachment_chunk": []}
    (line,) = pair.xa.services.retention.list_purges(FOCAL_POINT)
    assert (line.holder, line.state, line.reason, line.hit_id) == (
        "XB",
        PurgeState.PURGED,
        PurgeReason.WITHDRAWN,
        hit_id,
    )
    counted = {count.place: count.entries for count in line.purged}
    assert set(counted) == set(PurgedPlace)
    assert counted[PurgedPlace.ATTACHMENTS] == 2
    assert counted[PurgedPlace.DRAFTS] >= 1
    assert counted[PurgedPlace.EXCHANGE] >= 2


def test_the_holder_purges_by_itself_before_it_is_asked(pair: Pair) -> None:
    an_exchange(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    pair.xb.services.keep_and_purge()
    assert pair.xb.rows("exchange_message") == []
    assert pair.xb.rows("attachment") == pair.xb.rows("release_draft") == []
    keep(pair)
    assert states(pair.xa) == [PurgeState.PURGED]
    (line,) = pair.xa.services.retention.list_purges(FOCAL_POINT)
    assert {count.place: count.entries for count in line.purged}[PurgedPlace.ATTACHMENTS] == 2


def test_the_owner_keeps_its_own_side(pair: Pair) -> None:
    an_exchange(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert {"request", "reply"} <= {row["purpose"] for row in pair.xa.rows("exchange_message")}


def test_a_holder_that_does_not_answer_is_overdue_after_a_day_by_name(pair: Pair) -> None:
    confirmed(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    pair.xa.receive()
    pair.xa.services.keep_and_purge()
    assert states(pair.xa) == [PurgeState.WAITING]
    pair.draws.later(hours=24, minutes=1)
    (line,) = pair.xa.services.retention.list_purges(FOCAL_POINT)
    assert (line.holder, line.state) == ("XB", PurgeState.OVERDUE)
    keep(pair)
    assert states(pair.xa) == [PurgeState.PURGED]


def test_each_holder_is_asked_once_also_after_a_restart(pair: Pair) -> None:
    confirmed(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    pair.xa.restart()
    keep(pair)
    assert len(pair.xa.rows("purge")) == 1
    assert len(pair.xa.leaves(AuditAct.PURGE_ASKED)) == 1


def test_an_expired_record_is_purged_at_its_holders_like_a_withdrawn_one(pair: Pair) -> None:
    an_exchange(pair)
    days = (pair.xa.record("A-1").review_date - pair.draws.now().date()).days
    pair.draws.later(days=days + 1)
    assert pair.xa.services.withdraw_records.expired("worker") == 1
    pair.exchange()
    keep(pair)
    assert PurgeState.PURGED in states(pair.xa)
    assert pair.xb.rows("attachment") == []


def test_a_legal_hold_keeps_the_holder_from_purging_until_it_is_lifted(pair: Pair) -> None:
    an_exchange(pair)
    theirs = pair.xb.record("B-1").reference
    pair.xb.services.retention.set_legal_hold(AUTHORISER, theirs, holds=True, reason="Court order")
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert states(pair.xa) == [PurgeState.KEPT_BY_LAW]
    assert len(pair.xb.rows("attachment")) == 2
    pair.xb.services.retention.set_legal_hold(AUTHORISER, theirs, holds=False, reason="Over")
    keep(pair)
    assert states(pair.xa) == [PurgeState.PURGED]
    assert pair.xb.rows("attachment") == []


def test_a_recalled_request_is_purged_where_it_was_received_and_nowhere_else(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    other = ask(pair.xa, hit_id)
    pair.exchange()
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)
    pair.exchange()
    keep(pair)
    left = {str(row["exchange_id"]) for row in pair.xb.rows("exchange_message") if row["purpose"] == "request"}
    assert left == {other}
    assert states(pair.xa) == [PurgeState.PURGED]
    assert "request" in {row["purpose"] for row in pair.xa.rows("exchange_message")}


def test_after_its_day_of_deletion_an_answer_is_purged_where_it_was_received(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    delete_by = pair.draws.now().date()
    answer(pair.xb, hit_id, exchange_id, replace(REPLY, delete_by=delete_by))
    pair.exchange()
    keep(pair)
    assert "reply" in {row["purpose"] for row in pair.xa.rows("exchange_message")}
    pair.draws.later(days=1)
    keep(pair)
    assert "reply" not in {row["purpose"] for row in pair.xa.rows("exchange_message")}
    assert states(pair.xb) == [PurgeState.PURGED]


def test_an_erased_data_subject_is_purged_on_both_sides(pair: Pair) -> None:
    an_exchange(pair)
    reference = pair.xa.record("A-1").reference
    report = pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    assert report.asked_of == ("XB",)
    pair.exchange()
    keep(pair)
    for node in (pair.xa, pair.xb):
        assert {row["purpose"] for row in node.rows("exchange_message")} <= {"purge-receipt", "purge-request"}
        assert node.rows("attachment") == node.rows("release_draft") == []
    assert PurgeState.PURGED in states(pair.xa)


def test_a_hit_that_the_other_side_never_heard_of_is_asked_of_nobody(pair: Pair) -> None:
    ours = pair.xa.publish("A-2,C-2,Malee Srisai,2004-01-09,victim,all,,")
    theirs = pair.xb.publish("B-2,C-2,Malee Srisai,2004-01-09,suspect,all,,")
    pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    pair.exchange()
    pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-2"])
    pair.exchange()
    keep(pair)
    assert pair.xa.rows("purge") == pair.xb.rows("purge") == []


def test_a_purge_of_a_protected_hit_is_in_the_protection_officers_list_alone(pair: Pair) -> None:
    confirmed(pair)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.exchange()
    pair.xa.services.withdraw_records(PROTECTION_OFFICER, ["A-1"])
    pair.exchange()
    keep(pair)
    assert pair.xa.services.retention.list_purges(FOCAL_POINT) == ()
    assert [line.holder for line in pair.xa.services.retention.list_purges(PROTECTION_OFFICER)] == ["XB"]
