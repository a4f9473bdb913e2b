"""Wrong tries are slowed wherever they come from, and keep nobody out who works here."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from tests.integration.web.paper_desk import PASSWORD

from symbolon.runtime import doors, passwords
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import Attempt, Outcome, TriesRefused
from symbolon.runtime.passwords import TooManySignIns, WaitingRoom
from symbolon.runtime.people import PeopleOffice

OFFICE = "192.0.2.10"
ELSEWHERE = "198.51.100.77"


def try_in(gatekeeper, login="mara", password=PASSWORD, knock=None):
    return gatekeeper.enter(Attempt(login, password, ""), knock or Knock(None, OFFICE))


def guess(gatekeeper, times, login="mara", address=ELSEWHERE, browser_token=None):
    return [try_in(gatekeeper, login, "not this one at all", Knock(browser_token, address)) for _ in range(times)]


@pytest.fixture
def known(gatekeeper):
    """The browser in which Mara signed in before, at the office."""
    return Knock(try_in(gatekeeper).browser_token, OFFICE)


def test_guesses_from_elsewhere_make_the_login_wait_in_an_unknown_browser(gatekeeper):
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1)
    assert try_in(gatekeeper).outcome is Outcome.REFUSED


def test_a_right_password_in_a_known_browser_is_never_refused_for_the_guesses_of_others(gatekeeper, known):
    guess(gatekeeper, 3 * doors.FREE_ATTEMPTS)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.IN


def test_nor_for_guesses_from_the_same_office(gatekeeper, known):
    guess(gatekeeper, doors.FREE_ATTEMPTS_OF_SOURCE, login="ines", address=OFFICE)
    guess(gatekeeper, doors.FREE_ATTEMPTS_OF_SOURCE, login="mara", address=OFFICE)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.IN


def test_nor_for_the_guesses_of_somebody_else_at_the_same_browser(gatekeeper, known):
    guess(gatekeeper, 3 * doors.FREE_ATTEMPTS, login="ines", address=OFFICE, browser_token=known.browser_token)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.IN


def test_nor_when_guesses_from_elsewhere_fill_the_queue(gatekeeper, known, monkeypatch):
    monkeypatch.setattr(passwords, "ROOM_OF_STRANGERS", WaitingRoom(at_once=0, waiting=0))
    with pytest.raises(TooManySignIns):
        guess(gatekeeper, 1)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.IN


def test_a_known_browser_waits_for_its_own_wrong_tries(gatekeeper, known):
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1, browser_token=known.browser_token)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.REFUSED


def test_wrong_tries_in_a_known_browser_make_nobody_wait_elsewhere(gatekeeper, known):
    guess(gatekeeper, 3 * doors.FREE_ATTEMPTS, browser_token=known.browser_token)
    assert try_in(gatekeeper, knock=Knock(None, ELSEWHERE)).outcome is Outcome.IN


def test_a_browser_is_known_for_the_person_who_signed_in_with_it_alone(gatekeeper, known):
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1, login="ines")
    assert try_in(gatekeeper, "ines", knock=known).outcome is Outcome.REFUSED


def test_one_password_tried_at_many_logins_makes_its_place_wait(gatekeeper):
    for number in range(doors.FREE_ATTEMPTS_OF_SOURCE + 1):
        guess(gatekeeper, 1, login=f"nobody-{number}")
    assert try_in(gatekeeper, knock=Knock(None, ELSEWHERE)).outcome is Outcome.REFUSED
    assert try_in(gatekeeper, knock=Knock(None, OFFICE)).outcome is Outcome.IN


def test_a_network_of_version_six_is_one_place(gatekeeper):
    for number in range(doors.FREE_ATTEMPTS_OF_SOURCE + 1):
        guess(gatekeeper, 1, login=f"nobody-{number}", address=f"2001:db8:1:2::{number:x}")
    assert try_in(gatekeeper, knock=Knock(None, "2001:db8:1:2:ffff::1")).outcome is Outcome.REFUSED
    assert try_in(gatekeeper, knock=Knock(None, "2001:db8:1:3::1")).outcome is Outcome.IN


@pytest.mark.parametrize("tries", [5, 12, 40])
def test_no_wait_is_longer_than_a_minute(gatekeeper, clock, tries):
    for _ in range(tries):
        guess(gatekeeper, 1)
        clock.advance(doors.LONGEST_REFUSAL)
    guess(gatekeeper, 1)
    entry = try_in(gatekeeper)
    assert entry.outcome is Outcome.REFUSED
    assert entry.wait <= doors.LONGEST_REFUSAL
    clock.advance(entry.wait)
    assert try_in(gatekeeper).outcome is Outcome.IN


def test_a_refused_try_is_not_looked_at_and_does_not_lengthen_the_wait(gatekeeper, clock):
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1)
    first = try_in(gatekeeper).wait
    guess(gatekeeper, 5)
    assert try_in(gatekeeper).wait == first


def test_signing_in_from_elsewhere_begins_the_count_anew(gatekeeper):
    guess(gatekeeper, doors.FREE_ATTEMPTS)
    try_in(gatekeeper)
    guess(gatekeeper, doors.FREE_ATTEMPTS)
    assert try_in(gatekeeper).outcome is Outcome.IN


def test_a_browser_is_forgotten_after_half_a_year_without_use(gatekeeper, known, clock):
    clock.advance(doors.KNOWN_FOR)
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.REFUSED


def test_who_was_disabled_has_no_known_browser_afterwards(gatekeeper, known, registry):
    office = PeopleOffice(registry)
    office.disable("adam", "mara")
    office.enable("adam", "mara")
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1)
    assert try_in(gatekeeper, knock=known).outcome is Outcome.REFUSED


def test_a_made_up_browser_is_no_known_one(gatekeeper, known):
    guess(gatekeeper, doors.FREE_ATTEMPTS + 1)
    assert try_in(gatekeeper, knock=replace(known, browser_token="made up")).outcome is Outcome.REFUSED


def test_tries_are_counted_by_their_outcome_and_by_nothing_that_names_anybody(gatekeeper, known):
    def count(outcome, known_browser):
        labels = {"outcome": outcome, "known_browser": known_browser}
        return REGISTRY.get_sample_value("symbolon_sign_ins_total", labels) or 0

    before = count("wrong", "false"), count("in", "true")
    guess(gatekeeper, 2)
    try_in(gatekeeper, knock=known)
    assert (count("wrong", "false"), count("in", "true")) == (before[0] + 2, before[1] + 1)


def test_guesses_at_a_login_that_nobody_has_are_answered_like_those_at_one_that_somebody_has(gatekeeper):
    of_mara = [entry.outcome for entry in guess(gatekeeper, 8)]
    assert [entry.outcome for entry in guess(gatekeeper, 8, login="nobody-has-this")] == of_mara


def test_a_browser_token_that_a_stranger_planted_does_not_become_a_known_browser(gatekeeper):
    planted = "planted-by-somebody"
    assert try_in(gatekeeper, knock=Knock(planted, OFFICE)).browser_token not in ("", planted)


def test_a_right_present_password_is_not_called_wrong_while_tries_are_refused(gatekeeper, known):
    session = gatekeeper.resume(try_in(gatekeeper, knock=known).token, by_person=True)
    for _ in range(doors.FREE_ATTEMPTS + 1):
        gatekeeper.confirm(session, "not this one at all", "", known)
    with pytest.raises(TriesRefused, match=r"Wait \d+ seconds"):
        gatekeeper.confirm(session, PASSWORD, "", known)
