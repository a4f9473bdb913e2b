"""What is written to get around the table of rights: odd addresses, odd methods, odd headers, on the bare wire."""

import socket
import ssl
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from tests.integration.web.paper_desk import hit_id

from symbolon.runtime import sessions

HIT = hit_id(1)


@pytest.fixture
def wire(node_app, serve_over_tls, registry):
    """Sends bytes as they are, as somebody who is signed in, and gives the status of the answer."""
    address = urlsplit(serve_over_tls(node_app))

    def send(login, request_line, *headers, host=True, body=b""):
        lines = [request_line, "Connection: close", f"Content-Length: {len(body)}", *headers]
        if host:
            lines.insert(1, f"Host: {address.netloc}")
        if login is not None:
            with registry.database.transaction() as tx:
                token = sessions.start(tx, login, "", uuid4().bytes * 2, registry.clock.now())
            lines.append(f"Cookie: __Host-symbolon-xa-session={token}")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection((address.hostname, address.port), 10) as plain,
            context.wrap_socket(plain) as connection,
        ):
            connection.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return int(answer.split(b" ", 2)[1])

    return send


ODD_ADDRESSES = [
    "//people",
    "/people/",
    "/people//",
    "//",
    "/./people",
    "/people/.",
    "/inbox/../people",
    "/inbox/%2e%2e/people",
    "/inbox/..%2fpeople",
    "/inbox/..;/people",
    "/people;x=1",
    "/%70eople",
    "/people%00",
    "/people%20",
    "/people%0a",
    "/people/%2e",
    "/%2fpeople",
    "/%5cpeople",
    "\\people",
    "/\\people",
    "/static/../people",
    "/static/%2e%2e/people",
    "/static/..%5cpeople",
    "/sign-in/../people",
    "/PEOPLE",
    "/people.json",
    "/people.",
    "/.people",
    "https://elsewhere.example/people",
    "https://127.0.0.1/people",
    "people",
    "*",
    "/peo\u00dfle",
    f"/hits/{HIT}%2fvote",
    f"/hits//{HIT}",
    f"/hits/{HIT}/./request",
    f"/hits/%2e%2e/hits/{HIT}",
]


ODD_METHODS = ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND", "get", "FOO"]


@pytest.mark.parametrize("login", ["adam", "mara", None])
def test_an_address_that_is_not_written_plainly_leads_nowhere(wire, login):
    statuses = {address: wire(login, f"GET {address} HTTP/1.1") for address in ODD_ADDRESSES}
    assert {address: status for address, status in statuses.items() if status not in (400, 404)} == {}


@pytest.mark.parametrize("address", ["/people", "/inbox", "/sign-in", f"/hits/{HIT}/vote"])
def test_a_method_that_a_route_does_not_name_is_refused(wire, address):
    statuses = {method: wire("mara", f"{method} {address} HTTP/1.1") for method in ODD_METHODS}
    assert statuses == dict.fromkeys(ODD_METHODS, 405)


def test_connecting_through_the_desk_is_refused(wire):
    assert wire("mara", "CONNECT /people HTTP/1.1") in (400, 404, 405)


ODD_HEADERS = [
    "X-HTTP-Method-Override: POST",
    "X-HTTP-Method: POST",
    "X-Method-Override: DELETE",
    "X-Original-URL: /inbox",
    "X-Rewrite-URL: /inbox",
    "X-Original-URI: /inbox",
    "X-Forwarded-Prefix: /inbox",
    "X-Forwarded-Path: /inbox",
    "X-Forwarded-Uri: /inbox",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Host: elsewhere.example",
    "X-Forwarded-User: adam",
    "X-Remote-User: adam",
    "Remote-User: adam",
    "X-Real-IP: 127.0.0.1",
    "Forwarded: for=127.0.0.1;host=elsewhere.example;proto=http",
    "X-Client-Cert: MIIB",
    "X-SSL-Client-S-DN: CN=XA",
    "Authorization: Basic YWRhbTphZGFt",
    "X-Custom-IP-Authorization: 127.0.0.1",
    "Referer: https://127.0.0.1/people",
    "Upgrade: websocket",
]


@pytest.mark.parametrize(("login", "address"), [("mara", "/people"), ("adam", "/inbox")])
def test_no_header_gives_a_right_that_the_person_does_not_have(wire, login, address):
    statuses = {header: wire(login, f"GET {address} HTTP/1.1", header) for header in ODD_HEADERS}
    assert statuses == dict.fromkeys(ODD_HEADERS, 403)


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override: GET", "X-Original-URL: /inbox"])
def test_no_header_turns_a_form_into_something_else(wire, header):
    assert wire("mara", f"POST /hits/{HIT}/vote HTTP/1.1", header) == 403


def test_a_method_in_the_form_is_not_read(wire):
    kind = "Content-Type: application/x-www-form-urlencoded"
    assert wire("mara", "POST /inbox HTTP/1.1", kind, body=b"_method=GET") == 405


def test_a_method_in_the_query_is_not_read(wire):
    assert wire("mara", "GET /inbox?_method=POST HTTP/1.1") == 200


def test_two_hosts_are_refused(wire):
    assert wire("adam", "GET /people HTTP/1.1", "Host: elsewhere.example") == 400


def test_no_host_is_refused(wire):
    assert wire("adam", "GET /people HTTP/1.1", host=False) == 400


def test_two_lengths_are_refused(wire):
    assert wire("mara", "POST /sign-out HTTP/1.1", "Content-Length: 7") == 400


def test_a_length_beside_chunks_smuggles_nothing(wire):
    smuggled = b"0\r\n\r\nGET /people HTTP/1.1\r\nHost: x\r\n\r\n"
    status = wire("mara", "POST /inbox HTTP/1.1", "Transfer-Encoding: chunked", body=smuggled)
    assert status in (400, 405)


def test_the_plain_addresses_are_served(wire):
    assert wire("adam", "GET /people HTTP/1.1") == 200
    assert wire("adam", "GET /people?text=ma%2F..%2f HTTP/1.1") == 200
