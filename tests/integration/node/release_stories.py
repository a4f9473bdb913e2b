"""Officers, forms and short stories of releases, for tests."""

import io
from dataclasses import replace

import pypdf

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.drafts import DraftId, DraftState
from symbolon.node.domain.forms import (
    DraftForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.messages import StoredMessage
from symbolon.protocol.exchange_terms import (
    Tlp,
)
from symbolon.protocol.handling import HandlingCode, HoldRuling, Urgency, Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, RequestId

from .asking import AUTHORISER, reason_given
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair

SECOND_AUTHORISER = Actor("auth2", frozenset({Role.AUTHORISER}))
DEPUTY = Actor("deputy", frozenset({Role.FOCAL_POINT}))

VISIT = Visit("a session")
REQUEST = RequestForm(
    purpose="Find the recruiter",
    relevance="Same person",
    facts="Recruited three people in Nakhon",
    questions=("Where is he?", "Who paid?"),
    why_this_state="Lives there",
    urgency=Urgency.U2,
    urgency_reason="Transport expected",
    legal_basis="Agreement, article 1",
    handling_code=HandlingCode.H1,
    tlp=Tlp.AMBER,
)
REPLY = ReplyForm(answers=("In the harbour", "Not known"), handling_code=HandlingCode.H1, tlp=Tlp.AMBER)


def confirmed(pair: Pair) -> HitId:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "reason")
    pair.exchange()
    pair.exchange()
    assert hit_at(pair.xa, hit_id).joint_state is JointState.CONFIRMED
    return hit_id


def hit_at(node: NodeUnderTest, hit_id: HitId) -> Hit:
    with node.unit_of_work.begin() as work:
        hit = work.hits.find(hit_id)
    assert hit is not None
    return hit


def drafted(
    node: NodeUnderTest, hit_id: HitId, form: DraftForm, exchange_id: RequestId | None = None, by: Actor = FOCAL_POINT
) -> DraftId:
    draft_id = node.services.save_draft(by, hit_id, exchange_id, form, None)
    node.services.submit_draft(by, draft_id)
    return draft_id


def approve(node: NodeUnderTest, draft_id: DraftId, by: Actor = AUTHORISER) -> None:
    digest = node.services.show_draft(by, draft_id, reason_given(node, by, draft_id)).content_digest
    assert digest is not None
    node.services.approve_draft(by, draft_id, digest)


def released(
    node: NodeUnderTest, hit_id: HitId, form: DraftForm, exchange_id: RequestId | None = None
) -> RequestId | None:
    draft_id = drafted(node, hit_id, form, exchange_id)
    approve(node, draft_id)
    with node.unit_of_work.begin() as work:
        draft = work.drafts.find(draft_id)
    assert draft is not None
    return draft.exchange_id


def requested(pair: Pair) -> tuple[HitId, RequestId]:
    """A request of XA that XB has."""
    hit_id = confirmed(pair)
    exchange_id = released(pair.xa, hit_id, REQUEST)
    assert exchange_id is not None
    pair.exchange()
    assert state(pair.xb, hit_id, exchange_id) is JointState.REQUESTED
    return hit_id, exchange_id


def state(node: NodeUnderTest, hit_id: HitId, exchange_id: RequestId) -> JointState:
    exchange = hit_at(node, hit_id).shown.exchange(exchange_id)
    assert exchange is not None
    return exchange.state


def received(node: NodeUnderTest, hit_id: HitId, kind: type) -> list[object]:
    with node.unit_of_work.begin() as work:
        messages = work.messages.of_hit(hit_id)
    return [
        each.message for each in messages if each.direction is Direction.RECEIVED and isinstance(each.message, kind)
    ]


def draft_state(node: NodeUnderTest, draft_id: DraftId) -> DraftState:
    with node.unit_of_work.begin() as work:
        draft = work.drafts.find(draft_id)
    assert draft is not None
    return draft.state


def hold(node: NodeUnderTest, hit_id: HitId) -> None:
    """Freeze the hit, as its protection officer does on one that carries a victim's mark."""
    with node.unit_of_work.begin() as work:
        hit = work.hits.lock(hit_id)
        assert hit is not None
        work.hits.save(replace(hit, non_punishment=True))
    node.services.hold_for_safety(PROTECTION_OFFICER, hit_id, True, "Somebody is in danger")


def protected_confirmed(pair: Pair) -> HitId:
    """A confirmed hit whose record at XA is a victim's."""
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,victim,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ["XA"])
    pair.exchange()
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.exchange()
    pair.xa.services.cast_vote(PROTECTION_OFFICER, hit_id, Verdict.SAME, "reason")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "reason")
    pair.exchange()
    pair.exchange()
    assert hit_at(pair.xa, hit_id).joint_state is JointState.CONFIRMED
    return hit_id


def messages_at(node: NodeUnderTest, hit_id: HitId) -> tuple[StoredMessage, ...]:
    with node.unit_of_work.begin() as work:
        return work.messages.of_hit(hit_id)


def responded(pair: Pair, form: ReplyForm = REPLY) -> tuple[HitId, RequestId]:
    """A request of XA with XB's answer."""
    hit_id, exchange_id = requested(pair)
    released(pair.xb, hit_id, form, exchange_id)
    pair.exchange()
    return hit_id, exchange_id


def text_of(printed: bytes) -> str:
    read = pypdf.PdfReader(io.BytesIO(printed))
    return " ".join(" ".join(page.extract_text().split()) for page in read.pages)
