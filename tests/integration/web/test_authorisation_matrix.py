"""Every route of both desks, for every role, in its own and in foreign cases: who gets in, and who does not.

The routes come from the applications themselves. What is expected of each cell stands here, written by hand from the
roles' descriptions and not from the applications' table: one line for each route and case, one mark for each role.

    +  gets in (a page, a redirect after an act, or a form that comes back with its mistakes)
    -  is refused: none of the person's roles includes it
    u  is told that there is no such thing
    w  is asked why they need to see it
    s  is sent to the sign-in page
"""

import asyncio
import re
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.web.paper_desk import PASSWORD, hit_id, request_id

from symbolon.runtime import accounts, sessions
from symbolon.runtime.authorisation import routes_of

NOBODY = "(nobody)"
NODE_COLUMNS = (NOBODY, "mara", "ivo", "ines", "aya", "adam", "una")
"""Nobody, focal point, investigator, protection officer, authoriser, administrator, auditor."""
HUB_COLUMNS = (NOBODY, "omar", "una", "mara")
"""Nobody, operator, auditor, and somebody whose role is none of the hub's."""

GENERAL, PROTECTED, NOWHERE = hit_id(1), hit_id(8), hit_id(0xFFFF)
ASKED, NOT_ASKED = request_id(6), request_id(9)

PUBLIC_AND_OWN = """
GET  /                                  s + + + + + +
GET  /sign-in                           + + + + + + +
POST /sign-in                           + + + + + + +
POST /sign-out                          s + + + + + +
GET  /welcome                           + + + + + + +
POST /welcome                           + + + + + + +
POST /welcome/account                   + + + + + + +
GET  /static/symbolon.css               + + + + + + +
GET  /static/no-such.css                u u u u u u u
GET  /account                           s + + + + + +
POST /account/password                  s + + + + + +
POST /account/sign-out-elsewhere        s + + + + + +
POST /account/second-factor/begin       s + + + + + +
GET  /account/second-factor             s + + + + + +
POST /account/second-factor             s + + + + + +
POST /account/recovery-codes            s + + + + + +
POST /account/sessions/OWN/end          s + + + + + +
POST /account/sessions/FOREIGN/end      s u u u u u u
POST /account/sessions/none/end         s u u u u u u
"""
NODE = """
GET  /inbox                             s + + + + - -
GET  /inbox/queue                       s + + + + - -
GET  /inbox.csv                         s + + + + - -
GET  /holds                             s - - + - - -
GET  /exchanges                         s + + + + - -
GET  /hits/GENERAL                      s + + u + - -
GET  /hits/PROTECTED                    s u u w u - -
GET  /hits/NOWHERE                      s u u u u - -
GET  /hits/none                         s u u u u - -
POST /hits/GENERAL/justification        s - - u - - -
POST /hits/PROTECTED/justification      s - - + - - -
POST /hits/NOWHERE/justification        s - - u - - -
POST /hits/GENERAL/acknowledge          s + - u - - -
POST /hits/PROTECTED/acknowledge        s u - + - - -
POST /hits/NOWHERE/acknowledge          s u - u - - -
POST /hits/GENERAL/vote                 s + - u - - -
POST /hits/PROTECTED/vote               s u - + - - -
POST /hits/NOWHERE/vote                 s u - u - - -
POST /hits/GENERAL/release              s - - u - - -
POST /hits/PROTECTED/release            s - - + - - -
POST /hits/NOWHERE/release              s - - u - - -
GET  /hits/GENERAL/request              s + - u - - -
GET  /hits/PROTECTED/request            s u - w - - -
GET  /hits/NOWHERE/request              s u - u - - -
POST /hits/GENERAL/request              s + - u - - -
POST /hits/PROTECTED/request            s u - w - - -
POST /hits/NOWHERE/request              s u - u - - -
GET  /hits/ANSWERABLE/requests/ASKED/reply       s + - u - - -
GET  /hits/ANSWERABLE/requests/NOT-ASKED/reply   s u - u - - -
GET  /hits/PROTECTED/requests/ASKED/reply        s u - w - - -
GET  /hits/NOWHERE/requests/ASKED/reply          s u - u - - -
POST /hits/ANSWERABLE/requests/ASKED/reply       s + - u - - -
POST /hits/ANSWERABLE/requests/NOT-ASKED/reply   s u - u - - -
POST /hits/PROTECTED/requests/ASKED/reply        s u - w - - -
POST /hits/NOWHERE/requests/ASKED/reply          s u - u - - -
GET  /federation                        s - - - - + -
GET  /expiry                            s - - - - + -
GET  /audit                             s - - - - - +
"""
PEOPLE = """
GET  /people                            s - - - - + -
POST /people                            s - - - - + -
GET  /people/OTHER                      s - - - - + -
GET  /people/SELF                       s - - - - + -
GET  /people/nobody                     s - - - - u -
POST /people/OTHER/roles                s - - - - + -
POST /people/SELF/roles                 s - - - - - -
POST /people/nobody/roles               s - - - - u -
POST /people/OTHER/disable              s - - - - + -
POST /people/SELF/disable               s - - - - - -
POST /people/nobody/disable             s - - - - u -
POST /people/OTHER/enable               s - - - - + -
POST /people/SELF/enable                s - - - - - -
POST /people/nobody/enable              s - - - - u -
POST /people/OTHER/reset-second-factor  s - - - - + -
POST /people/SELF/reset-second-factor   s - - - - - -
POST /people/nobody/reset-second-factor s - - - - u -
POST /people/OTHER/token                s - - - - + -
POST /people/SELF/token                 s - - - - - -
POST /people/nobody/token               s - - - - u -
POST /people/OTHER/sign-out             s - - - - + -
POST /people/SELF/sign-out              s - - - - + -
POST /people/nobody/sign-out            s - - - - u -
POST /people/OTHER/sessions/FOREIGN/end s - - - - + -
POST /people/OTHER/sessions/OWN/end     s - - - - u -
POST /people/OTHER/sessions/none/end    s - - - - u -
POST /people/nobody/sessions/OWN/end    s - - - - u -
"""
HUB = """
GET  /                                  s + + +
GET  /status                            s + + -
GET  /status/numbers                    s + + -
GET  /federation                        s + - -
GET  /audit                             s - + -
"""


