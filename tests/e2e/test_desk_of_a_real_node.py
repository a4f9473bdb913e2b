"""Officers' days in real browsers, at real nodes: from the alert to the recorded outcome, by pages alone."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, StorageState
from tests.e2e.browser import (
    PHONE,
    accessibility_faults,
    open_context,
    overflow,
    press,
    reach,
    sign_in,
    type_into,
)

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.hub_party import OPERATOR
from symbolon.exercise.people import NOT_FOR_PROTECTED, Post
from symbolon.protocol.references import MemberCode

pytestmark = pytest.mark.browser

ARRIVES_WITHIN_MS = 30_000
NOBODYS_HIT = "00000000-0000-4000-8000-000000000000"
OpenDesk = Callable[..., Page]
EVERYBODYS_PAGES = ("/inbox?show=all", "/exchanges", "/drafts", "/escalations", "/focal-points", "/notices")


@pytest.fixture(scope="module")
def signed_in() -> dict[tuple[MemberCode, Post], StorageState]:
    """The cookies of each officer who signed in by the form, which they do once."""
    return {}


@pytest.fixture
def open_desk(
    browser: Browser, federation: Federation, signed_in: dict[tuple[MemberCode, Post], StorageState]
) -> Iterator[OpenDesk]:
    """Opens a browser at a state's desk, signed in as its focal point, or at another post."""
    with ExitStack() as stack:

        def open_desk(state: MemberCode, *, post: Post = Post.FOCAL_POINT, **options: object) -> Page:
            node = federation.nodes[state]
            if (state, post) in signed_in:
                options["storage_state"] = signed_in[state, post]
            context = stack.enter_context(open_context(browser, node.desk_url, **options))
            page = context.new_page()
            if (state, post) in signed_in:
                page.goto("/")
                return page
            officer = node.people[post]
            sign_in(page, officer.login, officer.password)
            signed_in[state, post] = context.storage_state()
            return page

        yield open_desk


def open_first_alert(page: Page) -> str:
    """Open the first hit that waits for a vote; its address."""
    page.goto("/inbox?show=mine")
    page.get_by_role("row").filter(has_text="Check and vote").first.get_by_role("link").click()
    return path_of(page)


def path_of(page: Page) -> str:
    return page.url[page.url.index("/hits/") :].partition("?")[0]


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


def write_request(page: Page, question: str) -> None:
    """Go through the steps of a request to its review."""
    go_on(page, Questions=question)
    go_on(page, Relevance="Same organiser.", Facts="Smuggling by sea.")
    go_on(page, Purpose="To find who earns from it.", Why_this_state="It holds the other half.", Legal_basis="Regional")
    go_on(page)
    go_on(page, Reason_for_the_urgency="Routine.")
    go_on(page)
    assert accessibility_faults(page) == []
    go_on(page)


def submit_draft(page: Page) -> str:
    """Submit the draft that the page shows; its address."""
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("Submitted: it waits for a second officer").wait_for()
    return path_of(page)


def approve(page: Page, draft: str, said: str) -> None:
    """Read exactly what leaves, and let it go."""
    page.goto(draft)
    assert page.get_by_text(said).first.is_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Approve and send").click()
    page.get_by_text("Approved: it is sealed and on its way.").wait_for()


def say_why(page: Page) -> None:
    """Give the reason that is asked for before a protected hit is shown."""
    page.get_by_label("Reason").select_option("protect")
    page.get_by_label("In your own words").fill("She is in our care.")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Show the hit").click()


def answer_at(page: Page, address: str) -> tuple[int, str]:
    """The status and the words that a desk answers an address with."""
    response = page.goto(address)
    assert response is not None
    return response.status, page.get_by_role("main").inner_text()


