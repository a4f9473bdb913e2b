"""Mutual TLS on a real server: the member is who its certificate says, and nobody comes in without one."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from symbolon.runtime import certificates
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.serving import Listener, serve
from symbolon.runtime.tls import TlsFiles, client_context, server_context, trusting_context

NOW = datetime.now(UTC)

SERVER = """
import asyncio, json, sys
from pathlib import Path
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.serving import Listener, serve
from symbolon.runtime.tls import TlsFiles, mutual_server_context, peer_certificate, server_context

folder = Path(sys.argv[1])
own = TlsFiles(folder / "server.pem", folder / "server.key")

async def app(scope, receive, send):
    assert scope["type"] == "http"
    if scope["path"] == "/slow":
        await asyncio.sleep(0.5)
    if scope["path"] == "/poll":
        await asyncio.sleep(60)
    if scope["path"] == "/broken":
        raise ValueError("Somchai Planted")
    peer = peer_certificate(scope)
    told = {
        "peer": None if peer is None else [peer.common_name, peer.fingerprint],
        "tls": scope["extensions"]["tls"],
        "client": scope["client"],
    }
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})

def tell(ports):
    print(json.dumps(ports), flush=True)

configure_logging("hub", "web")
serve(
    [
        Listener(app, "127.0.0.1", 0, mutual_server_context(own, folder / "ca.pem")),
        Listener(app, "127.0.0.1", 0, server_context(own)),
    ],
    on_listening=tell,
)
print("served", flush=True)
"""


class Parties:
    """A folder with the certificates of an authority, a server, and whoever is asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = certificates.new_authority("exercise CA", NOW)
        self.put("ca.pem", self.authority.certificate_pem)
        server = certificates.issue_server_certificate(self.authority, ("127.0.0.1",), NOW)
        self.put("server.pem", server.certificate_pem)
        self.put("server.key", server.private_key_pem)

    def put(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def member(self, code, authority=None, now=NOW):
        key = certificates.new_private_key()
        request = certificates.new_signing_request(key, code)
        pem = certificates.issue_client_certificate(authority or self.authority, request, code, now)
        return TlsFiles(self.put(f"{code}.pem", pem), self.put(f"{code}.key", key))

    def context(self, member):
        return client_context(member, self.folder / "ca.pem")


@pytest.fixture(scope="module")
def parties(tmp_path_factory):
    return Parties(tmp_path_factory.mktemp("tls"))


class Server:
    def __init__(self, folder):
        self.log = (folder / "server.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, stderr=self.log
        )
        self.api, self.desk = json.loads(self.process.stdout.readline())

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        rest = self.process.stdout.read()
        self.process.stdout.close()
        self.log.close()
        return self.process.wait(), rest


@pytest.fixture(scope="module")
def server(parties):
    server = Server(parties.folder)
    yield server
    if server.process.poll() is None:
        server.stop()


def ask(context, port, path="/", **options):
    with httpx.Client(verify=context, trust_env=False) as client:
        return client.get(f"https://127.0.0.1:{port}{path}", **options)


def test_a_member_is_who_its_certificate_says(parties, server):
    member = parties.member("XA")
    told = ask(parties.context(member), server.api).json()
    assert told["peer"] == ["XA", certificates.fingerprint(member.certificate.read_bytes())]
    assert told["tls"]["client_cert_chain"] == [member.certificate.read_text()]
    assert told["tls"]["tls_version"] == 0x0304


def test_every_request_of_a_connection_has_the_certificate(parties, server):
    with httpx.Client(verify=parties.context(parties.member("XA")), trust_env=False) as client:
        told = [client.get(f"https://127.0.0.1:{server.api}/").json() for _ in range(3)]
    assert {answer["peer"][0] for answer in told} == {"XA"}
    assert len({answer["client"][1] for answer in told}) == 1


def test_connections_of_two_members_are_not_confused(parties, server):
    contexts = {code: parties.context(parties.member(code)) for code in ("XA", "XB", "XC")}
    wanted = list(contexts) * 10
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda code: ask(contexts[code], server.api).json()["peer"][0], wanted))
    assert answers == wanted


def test_a_header_cannot_change_who_the_client_is(parties, server):
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Client-Cert": "XB"}
    told = ask(parties.context(parties.member("XA")), server.api, headers=headers).json()
    assert told["client"][0] == "127.0.0.1"
    assert told["peer"][0] == "XA"


