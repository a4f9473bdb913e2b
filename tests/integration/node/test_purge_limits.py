"""What a purge does not do: obey the other side's bare word, take own words, stop at one holder, or wait for a hold."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.integration.node.asking import AUTHORISER, REPLY, REQUEST, answer, ask
from tests.integration.node.conftest import FOCAL_POINT, NodeUnderTest, Pair
from tests.integration.node.test_attachments import attach, confirmed
from tests.integration.node.test_purges import an_exchange, keep, states

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.node.domain.purges import TIME_TO_PURGE, Purge, PurgeDirection, PurgeScope, PurgeState
from symbolon.node.ports.storage import Work
from symbolon.node.services.purge_hit import PurgeHit
from symbolon.node.services.send_step import SendSealed
from symbolon.node.services.tidy_files import TidyFiles
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.exchange_terms import PurgeReason, RecallReason, ReplyExtent
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import MemberStanding, PurgeRequest
from symbolon.protocol.references import HitId, MemberCode, RequestId, new_purge_id

HELD_HERE = ("exchange_message", "release_draft", "attachment", "attachment_chunk")


def another_hit(pair: Pair, ours: str, theirs: str) -> HitId:
    one = pair.xa.publish(f"{ours},C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    other = pair.xb.publish(f"{theirs},C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", one), ("XB", other))
    pair.exchange()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "The same scars")
    pair.exchange()
    return hit_id


def with_standing_of_xb(pair: Pair, standing: MemberStanding) -> None:
    pair.hub.propose(with_standing(pair.hub.directory(), pair.xb.code, standing, pair.draws.now()))
    pair.hub.co_sign()
    pair.xa.hub_services.refresh_directory()


def expel_xb(pair: Pair) -> None:
    pair.hub.enrol_on_paper(MemberCode("XC"))
    with_standing_of_xb(pair, MemberStanding.EXPELLED)


def asks_out_of_the_blue(pair: Pair, hit_id: HitId, reason: PurgeReason, exchange_id: RequestId | None = None) -> None:
    """XA's program asks for a purge that nothing gives it a right to, and XB's worker looks at it."""
    asked_at = whole_milliseconds(pair.draws.now())
    with pair.xa.unit_of_work.begin() as work:
        hit = work.hits.lock(hit_id)
        assert hit is not None
        request = PurgeRequest(new_purge_id(uuid4()), hit_id, exchange_id, reason, asked_at)
        SendSealed(pair.xa.draws, pair.xa.correspondence)(work, hit, request, "worker")
    pair.exchange()
    pair.xb.services.keep_and_purge()


def held(node: NodeUnderTest) -> dict[str, int]:
    counted = {table: len(node.rows(table)) for table in HELD_HERE}
    of_purges = [row for row in node.rows("exchange_message") if row["purpose"] in {"purge-request", "purge-receipt"}]
    return counted | {"exchange_message": counted["exchange_message"] - len(of_purges)}


def test_a_holder_that_was_expelled_is_named_as_not_reachable_and_keeps_no_other_from_being_asked(pair: Pair) -> None:
    hit_id = confirmed(pair)
    expel_xb(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    pair.xa.services.keep_and_purge()
    (line,) = pair.xa.services.retention.list_purges(FOCAL_POINT)
    assert (line.hit_id, line.holder, line.state) == (hit_id, "XB", PurgeState.NOT_REACHABLE)
    assert pair.xa.leaves(AuditAct.PURGE_ASKED) == []


def test_a_record_is_erased_although_its_holder_was_expelled(pair: Pair) -> None:
    confirmed(pair)
    expel_xb(pair)
    report = pair.xa.services.retention.erase_data_subject(FOCAL_POINT, pair.xa.record("A-1").reference)
    assert report.asked_of == ()
    assert pair.xa.rows("record")[0]["erased_at"] is not None
    assert states(pair.xa) == [PurgeState.NOT_REACHABLE]


def test_a_holder_that_returns_is_asked_then(pair: Pair) -> None:
    hit_id = confirmed(pair)
    now = pair.draws.now()
    scope = PurgeScope(hit_id, None, PurgeReason.WITHDRAWN)
    noted = Purge(new_purge_id(uuid4()), scope, PurgeDirection.ASKED, pair.xb.code, now, now + TIME_TO_PURGE)
    with pair.xa.unit_of_work.begin() as work:
        work.purges.add(noted)
    assert states(pair.xa) == [PurgeState.NOT_REACHABLE]
    pair.xa.services.keep_and_purge()
    assert states(pair.xa) == [PurgeState.WAITING]
    assert len(pair.xa.leaves(AuditAct.PURGE_ASKED)) == 1


def test_one_purge_that_fails_keeps_no_other_task_or_purge_from_being_done(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = {confirmed(pair), another_hit(pair, "A-2", "B-2")}
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1", "A-2"])
    pair.exchange()
    whole, tried = PurgeHit.__call__, set[HitId]()

    def fails_at_first(this: PurgeHit, work: Work, scope: PurgeScope, *, own: bool) -> object:
        tried.add(scope.hit_id)
        if len(tried) == 1:
            raise ValueError("broken")
        return whole(this, work, scope, own=own)

    monkeypatch.setattr(PurgeHit, "__call__", fails_at_first)
    tidied: list[bool] = []
    monkeypatch.setattr(TidyFiles, "__call__", lambda _: tidied.append(True) or 0)
    with pytest.raises(ValueError, match="broken"):
        pair.xb.services.keep_and_purge()
    assert tried == hits
    assert tidied == [True]
    assert [row["purged_at"] is None for row in pair.xb.rows("purge")].count(False) == 1


@pytest.mark.parametrize("reason", sorted(PurgeReason))
def test_nothing_of_an_open_hit_is_purged_on_the_other_sides_word_alone(pair: Pair, reason: PurgeReason) -> None:
    hit_id = an_exchange(pair)
    (exchange_id,) = {
        RequestId(str(row["exchange_id"])) for row in pair.xb.rows("exchange_message") if row["purpose"] == "reply"
    }
    before = held(pair.xb)
    for of_exchange in (None, exchange_id):
        asks_out_of_the_blue(pair, hit_id, reason, of_exchange)
    assert held(pair.xb) == before
    assert "purge-receipt" not in {row["purpose"] for row in pair.xb.rows("exchange_message")}


def test_a_purge_that_was_asked_for_too_early_is_done_once_the_record_is_withdrawn(pair: Pair) -> None:
    hit_id = an_exchange(pair)
    asks_out_of_the_blue(pair, hit_id, PurgeReason.WITHDRAWN)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert held(pair.xb) == dict.fromkeys(HELD_HERE, 0)


def test_of_a_hit_that_ended_otherwise_the_other_sides_withdrawal_takes_what_it_gave_and_no_own_word(
    pair: Pair,
) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "The word of XA")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "The word of XB")
    pair.exchange()
    pair.hub.step(hit_id, Event.CLOSED)
    pair.exchange()
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert states(pair.xa) == [PurgeState.PURGED]
    view = pair.xb.services.show_hit(FOCAL_POINT, hit_id)
    assert [vote.reason for vote in view.own_votes] == ["The word of XB"]
    assert [vote.reason for vote in view.counterpart_votes] == [""]


def test_the_day_of_deletion_of_an_answer_takes_no_own_word_draft_or_recall_on_its_way(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xb, hit_id, replace(REQUEST, attachments=()))
    pair.exchange()
    day = pair.draws.now().date() + timedelta(days=1)
    answer(pair.xa, hit_id, exchange_id, replace(REPLY, extent=ReplyExtent.PARTIAL, delete_by=day))
    pair.exchange()
    attach(pair.xb, hit_id)
    pair.hub.away = True
    pair.xb.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)
    pair.draws.later(days=3)
    pair.xb.services.keep_and_purge()
    left = {row["purpose"] for row in pair.xb.rows("exchange_message")}
    assert "reply" not in left
    assert {"request", "recall"} <= left
    (recall,) = [row for row in pair.xb.rows("outbox_message") if row["kind"] == "recall"]
    assert (recall["delivered_at"], recall["problem"]) == (None, None)
    assert pair.xb.rows("release_draft") != []
    assert len(pair.xb.rows("attachment")) == 1


def test_legal_holds_keep_no_later_purge_from_being_done(pair: Pair) -> None:
    held_hits = 25
    confirmed(pair)
    for number in range(2, held_hits + 2):
        another_hit(pair, f"A-{number}", f"B-{number}")
    for number in range(1, held_hits + 1):
        theirs = pair.xb.record(f"B-{number}").reference
        pair.xb.services.retention.set_legal_hold(AUTHORISER, theirs, holds=True, reason="Court order")
    pair.xa.services.withdraw_records(FOCAL_POINT, [f"A-{number}" for number in range(1, held_hits + 1)])
    pair.exchange()
    keep(pair)
    assert states(pair.xa) == [PurgeState.KEPT_BY_LAW] * held_hits
    pair.draws.later(minutes=5)
    pair.xa.services.withdraw_records(FOCAL_POINT, [f"A-{held_hits + 1}"])
    pair.exchange()
    keep(pair)
    assert states(pair.xa).count(PurgeState.PURGED) == 1


def test_a_purge_that_is_asked_for_while_one_is_done_makes_neither_wait_for_the_other(pair: Pair) -> None:
    hit_id = an_exchange(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    now = pair.draws.now()

    def owed(*, by_itself: bool) -> Purge:
        scope = PurgeScope(hit_id, None, PurgeReason.WITHDRAWN)
        own = pair.xb.code
        return Purge(new_purge_id(uuid4()), scope, PurgeDirection.OWED, own, now, now, by_itself=by_itself)

    with pair.xb.unit_of_work.begin() as work:
        work.purges.add(owed(by_itself=True))
    locked, failed = threading.Event(), []

    def comes_in() -> None:
        try:
            with pair.xb.unit_of_work.begin() as work:
                work.hits.lock(hit_id)
                locked.set()
                work.purges.adopt(owed(by_itself=False))
        except Exception as error:  # noqa: BLE001 - told by the assertion
            failed.append(error)

    other = threading.Thread(target=comes_in)
    with pair.xb.unit_of_work.begin() as work:
        assert work.purges.ready(now.date())
        other.start()
        assert locked.wait(10)
        work.hits.lock(hit_id)
    other.join()
    assert failed == []
