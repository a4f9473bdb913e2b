"""How far a hit went, by a restored hub's word: followed where the votes here bear it out, kept where they do not."""

from dataclasses import replace

from tests.integration.node.conftest import FOCAL_POINT, NodeUnderTest, Pair
from tests.integration.node.hit_stories import confirmed, view

from symbolon.node.domain.reconciliation import HubLife, HubStep
from symbolon.protocol.handling import Verdict
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import HitStanding
from symbolon.protocol.references import HitId, IncarnationId


def hub_came_from_a_backup(node: NodeUnderTest) -> None:
    with node.unit_of_work.begin() as work:
        incarnation = work.directory.incarnation()
        assert incarnation is not None
        for step in (HubStep.TELL, HubStep.DONE):
            work.reconciliation.note_hub_life(HubLife(IncarnationId(incarnation), step), node.draws.now())


def tell(pair: Pair, hit_id: HitId, **other: object) -> None:
    """The hub says to both sides that a hit went on, by no step of theirs."""
    ledger = pair.hub.hits.ledgers[hit_id]
    told = replace(ledger, version=ledger.version + 1, **other)  # type: ignore[arg-type]
    pair.hub.hits.ledgers[hit_id] = told
    for code in ("XA", "XB"):
        pair.hub.deliver(code, HitStanding(hit_id, known_ledger(told), frozen=False))
    pair.exchange()


def state(node: NodeUnderTest, hit_id: HitId) -> JointState:
    return view(node, hit_id).summary.joint_state


def test_a_hub_alone_confirms_no_hit(pair: Pair) -> None:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        hub_came_from_a_backup(node)
    tell(pair, hit_id, state=JointState.CONFIRMED)
    assert [state(node, hit_id) for node in (pair.xa, pair.xb)] == [JointState.ALERTED] * 2
    for held_from, closed_from, told in (
        (JointState.CONFIRMED, None, JointState.HELD),
        (None, JointState.CONFIRMED, JointState.CLOSED),
        (None, None, JointState.NEEDS_MORE),
    ):
        number = 2 if told is JointState.NEEDS_MORE else 1
        tell(pair, hit_id, state=told, held_from=held_from, closed_from=closed_from, round=number)
        assert [state(node, hit_id) for node in (pair.xa, pair.xb)] == [JointState.ALERTED] * 2


def test_with_one_vote_of_its_own_a_side_still_waits_for_the_other_ones(pair: Pair) -> None:
    hit_id = pair.hit()
    hub_came_from_a_backup(pair.xa)
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    tell(pair, hit_id, state=JointState.CONFIRMED)
    assert state(pair.xa, hit_id) is JointState.ALERTED


def test_what_both_votes_came_to_is_taken_from_the_hubs_word_once_both_lie_open(pair: Pair) -> None:
    hit_id = pair.hit()
    hub_came_from_a_backup(pair.xa)
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
        node.deliver()
    votes = [each for each in pair.hub.queues[pair.xa.code] if each.envelope["purpose"] == "vote"]
    pair.hub.queues[pair.xa.code] = []
    tell(pair, hit_id, state=JointState.CONFIRMED)
    assert state(pair.xa, hit_id) is JointState.ALERTED
    pair.hub.queues[pair.xa.code] = votes
    pair.xa.receive()
    with pair.xa.unit_of_work.begin() as work:
        hit = work.hits.find(hit_id)
    assert hit is not None
    assert (hit.ledger.state, hit.pending) == (JointState.CONFIRMED, ())
    assert pair.xa.rows("told_ledger") == []


def test_a_hub_that_came_from_no_backup_has_no_word_on_how_far_a_hit_went(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.hub.step(hit_id, Event.CLOSED)
    pair.hub.queues[pair.xa.code].clear()
    pair.hub.deliver("XA", HitStanding(hit_id, known_ledger(pair.hub.hits.ledgers[hit_id]), frozen=False))
    pair.xa.receive()
    assert state(pair.xa, hit_id) is JointState.CONFIRMED
    assert [row["state"] for row in pair.xa.rows("inbox_delivery") if row["state"] != "done"] == ["waiting"]
