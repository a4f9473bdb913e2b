"""A focal point's day in a real browser, at real nodes: sign in, open an alert, vote, ask, read the answer."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.browser import PHONE, accessibility_faults, open_context, overflow, sign_in

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.hub_party import OPERATOR
from symbolon.protocol.references import MemberCode

pytestmark = pytest.mark.browser

ARRIVES_WITHIN_MS = 30_000
OpenDesk = Callable[..., Page]


@pytest.fixture
def open_desk(browser: Browser, federation: Federation) -> Iterator[OpenDesk]:
    """Opens a browser at a state's desk, signed in as its focal point."""
    with ExitStack() as stack:

        def open_desk(state: MemberCode, **options: object) -> Page:
            node = federation.nodes[state]
            page = stack.enter_context(open_context(browser, node.desk_url, **options)).new_page()
            focal_point = node.logins[0]
            sign_in(page, focal_point.login, focal_point.password)
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


def test_two_focal_points_vote_and_one_asks_the_other(open_desk: OpenDesk) -> None:
    ours, theirs = open_desk(AMARA), open_desk(BELANU)
    hit = open_first_alert(ours)
    ours.get_by_role("heading", name="Why this hit").wait_for()
    vote_same(ours, "Same traveller in our file.")
    assert ours.get_by_text("Their vote stays sealed until both have voted.").is_visible()

    theirs.goto(hit)
    assert not theirs.get_by_text("Same traveller in our file.").is_visible()
    vote_same(theirs, "Same traveller in ours.")
    reload_until(theirs, "Same traveller in our file.")
    reload_until(ours, "Same traveller in ours.")

    ours.get_by_role("link", name="Ask Belanu (XB)").click()
    ours.get_by_label("Questions").fill("Who paid for the passage?")
    ours.get_by_label("Reason for the urgency").fill("Routine.")
    ours.get_by_label("Legal basis").fill("Regional arrangement")
    assert accessibility_faults(ours) == []
    ours.get_by_role("button", name="Seal and send the request").click()
    ours.get_by_text("Your request is sealed").wait_for()

    reload_until(theirs, "Who paid for the passage?")
    theirs.get_by_role("link", name="Answer Amara (XA)").click()
    assert accessibility_faults(theirs) == []
    theirs.get_by_label("1. Who paid for the passage?").fill("A cousin, in cash, at the pier.")
    theirs.get_by_role("button", name="Seal and send the answer").click()
    theirs.get_by_text("Your answer is sealed").wait_for()

    reload_until(ours, "A cousin, in cash, at the pier.")
    assert accessibility_faults(ours) == []


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
