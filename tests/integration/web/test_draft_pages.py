"""Four eyes by pages: what a second officer sees of a draft, approves, or gives back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.web.paper_desk import PASSWORD, hidden_field, hit_id

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftState
from symbolon.node.domain.forms import NoteForm, RequestForm
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import HandlingCode
from symbolon.runtime import accounts

HIT = hit_id(5)
MARA = Actor("mara", frozenset({Role.FOCAL_POINT}))
REQUEST = RequestForm(
    purpose="To find the vessel.",
    relevance="Same organiser.",
    facts="Forced labour.",
    questions=("Which vessel?",),
    why_this_state="It holds the other half.",
    urgency_reason="It sails soon.",
    legal_basis="Regional arrangement",
    handling_code=HandlingCode.H1,
    marks=ProtectionMarks(non_punishment=False, minor=True, victim_risk="Do not call the family."),
)


@pytest.fixture
def draft(paper_desk):
    """A finished request of the focal point's."""
    return paper_desk.drafts.save(MARA, HIT, None, REQUEST, None)


@pytest.fixture
def submitted(paper_desk, draft):
    paper_desk.drafts.submit(MARA, draft)
    return draft


@pytest.fixture
def drafter(node_app, visit):
    return visit(node_app).sign_in("mara")


@pytest.fixture
def authoriser(node_app, visit):
    return visit(node_app).sign_in("aya")


def page_of(draft):
    return f"/hits/{HIT}/drafts/{draft}"


def state_of(paper_desk, draft):
    return paper_desk.drafts.kept[draft].state


def test_the_list_says_how_many_wait_for_whom(drafter, authoriser, submitted):
    assert "1 draft waits for your word" in authoriser.client.get("/drafts").text
    assert "0 drafts wait for your word; 1 is listed in all" in drafter.client.get("/drafts").text


def test_a_draft_says_exactly_what_leaves_to_whom_and_under_which_signs(authoriser, submitted):
    page = authoriser.client.get(page_of(submitted)).text
    leaves = page.split('id="leaves"')[1].split("</section>")[0]
    for said in (
        "To find the vessel.",
        "Same organiser.",
        "Forced labour.",
        "Which vessel?",
        "It holds the other half.",
        "It sails soon.",
        "Regional arrangement",
        "H1 not as evidence without permission",
        "TLP:AMBER+STRICT",
        "Do not call the family.",
        "To Belanu (XB) alone",
    ):
        assert said in leaves
    assert "H1 · TLP:AMBER+STRICT · from XA · a minor" in leaves


def test_the_drafter_submits_and_does_not_approve(drafter, paper_desk, draft):
    assert drafter.send(page_of(draft), f"{page_of(draft)}/submit").status_code == 303
    assert state_of(paper_desk, draft) is DraftState.SUBMITTED
    page = drafter.client.get(page_of(draft)).text
    assert "Approve and send" not in page
    assert "It waits for a second officer" in page
    assert drafter.send(page_of(draft), f"{page_of(draft)}/approve").status_code == 403


def test_a_second_officer_approves_what_they_saw(authoriser, paper_desk, submitted):
    page = authoriser.client.get(page_of(submitted)).text
    digest = hidden_field(page, "content_digest")
    assert f"<code>{digest}</code>" in page
    answer = authoriser.send(page_of(submitted), f"{page_of(submitted)}/approve", content_digest=digest)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hits/{HIT}")
    assert state_of(paper_desk, submitted) is DraftState.SENT
    assert "Approved: it is sealed and on its way." in authoriser.client.get(f"/hits/{HIT}").text


