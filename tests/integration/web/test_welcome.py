"""How an account begins: a token, a password, a second factor; and what a token is not good for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.web.paper_desk import PASSWORD, hidden_field
from tests.integration.web.test_second_factor import authenticator, recovery_codes, try_in

from symbolon.runtime import doors
from symbolon.runtime.accounts import AccountMistake
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.sql_loader import Query

NEW_PASSWORD = "four words quite unrelated"


@pytest.fixture
def office(live_registry):
    return PeopleOffice(live_registry)


def open_token(visitor, token):
    form_token = hidden_field(visitor.client.get("/welcome").text, "form_token")
    return visitor.client.post("/welcome", data={"form_token": form_token, "token": token})


def begin(visitor, token, clock, **fields):
    """Open a token and fill its page in; the last answer and the authenticator."""
    page = open_token(visitor, token).text
    device = authenticator(page)
    filled = {"password": NEW_PASSWORD, "code": device.at(clock.now()), **fields}
    hidden = {name: hidden_field(page, name) for name in ("form_token", "proposed")}
    data = {**hidden, "token": token, **filled}
    return visitor.client.post("/welcome/account", data=data), device


def test_an_invited_person_sets_password_and_second_factor_and_is_in(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "Nils Aho", frozenset({"investigator"})).token
    visitor = visit(live_app)
    done, _ = begin(visitor, token, clock)
    assert len(recovery_codes(done.text)) == 10
    page = visitor.client.get("/")
    assert page.url.path == "/inbox"
    assert "Nils Aho" in page.text


def test_afterwards_they_sign_in_with_what_they_set(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    _, device = begin(visit(live_app), token, clock)
    clock.advance(timedelta(seconds=30))
    assert try_in(visit(live_app), "nils", NEW_PASSWORD, device.at(clock.now())).status_code == 303


def test_a_token_is_good_once(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    begin(visit(live_app), token, clock)
    assert "This token is not good" in open_token(visit(live_app), token).text


def test_a_token_is_good_for_minutes(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    clock.advance(timedelta(minutes=15))
    assert "This token is not good" in open_token(visit(live_app), token).text


def test_a_token_that_ends_while_its_page_is_open_changes_nothing(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    visitor = visit(live_app)
    page = open_token(visitor, token).text
    clock.advance(timedelta(minutes=15))
    code = authenticator(page).at(clock.now())
    form_token = hidden_field(page, "form_token")
    proposed = hidden_field(page, "proposed")
    data = {"form_token": form_token, "token": token, "password": NEW_PASSWORD, "code": code, "proposed": proposed}
    assert visitor.client.post("/welcome/account", data=data).status_code == 422
    assert try_in(visit(live_app), "nils", NEW_PASSWORD, code).status_code == 401


def test_a_new_token_takes_the_place_of_the_one_before(live_app, visit, office):
    first = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    second = office.issue_token("adam", "nils").token
    assert "This token is not good" in open_token(visit(live_app), first).text
    assert "Your second factor" in open_token(visit(live_app), second).text


def test_a_token_of_somebody_who_was_disabled_meanwhile_is_worth_nothing(live_app, visit, office):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    office.disable("adam", "nils")
    assert "This token is not good" in open_token(visit(live_app), token).text


def test_a_token_opened_again_shows_another_second_factor(live_app, visit, office):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    secrets = {authenticator(open_token(visit(live_app), token).text).secret for _ in range(2)}
    assert len(secrets) == 2


def test_a_page_that_is_not_right_yet_comes_back_with_the_second_factor_that_it_showed(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    refused, device = begin(visit(live_app), token, clock, code="000000")
    assert authenticator(refused.text).secret == device.secret


def test_the_second_factor_of_another_tokens_page_is_not_taken(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    other = office.invite("adam", "else", "", frozenset({"investigator"})).token
    proposed = hidden_field(open_token(visit(live_app), other).text, "proposed")
    assert begin(visit(live_app), token, clock, proposed=proposed)[0].status_code == 422


def test_the_first_token_is_worth_nothing_once_somebody_administers(registry, database, visit, live_app):
    with database.transaction() as tx:
        nobody = "update account set roles = '{auditor}' where 'administrator' = any(roles)"
        tx.execute(Query("nobody", "", nobody))
    issued = PeopleOffice(registry).issue_first_token("command")
    PeopleOffice(registry).invite("command", "the-boss", "", frozenset({"administrator"}))
    assert "This token is not good" in open_token(visit(live_app), issued.token).text


@pytest.mark.parametrize("login", ["command", "unknown", "worker", "hub", "xa"])
def test_nobody_has_a_login_that_the_audit_log_uses_for_something_else(office, login):
    with pytest.raises(AccountMistake, match="audit log"):
        office.invite("adam", login, "", frozenset({"auditor"}))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "short"}, "A password has 12 to 256 characters"),
        ({"code": "000000"}, "This is not the code that the authenticator shows now"),
    ],
)
def test_a_page_that_is_not_right_yet_says_what_and_uses_no_token_up(live_app, visit, office, clock, changed, sentence):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    refused, _ = begin(visit(live_app), token, clock, **changed)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert recovery_codes(begin(visit(live_app), token, clock)[0].text)


def test_whoever_has_a_token_cannot_choose_another_login_with_it(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    begin(visit(live_app), token, clock, login="adam")
    assert try_in(visit(live_app), "adam", NEW_PASSWORD).status_code == 401
    assert office.show("nils").account.has_password


def test_a_token_used_for_a_lost_password_signs_every_browser_of_its_person_out(node_app, visit, registry, clock):
    before = visit(node_app).sign_in("mara")
    begin(visit(node_app), PeopleOffice(registry).issue_token("adam", "mara").token, clock)
    assert before.client.get("/account").url.path == "/sign-in"
    assert try_in(visit(node_app), "mara", PASSWORD).status_code == 401


def test_the_first_administrator_chooses_a_login_and_manages_people(live_app, visit, office, clock, database):
    with database.transaction() as tx:
        tx.execute(Query("nobody", "", "truncate account cascade"))
    issued = office.issue_first_token("command")
    visitor = visit(live_app)
    begin(visitor, issued.token, clock, login="Ada", name="Ada Holm")
    assert visitor.client.get("/").url.path == "/people"
    assert office.show("ada").account.roles == {"administrator"}
    assert office.issue_first_token("command") is None


def test_the_first_administrators_login_is_checked_before_the_token_is_used_up(
    live_app, visit, office, clock, database
):
    with database.transaction() as tx:
        tx.execute(Query("nobody", "", "truncate account cascade"))
    token = office.issue_first_token("command").token
    refused, _ = begin(visit(live_app), token, clock, login="Ada Holm!")
    assert "A login has 2 to 64 characters" in refused.text
    assert recovery_codes(begin(visit(live_app), token, clock, login="ada")[0].text)


def test_who_guesses_tokens_waits_and_locks_nobody_out(live_app, visit, office):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    visitor = visit(live_app)
    for number in range(doors.FREE_ATTEMPTS_OF_SOURCE + 1):
        open_token(visitor, f"0000-0000-0000-{number:04}")
    assert "Too many wrong tokens came from here" in open_token(visitor, token).text


def test_the_wait_after_guessing_tokens_is_a_minute_at_most(live_app, visit, office, clock):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    visitor = visit(live_app)
    for number in range(doors.FREE_ATTEMPTS_OF_SOURCE + 1):
        open_token(visitor, f"0000-0000-0000-{number:04}")
    clock.advance(doors.LONGEST_REFUSAL)
    assert "Your second factor" in open_token(visitor, token).text


def test_the_database_and_the_log_hold_no_token(live_app, visit, office, clock, database, leaves_since):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    open_token(visit(live_app), token)
    with database.transaction() as tx:
        rows = tx.fetch_all(Query("look", "", "select t::text from one_time_token as t"))
    stored = str(rows) + str(leaves_since())
    assert "nils" in stored
    assert token not in stored
    assert token.replace("-", "") not in stored


def test_the_page_refuses_a_form_that_another_page_sent(live_app, visit, office):
    token = office.invite("adam", "nils", "", frozenset({"investigator"})).token
    answer = visit(live_app).client.post("/welcome", data={"form_token": "made up", "token": token})
    assert answer.status_code == 403


def test_a_token_lives_as_long_as_the_party_says(live_registry, clock):
    longer = replace(live_registry.settings, token_lifetime=timedelta(hours=8))
    office = PeopleOffice(replace(live_registry, settings=longer))
    issued = office.invite("adam", "nils", "", frozenset({"investigator"}))
    assert issued.expires_at == clock.now() + timedelta(hours=8)