def test_two_states_carry_a_hit_from_alert_to_its_outcome_by_pages_alone(open_desk: OpenDesk) -> None:
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
    write_request(ours, "Who paid for the passage?")
    draft = submit_draft(ours)
    assert not ours.get_by_role("button", name="Approve and send").is_visible()
    approve(our_authoriser, draft, "Who paid for the passage?")

    reload_until(theirs, "Who paid for the passage?")
    theirs.get_by_role("link", name="Accept", exact=True).first.click()
    theirs.get_by_role("button", name="Accept").click()
    ours.goto(hit)
    reload_until(ours, "The request was accepted")
    theirs.get_by_role("link", name="Answer", exact=True).first.click()
    assert accessibility_faults(theirs) == []
    go_on(theirs, **{"1. Who paid for the passage?": "A cousin, in cash, at the pier."})
    approve(their_authoriser, submit_draft(theirs), "A cousin, in cash, at the pier.")

    reload_until(ours, "A cousin, in cash, at the pier.")
    reload_until(ours, "Give feedback")
    ours.get_by_role("link", name="Give feedback").first.click()
    ours.get_by_label("Useful", exact=True).check()
    ours.get_by_label("A route was disrupted").check()
    ours.get_by_role("button", name="Seal and send the feedback").click()
    ours.get_by_text("Your feedback is on its way, and the exchange is closed.").wait_for()
    for page in (ours, theirs):
        page.goto(hit)
        reload_until(page, "This hit is closed.")
        exchange = page.get_by_role("region", name=re.compile("asked"))
        assert exchange.get_by_text("Closed", exact=True).is_visible()
        assert exchange.get_by_text("A route was disrupted").is_visible()
        assert accessibility_faults(page) == []


def test_a_victims_hit_is_held_released_and_answered_by_protection_officers_alone(open_desk: OpenDesk) -> None:
    officer, second = (
        open_desk(AMARA, post=Post.PROTECTION_OFFICER),
        open_desk(AMARA, post=Post.SECOND_PROTECTION_OFFICER),
    )
    theirs, their_authoriser = open_desk(BELANU), open_desk(BELANU, post=Post.AUTHORISER)
    officer.goto("/holds")
    reload_until(officer, "AM-0102")
    assert accessibility_faults(officer) == []
    officer.get_by_role("row").filter(has_text="AM-0102").get_by_role("link").click()
    hit = path_of(officer)
    assert answer_at(theirs, hit) == answer_at(theirs, f"/hits/{NOBODYS_HIT}")
    say_why(officer)
    press(officer, officer.get_by_role("radio", name=re.compile("^Release")), "Space")
    press(officer, officer.get_by_role("button", name="Decide"))
    officer.get_by_text("Released").first.wait_for()

    theirs.goto("/inbox?show=all")
    reload_until(theirs, "BEL-2204")
    theirs.goto(hit)
    vote_same(theirs, "We heard her.")
    officer.goto(hit)
    reload_until(officer, "Seal and send the vote")
    vote_same(officer, "She is in our care.")
    reload_until(theirs, "Ask Amara (XA)")
    theirs.get_by_role("link", name="Ask Amara (XA)").click()
    write_request(theirs, "Is she safe?")
    approve(their_authoriser, submit_draft(theirs), "Is she safe?")

    reload_until(officer, "Is she safe?")
    officer.get_by_role("link", name="Answer", exact=True).first.click()
    go_on(officer, **{"1. Is she safe?": "She is, and she is not to be looked for."})
    draft = submit_draft(officer)
    for post in NOT_FOR_PROTECTED:
        other = open_desk(AMARA, post=post)
        for page in ("/inbox?show=all", "/exchanges", "/drafts", "/escalations"):
            other.goto(page)
            assert "AM-0102" not in other.content()
            assert hit not in other.content()
        for page in (hit, draft):
            assert answer_at(other, page) == answer_at(other, page.replace(hit, f"/hits/{NOBODYS_HIT}"))
    second.goto(draft)
    say_why(second)
    approve(second, draft, "She is, and she is not to be looked for.")
    theirs.goto(hit)
    reload_until(theirs, "She is, and she is not to be looked for.")
    assert theirs.get_by_text("Non-punishment").first.is_visible()


