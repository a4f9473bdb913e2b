"""Every route of the members' API, for every standing: whom the hub serves, and whom it does not.

The routes come from the application itself; what is expected stands here, written by hand.

    +  reaches the service          c  "not yet a member"      p  "suspended"
    x  "expelled"                   -  no certificate of this hub
"""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from symbolon.hub.domain.members import Caller, Standing
from symbolon.hub.errors import MemberExpelled, Unauthenticated
from symbolon.hub.web.api_app import create_api
from symbolon.protocol.references import MemberCode
from symbolon.runtime.authorisation import routes_of
from symbolon.runtime.certificates import (
    fingerprint,
    issue_client_certificate,
    new_authority,
    new_private_key,
    new_signing_request,
)

COLUMNS = ("candidate", "active", "suspended", "expelled", "stranger", "another's name", "no certificate")
TABLE = """
POST /v1/focal-points                       c + p x - - -
GET  /v1/focal-points                       c + p x - - -
POST /v1/focal-points/answers               c + p x - - -
POST /v1/pair-profiles                      c + p x - - -
GET  /v1/pair-profiles                      c + p x - - -
POST /v1/attachments                        c + p x - - -
GET  /v1/attachments/{attachment_id}/progress c + p x - - -
PUT  /v1/attachments/{attachment_id}/chunks/{number} c + p x - - -
GET  /v1/attachments/{attachment_id}/chunks/{number} c + p x - - -
POST /v1/attachments/{attachment_id}/received c + p x - - -
POST /v1/steps                              c + p x - - -
POST /v1/acknowledgements                   c + p x - - -
POST /v1/safety-holds                       c + p x - - -
GET  /openapi.json                          + + + x - - -
GET  /v1/health                             + + + x - - -
GET  /v1/federation                         + + + x - - -
GET  /v1/federation/proposal                + + + x - - -
POST /v1/federation/approvals               + + + x - - -
POST /v1/rotations                          c + p x - - -
POST /v1/epochs/progress                    c + p x - - -
POST /v1/tokens                             c + p x - - -
POST /v1/pairs                              c + p x - - -
POST /v1/pairs/ends                         c + p x - - -
POST /v1/pairs/problems                     c + p x - - -
POST /v1/submissions                        c + p x - - -
POST /v1/withdrawals                        c + p x - - -
POST /v1/votes                              c + p x - - -
POST /v1/messages                           c + p x - - -
POST /v1/holds                              c + p x - - -
GET  /v1/deliveries                         c + p x - - -
POST /v1/deliveries/acknowledgements        c + p x - - -
POST /v1/reconciliation/deliveries          c + p x - - -
GET  /v1/reconciliation/records             c + p x - - -
GET  /v1/reconciliation/hits                c + p x - - -
POST /v1/reconciliation/known-records       c + p x - - -
POST /v1/reconciliation/known-hits          c + p x - - -
POST /v1/reconciliation/done                c + p x - - -
"""
CELLS = [(row[0], row[1], tuple(row[2:])) for row in (line.split() for line in TABLE.strip().splitlines())]
MARKS = {"not-yet-a-member": "c", "member-suspended": "p", "member-expelled": "x", "unauthenticated": "-"}
CODES = {"candidate": "XA", "active": "XB", "suspended": "XC", "expelled": "XD"}


class PaperServices:
    """Answers whatever it is asked with nothing, but for who is calling."""

    def __init__(self, standing_of):
        self._standing_of = standing_of

    def identify_member(self, common_name, fingerprint):
        issued_to, standing = self._standing_of.get(fingerprint, (None, None))
        if issued_to is None or issued_to != common_name:
            raise Unauthenticated
        if standing is Standing.EXPELLED:
            raise MemberExpelled
        return Caller(MemberCode(common_name), standing)

    def __getattr__(self, name):
        return PaperServices(self._standing_of)

    def __call__(self, *_arguments):
        return b"{}"


class QuietBell:
    """Nobody waits here."""

    def waiting(self, _member):
        raise AssertionError("nothing waits in these tests")


@pytest.fixture(scope="module")
def certificates():
    """A client certificate for each column, and what the hub knows of it."""
    now = datetime.now(UTC)
    authority = new_authority("test authority", now)

    def issue(code):
        pem = issue_client_certificate(authority, new_signing_request(new_private_key(), code), code, now)
        return pem if isinstance(pem, bytes) else pem.certificate_pem

    pems = {column: issue(code) for column, code in CODES.items()}
    pems |= {"stranger": issue("XE"), "another's name": issue("XB")}
    return pems


@pytest.fixture(scope="module")
def api(certificates):
    known = {
        fingerprint(pem): (CODES[column], Standing(column)) for column, pem in certificates.items() if column in CODES
    }
    # A certificate that the hub issued to one state, with the name of another on it.
    known[fingerprint(certificates["another's name"])] = ("XA", Standing.ACTIVE)
    return create_api(PaperServices(known), QuietBell())


def ask(api, method, path, pem):
    """The mark of the answer to one request over a connection with this certificate."""

    async def over_tls(scope, receive, send):
        chain = [] if pem is None else [pem.decode()]
        await api({**scope, "extensions": {"tls": {"client_cert_chain": chain}}}, receive, send)

    async def request():
        transport = httpx.ASGITransport(over_tls)
        async with httpx.AsyncClient(transport=transport, base_url="https://hub") as client:
            # Not readable as a number: the routes that wait for something must not.
            return await client.request(method, path, content=b"not an envelope" if method == "POST" else None)

    answer = asyncio.run(request())
    if answer.status_code in (401, 403):
        return MARKS[answer.json()["type"].removeprefix("urn:symbolon:problem:")]
    assert answer.status_code < 500, answer.status_code
    return "+"


def test_every_route_of_the_api_has_its_line_here(api):
    assert {(method, path) for method, path, _ in CELLS} == set(routes_of(api))


@pytest.mark.parametrize(("method", "path", "marks"), CELLS)
def test_the_api_serves_each_state_as_it_stands(api, certificates, method, path, marks):
    filled = path.format(attachment_id="00000000-0000-4000-8000-000000000001", number=0)
    asked = f"{path}?limit=none" if path == "/v1/deliveries" else filled
    got = {column: ask(api, method, asked, certificates.get(column)) for column in COLUMNS}
    assert got == dict(zip(COLUMNS, marks, strict=True))


@pytest.mark.parametrize("path", ["//v1/health", "/v1//health", "/v1/health/", "/v1/%68ealth", "/v1/../v1/health"])
def test_an_address_of_the_api_that_is_not_written_plainly_leads_nowhere(api, certificates, path):
    statuses = []

    async def send(message):
        statuses.append(message.get("status"))

    async def receive():
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path.replace("%68", "h"),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "scheme": "https",
        "server": ("hub", 443),
        "extensions": {"tls": {"client_cert_chain": [certificates["active"].decode()]}},
    }
    asyncio.run(api(scope, receive, send))
    assert statuses[0] == 404
