import random
from dataclasses import replace

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.hits import Direction, HitView, ReplyDraft, RequestDraft
from symbolon.node.errors import Forbidden, HubRefused, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    HoldRuling,
    InformationAccuracy,
    IntendedUse,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import HitAction, HitEvent, JointState, SideState
from symbolon.protocol.messages import FederationHistory
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode

from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair

REQUEST = RequestDraft(
    purpose="Find the recruiter",
    relevance="Same person",
    facts="Recruited three people",
    questions=("Where is he?", "Who paid?"),
    why_this_state="Lives there",
    urgency=Urgency.U2,
    urgency_reason="Transport expected",
    need_by=None,
    channel=Channel.INFORMAL,
    intended_use=IntendedUse.INTELLIGENCE,
    legal_basis="Agreement, article 1",
    handling_code=HandlingCode.H1,
)
REPLY = ReplyDraft(
    answers=("In the harbour", "Not known"),
    source_reliability=SourceReliability.B,
    information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
    caveats="",
    handling_code=HandlingCode.H1,
    delete_by=None,
)


def view(node: NodeUnderTest, hit_id: str, actor: Actor = FOCAL_POINT) -> HitView:
    return node.services.show_hit(actor, hit_id)  # type: ignore[arg-type]


def vote(pair: Pair, hit_id: str, ours: Verdict, theirs: Verdict) -> None:
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, ours, "reason")  # type: ignore[arg-type]
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, theirs, "reason")  # type: ignore[arg-type]
    pair.exchange()


def confirmed(pair: Pair) -> str:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    return hit_id


def test_an_alert_appears_in_the_inbox_with_the_own_record_in_clear(pair: Pair) -> None:
    hit_id = pair.hit()
    (summary,) = pair.xa.services.list_hits(FOCAL_POINT)
    assert (summary.hit_id, summary.counterpart, summary.joint_state) == (hit_id, "XB", JointState.ALERTED)
    assert summary.actions == (HitAction.ACKNOWLEDGE, HitAction.VOTE)
    assert [line.text for line in view(pair.xa, hit_id).own_record.identifiers] == ["Somchai Jaidee", "1990-05-03"]


def test_an_acknowledgement_comes_before_the_vote_and_is_not_asked_twice(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.acknowledge_hit(FOCAL_POINT, hit_id)
    assert view(pair.xa, hit_id).summary.side_state is SideState.ACKED
    with pytest.raises(NotAllowedNow):
        pair.xa.services.acknowledge_hit(FOCAL_POINT, hit_id)


def test_same_and_same_confirm_at_both_nodes(pair: Pair) -> None:
    hit_id = confirmed(pair)
    for node in (pair.xa, pair.xb):
        shown = view(node, hit_id)
        assert shown.summary.joint_state is JointState.CONFIRMED
        assert [each.verdict for each in shown.counterpart_votes] == [Verdict.SAME]


@pytest.mark.parametrize(
    ("ours", "theirs", "state"),
    [
        (Verdict.DIFFERENT, Verdict.DIFFERENT, JointState.NOT_SAME),
        (Verdict.SAME, Verdict.DIFFERENT, JointState.UNRESOLVED),
        (Verdict.UNSURE, Verdict.SAME, JointState.NEEDS_MORE),
    ],
)
def test_both_nodes_come_to_the_same_outcome(pair: Pair, ours: Verdict, theirs: Verdict, state: JointState) -> None:
    hit_id = pair.hit()
    vote(pair, hit_id, ours, theirs)
    assert {view(node, hit_id).summary.joint_state for node in (pair.xa, pair.xb)} == {state}


def test_an_unsure_vote_opens_a_second_round(pair: Pair) -> None:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.UNSURE, Verdict.SAME)
    assert view(pair.xa, hit_id).round == 2
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    assert view(pair.xb, hit_id).summary.joint_state is JointState.CONFIRMED


def test_the_other_vote_is_not_readable_before_the_own_one_is_committed_whatever_the_hub_does(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "not him at all")
    pair.xb.deliver()
    # A hub that breaks its word hands the vote over at once.
    early = next(iter(pair.hub.votes[hit_id, 1].values()))
    pair.hub.put(early.audience, early)
    pair.xa.receive()
    assert view(pair.xa, hit_id).counterpart_votes == ()
    everything = repr([pair.xa.rows(table) for table in ("vote", "inbox_delivery", "hit", "audit_leaf")])
    assert "not him at all" not in everything
    assert "DIFFERENT" not in everything
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "reason")
    pair.xa.hub_services.receive_deliveries.retry_waiting()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.NOT_SAME
    pair.exchange()
    assert view(pair.xb, hit_id).summary.joint_state is JointState.NOT_SAME


