"""An officer asks and another approves; the other state's officers answer: in few words, for tests."""

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import InformationForm, ReplyForm, RequestForm
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.protocol.handling import (
    HandlingCode,
    InformationAccuracy,
    SourceReliability,
    Urgency,
)
from symbolon.protocol.references import HitId, RequestId

from .conftest import FOCAL_POINT, NodeUnderTest

AUTHORISER = Actor("auth", frozenset({Role.AUTHORISER}))
INVESTIGATOR = Actor("inv", frozenset({Role.INVESTIGATOR}))
SECOND_PROTECTION_OFFICER = Actor("vpo-2", frozenset({Role.PROTECTION_OFFICER}))
REQUEST = RequestForm(
    purpose="Find the recruiter",
    relevance="Same person",
    facts="Recruited three people",
    questions=("Where is he?", "Who paid?"),
    why_this_state="Lives there",
    urgency=Urgency.U2,
    urgency_reason="Transport expected",
    legal_basis="Agreement, article 1",
    handling_code=HandlingCode.H1,
)
REPLY = ReplyForm(
    answers=("In the harbour", "Not known"),
    source_reliability=SourceReliability.B,
    information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
    handling_code=HandlingCode.H1,
)


def release(node: NodeUnderTest, draft_id: DraftId, drafter: Actor = FOCAL_POINT, approver: Actor = AUTHORISER) -> None:
    """Submit a draft, and approve exactly what it shows."""
    node.services.submit_draft(drafter, draft_id)
    shown = node.services.show_draft(approver, draft_id, reason_given(node, approver, draft_id))
    assert shown.content_digest is not None
    node.services.approve_draft(approver, draft_id, shown.content_digest)


def reason_given(node: NodeUnderTest, actor: Actor, draft_id: DraftId) -> Visit:
    """A visit in which the actor said why they look at a draft, where its hit is protected."""
    visit = Visit(f"{actor.login} looks at {draft_id}")
    (line,) = [each for each in node.services.list_drafts(actor) if each.draft_id == draft_id]
    if line.protected:
        node.services.give_justification(actor, line.hit_id, visit, ViewReason.EXCHANGE, "Second pair of eyes")
    return visit


def ask(
    node: NodeUnderTest,
    hit_id: HitId,
    form: RequestForm = REQUEST,
    officers: tuple[Actor, Actor] = (FOCAL_POINT, AUTHORISER),
) -> RequestId:
    """Send a request; the exchange that it opens."""
    drafter, approver = officers
    before = {each.exchange_id for each in node.services.show_hit(drafter, hit_id).exchanges}
    release(node, node.services.save_draft(drafter, hit_id, None, form, None), drafter, approver)
    after = {each.exchange_id for each in node.services.show_hit(drafter, hit_id).exchanges}
    (opened,) = after - before
    return opened


def answer(
    node: NodeUnderTest,
    hit_id: HitId,
    exchange_id: RequestId,
    form: ReplyForm = REPLY,
    officers: tuple[Actor, Actor] = (FOCAL_POINT, AUTHORISER),
) -> None:
    """Send a reply."""
    drafter, approver = officers
    release(node, node.services.save_draft(drafter, hit_id, exchange_id, form, None), drafter, approver)


def inform(node: NodeUnderTest, hit_id: HitId, form: InformationForm) -> None:
    """Send information unasked."""
    release(node, node.services.save_draft(FOCAL_POINT, hit_id, None, form, None))
