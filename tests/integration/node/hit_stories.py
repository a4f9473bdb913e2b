"""What officers see, and votes of both sides: in few words, for tests."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hits import HitView
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import SubjectCategory, Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair


def view(node: NodeUnderTest, hit_id: HitId, actor: Actor = FOCAL_POINT) -> HitView:
    return node.services.show_hit(actor, hit_id)


def vote(pair: Pair, hit_id: HitId, ours: Verdict, theirs: Verdict) -> None:
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, ours, "reason")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, theirs, "reason")
    pair.exchange()


def confirmed(pair: Pair) -> HitId:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    return hit_id


def reclassify(pair: Pair) -> None:
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.exchange()


def states(pair: Pair, hit_id: HitId) -> list[JointState]:
    return [view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state, view(pair.xb, hit_id).summary.joint_state]
