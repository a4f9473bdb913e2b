import pytest

from symbolon.node.errors import HubRefused, NotAllowedNow
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode

from .asking import answer, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .hit_stories import confirmed, reclassify, states, view, vote


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
        ask(pair.xa, hit_id)
        pair.exchange()
    shown = view(pair.xa, hit_id)
    assert [said.not_delivered for said in shown.others] == [Problem.ILLEGAL_TRANSITION]
    assert (shown.exchanges, shown.summary.joint_state) == ((), JointState.CONFIRMED)
    ask(pair.xa, hit_id)
    pair.exchange()
    assert [each.state for each in view(pair.xb, hit_id).exchanges] == [JointState.REQUESTED]


def test_a_refused_reply_says_so_and_can_be_given_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = confirmed(pair)
    request_id = ask(pair.xa, hit_id)
    pair.exchange()
    with monkeypatch.context() as patched:
        refuse(pair, patched, "/v1/messages")
        answer(pair.xb, hit_id, request_id)
        pair.exchange()
    shown = view(pair.xb, hit_id)
    (exchange,) = shown.exchanges
    assert [said.not_delivered for said in exchange.thread] == [None, Problem.ILLEGAL_TRANSITION]
    assert HitAction.REPLY in exchange.actions
    answer(pair.xb, hit_id, request_id)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert [each.state for each in view(node, hit_id).exchanges] == [JointState.RESPONDED]
    with pytest.raises(NotAllowedNow):
        answer(pair.xb, hit_id, request_id)


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
