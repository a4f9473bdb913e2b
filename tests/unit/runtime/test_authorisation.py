"""The mechanism of the authorisation table: what keeps an application from starting, and what a request may not be."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from symbolon.runtime.authorisation import UnguardedRoutes, enforce, routes_of


class Admission:
    """Admits everybody, and notes with which rule."""

    def __init__(self):
        self.rules = []

    def __call__(self, request, rule):
        self.rules.append((request.state.route_template, rule))


def an_app(*routes):
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for method, path in routes:
        app.add_api_route(path, lambda: "served", methods=[method])
    return app


def ask(app, path, method="GET", raw_path=None):
    """Send one request as a server would, its path not made tidy; the status of the answer."""
    statuses = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode() if raw_path is None else raw_path,
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "scheme": "https",
        "server": ("desk", 443),
        "http_version": "1.1",
    }

    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(received, {"type": "http.disconnect"})

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(scope, receive, send))
    return statuses[0]


def test_a_route_without_a_row_keeps_the_application_from_starting():
    app = an_app(("GET", "/one"), ("POST", "/one"))
    with pytest.raises(UnguardedRoutes, match="needs a row for POST /one"):
        enforce(app, {("GET", "/one"): "anybody"}, Admission())


def test_so_does_a_row_without_a_route():
    with pytest.raises(UnguardedRoutes, match="none for GET /two"):
        enforce(an_app(("GET", "/one")), {("GET", "/one"): 1, ("GET", "/two"): 1}, Admission())


@pytest.mark.parametrize(
    ("one", "other"), [("/people/{login}", "/people/new"), ("/{one}/x", "/{other}/x"), ("/a/{x}/c", "/a/b/{y}")]
)
def test_so_do_two_routes_that_one_address_could_mean(one, other):
    with pytest.raises(UnguardedRoutes, match="could mean both"):
        enforce(an_app(("GET", one), ("POST", other)), {("GET", one): 1, ("POST", other): 2}, Admission())


def test_the_rule_is_asked_with_the_template_of_the_route():
    app, admission = an_app(("GET", "/hits/{hit_id}"), ("POST", "/hits/{hit_id}")), Admission()
    enforce(app, {("GET", "/hits/{hit_id}"): "see", ("POST", "/hits/{hit_id}"): "act"}, admission)
    assert ask(app, "/hits/7") == 200
    assert admission.rules == [("/hits/{hit_id}", "see")]


def test_what_no_row_is_about_reaches_no_route_even_where_there_is_one():
    app, admission = an_app(("GET", "/one")), Admission()
    enforce(app, {("GET", "/one"): 1}, admission)
    app.add_api_route("/late", lambda: "served", methods=["GET"])
    assert ask(app, "/late") == 404
    assert admission.rules == []


def test_another_method_is_refused_with_those_that_there_are():
    app = an_app(("GET", "/one"), ("POST", "/one"))
    enforce(app, {("GET", "/one"): 1, ("POST", "/one"): 1}, Admission())
    assert ask(app, "/one", "DELETE") == 405
    assert ask(app, "/one", "HEAD") == 405


@pytest.mark.parametrize(
    ("path", "raw_path"),
    [
        ("/one/", None),
        ("//one", None),
        ("/one", b"/%6fne"),
        ("/one", b"//one"),
        ("/one", b"/one?"),
        ("/one", b""),
        ("/one", b"https://desk/one"),
        ("/../one", None),
        ("/one\\", None),
        ("/one;a=b", None),
        ("one", None),
        ("/one\n", None),
        ("/öne", None),
    ],
)
def test_an_address_that_is_not_plain_is_of_nothing(path, raw_path):
    app, admission = an_app(("GET", "/one")), Admission()
    enforce(app, {("GET", "/one"): 1}, admission)
    assert ask(app, path, raw_path=raw_path) == 404
    assert admission.rules == []


def test_static_files_have_a_row_too(tmp_path):
    (tmp_path / "look.css").write_text("")
    app = an_app(("GET", "/one"))
    app.mount("/static", StaticFiles(directory=tmp_path))
    assert routes_of(app) == (("GET", "/one"), ("GET", "/static/{file}"))
    enforce(app, dict.fromkeys(routes_of(app), "anybody"), Admission())
    assert ask(app, "/static/look.css") == 200
    assert ask(app, "/static/deeper/look.css") == 404


def test_nothing_of_a_route_runs_before_the_rule_is_asked():
    app = an_app(("POST", "/one"))
    read = []

    def refuse(_request, _rule):
        raise PermissionError

    enforce(app, {("POST", "/one"): 1}, refuse)

    async def body():
        read.append("body")
        yield b"x"

    async def post():
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="https://desk") as client:
            await client.post("/one", content=body())

    with pytest.raises(PermissionError):
        asyncio.run(post())
    assert read == []