def lines_of(*tables: str) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = [line.split() for table in tables for line in table.strip().splitlines()]
    return [(method, path, tuple(marks)) for method, path, *marks in rows]


def at_the_hub(method, path, marks):
    """What holds for a node's administrator holds for the operator, who manages the hub's people."""
    nobody, anybody, manager = marks[0], marks[1], marks[5]
    return method, path, (nobody, manager, anybody, anybody)


NODE_CELLS = lines_of(PUBLIC_AND_OWN, NODE, PEOPLE)
HUB_CELLS = [
    *(at_the_hub(*line) for line in lines_of(PUBLIC_AND_OWN, PEOPLE) if line[1] != "/"),
    *lines_of(HUB),
]
WORDS = {
    "GENERAL": GENERAL,
    "PROTECTED": PROTECTED,
    "NOWHERE": NOWHERE,
    "ANSWERABLE": hit_id(6),
    "ASKED": ASKED,
    "NOT-ASKED": NOT_ASKED,
    "OTHER": "tova",
    "none": "none",
}
FORM = {"verdict": "SAME", "ruling": "close", "reason": "protect", "text": "She asked us to.", "then": "/account"}
"""What a form needs where a mistake in it would hide whether its sender gets through."""


def sign_in(registry, login):
    """The cookie and the form token of a fresh session of somebody, and the session's id."""
    now = registry.clock.now()
    with registry.database.transaction() as tx:
        token = sessions.start(tx, login, "", uuid4().bytes + uuid4().bytes, now)
        session = sessions.resume(tx, token, now)
    return token, session.csrf_token, session.session_id


@pytest.fixture
def ask(registry):
    """Asks an application for one thing in somebody's name, and gives the mark of its answer."""
    with registry.database.transaction() as tx:
        accounts.add_user(tx, "tova", PASSWORD, ["investigator"], "Tova Berg")
    foreign = sign_in(registry, "tova")[2]

    def ask(app, cookie, login, method, path):
        headers, form, words = {"Accept": "text/html"}, dict(FORM), {**WORDS, "FOREIGN": foreign, "SELF": "mara"}
        if login != NOBODY:
            own = sign_in(registry, login)[2]
            token, form["csrf_token"], _ = sign_in(registry, login)
            words |= {"OWN": own, "SELF": login}
            headers["Cookie"] = f"{cookie}={token}"
        address = "/".join(str(words.get(step, step)) for step in path.split("/"))
        return mark(send(app, method, address, headers, form if method == "POST" else None))

    return ask


