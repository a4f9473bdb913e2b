"""Signing in and out: cookies, forms, refusals, and what the audit log keeps of them."""

from collections import Counter
from datetime import timedelta

import pytest
from tests.integration.web.paper_desk import hidden_field

from symbolon.runtime import doors


def leaves(database):
    with database.transaction() as tx:
        rows = tx._connection.execute("select act, actor from audit_leaf order by recorded_at, leaf_id").fetchall()
    return [(row["act"], row["actor"]) for row in rows]


def form_token(page, name="form_token"):
    before = f'name="{name}" value="'
    start = page.index(before) + len(before)
    return page[start : page.index('"', start)]


def try_password(visitor, login, password):
    token = form_token(visitor.client.get("/sign-in").text)
    return visitor.client.post("/sign-in", data={"login": login, "password": password, "form_token": token})


def test_a_person_with_the_right_password_comes_to_the_inbox(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get("/")
    assert page.url.path == "/inbox"
    assert "Mara Okonedo" in page.text


def test_after_signing_in_a_person_comes_to_the_page_that_was_asked_for(node_app, visit):
    visitor = visit(node_app)
    asked = visitor.client.get("/exchanges")
    assert asked.url.path == "/sign-in"
    answer = visitor.client.post(
        "/sign-in",
        data={
            "login": "mara",
            "password": "quiet harbour lantern 7",
            "form_token": form_token(asked.text),
            "then": form_token(asked.text, "then"),
        },
    )
    assert answer.url.path == "/exchanges"


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site_after_signing_in(node_app, visit, then):
    page = visit(node_app).client.get("/sign-in", params={"then": then})
    assert form_token(page.text, "then") == "/"


def test_the_session_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_connections(node_app, visit):
    visitor = visit(node_app)
    token = form_token(visitor.client.get("/sign-in").text)
    answer = visitor.client.post(
        "/sign-in",
        data={"login": "mara", "password": "quiet harbour lantern 7", "form_token": token},
        follow_redirects=False,
    )
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-symbolon-xa-session="))
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "secure", "samesite=strict", "path=/"}


def test_a_wrong_password_and_an_unknown_login_are_told_apart_to_nobody(node_app, visit):
    visitor = visit(node_app)
    wrong = try_password(visitor, "mara", "not this one at all")
    unknown = try_password(visitor, "nobody", "not this one at all")
    assert wrong.status_code == unknown.status_code == 401
    assert "The login, the password or the code is wrong" in wrong.text
    assert "The login, the password or the code is wrong" in unknown.text


def test_after_too_many_wrong_passwords_even_the_right_one_waits(node_app, visit, clock):
    visitor = visit(node_app)
    for _ in range(doors.FREE_ATTEMPTS + 1):
        try_password(visitor, "mara", "not this one at all")
    assert "Too many wrong tries" in try_password(visitor, "mara", "quiet harbour lantern 7").text
    clock.advance(doors.LONGEST_REFUSAL)
    assert try_password(visitor, "mara", "quiet harbour lantern 7").url.path == "/inbox"


def test_signing_in_without_the_form_of_this_browser_is_refused(node_app, visit):
    answer = visit(node_app).client.post(
        "/sign-in", data={"login": "mara", "password": "quiet harbour lantern 7", "form_token": "made up"}
    )
    assert answer.status_code == 403
    assert "Sign in once more" in answer.text


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(node_app, visit):
    visitor = visit(node_app).sign_in("mara")
    kept = dict(visitor.client.cookies)
    page = visitor.client.get("/inbox").text
    signed_out = visitor.client.post("/sign-out", data={"csrf_token": form_token(page, "csrf_token")})
    assert "You are signed out" in signed_out.text
    visitor.client.cookies.update(kept)
    assert visitor.client.get("/inbox").url.path == "/sign-in"


