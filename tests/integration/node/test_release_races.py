"""What crosses a release, what holds it back, and whose it is on a protected hit."""

import threading

import pytest

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.drafts import OTHER_SIDE_WAS_QUICKER, DraftId, DraftState
from symbolon.node.domain.justification import JustificationNeeded, ViewReason, Visit
from symbolon.node.errors import Forbidden, NodeError, NotAllowedNow, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import (
    RecallReason,
)
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.messages import Reply, Request

from .asking import AUTHORISER, INVESTIGATOR, SECOND_PROTECTION_OFFICER
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .release_stories import (
    REPLY,
    REQUEST,
    SECOND_AUTHORISER,
    approve,
    confirmed,
    draft_state,
    drafted,
    hold,
    protected_confirmed,
    received,
    requested,
)


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
    visit = Visit("a test")
    with pytest.raises(JustificationNeeded):
        pair.xa.services.prefill_request(PROTECTION_OFFICER, hit_id, visit)
    pair.xa.services.give_justification(PROTECTION_OFFICER, hit_id, visit, ViewReason.EXCHANGE, "To ask")
    form = pair.xa.services.prefill_request(PROTECTION_OFFICER, hit_id, visit)
    assert form.subject_category is SubjectCategory.UNKNOWN


def test_an_investigator_neither_drafts_nor_lists_drafts(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(Forbidden):
        pair.xa.services.save_draft(INVESTIGATOR, hit_id, None, REQUEST, None)
    with pytest.raises(Forbidden):
        pair.xa.services.list_drafts(INVESTIGATOR)


def test_a_draft_about_a_protected_hit_is_shown_to_who_says_why_and_each_look_leaves_a_leaf(pair: Pair) -> None:
    hit_id = protected_confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST, by=PROTECTION_OFFICER)
    visit, services = Visit("a test"), pair.xa.services
    before = len(pair.xa.leaves(AuditAct.PROTECTED_VIEWED))
    for look in (
        lambda: services.show_draft(PROTECTION_OFFICER, draft_id, visit),
        lambda: services.asked_before(PROTECTION_OFFICER, hit_id, visit),
        lambda: services.prefill_information(PROTECTION_OFFICER, hit_id, visit),
    ):
        with pytest.raises(JustificationNeeded):
            look()
    assert len(pair.xa.leaves(AuditAct.PROTECTED_VIEWED)) == before
    services.give_justification(PROTECTION_OFFICER, hit_id, visit, ViewReason.EXCHANGE, "To release it")
    assert services.show_draft(PROTECTION_OFFICER, draft_id, visit).content == REQUEST
    assert len(pair.xa.leaves(AuditAct.PROTECTED_VIEWED)) == before + 1
