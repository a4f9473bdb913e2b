"""The second factor: how it is enrolled, what it takes to sign in with it, and what helps when it is lost."""

from datetime import timedelta

import pyotp
import pytest
from tests.integration.web.paper_desk import PASSWORD, Visitor, hidden_field

from symbolon.runtime import gatekeeper as gatekeeper_module
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import Attempt, Outcome
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.sql_loader import Query


def authenticator(page):
    """The authenticator of a person who types the secret of a page into it."""
    return pyotp.TOTP(page.split('<code class="secret">')[1].split("<")[0].replace(" ", ""))


def recovery_codes(page):
    return [part.split("<")[0] for part in page.split("<li><code>")[1:]]


def enrol(visitor, clock, password=PASSWORD):
    """Enrol a second factor on the account page; the authenticator and the recovery codes."""
    visitor.send("/account", "/account/second-factor/begin")
    page = visitor.client.get("/account/second-factor").text
    device = authenticator(page)
    answer = visitor.send(
        "/account/second-factor", "/account/second-factor", password=password, code=device.at(clock.now())
    )
    assert answer.status_code == 200
    clock.advance(timedelta(seconds=30))
    return device, recovery_codes(answer.text)


def try_in(visitor, login, password, code=""):
    token = hidden_field(visitor.client.get("/sign-in").text, "form_token")
    data = {"login": login, "password": password, "code": code, "form_token": token}
    return visitor.client.post("/sign-in", data=data, follow_redirects=False)


@pytest.fixture
def enrolled(node_app, visit, clock):
    """Mara with a second factor: her authenticator and her recovery codes."""
    return enrol(visit(node_app).sign_in("mara"), clock)


def test_with_a_second_factor_the_password_alone_opens_nothing(node_app, visit, enrolled):
    assert try_in(visit(node_app), "mara", PASSWORD).status_code == 401


def test_password_and_code_together_open_the_desk(node_app, visit, enrolled, clock):
    device, _ = enrolled
    assert try_in(visit(node_app), "mara", PASSWORD, device.at(clock.now())).status_code == 303


def test_a_code_with_a_wrong_password_opens_nothing_and_is_not_used_up(node_app, visit, enrolled, clock):
    device, _ = enrolled
    code = device.at(clock.now())
    assert try_in(visit(node_app), "mara", "not this one at all", code).status_code == 401
    assert try_in(visit(node_app), "mara", PASSWORD, code).status_code == 303


def test_a_code_counts_once(node_app, visit, enrolled, clock):
    device, _ = enrolled
    code = device.at(clock.now())
    assert try_in(visit(node_app), "mara", PASSWORD, code).status_code == 303
    assert try_in(visit(node_app), "mara", PASSWORD, code).status_code == 401


def test_after_a_code_none_of_an_earlier_half_minute_counts(node_app, visit, enrolled, clock):
    device, _ = enrolled
    clock.advance(timedelta(seconds=30))
    assert try_in(visit(node_app), "mara", PASSWORD, device.at(clock.now())).status_code == 303
    earlier = device.at(clock.now() - timedelta(seconds=30))
    assert try_in(visit(node_app), "mara", PASSWORD, earlier).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 303), (30, 303), (60, 401)])
def test_a_code_counts_half_a_minute_before_and_after_its_own(node_app, visit, enrolled, clock, seconds, status):
    device, _ = enrolled
    clock.advance(timedelta(minutes=5))
    code = device.at(clock.now() + timedelta(seconds=seconds))
    assert try_in(visit(node_app), "mara", PASSWORD, code).status_code == status


def test_the_code_with_which_it_was_enrolled_is_used_up(node_app, visit, clock):
    visitor = visit(node_app).sign_in("mara")
    device, _ = enrol(visitor, clock)
    before = device.at(clock.now() - timedelta(seconds=30))
    assert try_in(visit(node_app), "mara", PASSWORD, before).status_code == 401


