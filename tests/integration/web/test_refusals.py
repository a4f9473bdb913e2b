"""What goes wrong: a page for browsers, RFC 9457 for programs, a traceback for nobody; and the headers on all of it."""

import pytest

from symbolon.node.web.forms import LARGEST_FORM

HIT = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def signed_in(node_app, visit):
    return visit(node_app).sign_in("mara").client


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("GET", "/hits/not-a-hit", 404),
        ("GET", "/hits/00000000-0000-0000-0000-00000000ffff", 404),
        ("GET", f"/hits/{HIT}/exchanges/{HIT}/reply", 404),
        ("GET", f"/hits/{HIT}/exchanges/zero/reply", 404),
        ("PUT", "/inbox", 405),
        ("POST", f"/hits/{HIT}/vote", 403),
    ],
)
def test_a_browser_gets_a_page_and_a_program_a_problem_document(signed_in, method, path, status):
    page = signed_in.request(method, path)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "What to do" in page.text
    document = signed_in.request(method, path, headers={"Accept": "application/json"})
    assert document.status_code == status
    assert document.headers["content-type"] == "application/problem+json"
    members = document.json()
    assert members["status"] == status
    assert members["type"].startswith("urn:symbolon:problem:")
    assert {"title", "detail", "request_id"} <= set(members)


def test_a_refusal_keeps_the_way_to_the_other_pages(signed_in):
    assert 'href="/exchanges"' in signed_in.get("/hits/not-a-hit").text


def test_a_form_beyond_any_need_is_refused_before_it_is_read(signed_in):
    answer = signed_in.post(
        f"/hits/{HIT}/vote",
        content=b"reason=" + b"x" * LARGEST_FORM,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


def test_a_form_that_grows_without_saying_its_size_is_cut_off(signed_in):
    def endless():
        for _ in range(40):
            yield b"x" * (LARGEST_FORM // 32)

    answer = signed_in.post(
        f"/hits/{HIT}/vote",
        content=endless(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:symbolon:problem:payload-too-large"


def test_what_nobody_foresaw_is_told_as_an_apology_without_its_text(node_app, visit, paper_desk, capfd):
    visitor = visit(node_app).sign_in("mara")
    paper_desk.hits[HIT] = None
    answer = visitor.client.get(f"/hits/{HIT}")
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.text
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/static/symbolon.css", "/inbox"])
def test_every_answer_carries_the_security_headers(signed_in, path):
    headers = signed_in.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "max-age" in headers["strict-transport-security"]


def test_pages_are_kept_by_no_cache_and_static_files_for_long(signed_in):
    page = signed_in.get("/inbox")
    assert page.headers["cache-control"] == "no-store"
    address = page.text.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in signed_in.get(address).headers["cache-control"]


@pytest.mark.parametrize("path", ["/sign-in", "/inbox", f"/hits/{HIT}", "/account", "/exchanges"])
def test_no_page_needs_an_inline_script_or_style(signed_in, path):
    page = signed_in.get(path).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize("path", ["/inbox", f"/hits/{HIT}", "/sign-in"])
def test_a_page_is_small_enough_for_a_bad_line(signed_in, path):
    assert len(signed_in.get(path).content) < 24_000


def refusals(leaves):
    return [(leaf["actor"], leaf["subject"], leaf["detail"]) for leaf in leaves if leaf["act"] == "access-refused"]


def test_who_asks_for_a_page_beyond_their_role_leaves_a_leaf(node_app, visit, leaves_since):
    assert visit(node_app).sign_in("adam").client.get("/inbox").status_code == 403
    assert refusals(leaves_since()) == [("adam", None, {"route": "/inbox"})]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_refused_command_leaves_a_leaf_that_names_its_route_and_no_hit(signed_in, leaves_since, accept):
    data = {"csrf_token": "made up"}
    assert signed_in.post(f"/hits/{HIT}/vote", data=data, headers={"Accept": accept}).status_code == 403
    assert refusals(leaves_since()) == [("mara", None, {"route": "/hits/{hit_id}/vote"})]


def test_a_page_that_refreshes_itself_leaves_no_leaf_when_it_is_refused(node_app, visit, leaves_since):
    assert visit(node_app).sign_in("adam").client.get("/inbox/queue").status_code == 403
    assert refusals(leaves_since()) == []


def test_nobody_leaves_a_leaf_of_refusal_without_having_signed_in(node_app, visit, leaves_since):
    assert visit(node_app).client.get("/inbox").url.path == "/sign-in"
    assert visit(node_app).client.post("/sign-in", data={"login": "mara"}).status_code == 403
    assert refusals(leaves_since()) == []


def test_a_refused_command_at_the_hubs_desk_leaves_a_leaf(hub_app, visit, leaves_since):
    client = visit(hub_app).sign_in("omar").client
    assert client.post("/sign-out", data={"csrf_token": "made up"}).status_code == 403
    assert refusals(leaves_since()) == [("omar", None, {"route": "/sign-out"})]
