"""Drafts: prefilled, kept, shown, approved, returned; nothing leaves but what a second officer saw."""

from dataclasses import replace

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftAction, DraftState
from symbolon.node.domain.forms import (
    NoteForm,
    RequestForm,
)
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import Request
from symbolon.protocol.references import RequestId

from .asking import AUTHORISER, INVESTIGATOR
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .release_stories import (
    DEPUTY,
    REPLY,
    REQUEST,
    SECOND_AUTHORISER,
    approve,
    confirmed,
    draft_state,
    drafted,
    hit_at,
    received,
    requested,
)


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


def test_about_a_hit_that_is_closed_no_draft_is_approved(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST)
    digest = pair.xa.services.show_draft(AUTHORISER, draft_id).content_digest
    pair.xa.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    (line,) = pair.xa.services.list_drafts(AUTHORISER)
    assert DraftAction.APPROVE not in line.actions
    with pytest.raises(NotAllowedNow):
        pair.xa.services.approve_draft(AUTHORISER, draft_id, str(digest))
