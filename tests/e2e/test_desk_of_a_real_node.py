"""Officers' days in real browsers, at real nodes: from the alert to the feedback, by pages alone."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.browser import PHONE, accessibility_faults, open_context, overflow, sign_in

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.hub_party import OPERATOR
from symbolon.exercise.people import Post
from symbolon.protocol.references import MemberCode

pytestmark = pytest.mark.browser

ARRIVES_WITHIN_MS = 30_000
OpenDesk = Callable[..., Page]


@pytest.fixture
def open_desk(browser: Browser, federation: Federation) -> Iterator[OpenDesk]:
    """Opens a browser at a state's desk, signed in as its focal point, or in another office."""
    with ExitStack() as stack:

        def open_desk(state: MemberCode, *, post: Post = Post.FOCAL_POINT, **options: object) -> Page:
            node = federation.nodes[state]
            page = stack.enter_context(open_context(browser, node.desk_url, **options)).new_page()
            officer = node.people[post]
            sign_in(page, officer.login, officer.password)
            return page

        yield open_desk


def open_first_alert(page: Page) -> str:
    """Open the first hit that waits for a vote; its address."""
    page.goto("/inbox?show=mine")
    page.get_by_role("row").filter(has_text="Check and vote").first.get_by_role("link").click()
    return page.url[page.url.index("/hits/") :]


def vote_same(page: Page, reason: str) -> None:
    page.get_by_role("radio", name=re.compile("^Same")).check()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Seal and send the vote").click()
    page.get_by_text("Your vote is sealed").wait_for()


def reload_until(page: Page, text: str) -> None:
    """What comes from the other side comes when it comes: reload as a person would."""
    for _ in range(ARRIVES_WITHIN_MS // 500):
        if page.get_by_text(text).first.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_text(text).first.wait_for(timeout=1)


def go_on(page: Page, **fields: str) -> None:
    """Fill in one step of a form, by its labels, and save it."""
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(text)
    page.get_by_role("button", name=re.compile("^Save and")).click()


def submit_draft(page: Page) -> str:
    """Submit the draft that the page shows; its address."""
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("Submitted: it waits for a second officer").wait_for()
    return page.url[page.url.index("/hits/") :]


def approve(page: Page, draft: str, said: str) -> None:
    """Read exactly what leaves, and let it go."""
    page.goto(draft)
    assert page.get_by_text(said).first.is_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Approve and send").click()
    page.get_by_text("Approved: it is sealed and on its way.").wait_for()


def test_two_states_carry_a_hit_from_alert_to_feedback_by_pages_alone(open_desk: OpenDesk) -> None:
    ours, theirs = open_desk(AMARA), open_desk(BELANU)
    our_authoriser, their_authoriser = open_desk(AMARA, post=Post.AUTHORISER), open_desk(BELANU, post=Post.AUTHORISER)
    hit = open_first_alert(ours)
    ours.get_by_role("heading", name="Why this hit").wait_for()
    vote_same(ours, "Same traveller in our file.")
    assert ours.get_by_text("Their vote stays sealed until both have voted.").is_visible()

    theirs.goto(hit)
    assert not theirs.get_by_text("Same traveller in our file.").is_visible()
    vote_same(theirs, "Same traveller in ours.")
    reload_until(theirs, "Same traveller in our file.")
    reload_until(ours, "Same traveller in ours.")

    reload_until(ours, "Ask Belanu (XB)")
    ours.get_by_role("link", name="Ask Belanu (XB)").click()
    go_on(ours, Questions="Who paid for the passage?")
    go_on(ours, Relevance="Same organiser.", Facts="Smuggling by sea.")
    go_on(ours, Purpose="To find who earns from it.", Why_this_state="It holds the other half.", Legal_basis="Regional")
    go_on(ours)
    go_on(ours, Reason_for_the_urgency="Routine.")
    go_on(ours)
    assert accessibility_faults(ours) == []
    go_on(ours)
    approve(our_authoriser, submit_draft(ours), "Who paid for the passage?")

    reload_until(theirs, "Who paid for the passage?")
    theirs.get_by_role("link", name="Answer", exact=True).first.click()
    assert accessibility_faults(theirs) == []
    go_on(theirs, **{"1. Who paid for the passage?": "A cousin, in cash, at the pier."})
    approve(their_authoriser, submit_draft(theirs), "A cousin, in cash, at the pier.")

    ours.goto(hit)
    reload_until(ours, "A cousin, in cash, at the pier.")
    reload_until(ours, "Give feedback")
    ours.get_by_role("link", name="Give feedback").first.click()
    ours.get_by_label("Useful", exact=True).check()
    ours.get_by_role("button", name="Seal and send the feedback").click()
    ours.get_by_text("Your feedback is on its way, and the exchange is closed.").wait_for()
    theirs.goto(hit)
    reload_until(theirs, "Feedback was given")
    assert theirs.get_by_text("Useful").first.is_visible()
    assert accessibility_faults(theirs) == []


def test_an_alert_is_judged_on_a_phone_without_javascript(open_desk: OpenDesk) -> None:
    page = open_desk(AMARA, viewport=PHONE, java_script_enabled=False)
    open_first_alert(page)
    vote_same(page, "Judged on the road.")


def test_pages_of_a_real_node_are_accessible_and_fit_a_phone(open_desk: OpenDesk) -> None:
    page = open_desk(BELANU, viewport=PHONE, color_scheme="dark")
    page.goto("/inbox?show=all")
    assert accessibility_faults(page) == []
    assert overflow(page) <= 0
    page.get_by_role("row").get_by_role("link").first.click()
    page.get_by_role("heading", name="Why this hit").wait_for()
    assert accessibility_faults(page) == []
    assert overflow(page) <= 0


def test_the_hubs_operator_sees_how_much_there_is_and_of_whom_nothing(browser: Browser, federation: Federation) -> None:
    with open_context(browser, federation.hub.desk_url) as context:
        page = context.new_page()
        sign_in(page, OPERATOR, federation.hub.operator_password)
        assert page.get_by_role("row").filter(has_text="Amara (XA)").is_visible()
        assert accessibility_faults(page) == []
        said = page.content()
        assert "Hits by day" in said
        for clear in ("Somchay", "SRISUK", "BEL-2201", "AM-0101"):
            assert clear not in said