def test_a_recovery_code_stands_in_for_the_authenticator_once(node_app, visit, enrolled, leaves_since):
    _, codes = enrolled
    assert len(set(codes)) == 10
    assert try_in(visit(node_app), "mara", PASSWORD, codes[3]).status_code == 303
    assert try_in(visit(node_app), "mara", PASSWORD, codes[3]).status_code == 401
    used = [leaf["detail"] for leaf in leaves_since() if leaf["act"] == "recovery-code-used"]
    assert used == [{"left": 9}]


def test_a_recovery_code_may_be_typed_as_people_type(node_app, visit, enrolled):
    _, codes = enrolled
    assert try_in(visit(node_app), "mara", PASSWORD, codes[0].upper().replace("-", " ")).status_code == 303


def test_a_recovery_code_is_good_for_its_own_person_alone(node_app, visit, enrolled, clock):
    _, codes = enrolled
    enrol(visit(node_app).sign_in("ines"), clock)
    assert try_in(visit(node_app), "ines", PASSWORD, codes[0]).status_code == 401


def test_new_recovery_codes_take_the_place_of_the_old_ones(node_app, visit, enrolled, clock):
    device, codes = enrolled
    visitor = visit(node_app)
    try_in(visitor, "mara", PASSWORD, device.at(clock.now()))
    fields = {"password": PASSWORD, "present_code": codes[1]}
    renewed = recovery_codes(visitor.send("/account", "/account/recovery-codes", **fields).text)
    assert try_in(visit(node_app), "mara", PASSWORD, codes[0]).status_code == 401
    assert try_in(visit(node_app), "mara", PASSWORD, renewed[0]).status_code == 303


@pytest.mark.parametrize("path", ["/account/recovery-codes", "/account/second-factor"])
@pytest.mark.parametrize("wrong", [{"password": "not this one at all"}, {"present_code": "000000"}])
def test_a_browser_left_open_makes_no_new_codes_without_password_and_present_code(
    node_app, visit, clock, enrolled, path, wrong
):
    visitor = visit(node_app)
    try_in(visitor, "mara", PASSWORD, enrolled[0].at(clock.now()))
    _device, codes = enrolled
    visitor.send("/account", "/account/second-factor/begin")
    new = authenticator(visitor.client.get("/account/second-factor").text).at(clock.now())
    fields = {"password": PASSWORD, "present_code": codes[1], "code": new, **wrong}
    answer = visitor.send("/account", path, **fields)
    assert answer.status_code == 422
    assert "This is not your present password, or the code is not one" in answer.text


def test_who_has_no_second_factor_gets_no_recovery_codes(node_app, visit):
    answer = visit(node_app).sign_in("mara").send("/account", "/account/recovery-codes", password=PASSWORD)
    assert answer.status_code == 422
    assert "set up an authenticator first" in answer.text


def test_a_second_factor_is_enrolled_by_the_code_of_its_own_secret_alone(node_app, visit, clock):
    visitor = visit(node_app).sign_in("mara")
    visitor.send("/account", "/account/second-factor/begin")
    answer = visitor.send("/account/second-factor", "/account/second-factor", password=PASSWORD, code="000000")
    assert answer.status_code == 422
    assert "This is not the code that the authenticator shows now" in answer.text
    assert try_in(visit(node_app), "mara", PASSWORD).status_code == 303


def test_a_new_second_factor_signs_the_other_browsers_out(node_app, visit, clock):
    here, elsewhere = visit(node_app).sign_in("mara"), visit(node_app).sign_in("mara")
    enrol(here, clock)
    assert here.client.get("/account").url.path == "/account"
    assert elsewhere.client.get("/account").url.path == "/sign-in"


def test_where_it_is_required_an_account_without_one_is_told_how_to_begin(live_app, visit):
    answer = try_in(visit(live_app), "mara", PASSWORD)
    assert answer.status_code == 401
    assert "ask your administrator for a one-time token" in answer.text


