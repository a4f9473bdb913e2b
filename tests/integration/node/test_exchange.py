import random
from dataclasses import replace

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.handling import IntendedUse, Verdict
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.messages import FederationHistory, Reply, Request
from symbolon.protocol.problems import Problem

from .asking import REPLY, REQUEST, answer, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .hit_stories import confirmed, view, vote


def test_an_alert_appears_in_the_inbox_with_the_own_record_in_clear(pair: Pair) -> None:
    hit_id = pair.hit()
    (summary,) = pair.xa.services.list_hits(FOCAL_POINT)
    assert (summary.hit_id, summary.counterpart, summary.joint_state) == (hit_id, "XB", JointState.ALERTED)
    assert summary.actions == (HitAction.ACKNOWLEDGE, HitAction.ASSIGN, HitAction.VOTE)
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
    # Cast, and not at the hub: it could still be refused.
    assert view(pair.xa, hit_id).counterpart_votes == ()
    pair.xa.deliver()
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
    request_id = ask(pair.xa, hit_id)
    pair.exchange()
    (received,) = view(pair.xb, hit_id).exchanges
    (asked,) = received.thread
    assert isinstance(asked.message, Request)
    assert (asked.direction, asked.message.questions) == (Direction.RECEIVED, REQUEST.questions)
    assert received.actions == (HitAction.ACCEPT, HitAction.CLARIFY, HitAction.REPLY)
    answer(pair.xb, hit_id, request_id)
    pair.exchange()
    reply = view(pair.xa, hit_id).exchanges[0].thread[-1].message
    assert isinstance(reply, Reply)
    assert reply.answers == REPLY.answers
    assert {view(node, hit_id).summary.joint_state for node in (pair.xa, pair.xb)} == {JointState.RESPONDED}
    passed = b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in)
    assert b"Where is he" not in passed
    assert b"In the harbour" not in passed


def test_a_request_before_confirmation_is_refused(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)


def test_requests_that_cross_are_both_answered(pair: Pair) -> None:
    hit_id = confirmed(pair)
    first = ask(pair.xa, hit_id)
    second = ask(pair.xb, hit_id)
    pair.exchange()
    answer(pair.xb, hit_id, first)
    pair.exchange()
    answer(pair.xa, hit_id, second)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert {each.state for each in view(node, hit_id).exchanges} == {JointState.RESPONDED}


def test_evidence_needs_the_formal_channel_and_each_question_an_answer(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(InvalidDraft):
        ask(pair.xa, hit_id, replace(REQUEST, intended_use=IntendedUse.EVIDENCE))
    request_id = ask(pair.xa, hit_id)
    pair.exchange()
    with pytest.raises(InvalidDraft):
        answer(pair.xb, hit_id, request_id, replace(REPLY, answers=("one",)))


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


def test_every_act_leaves_a_leaf_in_a_chain_that_holds_and_names_nobody(pair: Pair) -> None:
    hit_id = confirmed(pair)
    view(pair.xa, hit_id)
    ask(pair.xa, hit_id)
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