def test_the_main_acts_need_no_mouse(open_desk: OpenDesk) -> None:
    ours, theirs = open_desk(AMARA), open_desk(BELANU)
    ours.goto("/inbox?show=mine")
    press(ours, ours.get_by_role("row").filter(has_text="Check and vote").first.get_by_role("link"))
    press(ours, ours.get_by_role("button", name="Acknowledge"))
    press(ours, ours.get_by_role("radio", name=re.compile("^Same")), "Space")
    type_into(ours, "Reason", "The plates are the same.")
    press(ours, ours.get_by_role("button", name="Seal and send the vote"))
    ours.get_by_text("Your vote is sealed").wait_for()
    theirs.goto(path_of(ours))
    vote_same(theirs, "The plates are.")
    reload_until(ours, "Ask Belanu (XB)")

    press(ours, ours.get_by_role("link", name="Ask Belanu (XB)"))
    steps = (
        {"Questions": "Who drives it?"},
        {"Relevance": "Same van.", "Facts": "Smuggling by road."},
        {"Purpose": "To find the driver.", "Why this state": "It holds the other half.", "Legal basis": "Regional"},
        {},
        {"Reason for the urgency": "Routine."},
        {},
        {},
    )
    for step in steps:
        for label, text in step.items():
            type_into(ours, label, text)
        press(ours, ours.get_by_role("button", name=re.compile("^Save and")))
    press(ours, ours.get_by_role("button", name="Submit for approval"))
    ours.get_by_text("Submitted: it waits for a second officer").wait_for()
    authoriser = open_desk(AMARA, post=Post.AUTHORISER)
    press(authoriser, authoriser.get_by_role("link", name="Drafts"))
    press(authoriser, authoriser.get_by_role("row").filter(has_text="Request").first.get_by_role("link"))
    press(authoriser, authoriser.get_by_role("button", name="Approve and send"))
    authoriser.get_by_text("Approved: it is sealed and on its way.").wait_for()

    reload_until(theirs, "Who drives it?")
    press(theirs, theirs.get_by_role("link", name="Accept", exact=True).first)
    press(theirs, theirs.get_by_role("button", name="Accept"))
    theirs.get_by_text("Accepted").first.wait_for()
    reach(theirs, theirs.get_by_role("link", name="Answer", exact=True).first)


def test_an_alert_is_judged_on_a_phone_without_javascript(open_desk: OpenDesk) -> None:
    page = open_desk(AMARA, viewport=PHONE, java_script_enabled=False)
    open_first_alert(page)
    vote_same(page, "Judged on the road.")


@pytest.mark.parametrize("post", [post for post in Post if post not in (Post.ADMINISTRATOR, Post.AUDITOR)])
def test_every_officers_pages_are_accessible_and_fit_a_phone(open_desk: OpenDesk, post: Post) -> None:
    page = open_desk(BELANU, post=post, viewport=PHONE, color_scheme="dark")
    links = page.get_by_role("navigation").first.get_by_role("link").all()
    addresses = [str(link.get_attribute("href")) for link in links]
    assert addresses
    for address in dict.fromkeys((*addresses, *(each for each in EVERYBODYS_PAGES if each in addresses))):
        page.goto(address)
        assert accessibility_faults(page) == [], address
        assert overflow(page) <= 0, address


def test_every_page_of_an_exchange_fits_a_phone(open_desk: OpenDesk) -> None:
    page = open_desk(BELANU, viewport=PHONE)
    page.goto("/inbox?show=all")
    hits = [link.get_attribute("href") for link in page.get_by_role("row").get_by_role("link").all()]
    seen: set[str] = set()
    for hit in hits:
        page.goto(str(hit))
        links = [str(link.get_attribute("href")) for link in page.get_by_role("main").get_by_role("link").all()]
        wanted = {hit: hit} | {re.sub("[0-9a-f-]{36}", "…", link): link for link in links if f"{hit}/" in link}
        for kind, address in wanted.items():
            if kind not in seen and "/pack" not in address and "calendar" not in address:
                page.goto(str(address))
                assert accessibility_faults(page) == [], kind
                assert overflow(page) <= 0, kind
                seen.add(str(kind))
    assert len(seen) >= 6


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
