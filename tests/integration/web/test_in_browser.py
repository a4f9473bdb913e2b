"""Every page in a real browser: accessible, at home on a phone, without JavaScript, by keyboard, and on paper."""

import re

import pyotp
import pytest
from tests.e2e.browser import PHONE, accessibility_faults, open_context, overflow, sign_in
from tests.integration.web.paper_desk import PASSWORD, hit_id, request_id
from tests.integration.web.paper_drafts import draft_id

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftState
from symbolon.node.domain.forms import NoteForm, RequestForm
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.runtime.people import PeopleOffice

pytestmark = pytest.mark.browser

MARA = Actor("mara", frozenset({Role.FOCAL_POINT}))
AYA = Actor("aya", frozenset({Role.AUTHORISER}))

FOCAL_POINT_PAGES = [
    "/inbox",
    "/inbox?show=ended",
    "/inbox?country=XX",
    "/exchanges",
    "/account",
    *(f"/hits/{hit_id(number)}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11)),
    f"/hits/{hit_id(5)}/request",
    f"/hits/{hit_id(5)}/inform",
    f"/hits/{hit_id(5)}/meeting",
    f"/hits/{hit_id(5)}/drafts/{draft_id(1)}",
    *(f"/hits/{hit_id(5)}/drafts/{draft_id(2)}/edit?at={step}" for step in ("own-data", "caveats", "victim-check")),
    f"/hits/{hit_id(6)}/exchanges/{request_id(6)}/reply",
    f"/hits/{hit_id(6)}/exchanges/{request_id(6)}/clarify",
    f"/hits/{hit_id(7)}/exchanges/{request_id(7)}/feedback",
    f"/hits/{hit_id(7)}/exchanges/{request_id(7)}/onward-use",
    "/drafts",
    "/no-such-page",
]
AUTHORISER_PAGES = [
    f"/hits/{hit_id(5)}/drafts/{draft_id(1)}",
    f"/hits/{hit_id(6)}/exchanges/{request_id(6)}/refuse",
    f"/hits/{hit_id(12)}",
]
OFFICER_PAGES = ["/holds", f"/hits/{hit_id(8)}"]
ADMINISTRATOR_PAGES = ["/people", "/people?role=auditor", "/people/mara", "/people/adam", "/federation", "/expiry"]
AUDITOR_PAGES = ["/audit", "/audit?act=user-disabled"]


@pytest.fixture
def two_drafts(paper_desk):
    """A note that waits for the authoriser, the second time, and a request that is not finished."""
    note = paper_desk.drafts.save(MARA, hit_id(5), None, NoteForm(text="We call first."), None)
    paper_desk.drafts.submit(MARA, note)
    paper_desk.drafts.give_back(AYA, note, "Say whom.")
    paper_desk.drafts.save(MARA, hit_id(5), None, NoteForm(text="We call your desk first."), note)
    paper_desk.drafts.submit(MARA, note)
    paper_desk.drafts.save(MARA, hit_id(5), None, RequestForm(questions=("Which vessel?",)), None)


def look_at_all(page, visits):
    """Faults by page: accessibility, and a width beyond the window."""
    faults = {}
    for path in visits:
        page.goto(path)
        found = accessibility_faults(page)
        if overflow(page) > 0:
            found.append(f"wider than the window by {overflow(page)} px")
        if found:
            faults[path] = found
    return faults


# Colours do not depend on the width, nor the layout on the colours: two of the four pairs see all of it.
@pytest.mark.parametrize(("scheme", "size"), [("light", "desk"), ("dark", "phone")])
def test_no_page_of_a_node_has_an_accessibility_fault_or_scrolls_sideways(
    browser, node_app, serve_over_tls, two_drafts, scheme, size
):
    options = {"viewport": PHONE} if size == "phone" else {}
    with open_context(browser, serve_over_tls(node_app), color_scheme=scheme, **options) as context:
        page = context.new_page()
        assert look_at_all(page, ["/sign-in", "/welcome"]) == {}
        for login, visits in (
            ("mara", FOCAL_POINT_PAGES),
            ("aya", AUTHORISER_PAGES),
            ("ines", OFFICER_PAGES),
            ("adam", ADMINISTRATOR_PAGES),
            ("una", AUDITOR_PAGES),
        ):
            context.clear_cookies()
            sign_in(page, login, PASSWORD)
            assert look_at_all(page, visits) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hubs_status_page_has_no_accessibility_fault_and_fits_a_phone(browser, hub_app, serve_over_tls, scheme):
    with open_context(browser, serve_over_tls(hub_app), color_scheme=scheme, viewport=PHONE) as context:
        page = context.new_page()
        sign_in(page, "omar", PASSWORD)
        assert look_at_all(page, ["/status", "/account", "/federation", "/people", "/people/mara"]) == {}


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}])
def test_a_person_begins_with_a_token_on_accessible_pages(browser, live_app, serve_over_tls, registry, clock, options):
    token = PeopleOffice(registry).invite("adam", "nils", "Nils Aho", frozenset({"focal_point"})).token
    with open_context(browser, serve_over_tls(live_app), **options) as context:
        page = context.new_page()
        page.goto("/welcome")
        page.get_by_label("One-time token").fill(token)
        page.get_by_role("button", name="Open").click()
        page.get_by_role("heading", name="Welcome, Nils Aho").wait_for()
        faults = accessibility_faults(page)
        page.get_by_label("Password").fill("four words quite unrelated")
        secret = page.locator("code.secret").inner_text().replace(" ", "")
        page.get_by_label("Code that it shows now").fill(pyotp.TOTP(secret).at(clock.now()))
        page.get_by_role("button", name="Done").click()
        page.get_by_role("heading", name="Your recovery codes").wait_for()
        faults += accessibility_faults(page)
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("heading", name="Inbox").wait_for()
        assert faults == []
        assert overflow(page) <= 0