def test_a_form_without_the_token_of_the_session_changes_nothing(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    hit = next(iter(paper_desk.hits))
    answer = visitor.client.post(f"/hits/{hit}/acknowledge", data={"csrf_token": "made up"})
    assert answer.status_code == 403
    assert "nothing was changed" in answer.text
    assert paper_desk.acts == []


def test_an_idle_session_ends_after_half_an_hour(node_app, visit, clock):
    visitor = visit(node_app).sign_in("mara")
    clock.advance(timedelta(minutes=29))
    assert visitor.client.get("/inbox").url.path == "/inbox"
    clock.advance(timedelta(minutes=31))
    assert visitor.client.get("/inbox").url.path == "/sign-in"


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(node_app, visit, clock):
    visitor = visit(node_app).sign_in("mara")
    for _ in range(3):
        clock.advance(timedelta(minutes=9))
        assert visitor.client.get("/inbox/queue").status_code == 200
    clock.advance(timedelta(minutes=9))
    ended = visitor.client.get("/inbox/queue")
    assert ended.status_code == 401
    assert ended.headers["HX-Redirect"] == "/sign-in"


def test_a_session_ends_after_twelve_hours_however_busy_it_was(node_app, visit, clock):
    visitor = visit(node_app).sign_in("mara")
    for _ in range(12 * 3 - 1):
        clock.advance(timedelta(minutes=20))
        assert visitor.client.get("/account").url.path == "/account"
    clock.advance(timedelta(minutes=20))
    assert visitor.client.get("/account").url.path == "/sign-in"


def test_the_database_holds_neither_a_password_nor_a_session_token(node_app, visit, database):
    visitor = visit(node_app).sign_in("mara")
    token = visitor.client.cookies["__Host-symbolon-xa-session"]
    with database.transaction() as tx:
        rows = tx._connection.execute(
            "select encode(token_digest, 'escape') || login from web_session"
            " union all select password_hash || login from account"
        ).fetchall()
    stored = "".join(str(row) for row in rows)
    assert token not in stored
    assert "quiet harbour" not in stored
    assert "$argon2id$" in stored


def test_sign_ins_leave_a_leaf_and_a_mistyped_login_is_not_written_down(node_app, visit, database):
    visitor = visit(node_app)
    before = leaves(database)
    try_password(visitor, "my-secret-password", "oops")
    try_password(visitor, "mara", "oops")
    visitor.sign_in("mara")
    assert sorted((Counter(leaves(database)) - Counter(before)).elements()) == [
        ("sign-in-refused", "mara"),
        ("sign-in-refused", "unknown"),
        ("signed-in", "mara"),
    ]


def test_a_login_that_no_database_could_hold_is_just_a_wrong_login(node_app, visit):
    assert try_password(visit(node_app), "mara\x00", "oops").status_code == 401
    assert try_password(visit(node_app), "m" * 5000, "oops").status_code == 401


def test_a_new_password_signs_the_other_browsers_out(node_app, visit):
    here, elsewhere = visit(node_app).sign_in("mara"), visit(node_app).sign_in("mara")
    changed = here.send(
        "/account", "/account/password", password="quiet harbour lantern 7", new_password="four words quite unrelated"
    )
    assert changed.status_code == 303
    assert here.client.get("/account").url.path == "/account"
    assert elsewhere.client.get("/account").url.path == "/sign-in"
    assert elsewhere.sign_in("mara", "four words quite unrelated")


@pytest.mark.parametrize(
    ("present", "wanted", "sentence"),
    [
        ("quiet harbour lantern 7", "short", "A password has 12 to 256 characters"),
        ("wrong", "four words quite unrelated", "This is not your present password"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why_beside_its_field(node_app, visit, present, wanted, sentence):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send("/account", "/account/password", password=present, new_password=wanted)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_person_can_sign_out_every_other_browser(node_app, visit):
    here, elsewhere = visit(node_app).sign_in("mara"), visit(node_app).sign_in("mara")
    assert here.send("/account", "/account/sign-out-elsewhere").status_code == 303
    assert here.client.get("/account").url.path == "/account"
    assert elsewhere.client.get("/account").url.path == "/sign-in"


def test_two_parties_on_one_host_do_not_overwrite_each_others_cookies(node_app, hub_app, visit):
    node, hub = visit(node_app).sign_in("mara"), visit(hub_app).sign_in("omar")
    assert set(node.client.cookies).isdisjoint(hub.client.cookies)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "cp037", "nonsense"])
def test_a_form_in_another_character_set_than_utf_8_is_no_form_of_ours(node_app, visit, charset):
    client = visit(node_app).client
    fields = {
        "form_token": hidden_field(client.get("/sign-in").text, "form_token"),
        "login": "mara",
        "password": "+2AA-aaaaaaaaaaaaaa",
    }
    parts = (f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items())
    headers = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = client.post("/sign-in", content="".join((*parts, "--x--\r\n")), headers=headers)
    assert answer.status_code == 400
