"""The operators of blind comparison on the hub's status page: who is in step, who is not, and what to do."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from tests.e2e.browser import PHONE, accessibility_faults, open_context, overflow, sign_in
from tests.integration.web.paper_desk import PASSWORD, StoppedClock, a_status
from tests.integration.web.paper_operators import BODIES, RESTORING, situations

from symbolon.hub.bootstrap import people as hub_people
from symbolon.hub.web.desk_app import create_desk_app
from symbolon.runtime.pages import Desk

NAMES = (
    "all in step",
    "one away",
    "one is restored",
    "one behind",
    "not begun",
    "one cannot read",
    "no bits",
    "no agreement",
    "a member complains",
)


@pytest.fixture
def hub_with(registry, clock: StoppedClock, paper_clocks) -> Callable[[str], FastAPI]:
    """The hub's desk in one of the situations."""
    people = replace(registry, rules=hub_people.RULES, party="hub")
    desk = Desk("hub", "Hub", "status", exercise=True)
    return lambda name: create_desk_app(lambda: situations(clock.now())[name], paper_clocks, people, desk)


@pytest.fixture
def shown(hub_with, visit) -> Callable[[str], str]:
    """The page's text in one of the situations, without markup."""

    def read(name: str) -> str:
        page = visit(hub_with(name)).sign_in("omar").client.get("/status/numbers").text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    return read


def test_the_situations_are_all(clock):
    assert tuple(situations(clock.now())) == NAMES


def test_while_all_are_in_step_each_says_so_with_what_it_holds(shown):
    text = shown("all in step")
    for place, body in enumerate(BODIES):
        assert f"{place}: {body} In step under 1 min ago 3877 0" in text
    assert "not withdrawn, of all members; the operators hold their shares" in text
    assert "did not agree" not in text


def test_one_that_is_away_says_since_when_and_the_others_are_not_blamed(shown):
    text = shown("one away")
    assert "Operator 1 does not answer" in text
    assert "(for 5 min)" in text
    assert f"1: {BODIES[1]} In trouble 5 min ago" in text
    assert text.count("Waits for another 5 min ago") == 2
    assert "while one is away the others are not asked either, records wait, and nothing is lost" in text


def test_one_that_is_being_restored_says_so_in_its_own_words(shown):
    text = shown("one is restored")
    assert f"Operator 2 refuses: {RESTORING}" in text
    assert f"2: {BODIES[2]} In trouble" in text


def test_one_that_is_behind_catches_up(shown):
    text = shown("one behind")
    assert f"2: {BODIES[2]} Catching up under 1 min ago 2990 0 924" in text
    assert text.count("In step") == 2


def test_before_the_first_feed_nobody_was_heard_of(shown):
    assert shown("not begun").count("Not heard of yet never 0 0 4024") == 3


def test_what_an_operator_cannot_read_is_counted_and_bad_receipts_are_named(shown):
    text = shown("one cannot read")
    assert f"1: {BODIES[1]} In step under 1 min ago 3877 3 0" in text
    assert "Operator 1 handed over 2 receipts of erasure that are none" in text


def test_a_member_whose_records_are_no_bits_is_named(shown):
    assert "4 records of XB are no bits, as the operators proved" in shown("no bits")
    assert "are no bits" not in shown("all in step")


def test_where_they_do_not_agree_the_page_says_that_all_stands_still_and_what_to_do(shown):
    text = shown("no agreement")
    assert "did not agree 12 min ago" in text
    assert "nothing is compared since" in text
    assert "symbolon hub resume" in text


def test_where_a_member_complains_the_page_names_it_the_job_and_what_to_do(shown):
    text = shown("a member complains")
    assert "did not agree 12 min ago, as XA says of job 7, which opened towards it alone: nothing is compared" in text
    assert "symbolon hub resume" in text
    assert "a member's complaint stops all comparison" in text
    assert "Known answers:" not in text


def test_what_members_used_of_the_budget_of_tokens_is_shown_beside_it(shown):
    text = shown("all in step")
    assert "XA 1840" in text
    assert "XB 196000" in text
    assert "Each member may have 200000 a day here" in text


def test_an_open_federation_shows_no_operators_and_no_tokens(registry, clock, paper_clocks, visit):
    people = replace(registry, rules=hub_people.RULES, party="hub")
    app = create_desk_app(lambda: a_status(clock.now()), paper_clocks, people, Desk("hub", "Hub", "status", True))
    page = visit(app).sign_in("omar").client.get("/status/numbers").text
    assert "Operators of blind comparison" not in page
    assert "Tokens today" not in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_every_situation_the_page_is_accessible_and_fits_a_phone(browser, hub_with, serve_over_tls, scheme):
    for name in NAMES:
        address = serve_over_tls(hub_with(name))
        with open_context(browser, address, color_scheme=scheme, viewport=PHONE) as context:
            page = context.new_page()
            sign_in(page, "omar", PASSWORD)
            page.goto("/status")
            assert accessibility_faults(page) == [], name
            assert overflow(page) <= 0, name