def refused(context, port):
    # With TLS 1.3 the client's handshake ends before the server has looked at its certificate.
    with pytest.raises((httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)):
        ask(context, port)
    return True


def test_a_client_without_a_certificate_is_refused(parties, server):
    assert refused(trusting_context(parties.folder / "ca.pem"), server.api)


def test_a_certificate_of_another_authority_is_refused(parties, server):
    stranger = certificates.new_authority("exercise CA", NOW)
    assert refused(parties.context(parties.member("XA", stranger)), server.api)


def test_a_certificate_that_ran_out_is_refused(parties, server):
    long_ago = NOW - certificates.CERTIFICATE_LIFETIME - timedelta(days=1)
    assert refused(parties.context(parties.member("XA", now=long_ago)), server.api)


def test_a_servers_certificate_does_not_make_a_member(parties, server):
    own = TlsFiles(parties.folder / "server.pem", parties.folder / "server.key")
    assert refused(parties.context(own), server.api)


def test_older_tls_is_refused(parties, server):
    context = trusting_context(parties.folder / "ca.pem")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert refused(context, server.desk)


def test_a_plain_connection_gets_no_answer(server):
    with socket.create_connection(("127.0.0.1", server.desk)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.settimeout(5)
        assert not connection.recv(100).startswith(b"HTTP")


def test_pages_need_no_certificate_and_tell_of_none(parties, server):
    told = ask(trusting_context(parties.folder / "ca.pem"), server.desk).json()
    assert told["peer"] is None
    assert told["tls"]["client_cert_chain"] == []


def test_a_client_refuses_a_server_of_another_authority(parties, server, tmp_path):
    other = tmp_path / "other.pem"
    other.write_bytes(certificates.new_authority("exercise CA", NOW).certificate_pem)
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        ask(trusting_context(other), server.desk)


def test_a_client_refuses_a_server_under_another_name(parties, server):
    context = trusting_context(parties.folder / "ca.pem")
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"), httpx.Client(verify=context) as client:
        client.get(f"https://localhost:{server.desk}/")


def test_the_server_does_not_say_what_it_is(parties, server):
    assert "server" not in ask(trusting_context(parties.folder / "ca.pem"), server.desk).headers


def test_an_error_in_the_application_is_logged_without_its_text(parties, server):
    assert ask(trusting_context(parties.folder / "ca.pem"), server.desk, "/broken").status_code == 500
    log = (parties.folder / "server.log").read_text()
    assert '"class": "builtins.ValueError"' in log
    assert "Planted" not in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_before_the_server_stops(parties, number):
    server = Server(parties.folder)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, trusting_context(parties.folder / "ca.pem"), server.desk, "/slow")
        time.sleep(0.25)
        status, rest = server.stop(number)
        assert answer.result().status_code == 200
    assert (status, rest) == (0, b"served\n")


def test_a_long_poll_does_not_keep_the_server_from_stopping(parties):
    server = Server(parties.folder)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask, trusting_context(parties.folder / "ca.pem"), server.desk, "/poll", timeout=60)
        time.sleep(0.25)
        started = time.monotonic()
        status, _ = server.stop()
    assert status == 0
    assert time.monotonic() - started < 8


def nothing(scope, receive, send):
    """An application that is never reached."""


def test_a_port_that_is_taken_is_one_sentence():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(ConfigurationMistake, match=f"Port {port} on '127.0.0.1' cannot be had"):
            serve([Listener(nothing, "127.0.0.1", port, None)])


def test_an_address_that_does_not_exist_is_one_sentence():
    with pytest.raises(ConfigurationMistake, match=r"The address 'no\.such\.invalid'"):
        serve([Listener(nothing, "no.such.invalid", 0, None)])


def test_a_certificate_and_a_key_that_do_not_belong_together_are_one_sentence(parties):
    one, other = parties.member("XA"), parties.member("XB")
    with pytest.raises(ConfigurationMistake, match="are not of one pair"):
        server_context(TlsFiles(one.certificate, other.private_key))


def test_a_missing_authority_is_one_sentence(parties, tmp_path):
    with pytest.raises(ConfigurationMistake, match="authority's certificate"):
        client_context(parties.member("XA"), tmp_path / "absent.pem")