def test_the_inbox_shows_a_new_alert_by_itself(browser, node_app, serve_over_tls, paper_desk):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        sign_in(page, "mara", PASSWORD)
        paper_desk.add(30, JointState.ALERTED, SideState.WAITING, (HitAction.VOTE,))
        page.get_by_text("P-0030").wait_for(timeout=15_000)
        assert said == []


def test_a_form_with_a_fault_takes_the_keyboard_to_its_field(browser, node_app, serve_over_tls):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.goto(f"/hits/{hit_id(2)}")
        page.get_by_role("radio", name=re.compile("^Different")).check()
        page.get_by_role("button", name="Seal and send the vote").click()
        page.get_by_role("link", name="Say in a few words why").click()
        assert page.evaluate("document.activeElement.id") == "reason"
        assert page.get_by_role("radio", name=re.compile("^Different")).is_checked()
        assert accessibility_faults(page) == []


def test_a_vote_can_be_cast_without_javascript(browser, node_app, serve_over_tls, paper_desk):
    with open_context(browser, serve_over_tls(node_app), java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.get_by_label("Urgency").select_option("U1")
        page.get_by_role("button", name="Apply").click()
        page.get_by_role("link", name="Belanu (XB)").click()
        page.get_by_role("radio", name=re.compile("^Same")).check()
        page.get_by_role("button", name="Seal and send the vote").click()
        page.get_by_text("Your vote is sealed").wait_for()
        assert [vote[0] for vote in paper_desk.done("cast_vote")] == [hit_id(1)]


def test_a_vote_can_be_cast_by_keyboard_alone(browser, node_app, serve_over_tls, paper_desk):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.goto(f"/hits/{hit_id(2)}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.name") != "verdict":
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Same vessel, same crew list.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Your vote is sealed").wait_for()
        assert [vote[2] for vote in paper_desk.done("cast_vote")] == ["Same vessel, same crew list."]


def test_a_printed_hit_is_the_two_halves_without_buttons(browser, node_app, serve_over_tls):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.goto(f"/hits/{hit_id(1)}")
        page.emulate_media(media="print")
        assert page.get_by_role("heading", name="The two halves").is_visible()
        assert not page.get_by_role("button", name="Sign out").is_visible()
        assert not page.get_by_role("button", name="Seal and send the vote").is_visible()


def test_when_the_session_has_ended_an_open_inbox_goes_to_the_sign_in_page(
    browser, node_app, serve_over_tls, database, clock
):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        context.clear_cookies()
        page.wait_for_url("**/sign-in", timeout=15_000)


def test_a_request_is_written_and_approved_on_a_phone_without_javascript(browser, node_app, serve_over_tls, paper_desk):
    address = serve_over_tls(node_app)
    with open_context(browser, address, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.goto(f"/hits/{hit_id(5)}")
        page.get_by_role("link", name="Ask Belanu (XB)").click()
        go_on = page.get_by_role("button", name="Save and go on")
        page.get_by_label("Questions").fill("Which vessel?")
        go_on.click()
        page.get_by_label("Relevance").fill("Same organiser.")
        page.get_by_label("Facts").fill("Forced labour.")
        go_on.click()
        page.get_by_label("Purpose").fill("To find the vessel.")
        page.get_by_label("Why this state").fill("It holds the other half.")
        page.get_by_label("Legal basis").fill("Regional arrangement")
        go_on.click()
        go_on.click()
        page.get_by_label("Reason for the urgency").fill("It sails soon.")
        go_on.click()
        go_on.click()
        page.get_by_label("What could put them at risk").fill("Do not call the family.")
        page.get_by_role("button", name="Save and review").click()
        page.get_by_role("button", name="Submit for approval").click()
        draft = page.url
        context.clear_cookies()
        sign_in(page, "aya", PASSWORD)
        page.goto(draft)
        page.get_by_text("To find the vessel.").wait_for()
        page.get_by_role("button", name="Approve and send").click()
        page.get_by_text("Approved: it is sealed and on its way.").wait_for()
        assert [kept.state for kept in paper_desk.drafts.kept.values()] == [DraftState.SENT]


def test_a_step_of_the_wizard_with_a_fault_takes_the_keyboard_to_its_field(browser, node_app, serve_over_tls):
    with open_context(browser, serve_over_tls(node_app)) as context:
        page = context.new_page()
        sign_in(page, "mara", PASSWORD)
        page.goto(f"/hits/{hit_id(7)}/exchanges/{request_id(7)}/feedback")
        page.get_by_role("button", name="Seal and send the feedback").click()
        page.get_by_role("link", name="Choose one.").click()
        assert page.evaluate("document.activeElement.id") == "usefulness"
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.get_by_label("Decisive").is_checked()
        assert accessibility_faults(page) == []
