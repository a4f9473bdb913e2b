"""Every route of both desks, for every role, in its own and in foreign cases: who gets in, and who does not.

The routes come from the applications themselves. What is expected of each cell stands here, written by hand from the
roles' descriptions and not from the applications' table: one line for each route and case, one mark for each role.

    +  gets in (a page, a redirect after an act, or a form that comes back with its mistakes)
    -  is refused: none of the person's roles includes it
    u  is told that there is no such thing
    w  is asked why they need to see it
    n  gets in, and is told that it cannot be done now
    s  is sent to the sign-in page
"""

import asyncio
import re
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.web.paper_api import ADDRESS
from tests.integration.web.paper_desk import PASSWORD, hit_id, meeting_id, request_id
from tests.integration.web.paper_drafts import draft_id
from tests.integration.web.paper_keeping import GENERAL_RECORD, NO_FILE, NO_RECORD, PROTECTED_RECORD
from tests.integration.web.paper_watch import PING

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.forms import NoteForm
from symbolon.runtime import accounts, sessions
from symbolon.runtime.authorisation import routes_of

NOBODY = "(nobody)"
NODE_COLUMNS = (NOBODY, "mara", "ivo", "ines", "aya", "adam", "una")
"""Nobody, focal point, investigator, protection officer, authoriser, administrator, auditor."""
HUB_COLUMNS = (NOBODY, "omar", "una", "mara")
"""Nobody, operator, auditor, and somebody whose role is none of the hub's."""

