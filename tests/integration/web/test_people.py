"""What an administrator does about people, and that it takes effect at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from tests.integration.web.paper_desk import PASSWORD

from symbolon.runtime import accounts
from symbolon.runtime.accounts import AccountMistake, LoginTaken, UnknownPerson
from symbolon.runtime.people import LastManager, NoSuchSession, NotInExercise, NotOnYourself, PeopleOffice

FOCAL = frozenset({"focal_point"})


@pytest.fixture
def office(registry):
    return PeopleOffice(registry)


@pytest.fixture
def acts(leaves_since):
    """What the log holds since the test began, of what an administrator does."""
    return lambda: [
        (leaf["act"], leaf["actor"], leaf["subject"], leaf["detail"])
        for leaf in leaves_since()
        if leaf["act"] not in ("signed-in", "signed-out")
    ]


@pytest.mark.parametrize(
    "act",
    [
        lambda office: office.change_roles("adam", "mara", frozenset({"investigator"})),
        lambda office: office.disable("adam", "mara"),
        lambda office: office.reset_second_factor("adam", "mara"),
        lambda office: office.sign_out("adam", "mara"),
    ],
    ids=["roles", "disable", "reset", "sign-out"],
)
def test_what_takes_something_away_signs_the_person_out_at_once(node_app, visit, office, act):
    visitor = visit(node_app).sign_in("mara")
    act(office)
    assert visitor.client.get("/inbox").url.path == "/sign-in"


def test_new_roles_count_from_the_next_sign_in(node_app, visit, office):
    office.change_roles("adam", "mara", frozenset({"administrator"}))
    visitor = visit(node_app).sign_in("mara")
    assert visitor.client.get("/people").status_code == 200
    assert visitor.client.get("/inbox").status_code == 403


def test_the_same_roles_again_change_nothing_and_sign_nobody_out(node_app, visit, office, acts):
    visitor = visit(node_app).sign_in("mara")
    office.change_roles("adam", "mara", FOCAL)
    assert visitor.client.get("/inbox").url.path == "/inbox"
    assert acts() == []


def test_who_is_disabled_does_not_come_in_again_before_being_enabled(node_app, visit, office):
    office.disable("adam", "mara")
    with pytest.raises(AssertionError, match="401"):
        visit(node_app).sign_in("mara")
    office.enable("adam", "mara")
    assert visit(node_app).sign_in("mara")


@pytest.mark.parametrize(
    "act",
    [
        lambda office: office.change_roles("adam", "adam", FOCAL),
        lambda office: office.disable("adam", "adam"),
        lambda office: office.enable("adam", "adam"),
        lambda office: office.reset_second_factor("adam", "adam"),
        lambda office: office.issue_token("adam", "adam"),
    ],
    ids=["roles", "disable", "enable", "reset", "token"],
)
def test_nobody_changes_their_own_rights(office, act):
    with pytest.raises(NotOnYourself):
        act(office)


@pytest.mark.parametrize(
    "act",
    [
        lambda office: office.change_roles("command", "adam", FOCAL),
        lambda office: office.disable("command", "adam"),
    ],
    ids=["roles", "disable"],
)
def test_the_last_administrator_stays(office, act):
    with pytest.raises(LastManager):
        act(office)


def test_two_administrators_cannot_take_each_other_out_at_the_same_time(office):
    office.invite("adam", "bea", "", frozenset({"administrator"}))
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(office.disable, *pair) for pair in (("adam", "bea"), ("bea", "adam"))]
        outcomes = {type(each.exception()) for each in tries}
    assert outcomes == {type(None), LastManager}


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ({"administrator", "focal_point"}, "The role administrator is held alone"),
        ({"auditor", "investigator"}, "The role auditor is held alone"),
        ({"operator"}, "Give one role at least, out of these: focal_point"),
        (set(), "Give one role at least"),
    ],
)
def test_roles_that_do_not_go_together_or_do_not_exist_are_refused(office, roles, sentence):
    with pytest.raises(AccountMistake, match=sentence):
        office.invite("adam", "nils", "", frozenset(roles))


def test_an_officer_may_have_two_roles(office):
    office.invite("adam", "nils", "", frozenset({"focal_point", "protection_officer"}))
    assert office.show("nils").account.roles == {"focal_point", "protection_officer"}


def test_a_login_is_given_once(office):
    with pytest.raises(LoginTaken):
        office.invite("adam", "mara", "", FOCAL)


@pytest.mark.parametrize("login", ["", "a", "Mara", "mara okonedo", "../mara", "mara/disable", "x" * 65, "-mara"])
def test_what_cannot_stand_in_an_address_is_no_login(office, login):
    with pytest.raises(AccountMistake, match="A login has 2 to 64 characters"):
        office.invite("adam", login, "", FOCAL)


@pytest.mark.parametrize("act", ["disable", "enable", "reset_second_factor", "issue_token", "sign_out"])
def test_nobody_is_changed_who_is_not_there(office, act):
    with pytest.raises(UnknownPerson):
        getattr(office, act)("adam", "nobody")


def test_somebody_who_is_disabled_gets_no_token(office):
    office.disable("adam", "mara")
    with pytest.raises(AccountMistake, match="enable it first"):
        office.issue_token("adam", "mara")


def test_a_session_of_somebody_else_is_not_ended_under_this_login(office, registry, node_app, visit):
    visit(node_app).sign_in("mara")
    (session,) = office.show("mara").open_sessions
    with pytest.raises(NoSuchSession):
        office.end_session("adam", "ines", session.session_id)
    with pytest.raises(NoSuchSession):
        office.end_session("adam", "mara", uuid4())
    office.end_session("adam", "mara", session.session_id)
    assert office.show("mara").open_sessions == ()


def test_a_password_alone_is_for_exercises(live_registry):
    with pytest.raises(NotInExercise):
        PeopleOffice(live_registry).add_with_password("command", "nils", PASSWORD, FOCAL)


def test_every_act_leaves_a_leaf_of_who_did_it_to_whom(office, acts):
    office.invite("adam", "nils", "", FOCAL)
    office.change_roles("adam", "nils", frozenset({"authoriser"}))
    office.disable("adam", "nils")
    office.enable("adam", "nils")
    office.sign_out("adam", "nils")
    office.reset_second_factor("adam", "nils")
    assert acts() == [
        ("user-added", "adam", "nils", {"roles": "focal_point"}),
        ("token-issued", "adam", "nils", {"minutes": 15}),
        ("user-changed", "adam", "nils", {"before": "focal_point", "roles": "authoriser", "sessions": 0}),
        ("user-disabled", "adam", "nils", {"sessions": 0}),
        ("user-changed", "adam", "nils", {"enabled": True}),
        ("sessions-ended", "adam", "nils", {"sessions": 0}),
        ("second-factor-reset", "adam", "nils", {"had_one": False, "sessions": 0}),
        ("token-issued", "adam", "nils", {"minutes": 15}),
    ]


def test_the_page_lets_somebody_in_and_shows_the_token_once(node_app, visit, office):
    visitor = visit(node_app).sign_in("adam")
    page = visitor.send("/people", "/people", login="Nils", name="Nils Aho", role="investigator").text
    token = page.split('<code class="secret">')[1].split("<")[0]
    assert len(token) == len("xxxx-xxxx-xxxx-xxxx")
    assert token not in visitor.client.get("/people/nils").text
    assert office.show("nils").account.state == "invited"


def test_the_page_keeps_what_was_typed_where_it_cannot_be_taken(node_app, visit):
    visitor = visit(node_app).sign_in("adam")
    answer = visitor.send("/people", "/people", login="mara", name="Another Mara", role="investigator")
    assert answer.status_code == 422
    assert "This login is taken" in answer.text
    assert 'value="Another Mara"' in answer.text
    assert 'value="investigator" checked' in answer.text


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("text=MARA", {"mara"}),
        ("text=duarte", {"ines"}),
        ("role=auditor", {"una"}),
        ("state=disabled", {"ivo"}),
        ("state=invited", {"nils"}),
        ("role=nothing", set()),
    ],
)
def test_the_list_is_filtered_by_name_role_and_state(node_app, visit, office, query, listed):
    office.disable("adam", "ivo")
    office.invite("adam", "nils", "", FOCAL)
    page = visit(node_app).sign_in("adam").client.get(f"/people?{query}").text
    logins = {part.split('"')[0] for part in page.split('href="/people/')[1:]}
    assert logins == listed


def test_a_name_is_shown_as_text_and_never_as_markup(node_app, visit, office):
    office.invite("adam", "nils", "<b>Nils</b>", FOCAL)
    visitor = visit(node_app).sign_in("adam")
    for path in ("/people", "/people/nils"):
        page = visitor.client.get(path).text
        assert "&lt;b&gt;Nils&lt;/b&gt;" in page
        assert "<b>Nils" not in page


def test_the_account_page_lists_the_browsers_and_ends_one_of_them(node_app, visit):
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    elsewhere = visit(node_app)
    elsewhere.client.headers["User-Agent"] = agent
    elsewhere.sign_in("mara")
    here = visit(node_app).sign_in("mara")
    page = here.client.get("/account").text
    assert "Firefox on Windows" in page
    path = page.split('action="/account/sessions/')[1].split('"')[0]
    assert here.send("/account", f"/account/sessions/{path}").status_code == 303
    assert elsewhere.client.get("/account").url.path == "/sign-in"
    assert here.client.get("/account").url.path == "/account"


def test_the_log_is_shown_to_its_auditor_and_that_is_noted(node_app, visit, office, acts):
    office.disable("adam", "ivo")
    visitor = visit(node_app).sign_in("una")
    page = visitor.client.get("/audit?actor=adam&act=user-disabled").text
    assert page.count('data-label="Act">User disabled') == page.count('data-label="Act">') > 0
    assert ("audit-queried", "una") in {act[:2] for act in acts()}


@pytest.mark.parametrize("query", ["act=nothing&since=yesterday&until=99", "since=2026-13-01", "actor=%27--"])
def test_a_filter_of_the_log_that_means_nothing_does_no_harm(node_app, visit, query):
    assert visit(node_app).sign_in("una").client.get(f"/audit?{query}").status_code == 200


def test_a_person_without_a_role_that_is_known_any_more_has_no_right(node_app, visit, database):
    with database.transaction() as tx:
        accounts.set_roles(tx, "mara", frozenset({"operator"}))
    visitor = visit(node_app).sign_in("mara")
    assert visitor.client.get("/inbox").status_code == 403
    assert visitor.client.get("/account").status_code == 200