def test_an_approval_that_is_sent_twice_releases_once(authoriser, paper_desk, submitted):
    page = authoriser.client.get(page_of(submitted)).text
    fields = {name: hidden_field(page, name) for name in ("csrf_token", "form_id", "content_digest")}
    approve = f"{page_of(submitted)}/approve"
    answers = [authoriser.client.post(approve, data=fields, follow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert paper_desk.drafts.kept[submitted].version == 3


def test_nothing_leaves_on_an_approval_of_something_else(authoriser, paper_desk, submitted):
    answer = authoriser.send(page_of(submitted), f"{page_of(submitted)}/approve", content_digest="00" * 32)
    assert answer.status_code == 409
    assert "no longer what you saw" in answer.text
    assert state_of(paper_desk, submitted) is DraftState.SUBMITTED


def test_what_was_changed_between_look_and_approval_does_not_leave(authoriser, paper_desk, clock, submitted):
    digest = hidden_field(authoriser.client.get(page_of(submitted)).text, "content_digest")
    paper_desk.drafts.give_back(Actor("zoe", frozenset({Role.AUTHORISER})), submitted, "Say which vessel.")
    clock.advance(timedelta(minutes=1))
    paper_desk.drafts.save(MARA, HIT, None, replace(REQUEST, purpose="Another thing."), submitted)
    answer = authoriser.send(page_of(submitted), f"{page_of(submitted)}/approve", content_digest=digest)
    assert answer.status_code == 409
    assert state_of(paper_desk, submitted) is DraftState.DRAFT


def test_a_draft_is_given_back_with_a_remark_that_its_drafter_reads(authoriser, drafter, paper_desk, submitted):
    answer = authoriser.send(page_of(submitted), f"{page_of(submitted)}/return", remark="Name no family.")
    assert (answer.status_code, answer.headers["location"]) == (303, "/drafts")
    assert state_of(paper_desk, submitted) is DraftState.RETURNED
    assert "Name no family." in drafter.client.get("/drafts").text
    assert "Name no family." in drafter.client.get(page_of(submitted)).text


def test_a_return_without_a_remark_is_not_taken(authoriser, paper_desk, submitted):
    answer = authoriser.send(page_of(submitted), f"{page_of(submitted)}/return", remark=" ")
    assert answer.status_code == 422
    assert "Say what is to be changed." in answer.text
    assert state_of(paper_desk, submitted) is DraftState.SUBMITTED


def test_the_second_look_shows_what_has_changed_since_the_first(authoriser, paper_desk, clock):
    draft = paper_desk.drafts.save(MARA, HIT, None, NoteForm(text="We call first."), None)
    paper_desk.drafts.submit(MARA, draft)
    authoriser.send(page_of(draft), f"{page_of(draft)}/return", remark="Say whom.")
    clock.advance(timedelta(minutes=1))
    paper_desk.drafts.save(MARA, HIT, None, NoteForm(text="We call your desk first."), draft)
    paper_desk.drafts.submit(MARA, draft)
    page = authoriser.client.get(page_of(draft)).text
    changes = page.split('id="changes"')[1].split("</table>")[0]
    assert "<del>We call first.</del>" in changes
    assert "<ins>We call your desk first.</ins>" in changes
    assert "returned by aya" in page


def test_a_decision_from_a_page_that_has_passed_is_told_so(authoriser, paper_desk, clock, submitted):
    page = authoriser.client.get(page_of(submitted)).text
    fields = {name: hidden_field(page, name) for name in ("csrf_token", "form_id", "seen")}
    paper_desk.drafts.give_back(Actor("zoe", frozenset({Role.AUTHORISER})), submitted, "Shorter.")
    clock.advance(timedelta(minutes=1))
    paper_desk.drafts.submit(MARA, submitted)
    answer = authoriser.client.post(f"{page_of(submitted)}/return", data={**fields, "remark": "Name no family."})
    assert answer.status_code == 409
    assert "The draft was changed since you opened it" in answer.text
    assert "Name no family." in answer.text


def test_a_draft_is_discarded_by_its_drafter(drafter, paper_desk, draft):
    assert drafter.send(page_of(draft), f"{page_of(draft)}/discard").status_code == 303
    assert state_of(paper_desk, draft) is DraftState.DISCARDED
    assert "No draft is open." in drafter.client.get("/drafts").text


def test_what_was_submitted_is_changed_by_nobody(drafter, submitted):
    answer = drafter.client.get(f"{page_of(submitted)}/edit")
    assert answer.status_code == 409
    assert "This draft cannot be changed now" in answer.text


def test_a_draft_stands_under_no_other_hit(drafter, draft):
    assert drafter.client.get(f"/hits/{hit_id(6)}/drafts/{draft}").status_code == 404


def test_a_draft_is_nobodys_who_neither_drafts_nor_approves(node_app, visit, draft):
    investigator = visit(node_app).sign_in("ivo")
    assert investigator.client.get("/drafts").status_code == 403
    assert investigator.client.get(page_of(draft)).status_code == 403
    assert "Drafts" not in investigator.client.get("/inbox").text


def test_a_draft_about_a_protected_hit_asks_for_a_reason_first(node_app, visit, paper_desk):
    protected = hit_id(8)
    officer = Actor("ines", frozenset({Role.PROTECTION_OFFICER}))
    draft = paper_desk.drafts.save(officer, protected, None, NoteForm(text="She is safe."), None)
    visitor = visit(node_app).sign_in("ines")
    page = visitor.client.get(f"/hits/{protected}/drafts/{draft}")
    assert page.status_code == 403
    assert "She is safe." not in page.text
    visitor.justify(protected)
    assert "She is safe." in visitor.client.get(f"/hits/{protected}/drafts/{draft}").text
    assert draft not in visit(node_app).sign_in("mara").client.get("/drafts").text


def test_two_protection_officers_are_the_four_eyes_on_a_protected_hit(node_app, visit, registry, paper_desk):
    with registry.database.transaction() as tx:
        accounts.add_user(tx, "ida", PASSWORD, ["protection_officer"], "Ida Noor")
    protected = hit_id(8)
    officer = Actor("ines", frozenset({Role.PROTECTION_OFFICER}))
    draft = paper_desk.drafts.save(officer, protected, None, NoteForm(text="She is safe."), None)
    path = f"/hits/{protected}/drafts/{draft}"
    drafter, second = (visit(node_app).sign_in(login).justify(protected) for login in ("ines", "ida"))
    assert drafter.send(path, f"{path}/submit").status_code == 303
    assert "Approve and send" not in drafter.client.get(path).text
    assert visit(node_app).sign_in("aya").client.get(path).status_code == 404
    digest = hidden_field(second.client.get(path).text, "content_digest")
    assert second.send(path, f"{path}/approve", content_digest=digest).status_code == 303
    assert state_of(paper_desk, draft) is DraftState.SENT