GENERAL, PROTECTED, NOWHERE = hit_id(1), hit_id(8), hit_id(0xFFFF)
ASKED, NOT_ASKED = request_id(6), request_id(9)
MARA = Actor("mara", frozenset({Role.FOCAL_POINT}))

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
POST /hits/GENERAL/acknowledge               s + - u - - -
POST /hits/PROTECTED/acknowledge             s u - w - - -
POST /hits/NOWHERE/acknowledge               s u - u - - -
POST /hits/GENERAL/assign                    s + - u - - -
POST /hits/PROTECTED/assign                  s u - w - - -
POST /hits/NOWHERE/assign                    s u - u - - -
POST /hits/GENERAL/vote                      s + - u - - -
POST /hits/PROTECTED/vote                    s u - w - - -
POST /hits/NOWHERE/vote                      s u - u - - -
POST /hits/GENERAL/extra-fields              s + - u - - -
POST /hits/PROTECTED/extra-fields            s u - w - - -
POST /hits/NOWHERE/extra-fields              s u - u - - -
POST /hits/GENERAL/extra-fields/answer       s + - u - - -
POST /hits/PROTECTED/extra-fields/answer     s u - w - - -
POST /hits/NOWHERE/extra-fields/answer       s u - u - - -
POST /hits/GENERAL/extra-fields/show         s + - u - - -
POST /hits/PROTECTED/extra-fields/show       s u - w - - -
POST /hits/NOWHERE/extra-fields/show         s u - u - - -
POST /hits/GENERAL/close                     s + - u - - -
POST /hits/PROTECTED/close                   s u - w - - -
POST /hits/NOWHERE/close                     s u - u - - -
POST /hits/GENERAL/recommend                 s - + u - - -
POST /hits/PROTECTED/recommend               s - u w - - -
POST /hits/NOWHERE/recommend                 s - u u - - -
POST /hits/GENERAL/release                   s - - u - - -
POST /hits/PROTECTED/release                 s - - w - - -
POST /hits/NOWHERE/release                   s - - u - - -
POST /hits/GENERAL/safety-hold               s - - u - - -
POST /hits/PROTECTED/safety-hold             s - - w - - -
POST /hits/NOWHERE/safety-hold               s - - u - - -
POST /hits/GENERAL/reopen                    s - - u + - -
POST /hits/PROTECTED/reopen                  s - - w u - -
POST /hits/NOWHERE/reopen                    s - - u u - -
POST /holds/safety-hold                      s - - + - - -
GET  /hits/CONFIRMED/request                 s + - u - - -
POST /hits/CONFIRMED/request                 s + - u - - -
GET  /hits/GENERAL/request                   s n - u - - -
GET  /hits/PROTECTED/request                 s u - w - - -
POST /hits/PROTECTED/request                 s u - w - - -
GET  /hits/NOWHERE/request                   s u - u - - -
POST /hits/NOWHERE/request                   s u - u - - -
GET  /hits/CONFIRMED/inform                  s + - u - - -
POST /hits/CONFIRMED/inform                  s + - u - - -
GET  /hits/GENERAL/inform                    s n - u - - -
GET  /hits/PROTECTED/inform                  s u - w - - -
POST /hits/PROTECTED/inform                  s u - w - - -
GET  /hits/NOWHERE/inform                    s u - u - - -
POST /hits/NOWHERE/inform                    s u - u - - -
GET  /hits/CONFIRMED/note                    s + - u - - -
POST /hits/CONFIRMED/note                    s + - u - - -
GET  /hits/GENERAL/note                      s n - u - - -
GET  /hits/PROTECTED/note                    s u - w - - -
POST /hits/PROTECTED/note                    s u - w - - -
GET  /hits/NOWHERE/note                      s u - u - - -
POST /hits/NOWHERE/note                      s u - u - - -
GET  /hits/CONFIRMED/meeting                 s + - u - - -
POST /hits/CONFIRMED/meeting                 s + - u - - -
GET  /hits/GENERAL/meeting                   s n - u - - -
GET  /hits/PROTECTED/meeting                 s u - w - - -
POST /hits/PROTECTED/meeting                 s u - w - - -
GET  /hits/NOWHERE/meeting                   s u - u - - -
POST /hits/NOWHERE/meeting                   s u - u - - -
GET  /hits/GENERAL/contact                   s + - u - - -
POST /hits/GENERAL/contact                   s + - u - - -
GET  /hits/PROTECTED/contact                 s u - w - - -
POST /hits/PROTECTED/contact                 s u - w - - -
GET  /hits/ANSWERABLE/exchanges/ASKED/reply  s + - u - - -
POST /hits/ANSWERABLE/exchanges/ASKED/reply  s + - u - - -
GET  /hits/ANSWERABLE/exchanges/NOT-ASKED/reply s u - u - - -
POST /hits/ANSWERABLE/exchanges/NOT-ASKED/reply s u - u - - -
GET  /hits/PROTECTED/exchanges/ASKED/reply   s u - w - - -
POST /hits/PROTECTED/exchanges/ASKED/reply   s u - w - - -
GET  /hits/NOWHERE/exchanges/ASKED/reply     s u - u - - -
POST /hits/NOWHERE/exchanges/ASKED/reply     s u - u - - -
GET  /hits/ANSWERABLE/exchanges/ASKED/accept s + - u - - -
POST /hits/ANSWERABLE/exchanges/ASKED/accept s + - u - - -
GET  /hits/ANSWERABLE/exchanges/NOT-ASKED/accept s u - u - - -
POST /hits/ANSWERABLE/exchanges/NOT-ASKED/accept s u - u - - -
GET  /hits/PROTECTED/exchanges/ASKED/accept  s u - w - - -
POST /hits/PROTECTED/exchanges/ASKED/accept  s u - w - - -
GET  /hits/NOWHERE/exchanges/ASKED/accept    s u - u - - -
POST /hits/NOWHERE/exchanges/ASKED/accept    s u - u - - -
GET  /hits/ANSWERABLE/exchanges/ASKED/clarify s + - u - - -
POST /hits/ANSWERABLE/exchanges/ASKED/clarify s + - u - - -
GET  /hits/ANSWERABLE/exchanges/NOT-ASKED/clarify s u - u - - -
POST /hits/ANSWERABLE/exchanges/NOT-ASKED/clarify s u - u - - -
GET  /hits/PROTECTED/exchanges/ASKED/clarify s u - w - - -
POST /hits/PROTECTED/exchanges/ASKED/clarify s u - w - - -
GET  /hits/NOWHERE/exchanges/ASKED/clarify   s u - u - - -
POST /hits/NOWHERE/exchanges/ASKED/clarify   s u - u - - -
GET  /hits/UNCLEAR/exchanges/UNCLEAR-ONE/clarification-answer s + - u - - -
POST /hits/UNCLEAR/exchanges/UNCLEAR-ONE/clarification-answer s + - u - - -
GET  /hits/UNCLEAR/exchanges/NOT-ASKED/clarification-answer s u - u - - -
POST /hits/UNCLEAR/exchanges/NOT-ASKED/clarification-answer s u - u - - -
GET  /hits/PROTECTED/exchanges/UNCLEAR-ONE/clarification-answer s u - w - - -
POST /hits/PROTECTED/exchanges/UNCLEAR-ONE/clarification-answer s u - w - - -
GET  /hits/NOWHERE/exchanges/UNCLEAR-ONE/clarification-answer s u - u - - -
POST /hits/NOWHERE/exchanges/UNCLEAR-ONE/clarification-answer s u - u - - -
GET  /hits/UNCLEAR/exchanges/UNCLEAR-ONE/recall s + - u - - -
POST /hits/UNCLEAR/exchanges/UNCLEAR-ONE/recall s + - u - - -
GET  /hits/UNCLEAR/exchanges/NOT-ASKED/recall s u - u - - -
POST /hits/UNCLEAR/exchanges/NOT-ASKED/recall s u - u - - -
GET  /hits/PROTECTED/exchanges/UNCLEAR-ONE/recall s u - w - - -
POST /hits/PROTECTED/exchanges/UNCLEAR-ONE/recall s u - w - - -
GET  /hits/NOWHERE/exchanges/UNCLEAR-ONE/recall s u - u - - -
POST /hits/NOWHERE/exchanges/UNCLEAR-ONE/recall s u - u - - -
GET  /hits/REFUSED/exchanges/REFUSED-ONE/formal-route s + - u - - -
POST /hits/REFUSED/exchanges/REFUSED-ONE/formal-route s + - u - - -
GET  /hits/REFUSED/exchanges/NOT-ASKED/formal-route s u - u - - -
POST /hits/REFUSED/exchanges/NOT-ASKED/formal-route s u - u - - -
GET  /hits/PROTECTED/exchanges/REFUSED-ONE/formal-route s u - w - - -
POST /hits/PROTECTED/exchanges/REFUSED-ONE/formal-route s u - w - - -
GET  /hits/NOWHERE/exchanges/REFUSED-ONE/formal-route s u - u - - -
POST /hits/NOWHERE/exchanges/REFUSED-ONE/formal-route s u - u - - -
GET  /hits/REFUSED/exchanges/REFUSED-ONE/close s + - u - - -
POST /hits/REFUSED/exchanges/REFUSED-ONE/close s + - u - - -
GET  /hits/REFUSED/exchanges/NOT-ASKED/close s u - u - - -
POST /hits/REFUSED/exchanges/NOT-ASKED/close s u - u - - -
GET  /hits/PROTECTED/exchanges/REFUSED-ONE/close s u - w - - -
POST /hits/PROTECTED/exchanges/REFUSED-ONE/close s u - w - - -
GET  /hits/NOWHERE/exchanges/REFUSED-ONE/close s u - u - - -
POST /hits/NOWHERE/exchanges/REFUSED-ONE/close s u - u - - -
GET  /hits/ANSWERED/exchanges/REPLIED/feedback s + - u - - -
POST /hits/ANSWERED/exchanges/REPLIED/feedback s + - u - - -
GET  /hits/ANSWERED/exchanges/NOT-ASKED/feedback s u - u - - -
POST /hits/ANSWERED/exchanges/NOT-ASKED/feedback s u - u - - -
GET  /hits/PROTECTED/exchanges/REPLIED/feedback s u - w - - -
POST /hits/PROTECTED/exchanges/REPLIED/feedback s u - w - - -
GET  /hits/NOWHERE/exchanges/REPLIED/feedback s u - u - - -
POST /hits/NOWHERE/exchanges/REPLIED/feedback s u - u - - -
GET  /hits/ANSWERED/exchanges/REPLIED/onward-use s + - u - - -
POST /hits/ANSWERED/exchanges/REPLIED/onward-use s + - u - - -
GET  /hits/PROTECTED/exchanges/REPLIED/onward-use s u - w - - -
POST /hits/PROTECTED/exchanges/REPLIED/onward-use s u - w - - -
GET  /hits/NOWHERE/exchanges/REPLIED/onward-use s u - u - - -
POST /hits/NOWHERE/exchanges/REPLIED/onward-use s u - u - - -
GET  /hits/ANSWERABLE/exchanges/ASKED/refuse s - - u + - -
POST /hits/ANSWERABLE/exchanges/ASKED/refuse s - - u + - -
GET  /hits/ANSWERABLE/exchanges/NOT-ASKED/refuse s - - u u - -
POST /hits/ANSWERABLE/exchanges/NOT-ASKED/refuse s - - u u - -
GET  /hits/PROTECTED/exchanges/ASKED/refuse  s - - w u - -
POST /hits/PROTECTED/exchanges/ASKED/refuse  s - - w u - -
GET  /hits/ANSWERED/exchanges/REPLIED/onward-decision s n - u - - -
POST /hits/ANSWERED/exchanges/REPLIED/onward-decision s n - u - - -
GET  /hits/PROTECTED/exchanges/REPLIED/onward-decision s u - w - - -
POST /hits/PROTECTED/exchanges/REPLIED/onward-decision s u - w - - -
GET  /hits/ANSWERED/exchanges/REPLIED/pass-on s + - u - - -
GET  /hits/PROTECTED/exchanges/REPLIED/pass-on s u - w - - -
GET  /drafts                                 s + - + + - -
GET  /hits/CONFIRMED/drafts/DRAFT            s + - u + - -
GET  /hits/CONFIRMED/drafts/DRAFT/edit       s + - u - - -
POST /hits/CONFIRMED/drafts/DRAFT/edit       s + - u - - -
POST /hits/CONFIRMED/drafts/DRAFT/submit     s + - u - - -
POST /hits/CONFIRMED/drafts/DRAFT/discard    s + - u - - -
POST /hits/CONFIRMED/drafts/DRAFT/approve    s - - u n - -
POST /hits/CONFIRMED/drafts/DRAFT/return     s - - u + - -
GET  /hits/GENERAL/drafts/DRAFT              s u - u u - -
GET  /hits/GENERAL/drafts/DRAFT/edit         s u - u - - -
POST /hits/GENERAL/drafts/DRAFT/edit         s u - u - - -
POST /hits/GENERAL/drafts/DRAFT/submit       s u - u - - -
POST /hits/GENERAL/drafts/DRAFT/discard      s u - u - - -
POST /hits/GENERAL/drafts/DRAFT/approve      s - - u u - -
POST /hits/GENERAL/drafts/DRAFT/return       s - - u u - -
GET  /hits/CONFIRMED/drafts/NO-DRAFT         s u - u u - -
GET  /hits/CONFIRMED/drafts/NO-DRAFT/edit    s u - u - - -
POST /hits/CONFIRMED/drafts/NO-DRAFT/edit    s u - u - - -
POST /hits/CONFIRMED/drafts/NO-DRAFT/submit  s u - u - - -
POST /hits/CONFIRMED/drafts/NO-DRAFT/discard s u - u - - -
POST /hits/CONFIRMED/drafts/NO-DRAFT/approve s - - u u - -
POST /hits/CONFIRMED/drafts/NO-DRAFT/return  s - - u u - -
GET  /hits/PROTECTED/drafts/DRAFT            s u - w u - -
GET  /hits/CONFIRMED/meetings/MEETING/change s + - u - - -
POST /hits/CONFIRMED/meetings/MEETING/change s + - u - - -
GET  /hits/CONFIRMED/meetings/NO-MEETING/change s u - u - - -
GET  /hits/PROTECTED/meetings/MEETING/change s u - w - - -
POST /hits/PROTECTED/meetings/MEETING/change s u - w - - -
POST /hits/CONFIRMED/meetings/MEETING/answer s + - u - - -
POST /hits/PROTECTED/meetings/MEETING/answer s u - w - - -
GET  /hits/CONFIRMED/meetings/MEETING/calendar s + + u + - -
GET  /hits/PROTECTED/meetings/MEETING/calendar s u u w u - -
GET  /hits/GENERAL/pack                      s + + u + - -
GET  /hits/PROTECTED/pack                    s u u w u - -
GET  /hits/NOWHERE/pack                      s u u u u - -
GET  /federation                        s - - - - + -
GET  /expiry                            s - - - - + -
GET  /audit                             s - - - - - +
GET  /api-clients                       s - - + - + -
POST /api-clients                       s - - - - + -
POST /api-clients/PROGRAM/grant         s - - + - - -
POST /api-clients/NO-PROGRAM/grant      s - - u - - -
POST /api-clients/PROGRAM/revoke        s - - u - + -
POST /api-clients/NO-PROGRAM/revoke     s - - u - u -
POST /webhooks                          s - - + - + -
POST /webhooks/ADDRESS/test             s - - u - + -
POST /webhooks/ADDRESS/remove           s - - u - + -
POST /webhooks/none/test                s - - u - u -
"""
WATCH = """
GET  /focal-points                      s + + + + - -
GET  /focal-points.csv                  s + + + + - -
GET  /focal-points/call                 s + + + + - -
GET  /focal-points/duty                 s + + + + - -
GET  /focal-points/duty.csv             s + + + + - -
POST /focal-points/pings/PING/answer    s + + + + - -
POST /focal-points/pings/none/answer    s u u u u - -
GET  /focal-points/own                  s + - - - - -
GET  /focal-points/own.toml             s + - - - - -
POST /focal-points/own/toml             s + - - - - -
POST /focal-points/own/general          s + - - - - -
GET  /focal-points/own/desk             s + - - - - -
POST /focal-points/own/desk             s + - - - - -
POST /focal-points/own/desk/remove      s + - - - - -
POST /focal-points/own/staff            s + - - - - -
POST /focal-points/own/publish          s + - - - - -
GET  /escalations                       s + + + + - +
GET  /escalations.csv                   s + + + + - +
GET  /interests                         s + + + + - -
POST /interests                         s + + + + - -
POST /interests/end                     s + + + + - -
GET  /notices                           s + + + + + +
POST /notices                           s + + + + + +
GET  /agreements                        s + + + + - -
GET  /agreements/STATE                  s + + + + - -
GET  /agreements/none                   s u u u u - -
POST /agreements/STATE                  s - - - + - -
POST /agreements/none                   s - - - u - -
POST /agreements/STATE/sign             s - - - + - -
POST /agreements/none/sign              s - - - u - -
"""
KEEPING = """
GET  /retention                              s + - + + - -
GET  /retention.csv                          s + - + + - -
GET  /retention/GENERAL-RECORD               s + - u + - -
GET  /retention/PROTECTED-RECORD             s u - + u - -
GET  /retention/NO-RECORD                    s u - u u - -
GET  /retention/none                         s u - u u - -
POST /retention/GENERAL-RECORD/renew         s + - u - - -
POST /retention/PROTECTED-RECORD/renew       s u - + - - -
POST /retention/NO-RECORD/renew              s u - u - - -
POST /retention/GENERAL-RECORD/withdraw      s + - u - - -
POST /retention/PROTECTED-RECORD/withdraw    s u - + - - -
POST /retention/NO-RECORD/withdraw           s u - u - - -
POST /retention/GENERAL-RECORD/hold          s - - u + - -
POST /retention/PROTECTED-RECORD/hold        s - - + u - -
POST /retention/NO-RECORD/hold               s - - u u - -
GET  /purges                                 s + - + - - -
GET  /purges.csv                             s + - + - - -
GET  /data-subjects                          s + - + - - -
POST /data-subjects                          s + - + - - -
GET  /data-subjects/GENERAL-RECORD           s + - u - - -
GET  /data-subjects/PROTECTED-RECORD         s u - + - - -
GET  /data-subjects/NO-RECORD                s u - u - - -
GET  /data-subjects/GENERAL-RECORD/export.json   s + - u - - -
GET  /data-subjects/PROTECTED-RECORD/export.json s u - + - - -
GET  /data-subjects/NO-RECORD/export.json        s u - u - - -
GET  /data-subjects/GENERAL-RECORD/export.txt    s + - u - - -
GET  /data-subjects/PROTECTED-RECORD/export.txt  s u - + - - -
GET  /data-subjects/NO-RECORD/export.txt         s u - u - - -
POST /data-subjects/GENERAL-RECORD/correct   s + - u - - -
POST /data-subjects/PROTECTED-RECORD/correct s u - + - - -
POST /data-subjects/NO-RECORD/correct        s u - u - - -
POST /data-subjects/GENERAL-RECORD/erase     s + - u - - -
POST /data-subjects/PROTECTED-RECORD/erase   s u - + - - -
POST /data-subjects/NO-RECORD/erase          s u - u - - -
GET  /hits/CONFIRMED/files                   s + + u + - -
GET  /hits/PROTECTED/files                   s u u w u - -
GET  /hits/NOWHERE/files                     s u u u u - -
POST /hits/CONFIRMED/files                   s + - u - - -
POST /hits/PROTECTED/files                   s u - w - - -
POST /hits/NOWHERE/files                     s u - u - - -
GET  /hits/CONFIRMED/files/NO-FILE           s u u u u - -
GET  /hits/PROTECTED/files/NO-FILE           s u u w u - -
GET  /hits/CONFIRMED/files/none              s u u u u - -
POST /hits/CONFIRMED/files/NO-FILE/name      s u - u - - -
POST /hits/PROTECTED/files/NO-FILE/name      s u - w - - -
POST /hits/CONFIRMED/files/NO-FILE/remove    s u - u - - -
POST /hits/PROTECTED/files/NO-FILE/remove    s u - w - - -
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
GET  /clocks                            s + + -
GET  /clocks.csv                        s + + -
GET  /audit                             s - + -
"""


def lines_of(*tables: str) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = [line.split() for table in tables for line in table.strip().splitlines()]
    return [(method, path, tuple(marks)) for method, path, *marks in rows]


def at_the_hub(method, path, marks):
    """What holds for a node's administrator holds for the operator, who manages the hub's people."""
    nobody, anybody, manager = marks[0], marks[1], marks[5]
    return method, path, (nobody, manager, anybody, anybody)


NODE_CELLS = lines_of(PUBLIC_AND_OWN, NODE, WATCH, KEEPING, PEOPLE)
HUB_CELLS = [
    *(at_the_hub(*line) for line in lines_of(PUBLIC_AND_OWN, PEOPLE) if line[1] != "/"),
    *lines_of(HUB),
]
WORDS = {
    "GENERAL": GENERAL,
    "PROTECTED": PROTECTED,
    "NOWHERE": NOWHERE,
    "CONFIRMED": hit_id(5),
    "ANSWERABLE": hit_id(6),
    "ANSWERED": hit_id(7),
    "REPLIED": request_id(7),
    "UNCLEAR": hit_id(10),
    "UNCLEAR-ONE": request_id(10),
    "REFUSED": hit_id(11),
    "REFUSED-ONE": request_id(11),
    "MEETING": meeting_id(5),
    "NO-MEETING": meeting_id(6),
    "DRAFT": draft_id(1),
    "NO-DRAFT": draft_id(99),
    "ASKED": ASKED,
    "NOT-ASKED": NOT_ASKED,
    "OTHER": "tova",
    "none": "none",
    "PING": PING,
    "ADDRESS": ADDRESS,
    "PROGRAM": "shelter",
    "NO-PROGRAM": "nobody",
    "GENERAL-RECORD": GENERAL_RECORD,
    "PROTECTED-RECORD": PROTECTED_RECORD,
    "NO-RECORD": NO_RECORD,
    "NO-FILE": NO_FILE,
    "STATE": "XB",
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


@pytest.fixture(autouse=True)
def draft(paper_desk):
    """A finished draft of the focal point's."""
    return paper_desk.drafts.save(MARA, hit_id(5), None, NoteForm(text="We call first."), None)


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
    if answer.status_code == 409:
        came_back = ("has moved on since you opened", "was changed since you opened")
        return "+" if any(said in answer.text for said in came_back) else "n"
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