def test_a_vote_is_cast_once(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    with pytest.raises(NotAllowedNow):
        pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "changed my mind")


def test_a_request_and_its_reply_reach_the_other_side_and_only_ciphertext_passes_the_hub(pair: Pair) -> None:
    hit_id = confirmed(pair)
    request_id = pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    (received,) = view(pair.xb, hit_id).requests
    assert (received.direction, received.questions) == (Direction.RECEIVED, REQUEST.questions)
    assert view(pair.xb, hit_id).summary.actions == (HitAction.ANSWER,)
    pair.xb.services.answer_request(FOCAL_POINT, request_id, REPLY)
    pair.exchange()
    reply = view(pair.xa, hit_id).requests[0].reply
    assert reply is not None
    assert reply.answers == REPLY.answers
    assert {view(node, hit_id).summary.joint_state for node in (pair.xa, pair.xb)} == {JointState.RESPONDED}
    passed = b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in)
    assert b"Where is he" not in passed
    assert b"In the harbour" not in passed


def test_a_request_before_confirmation_is_refused(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)


def test_requests_that_cross_are_both_answered(pair: Pair) -> None:
    hit_id = confirmed(pair)
    first = pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    second = pair.xb.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    pair.xb.services.answer_request(FOCAL_POINT, first, REPLY)
    pair.exchange()
    pair.xa.services.answer_request(FOCAL_POINT, second, REPLY)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert all(request.reply is not None for request in view(node, hit_id).requests)


def test_evidence_needs_the_formal_channel_and_each_question_an_answer(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(InvalidDraft):
        pair.xa.services.open_request(FOCAL_POINT, hit_id, replace(REQUEST, intended_use=IntendedUse.EVIDENCE))  # type: ignore[arg-type]
    request_id = pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    with pytest.raises(InvalidDraft):
        pair.xb.services.answer_request(FOCAL_POINT, request_id, replace(REPLY, answers=("one",)))


def test_a_held_hit_is_the_protection_officers_alone_until_and_after_its_release(pair: Pair) -> None:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,victim,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, told=("XA",))
    pair.exchange()
    assert pair.xa.services.list_hits(FOCAL_POINT) == ()
    with pytest.raises(NotFound):
        view(pair.xa, hit_id)
    assert pair.xb.services.list_hits(FOCAL_POINT) == ()
    (held,) = pair.xa.services.list_hits(PROTECTION_OFFICER)
    assert held.actions == (HitAction.RELEASE, HitAction.CLOSE)
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.xa.deliver()
    pair.hub.tell(hit_id, "XB")
    pair.exchange()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state is JointState.ALERTED
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.non_punishment
    with pytest.raises(NotFound):
        pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.services.cast_vote(PROTECTION_OFFICER, hit_id, Verdict.SAME, "")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    assert view(pair.xb, hit_id).summary.joint_state is JointState.CONFIRMED


def test_who_may_look_but_not_act_is_told_so(pair: Pair) -> None:
    hit_id = pair.hit()
    investigator = Actor("inv", frozenset({Role.INVESTIGATOR}))
    assert pair.xa.services.show_hit(investigator, hit_id).summary.actions == ()
    with pytest.raises(Forbidden):
        pair.xa.services.cast_vote(investigator, hit_id, Verdict.SAME, "")
    with pytest.raises(NotFound):
        pair.xa.services.show_hit(PROTECTION_OFFICER, hit_id)


