"""From a confirmed hit to its closed exchange: drafts, four eyes, steps of one officer, and what crosses."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.drafts import OTHER_SIDE_WAS_QUICKER, DraftAction, DraftId, DraftState
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    DraftForm,
    FeedbackForm,
    InformationForm,
    NoteForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotAllowedNow, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    FormalChannel,
    RecallReason,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.handling import HandlingCode, HoldRuling, IdentifierKind, SubjectCategory, Urgency, Verdict
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import ClarificationAnswer, Note, Reply, Request, SpontaneousInformation
from symbolon.protocol.references import HitId, RequestId

from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair

AUTHORISER = Actor("auth", frozenset({Role.AUTHORISER}))
SECOND_AUTHORISER = Actor("auth2", frozenset({Role.AUTHORISER}))
INVESTIGATOR = Actor("inv", frozenset({Role.INVESTIGATOR}))
DEPUTY = Actor("deputy", frozenset({Role.FOCAL_POINT}))
SECOND_PROTECTION_OFFICER = Actor("vpo2", frozenset({Role.PROTECTION_OFFICER}))

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
    digest = node.services.show_draft(by, draft_id).content_digest
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


def test_a_request_is_prefilled_with_what_the_hit_knows_and_no_identifier(pair: Pair) -> None:
    hit_id = confirmed(pair)
    form = pair.xa.services.prefill_request(FOCAL_POINT, hit_id)
    assert "comparison: strong" in form.relevance
    assert form.subject_category is SubjectCategory.SUSPECT
    assert (form.purpose, form.questions, form.onward_sharing) == ("", (), ())
    assert "Somchai" not in repr([getattr(form, name) for name in RequestForm.__slots__])


def test_a_reply_begins_with_one_empty_answer_to_each_question_and_nothing_released(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    form = pair.xb.services.prefill_reply(FOCAL_POINT, hit_id, exchange_id)
    assert (form.answers, form.released, form.onward_sharing, form.may_be_evidence) == (("", ""), (), (), False)


def test_nothing_leaves_while_a_draft_waits_for_its_second_officer(pair: Pair) -> None:
    hit_id = confirmed(pair)
    drafted(pair.xa, hit_id, REQUEST)
    pair.exchange()
    assert received(pair.xb, hit_id, Request) == []
    assert hit_at(pair.xa, hit_id).joint_state is JointState.CONFIRMED


def test_what_arrives_is_exactly_what_the_second_officer_saw(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    seen = pair.xa.services.show_draft(AUTHORISER, draft_id)
    assert isinstance(seen.leaves, Request)
    approve(pair.xa, draft_id)
    pair.exchange()
    (arrived,) = received(pair.xb, hit_id, Request)
    assert isinstance(arrived, Request)
    assert replace(arrived, requested_at=seen.leaves.requested_at) == seen.leaves
    assert seen.page_mark == "H1 · TLP:AMBER · from XA"
    assert seen.line.counterpart == "XB"


def test_who_drafted_does_not_approve_even_with_both_offices(pair: Pair) -> None:
    hit_id = confirmed(pair)
    both = Actor("both", frozenset({Role.FOCAL_POINT, Role.AUTHORISER}))
    draft_id = drafted(pair.xa, hit_id, REQUEST, by=both)
    with pytest.raises(Forbidden, match="Who drafted it cannot approve it"):
        approve(pair.xa, draft_id, both)
    assert draft_state(pair.xa, draft_id) is DraftState.SUBMITTED


@pytest.mark.parametrize("actor", [FOCAL_POINT, DEPUTY, INVESTIGATOR, PROTECTION_OFFICER])
def test_nobody_but_an_authoriser_approves_a_general_release(pair: Pair, actor: Actor) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    digest = pair.xa.services.show_draft(AUTHORISER, draft_id).content_digest
    with pytest.raises((Forbidden, NotFound)):
        pair.xa.services.approve_draft(actor, draft_id, digest)
    assert draft_state(pair.xa, draft_id) is DraftState.SUBMITTED


def test_an_approval_of_something_else_releases_nothing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    with pytest.raises(NotAllowedNow, match="no longer what you saw"):
        pair.xa.services.approve_draft(AUTHORISER, draft_id, "0" * 64)


def test_a_draft_that_was_changed_after_it_was_seen_is_not_released(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    seen = pair.xa.services.show_draft(AUTHORISER, draft_id).content_digest
    pair.xa.services.return_draft(SECOND_AUTHORISER, draft_id, "Say less.")
    pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, replace(REQUEST, facts="Everything"), draft_id)
    pair.xa.services.submit_draft(FOCAL_POINT, draft_id)
    with pytest.raises(NotAllowedNow, match="no longer what you saw"):
        pair.xa.services.approve_draft(AUTHORISER, draft_id, seen)


def test_a_returned_draft_shows_its_remark_and_what_has_changed_since(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    pair.xa.services.return_draft(AUTHORISER, draft_id, "Say less.")
    (line,) = pair.xa.services.list_drafts(FOCAL_POINT)
    assert (line.state, line.remark) == (DraftState.RETURNED, "Say less.")
    pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, replace(REQUEST, facts="Less"), draft_id)
    pair.xa.services.submit_draft(FOCAL_POINT, draft_id)
    view = pair.xa.services.show_draft(AUTHORISER, draft_id)
    assert [(change.name, change.before, change.after) for change in view.changes] == [("facts", REQUEST.facts, "Less")]
    assert [(past.returned_by, past.remark) for past in view.history] == [("auth", "Say less.")]


def test_an_incomplete_draft_is_kept_and_says_what_is_missing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, RequestForm(), None)
    view = pair.xa.services.show_draft(FOCAL_POINT, draft_id)
    assert view.missing is not None
    assert view.missing[0] == "purpose"
    assert (view.leaves, view.content_digest) == (None, None)
    with pytest.raises(InvalidDraft):
        pair.xa.services.submit_draft(FOCAL_POINT, draft_id)


def test_a_discarded_draft_is_in_no_list_and_is_not_submitted(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)
    pair.xa.services.discard_draft(FOCAL_POINT, draft_id)
    assert pair.xa.services.list_drafts(FOCAL_POINT) == ()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.submit_draft(FOCAL_POINT, draft_id)


def test_the_list_begins_with_what_waits_for_this_officers_word(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)
    waiting = drafted(pair.xa, hit_id, NoteForm(text="Thank you"))
    first, second = pair.xa.services.list_drafts(AUTHORISER)
    assert first.draft_id == waiting
    assert DraftAction.APPROVE in first.actions
    assert DraftAction.APPROVE not in second.actions


def test_what_is_written_in_a_draft_lies_sealed(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    pair.xa.services.return_draft(AUTHORISER, draft_id, "Not the city Nakhon")
    stored = repr(pair.xa.rows("release_draft"))
    assert "Nakhon" not in stored
    digest = pair.xa.services.show_draft(AUTHORISER, draft_id).content_digest
    assert digest is not None
    assert digest not in stored


def test_a_form_that_answers_nothing_has_no_place(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(NotFound):
        pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REPLY, None)
    with pytest.raises(NotFound):
        pair.xa.services.save_draft(FOCAL_POINT, hit_id, RequestId("00000000-0000-4000-8000-000000000009"), REPLY, None)


def test_nothing_is_drafted_before_both_said_same(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)


def test_an_own_request_is_not_answered_by_its_own_side(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    with pytest.raises(NotAllowedNow, match="other side's to write"):
        pair.xa.services.save_draft(FOCAL_POINT, hit_id, exchange_id, REPLY, None)


def test_a_reply_answers_each_question(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = pair.xb.services.save_draft(
        FOCAL_POINT, hit_id, exchange_id, replace(REPLY, answers=("In the harbour",)), None
    )
    with pytest.raises(InvalidDraft) as refused:
        pair.xb.services.submit_draft(FOCAL_POINT, draft_id)
    assert refused.value.field == "answers"


def test_an_exchange_goes_from_request_to_its_recorded_outcome(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    pair.xb.services.decide_request(
        FOCAL_POINT, hit_id, exchange_id, DecisionForm(RequestRuling.ACCEPT, expected_on=date(2031, 5, 10))
    )
    pair.exchange()
    assert state(pair.xa, hit_id, exchange_id) is JointState.ACCEPTED
    partial = replace(REPLY, extent=ReplyExtent.PARTIAL, released=(IdentifierKind.PHONE,))
    released(pair.xb, hit_id, partial, exchange_id)
    pair.exchange()
    assert state(pair.xa, hit_id, exchange_id) is JointState.PARTIAL
    released(pair.xb, hit_id, REPLY, exchange_id)
    pair.exchange()
    assert state(pair.xa, hit_id, exchange_id) is JointState.RESPONDED
    pair.hub.hits.tick(hit_id, exchange_id, Event.FEEDBACK_DUE)
    pair.exchange()
    pair.xa.services.give_feedback(
        FOCAL_POINT, hit_id, exchange_id, FeedbackForm(Usefulness.DECISIVE, (CaseOutcome.VICTIM_SAFE,))
    )
    pair.exchange()
    assert {state(node, hit_id, exchange_id) for node in (pair.xa, pair.xb)} == {JointState.CLOSED}


def test_a_question_is_asked_and_answered_with_four_eyes(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    pair.xb.services.ask_clarification(FOCAL_POINT, hit_id, exchange_id, "Which harbour?", HandlingCode.H1)
    pair.exchange()
    assert state(pair.xa, hit_id, exchange_id) is JointState.CLARIFY
    released(pair.xa, hit_id, ClarificationAnswerForm(answer="The northern one"), exchange_id)
    pair.exchange()
    (answer,) = received(pair.xb, hit_id, ClarificationAnswer)
    assert isinstance(answer, ClarificationAnswer)
    assert answer.answer == "The northern one"
    assert state(pair.xb, hit_id, exchange_id) is JointState.REQUESTED


def test_a_refusal_is_the_authorisers_and_goes_on_by_the_formal_route(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    refusal = DecisionForm(RequestRuling.REFUSE, RefusalGround.ONGOING_INVESTIGATION)
    with pytest.raises(Forbidden):
        pair.xb.services.decide_request(FOCAL_POINT, hit_id, exchange_id, refusal)
    pair.xb.services.decide_request(AUTHORISER, hit_id, exchange_id, refusal)
    pair.exchange()
    assert state(pair.xa, hit_id, exchange_id) is JointState.REFUSED
    pair.xa.services.go_formal(FOCAL_POINT, hit_id, exchange_id, FormalChannel.LEGAL_ASSISTANCE, "MLA 12/2031")
    pair.exchange()
    assert state(pair.xb, hit_id, exchange_id) is JointState.FORMAL_ROUTE


def test_information_goes_unasked(pair: Pair) -> None:
    hit_id = confirmed(pair)
    form = InformationForm(information="He has left", relevance="You look for him", handling_code=HandlingCode.H1)
    exchange_id = released(pair.xb, hit_id, form)
    assert exchange_id is not None
    pair.exchange()
    (arrived,) = received(pair.xa, hit_id, SpontaneousInformation)
    assert isinstance(arrived, SpontaneousInformation)
    assert arrived.information == "He has left"
    assert state(pair.xa, hit_id, exchange_id) is JointState.SPONTANEOUS


def test_notes_form_a_thread(pair: Pair) -> None:
    hit_id = confirmed(pair)
    released(pair.xa, hit_id, NoteForm(text="Thank you", tlp=Tlp.AMBER))
    pair.exchange()
    (first,) = received(pair.xb, hit_id, Note)
    assert isinstance(first, Note)
    released(pair.xb, hit_id, NoteForm(text="With pleasure", reply_to=first.note_id, tlp=Tlp.AMBER))
    pair.exchange()
    (second,) = received(pair.xa, hit_id, Note)
    assert isinstance(second, Note)
    assert second.reply_to == first.note_id


def test_a_note_replies_to_one_that_is_there(pair: Pair) -> None:
    hit_id = confirmed(pair)
    released(pair.xa, hit_id, NoteForm(text="Thank you"))
    pair.exchange()
    (note,) = received(pair.xb, hit_id, Note)
    other = replace(NoteForm(text="x"), reply_to="00000000-0000-4000-8000-000000000009")
    assert note
    with pytest.raises(NotFound):
        pair.xb.services.save_draft(FOCAL_POINT, hit_id, None, other, None)


def test_a_request_is_recalled_until_it_is_answered_in_full(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)
    pair.exchange()
    assert state(pair.xb, hit_id, exchange_id) in (JointState.RECALLED, JointState.CLOSED)
    with pytest.raises(NodeError):
        pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)


def test_each_release_leaves_a_leaf_that_names_both_officers_and_the_recipient(pair: Pair) -> None:
    hit_id, _ = requested(pair)
    (leaf,) = pair.xa.leaves(AuditAct.RELEASE_APPROVED)
    assert leaf == {"hit": hit_id, "purpose": "request", "drafted_by": "fp", "to": "XB", "files": 0}


def test_of_two_officers_who_approve_at_once_one_does(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    digest = pair.xa.services.show_draft(AUTHORISER, draft_id).content_digest
    assert digest is not None
    refused: list[Exception] = []
    start = threading.Barrier(2)

    def press(actor: Actor) -> None:
        start.wait()
        try:
            pair.xa.services.approve_draft(actor, draft_id, digest)
        except NodeError as error:
            refused.append(error)

    officers = [threading.Thread(target=press, args=(actor,)) for actor in (AUTHORISER, SECOND_AUTHORISER)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    pair.exchange()
    assert len(refused) == 1
    assert len(received(pair.xb, hit_id, Request)) == 1


def test_an_answer_that_crosses_a_recall_comes_back_to_its_drafter(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = drafted(pair.xb, hit_id, REPLY, exchange_id)
    approve(pair.xb, draft_id)
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.NO_LONGER_NEEDED)
    pair.xa.deliver()
    pair.xb.deliver()
    view = pair.xb.services.show_draft(FOCAL_POINT, draft_id)
    assert (view.line.state, view.line.remark) == (DraftState.RETURNED, OTHER_SIDE_WAS_QUICKER)
    pair.exchange()
    assert received(pair.xa, hit_id, Reply) == []


def test_an_answer_is_not_approved_after_the_recall_is_known(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = drafted(pair.xb, hit_id, REPLY, exchange_id)
    digest = pair.xb.services.show_draft(AUTHORISER, draft_id).content_digest
    assert digest is not None
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.NO_LONGER_NEEDED)
    pair.exchange()
    with pytest.raises(NodeError):
        pair.xb.services.approve_draft(AUTHORISER, draft_id, digest)
    pair.exchange()
    assert received(pair.xa, hit_id, Reply) == []


def test_nothing_is_approved_under_a_safety_hold(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = drafted(pair.xb, hit_id, REPLY, exchange_id)
    hold(pair.xb, hit_id)
    with pytest.raises(NotAllowedNow, match="on hold"):
        approve(pair.xb, draft_id)
    assert draft_state(pair.xb, draft_id) is DraftState.SUBMITTED


def test_the_other_sides_safety_hold_stops_a_release_as_well(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = drafted(pair.xb, hit_id, REPLY, exchange_id)
    hold(pair.xa, hit_id)
    pair.exchange()
    with pytest.raises(NotAllowedNow, match="on hold"):
        approve(pair.xb, draft_id)


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


def test_on_a_protected_hit_two_protection_officers_release(pair: Pair) -> None:
    hit_id = protected_confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST, by=PROTECTION_OFFICER)
    with pytest.raises(Forbidden):
        approve(pair.xa, draft_id, PROTECTION_OFFICER)
    approve(pair.xa, draft_id, SECOND_PROTECTION_OFFICER)
    pair.exchange()
    (arrived,) = received(pair.xb, hit_id, Request)
    assert isinstance(arrived, Request)
    assert arrived.marks.non_punishment


@pytest.mark.parametrize("actor", [FOCAL_POINT, AUTHORISER, INVESTIGATOR])
def test_nobody_else_learns_of_a_draft_about_a_protected_hit(pair: Pair, actor: Actor) -> None:
    hit_id = protected_confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST, by=PROTECTION_OFFICER)
    unknown = DraftId("00000000-0000-4000-8000-000000000009")
    if actor is not INVESTIGATOR:
        assert pair.xa.services.list_drafts(actor) == ()
    for which in (draft_id, unknown):
        for act in (
            lambda which=which: pair.xa.services.show_draft(actor, which),
            lambda which=which: pair.xa.services.approve_draft(actor, which, "0" * 64),
            lambda which=which: pair.xa.services.return_draft(actor, which, "x"),
            lambda which=which: pair.xa.services.discard_draft(actor, which),
        ):
            with pytest.raises(NotFound) as refused:
                act()
            assert refused.value.sentence == "There is no such draft in your queue."


def test_a_prefilled_request_does_not_tell_of_a_victim(pair: Pair) -> None:
    hit_id = protected_confirmed(pair)
    form = pair.xa.services.prefill_request(PROTECTION_OFFICER, hit_id)
    assert form.subject_category is SubjectCategory.UNKNOWN


def test_an_investigator_neither_drafts_nor_lists_drafts(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(Forbidden):
        pair.xa.services.save_draft(INVESTIGATOR, hit_id, None, REQUEST, None)
    with pytest.raises(Forbidden):
        pair.xa.services.list_drafts(INVESTIGATOR)