@pytest.mark.parametrize(("template", "marks"), [(line[1], line[2]) for line in NODE_CELLS if line[0] == "POST"])
def test_no_form_acts_without_the_token_of_its_session(node_app, registry, template, marks, leaves_since, paper_desk):
    if template.startswith(("/sign-in", "/welcome")):
        return
    words = {**WORDS, "SELF": "mara", "OTHER": "mara", "OWN": UUID(int=1), "FOREIGN": UUID(int=2)}
    address = "/".join(str(words.get(step, step)) for step in template.split("/"))
    # Somebody whom the authorisation table admits: whether the token is looked at is seen with them alone.
    admitted = (login for login, mark in zip(NODE_COLUMNS, marks, strict=True) if mark not in "s-")
    token, _, _ = sign_in(registry, next(admitted, "adam"))
    headers = {"Accept": "application/json", "Cookie": f"__Host-symbolon-xa-session={token}"}
    kept = dict(paper_desk.drafts.kept)
    answer = send(node_app, "POST", address, headers, {**FORM, "csrf_token": "made up"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:symbolon:problem:csrf"
    assert (paper_desk.acts, paper_desk.reasons, paper_desk.drafts.kept) == ([], [], kept)


def test_the_auditor_of_a_node_sees_the_log_and_nothing_else(node_app):
    opened = {path for method, path, marks in lines_of(NODE, PEOPLE) if marks[6] != "-"}
    assert opened == {"/audit"}


def test_the_administrator_of_a_node_opens_no_page_with_a_hit():
    opened = {path for _, path, marks in NODE_CELLS if marks[5] != "-"}
    assert not any(path.startswith(("/hits", "/inbox", "/holds", "/exchanges", "/drafts")) for path in opened)