@pytest.mark.parametrize("seed", range(4))
def test_doubled_and_reordered_deliveries_come_to_the_same_end(pair: Pair, seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - a repeatable order
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.xb.receive()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    vote_of_xb = next(iter(pair.hub.votes[hit_id, 1].values()))
    pair.hub.put(vote_of_xb.audience, vote_of_xb)
    pair.hub.tell(hit_id, "XA")
    pair.hub.queues[pair.xa.code] *= 2
    shuffle.shuffle(pair.hub.queues[pair.xa.code])
    pair.xa.receive()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    pair.xa.hub_services.receive_deliveries.retry_waiting()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.joint_state is JointState.CONFIRMED
        assert len(node.rows("hit")) == 1
        assert len(node.rows("vote")) == 2
    # The same vote under another delivery is known for what it is.
    kept = {(row["state"], row["problem"]) for row in pair.xa.rows("inbox_delivery")}
    assert kept <= {("done", None), ("refused", Problem.REPLAYED)}
    assert pair.hub.queues[pair.xa.code] == []


def test_a_lost_acknowledgement_brings_the_delivery_again_and_changes_nothing(pair: Pair) -> None:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    pair.hub.match(("XA", ours), ("XB", theirs))
    kept = list(pair.hub.queues[pair.xa.code])
    pair.xa.receive()
    pair.hub.queues[pair.xa.code] = kept
    pair.xa.receive()
    assert len(pair.xa.rows("hit")) == 1
    assert pair.hub.queues[pair.xa.code] == []


def test_an_unreadable_delivery_is_kept_with_its_problem_acknowledged_and_blocks_nothing(pair: Pair) -> None:
    forged = pair.hub.sign(FederationHistory(pair.hub.incarnation, ()), pair.xa.code)
    pair.hub.put(pair.xa.code, replace(forged, signature=bytes(64)))
    hit_id = pair.hit()
    refused = [row for row in pair.xa.rows("inbox_delivery") if row["state"] == "refused"]
    assert [row["problem"] for row in refused] == [Problem.MALFORMED_MESSAGE]
    assert refused[0]["envelope"] is not None
    assert pair.hub.queues[pair.xa.code] == []
    assert view(pair.xa, hit_id).summary.joint_state is JointState.ALERTED


def test_a_vote_of_a_state_that_is_no_party_is_refused(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    vote_of_xb = next(iter(pair.hub.votes[hit_id, 1].values()))
    with pair.xa.database.transaction() as tx:
        tx._connection.execute("update hit set counterpart = 'XC'")
    pair.hub.put(pair.xa.code, vote_of_xb)
    pair.xa.receive()
    assert [row["problem"] for row in pair.xa.rows("inbox_delivery") if row["problem"]] == [Problem.NOT_A_PARTY]


def test_a_withdrawal_ends_the_hit_at_both_nodes(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.joint_state is JointState.WITHDRAWN
    pair.hub.notice(hit_id, HitEvent.RELEASED, ("XA",))
    pair.exchange()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.WITHDRAWN


def test_every_act_leaves_a_leaf_in_a_chain_that_holds_and_names_nobody(pair: Pair) -> None:
    hit_id = confirmed(pair)
    view(pair.xa, hit_id)
    pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    with pair.xa.database.transaction() as tx:
        pair.xa.audit_log.sequence(tx)
    with pair.xa.database.transaction() as tx:
        pair.xa.audit_log.verify(tx)
    acts = {row["act"] for row in pair.xa.rows("audit_leaf")}
    assert acts >= {
        "federation-joined",
        "records-imported",
        "records-published",
        "batch-sent",
        "receipt-received",
        "alert-received",
        "vote-cast",
        "vote-received",
        "votes-opened",
        "hit-viewed",
        "request-opened",
    }
    leaves = repr(pair.xa.rows("audit_leaf"))
    for planted in ("Somchai", "1990-05-03", "A-1", "C-1", "SAME", "Where is he"):
        assert planted not in leaves


def reclassify(pair: Pair) -> None:
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.exchange()


def states(pair: Pair, hit_id: str) -> list[JointState]:
    return [view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state, view(pair.xb, hit_id).summary.joint_state]


def test_a_released_hit_goes_on_where_it_was_held_at_both_sides_without_another_vote(pair: Pair) -> None:
    hit_id = confirmed(pair)
    request_id = pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    reclassify(pair)
    assert states(pair, hit_id) == [JointState.HELD, JointState.HELD]
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)  # type: ignore[arg-type]
    pair.exchange()
    assert states(pair, hit_id) == [JointState.REQUESTED, JointState.REQUESTED]
    pair.xb.services.answer_request(FOCAL_POINT, request_id, REPLY)
    pair.exchange()
    assert states(pair, hit_id) == [JointState.RESPONDED, JointState.RESPONDED]
    assert [row["round"] for row in pair.xa.rows("vote")] == [1, 1]


def test_a_hold_is_decided_once_and_the_page_knows_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    reclassify(pair)
    pair.hub.away = True
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)  # type: ignore[arg-type]
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).hold_decision is HoldRuling.RELEASE
    with pytest.raises(NotAllowedNow):
        pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.CLOSE)  # type: ignore[arg-type]
    assert [row["kind"] for row in pair.xa.rows("outbox_message")].count("hold") == 1
    pair.hub.away = False
    pair.exchange()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).hold_decision is None


