"""A vote that nobody can open keeps no hit waiting, and its sender gains nothing by it."""

import psycopg
import pytest

from symbolon.node.errors import NodeError
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.references import HitId

from .asking import ask
from .conftest import FOCAL_POINT, NodeUnderTest, Pair
from .hit_stories import view


def spoil_vote(node: NodeUnderTest) -> None:
    """Another ciphertext in the outbox, as of a sender that sealed it for a key that nobody has."""
    with psycopg.connect(node.conninfo) as connection:
        found = connection.execute("select message_id, body from outbox_message where kind = 'vote'").fetchone()
        assert found is not None
        body = parse_json(bytes(found[1]))
        assert isinstance(body, dict)
        body["ciphertext"] = str(body["ciphertext"])[:-6] + "AAAAAA"
        connection.execute(
            "update outbox_message set body = %s where message_id = %s", (canonical_bytes(body), found[0])
        )


def vote(pair: Pair, first: Verdict, second: Verdict) -> HitId:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, second, "why" if second is not Verdict.SAME else "")
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, first, "why" if first is not Verdict.SAME else "")
    spoil_vote(pair.xa)
    return hit_id


def its_sender_speaks_first(pair: Pair) -> None:
    pair.xb.deliver()
    pair.xa.deliver()
    pair.xa.receive()
    pair.xa.deliver()
    pair.exchange()


def ledgers(pair: Pair, hit_id: HitId) -> set[JointState]:
    return {view(node, hit_id).summary.joint_state for node in (pair.xa, pair.xb)} | {
        pair.hub.hits.ledgers[hit_id].state
    }


def test_both_ledgers_agree_on_votes_that_came_to_nothing(pair: Pair) -> None:
    hit_id = vote(pair, Verdict.SAME, Verdict.UNSURE)
    for node in (pair.xa, pair.xb):
        node.deliver()
    pair.xb.receive()
    pair.exchange()
    assert ledgers(pair, hit_id) == {JointState.UNRESOLVED}
    assert {"kind": "vote", "round": 1, "problem": "unseal-failed"} in pair.xb.leaves(AuditAct.MESSAGE_REFUSED)
    assert view(pair.xb, hit_id).counterpart_votes == ()


def test_where_its_sender_was_first_to_speak_both_follow_that(pair: Pair) -> None:
    hit_id = vote(pair, Verdict.SAME, Verdict.UNSURE)
    its_sender_speaks_first(pair)
    assert ledgers(pair, hit_id) == {JointState.NEEDS_MORE}


def test_its_sender_confirms_nothing_by_it(pair: Pair) -> None:
    hit_id = vote(pair, Verdict.SAME, Verdict.SAME)
    its_sender_speaks_first(pair)
    assert pair.hub.hits.ledgers[hit_id].state is JointState.CONFIRMED
    with pytest.raises(NodeError):
        ask(pair.xb, hit_id)
    assert Event.REQUESTED not in {step.event for _, step in pair.hub.hits.log}
    pair.xb.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    assert ledgers(pair, hit_id) == {JointState.CLOSED}
