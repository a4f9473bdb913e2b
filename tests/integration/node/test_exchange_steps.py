"""From a request to its recorded outcome: every step of an exchange, and the notes beside it."""

from dataclasses import replace
from datetime import date

import pytest

from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    FeedbackForm,
    InformationForm,
    NoteForm,
)
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
from symbolon.protocol.handling import HandlingCode, IdentifierKind
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import ClarificationAnswer, Note, SpontaneousInformation

from .asking import AUTHORISER
from .conftest import FOCAL_POINT, Pair
from .release_stories import REPLY, confirmed, received, released, requested, state


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


def test_a_second_part_is_the_rest(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    partial = replace(REPLY, extent=ReplyExtent.PARTIAL)
    released(pair.xb, hit_id, partial, exchange_id)
    draft_id = pair.xb.services.save_draft(FOCAL_POINT, hit_id, exchange_id, partial, None)
    with pytest.raises(InvalidDraft) as refused:
        pair.xb.services.submit_draft(FOCAL_POINT, draft_id)
    assert refused.value.field == "extent"