@pytest.mark.parametrize("seed", range(6))
def test_holds_releases_and_alerts_in_any_order_come_to_the_same_end(pair: Pair, seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - a repeatable order
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    for event in (HitEvent.HELD, HitEvent.RELEASED, HitEvent.HELD, HitEvent.RELEASED):
        pair.hub.notice(hit_id, event, ("XA", "XB"))
    for member in pair.hub.queues:
        pair.hub.queues[member] *= 2
        shuffle.shuffle(pair.hub.queues[member])
    pair.exchange()
    for node in (pair.xa, pair.xb):
        node.hub_services.receive_deliveries.retry_waiting()
        assert view(node, hit_id).summary.joint_state is JointState.ALERTED
    pair.hub.notice(hit_id, HitEvent.WITHDRAWN, ("XA",))
    pair.hub.notice(hit_id, HitEvent.HELD, ("XA",))
    shuffle.shuffle(pair.hub.queues[pair.xa.code])
    pair.exchange()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.WITHDRAWN


def test_a_release_that_is_older_than_our_own_hold_does_not_lift_it(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.hub.notice(HitId(hit_id), HitEvent.RELEASED, ("XA",))
    pair.xa.receive()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state is JointState.HELD


def refuse(pair: Pair, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The hub refuses for good what is handed in at this address."""
    take = pair.hub.take

    def refusing(sender: MemberCode, at: str, envelope: Envelope) -> bytes:
        if at == path:
            raise HubRefused(Problem.ILLEGAL_TRANSITION, "refused")
        return take(sender, at, envelope)

    monkeypatch.setattr(pair.hub, "take", refusing)


def test_a_refused_request_says_so_and_can_be_made_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = confirmed(pair)
    with monkeypatch.context() as patched:
        refuse(pair, patched, "/v1/messages")
        pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
        pair.exchange()
    shown = view(pair.xa, hit_id)
    assert [request.not_delivered for request in shown.requests] == [Problem.ILLEGAL_TRANSITION]
    assert HitAction.REQUEST in shown.summary.actions
    pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    assert len(view(pair.xb, hit_id).requests) == 1
    assert HitAction.REQUEST not in view(pair.xa, hit_id).summary.actions


def test_a_refused_reply_says_so_and_can_be_given_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = confirmed(pair)
    request_id = pair.xa.services.open_request(FOCAL_POINT, hit_id, REQUEST)  # type: ignore[arg-type]
    pair.exchange()
    with monkeypatch.context() as patched:
        refuse(pair, patched, "/v1/messages")
        pair.xb.services.answer_request(FOCAL_POINT, request_id, REPLY)
        pair.exchange()
    shown = view(pair.xb, hit_id)
    assert (shown.requests[0].reply, shown.requests[0].reply_not_delivered) == (None, Problem.ILLEGAL_TRANSITION)
    assert shown.summary.actions == (HitAction.ANSWER,)
    pair.xb.services.answer_request(FOCAL_POINT, request_id, REPLY)
    pair.exchange()
    assert view(pair.xa, hit_id).requests[0].reply is not None
    assert view(pair.xb, hit_id).requests[0].reply is not None
    with pytest.raises(NotAllowedNow):
        pair.xb.services.answer_request(FOCAL_POINT, request_id, REPLY)


def test_a_refused_vote_says_so_and_can_be_cast_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = pair.hit()
    with monkeypatch.context() as patched:
        refuse(pair, patched, "/v1/votes")
        pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.DIFFERENT, "reason")
        pair.exchange()
    shown = view(pair.xa, hit_id)
    assert [vote.not_delivered for vote in shown.own_votes] == [Problem.ILLEGAL_TRANSITION]
    assert HitAction.VOTE in shown.summary.actions
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    assert view(pair.xa, hit_id).summary.joint_state is JointState.CONFIRMED
    assert view(pair.xb, hit_id).summary.joint_state is JointState.CONFIRMED


def test_a_refused_decision_says_so_and_can_be_made_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = pair.hit()
    reclassify(pair)
    with monkeypatch.context() as patched:
        refuse(pair, patched, "/v1/holds")
        pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
        pair.exchange()
    shown = view(pair.xa, hit_id, PROTECTION_OFFICER)
    assert (shown.hold_decision, shown.hold_not_delivered) == (None, Problem.ILLEGAL_TRANSITION)
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.exchange()
    assert states(pair, hit_id) == [JointState.ALERTED, JointState.ALERTED]