def send(app, method, address, headers, form):
    """One request, straight to the application."""

    async def request():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
            return await client.request(method, address, headers=headers, data=form)

    return asyncio.run(request())


def mark(answer):
    if answer.status_code == 401 and "hx-redirect" in answer.headers:
        return "s"
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?then="):
        return "s"
    if answer.status_code == 404:
        return "u"
    if answer.status_code == 403 and "Why do you need to see this hit?" in answer.text:
        return "w"
    if answer.status_code == 403 and ("None of your roles" in answer.text or "Nobody changes their own" in answer.text):
        return "-"
    # Without its cookie the form of a public page comes back, as it would for anybody.
    assert answer.status_code in (200, 303, 401, 422) or "open too long" in answer.text, answer.status_code
    return "+"


def template_of(path):
    """The template that a line of the tables is about."""
    steps = [re.sub(r"^[A-Z-]+$|^none$|^nobody$", "{}", step) for step in path.split("/")]
    return "/static/{}" if path.startswith("/static/") else "/".join(steps)


def blank(template):
    return re.sub(r"\{[a-z_]+\}", "{}", template)


def test_every_route_of_a_nodes_desk_has_its_line_here(node_app):
    told = {(method, blank(template)) for method, template in routes_of(node_app)}
    assert {(method, template_of(path)) for method, path, _ in NODE_CELLS} == told


def test_every_route_of_the_hubs_desk_has_its_line_here(hub_app):
    told = {(method, blank(template)) for method, template in routes_of(hub_app)}
    assert {(method, template_of(path)) for method, path, _ in HUB_CELLS} == told


@pytest.mark.parametrize(("method", "path", "marks"), NODE_CELLS)
def test_at_a_node_each_role_gets_what_it_has_a_right_to(node_app, ask, method, path, marks):
    got = {login: ask(node_app, "__Host-symbolon-xa-session", login, method, path) for login in NODE_COLUMNS}
    assert got == dict(zip(NODE_COLUMNS, marks, strict=True))


@pytest.mark.parametrize(("method", "path", "marks"), HUB_CELLS)
def test_at_the_hub_each_role_gets_what_it_has_a_right_to(hub_app, ask, method, path, marks):
    got = {login: ask(hub_app, "__Host-symbolon-hub-session", login, method, path) for login in HUB_COLUMNS}
    assert got == dict(zip(HUB_COLUMNS, marks, strict=True))


@pytest.mark.parametrize(("method", "template"), [(line[0], line[1]) for line in NODE_CELLS if line[0] == "POST"])
def test_no_form_acts_without_the_token_of_its_session(node_app, registry, method, template, leaves_since, paper_desk):
    if template.startswith(("/sign-in", "/welcome")):
        return
    words = {**WORDS, "SELF": "mara", "OTHER": "mara", "OWN": UUID(int=1), "FOREIGN": UUID(int=2)}
    address = "/".join(str(words.get(step, step)) for step in template.split("/"))
    login = "adam" if address.startswith("/people") else "ines" if "justification" in address else "mara"
    if "release" in address:
        login = "ines"
    token, _, _ = sign_in(registry, login)
    headers = {"Accept": "application/json", "Cookie": f"__Host-symbolon-xa-session={token}"}
    answer = send(node_app, "POST", address, headers, {**FORM, "csrf_token": "made up"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:symbolon:problem:csrf"
    assert (paper_desk.acknowledged, paper_desk.votes, paper_desk.rulings, paper_desk.reasons) == ([], [], [], [])


def test_the_auditor_of_a_node_sees_the_log_and_nothing_else(node_app):
    opened = {path for method, path, marks in lines_of(NODE, PEOPLE) if marks[6] != "-"}
    assert opened == {"/audit"}


def test_the_administrator_of_a_node_opens_no_page_with_a_hit():
    opened = {path for _, path, marks in NODE_CELLS if marks[5] != "-"}
    assert not any(path.startswith(("/hits", "/inbox", "/holds", "/exchanges")) for path in opened)
