"""A step that a hold stopped is not passed by the next one of its own exchange, which was taken from where it leads."""

from symbolon.node.domain.drafts import DraftState
from symbolon.node.domain.forms import DecisionForm
from symbolon.protocol.exchange_terms import RequestRuling
from symbolon.protocol.lifecycle import JointState

from .asking import answer, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .hit_stories import confirmed, view


def test_an_approved_answer_does_not_come_back_because_its_acceptance_was_held(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xb, hit_id)
    pair.exchange()
    # The other side's hold is at the hub, and its notice is not here yet.
    pair.xb.services.hold_for_safety(PROTECTION_OFFICER, hit_id, True, "threat")
    pair.xb.deliver()
    pair.xa.services.decide_request(FOCAL_POINT, hit_id, exchange_id, DecisionForm(ruling=RequestRuling.ACCEPT))
    pair.xa.deliver()
    answer(pair.xa, hit_id, exchange_id)
    pair.xb.services.hold_for_safety(PROTECTION_OFFICER, hit_id, False, "over")
    pair.xb.deliver()
    pair.xa.deliver()
    pair.draws.later(minutes=10)
    pair.exchange()
    assert [each.state for each in view(pair.xb, hit_id).exchanges] == [JointState.RESPONDED]
    assert [row["state"] for row in pair.xa.rows("release_draft")] == [DraftState.SENT]