def test_where_it_is_required_a_wrong_password_learns_nothing_of_the_account(live_app, visit):
    answer = try_in(visit(live_app), "mara", "not this one at all")
    assert "The login, the password or the code is wrong" in answer.text


def test_the_database_holds_neither_the_secret_nor_a_recovery_code(node_app, visit, clock, database):
    device, codes = enrol(visit(node_app).sign_in("mara"), clock)
    everything = "select t::text from account as t union all select t::text from recovery_code as t"
    with database.transaction() as tx:
        stored = " ".join(row["t"] for row in tx.fetch_all(Query("look", "", everything)))
    assert "mara" in stored
    for secret in (device.secret, device.byte_secret().hex(), *codes):
        assert secret.lower() not in stored.lower()


def test_a_sealed_secret_put_into_another_persons_row_opens_nothing(node_app, visit, enrolled, clock, database):
    device, _ = enrolled
    enrol(visit(node_app).sign_in("ines"), clock)
    swap = (
        "update account set second_factor_sealed ="
        " (select second_factor_sealed from account where login = 'mara') where login = 'ines'"
    )
    with database.transaction() as tx:
        tx.execute(Query("swap", "", swap))
    assert try_in(visit(node_app), "ines", PASSWORD, device.at(clock.now())).status_code == 500


def test_a_reset_second_factor_signs_its_person_out_and_its_old_codes_are_worth_nothing(
    live_app, visit, registry, enrolled, clock
):
    device, codes = enrolled
    visitor = visit(live_app)
    assert try_in(visitor, "mara", PASSWORD, device.at(clock.now())).status_code == 303
    PeopleOffice(registry).reset_second_factor("adam", "mara")
    assert visitor.client.get("/inbox").url.path == "/sign-in"
    clock.advance(timedelta(seconds=30))
    for code in (device.at(clock.now()), codes[0]):
        assert try_in(visit(live_app), "mara", PASSWORD, code).status_code == 401


def test_the_pages_of_a_new_second_factor_are_kept_by_no_cache(node_app, visit):
    visitor: Visitor = visit(node_app).sign_in("mara")
    visitor.send("/account", "/account/second-factor/begin")
    assert visitor.client.get("/account/second-factor").headers["cache-control"] == "no-store"


def test_a_second_factor_is_replaced_with_a_code_of_the_present_one(node_app, visit, enrolled, clock):
    device, codes = enrolled
    visitor = visit(node_app)
    try_in(visitor, "mara", PASSWORD, device.at(clock.now()))
    visitor.send("/account", "/account/second-factor/begin")
    new = authenticator(visitor.client.get("/account/second-factor").text)
    fields = {"password": PASSWORD, "present_code": codes[0], "code": new.at(clock.now())}
    assert visitor.send("/account/second-factor", "/account/second-factor", **fields).status_code == 200


def test_a_second_factor_that_one_browser_begins_is_shown_to_no_other(node_app, visit):
    here, elsewhere = visit(node_app).sign_in("mara"), visit(node_app).sign_in("mara")
    here.send("/account", "/account/second-factor/begin")
    assert 'class="secret"' in here.client.get("/account/second-factor").text
    assert elsewhere.client.get("/account/second-factor").url.path == "/account"


def test_a_second_factor_that_was_reset_while_a_sign_in_waited_lets_nobody_in(
    gatekeeper, node_app, visit, registry, enrolled, clock, monkeypatch
):
    prove = gatekeeper_module._prove

    def slow(*tried):
        proved = prove(*tried)
        PeopleOffice(registry).reset_second_factor("adam", "mara")
        return proved

    monkeypatch.setattr(gatekeeper_module, "_prove", slow)
    attempt = Attempt("mara", PASSWORD, enrolled[0].at(clock.now()))
    assert gatekeeper.enter(attempt, Knock(None, "192.0.2.10")).outcome is Outcome.WRONG
