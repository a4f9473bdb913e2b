"""What a node does not believe: a notice that says another step, votes that came to something else, forgotten steps."""

from dataclasses import replace

import pytest

from symbolon.node.services import follow_steps, send_step
from symbolon.protocol.exchange_steps import notice_for
from symbolon.protocol.exchange_terms import ReplyExtent
from symbolon.protocol.handling import Verdict
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import HitStanding
from symbolon.protocol.problems import Problem

from .asking import REPLY, answer, ask
from .conftest import FOCAL_POINT, NodeUnderTest, Pair
from .hit_stories import confirmed, view
from .test_standings import hub_came_from_a_backup


def problems(node: NodeUnderTest) -> list[object]:
    return [row["problem"] for row in node.rows("inbox_delivery") if row["problem"]]


def test_a_reply_that_is_another_step_than_the_hub_was_told_is_refused_and_not_kept(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    with monkeypatch.context() as patched:
        patched.setattr(
            send_step, "notice_for", lambda *said: replace(notice_for(*said), event=Event.RESPONDED, urgency=None)
        )
        answer(pair.xb, hit_id, exchange_id, replace(REPLY, extent=ReplyExtent.PARTIAL))
    pair.exchange()
    assert problems(pair.xa) == [Problem.MALFORMED_MESSAGE]
    (exchange,) = view(pair.xa, hit_id).exchanges
    assert (exchange.state, len(exchange.thread)) == (JointState.REQUESTED, 1)


def test_a_side_that_says_that_the_votes_came_to_something_else_is_not_believed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
        node.deliver()
    with monkeypatch.context() as patched:
        patched.setattr(follow_steps, "joint_outcome", lambda *_votes: Event.NOT_SAME)
        pair.xb.receive()
        pair.xb.deliver()
    pair.exchange()
    assert problems(pair.xa) == [Problem.ILLEGAL_TRANSITION]
    assert view(pair.xa, hit_id).summary.joint_state in (JointState.ALERTED, JointState.CONFIRMED)


def test_steps_that_were_lost_in_a_restore_of_the_hub_are_taken_from_its_standing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    hub_came_from_a_backup(pair.xa)
    pair.hub.step(hit_id, Event.CLOSED)
    pair.hub.queues[pair.xa.code].clear()
    pair.hub.deliver("XA", HitStanding(hit_id, known_ledger(pair.hub.hits.ledgers[hit_id]), frozen=False))
    pair.exchange()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.CLOSED
    # An older one takes nothing back.
    before = known_ledger(replace(pair.hub.hits.ledgers[hit_id], state=JointState.ALERTED, version=1, closed_from=None))
    pair.hub.deliver("XA", HitStanding(hit_id, before, frozen=False))
    pair.exchange()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.CLOSED
