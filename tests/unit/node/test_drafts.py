"""Drafts: what each state takes, and whose four eyes let something leave, enumerated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import (
    AS_INFORMATION,
    OTHER_SIDE_WAS_QUICKER,
    Draft,
    DraftAction,
    DraftId,
    DraftState,
    ReleaseRule,
    approved,
    changed,
    discarded,
    draft_actions,
    refused_by_hub,
    returned,
    submitted,
)
from symbolon.node.domain.forms import NoteForm
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotAllowedNow
from symbolon.protocol.lifecycle import RELEASES, STEPS
from symbolon.protocol.lifecycle_rights import Officer
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId

NOW = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)
DIGEST = "d" * 64
GENERAL = ReleaseRule(AS_INFORMATION, protected=False)
PROTECTED = ReleaseRule(AS_INFORMATION, protected=True)
OFFICERS = (Role.FOCAL_POINT, Role.INVESTIGATOR, Role.PROTECTION_OFFICER, Role.AUTHORISER)
ROLE_SETS = [frozenset(some) for size in range(len(OFFICERS) + 1) for some in combinations(OFFICERS, size)]

DRAFTER = Actor("drafter", frozenset({Role.FOCAL_POINT}))
APPROVER = Actor("approver", frozenset({Role.AUTHORISER}))


def _names(roles: tuple[frozenset[Role], frozenset[Role]]) -> str:
    return " and ".join("+".join(sorted(some)) or "none" for some in roles)


def draft(state: DraftState = DraftState.DRAFT, by: Officer | None = None) -> Draft:
    drafter = by or GENERAL.officer(DRAFTER)
    return Draft(
        draft_id=DraftId("1"),
        hit_id=HitId("2"),
        exchange_id=None,
        purpose=Purpose.NOTE,
        content=NoteForm(text="first"),
        state=state,
        drafted_by=drafter.login,
        offices=drafter.offices,
        drafted_at=NOW,
        submitted_at=None if state is DraftState.DRAFT else NOW,
        content_digest=None if state is DraftState.DRAFT else DIGEST,
    )


def releases(first: Actor, second: Actor, rule: ReleaseRule) -> bool:
    waiting = draft(DraftState.SUBMITTED, rule.officer(first))
    try:
        return approved(waiting, second, rule, DIGEST, DIGEST).state is DraftState.SENT
    except Forbidden:
        return False


@pytest.mark.parametrize("roles", list(product(ROLE_SETS, ROLE_SETS)), ids=_names)
def test_a_general_release_needs_a_focal_point_and_another_login_that_authorises(
    roles: tuple[frozenset[Role], frozenset[Role]],
) -> None:
    first, second = Actor("one", roles[0]), Actor("two", roles[1])
    expected = Role.FOCAL_POINT in roles[0] and Role.AUTHORISER in roles[1]
    assert releases(first, second, GENERAL) is expected


@pytest.mark.parametrize("roles", list(product(ROLE_SETS, ROLE_SETS)), ids=_names)
def test_a_protected_release_needs_two_protection_officers_and_nobody_else(
    roles: tuple[frozenset[Role], frozenset[Role]],
) -> None:
    first, second = Actor("one", roles[0]), Actor("two", roles[1])
    expected = Role.PROTECTION_OFFICER in roles[0] and Role.PROTECTION_OFFICER in roles[1]
    assert releases(first, second, PROTECTED) is expected


@pytest.mark.parametrize("rule", [GENERAL, PROTECTED], ids=["general", "protected"])
@pytest.mark.parametrize("roles", ROLE_SETS, ids=lambda roles: "+".join(sorted(roles)) or "none")
def test_nobody_releases_what_they_drafted_whatever_their_roles(roles: frozenset[Role], rule: ReleaseRule) -> None:
    alone = Actor("one", roles)
    assert not releases(alone, alone, rule)


@pytest.mark.parametrize("step", [step for step in STEPS if step.event in RELEASES], ids=lambda step: step.event)
def test_every_release_of_the_table_asks_for_the_same_two_offices(step: object) -> None:
    rule = ReleaseRule(step, protected=False)  # type: ignore[arg-type]
    assert releases(DRAFTER, APPROVER, rule)
    assert not releases(APPROVER, DRAFTER, rule)


def test_who_was_a_focal_point_when_a_hit_became_protected_does_not_get_it_released() -> None:
    waiting = draft(DraftState.SUBMITTED, GENERAL.officer(DRAFTER))
    officer = Actor("vpo", frozenset({Role.PROTECTION_OFFICER}))
    with pytest.raises(Forbidden):
        approved(waiting, officer, PROTECTED, DIGEST, DIGEST)


@pytest.mark.parametrize(("seen", "leaving"), [("e" * 64, DIGEST), (DIGEST, "e" * 64), ("e" * 64, "e" * 64)])
def test_nothing_leaves_but_what_was_submitted_and_seen(seen: str, leaving: str) -> None:
    with pytest.raises(NotAllowedNow, match="no longer what you saw"):
        approved(draft(DraftState.SUBMITTED), APPROVER, GENERAL, seen, leaving)


TAKES = {
    DraftState.DRAFT: {DraftAction.CHANGE, DraftAction.SUBMIT, DraftAction.DISCARD},
    DraftState.SUBMITTED: {DraftAction.APPROVE, DraftAction.RETURN, DraftAction.DISCARD},
    DraftState.RETURNED: {DraftAction.CHANGE, DraftAction.SUBMIT, DraftAction.DISCARD},
    DraftState.SENT: set(),
    DraftState.DISCARDED: set(),
}


def act(action: DraftAction, waiting: Draft) -> Draft:
    later = NOW + timedelta(minutes=1)
    match action:
        case DraftAction.CHANGE:
            return changed(waiting, NoteForm(text="second"), GENERAL.officer(DRAFTER), later, GENERAL)
        case DraftAction.SUBMIT:
            return submitted(waiting, GENERAL.officer(DRAFTER), DIGEST, later)
        case DraftAction.APPROVE:
            return approved(waiting, APPROVER, GENERAL, DIGEST, DIGEST)
        case DraftAction.RETURN:
            return returned(waiting, APPROVER, GENERAL, "Say less.")
        case DraftAction.DISCARD:
            return discarded(waiting, DRAFTER, GENERAL)


@pytest.mark.parametrize(("state", "action"), list(product(DraftState, DraftAction)))
def test_each_state_takes_its_own_actions_and_no_other(state: DraftState, action: DraftAction) -> None:
    if action in TAKES[state]:
        assert act(action, draft(state)).version == 2
    else:
        with pytest.raises(NotAllowedNow):
            act(action, draft(state))


@pytest.mark.parametrize("state", DraftState)
def test_a_page_offers_to_drafter_and_approver_together_exactly_what_the_state_takes(state: DraftState) -> None:
    offered = {action for actor in (DRAFTER, APPROVER) for action in draft_actions(draft(state), actor, GENERAL)}
    assert offered == TAKES[state]


def test_another_focal_point_changes_no_draft_of_a_colleague() -> None:
    colleague = Actor("colleague", frozenset({Role.FOCAL_POINT}))
    with pytest.raises(Forbidden):
        changed(draft(), NoteForm(), GENERAL.officer(colleague), NOW, GENERAL)
    with pytest.raises(Forbidden):
        submitted(draft(), GENERAL.officer(colleague), DIGEST, NOW)


def test_another_focal_point_may_discard_a_draft_whose_officer_is_gone() -> None:
    colleague = Actor("colleague", frozenset({Role.FOCAL_POINT}))
    assert discarded(draft(), colleague, GENERAL).state is DraftState.DISCARDED


@pytest.mark.parametrize("remark", ["", "   ", "x" * 1001])
def test_a_draft_is_returned_with_a_remark(remark: str) -> None:
    with pytest.raises(InvalidDraft) as refused:
        returned(draft(DraftState.SUBMITTED), APPROVER, GENERAL, remark)
    assert refused.value.field == "remark"


def test_what_was_submitted_before_stays_to_be_compared() -> None:
    back = returned(draft(DraftState.SUBMITTED), APPROVER, GENERAL, "Say less.")
    assert back.earlier == NoteForm(text="first")
    again = changed(back, NoteForm(text="less"), GENERAL.officer(DRAFTER), NOW, GENERAL)
    assert again.earlier == NoteForm(text="first")
    assert [each.remark for each in again.submissions] == ["Say less."]


def test_a_changed_draft_needs_a_new_submission() -> None:
    back = returned(draft(DraftState.SUBMITTED), APPROVER, GENERAL, "Say less.")
    again = changed(back, NoteForm(text="less"), GENERAL.officer(DRAFTER), NOW, GENERAL)
    assert (again.state, again.content_digest) == (DraftState.DRAFT, None)


def test_what_the_hub_refused_is_the_drafters_again_with_the_reason() -> None:
    sent = approved(draft(DraftState.SUBMITTED), APPROVER, GENERAL, DIGEST, DIGEST)
    back = refused_by_hub(sent)
    assert (back.state, back.remark) == (DraftState.RETURNED, OTHER_SIDE_WAS_QUICKER)
    with pytest.raises(NodeError):
        approved(back, APPROVER, GENERAL, DIGEST, DIGEST)


def test_only_what_was_sent_is_refused_by_the_hub() -> None:
    with pytest.raises(NotAllowedNow):
        refused_by_hub(replace(draft(), state=DraftState.SUBMITTED))
