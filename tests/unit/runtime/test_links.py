"""Messages over mutual TLS: whole, in order, from whom they say, or not at all."""

import contextlib
import os
import resource
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from symbolon.runtime import certificates
from symbolon.runtime.links import LARGEST_MESSAGE, Link, LinkBroken, Listener, dial
from symbolon.runtime.tls import TlsFiles, client_context, mutual_server_context

HOST = "127.0.0.1"


@dataclass
class Ends:
    """Two parties with certificates of one authority, and one of another."""

    folder: Path
    listener: Listener
    welcomed: list[Link]
    came: threading.Semaphore

    def call(self, party: str, expected: str | None = None) -> tuple[Link, Link]:
        caller = dial(HOST, self.listener.port, self.context(party), expected or self.fingerprint("server"))
        assert self.came.acquire(timeout=10)
        return caller, self.welcomed[-1]

    def context(self, party: str) -> "object":
        files = TlsFiles(self.folder / f"{party}.pem", self.folder / f"{party}.key")
        return client_context(files, self.folder / "authority.pem")

    def fingerprint(self, party: str) -> str:
        return certificates.fingerprint((self.folder / f"{party}.pem").read_bytes())


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    now = datetime.now(UTC)
    authority = certificates.new_authority("test", now)
    stranger = certificates.new_authority("stranger", now)
    (tmp_path / "authority.pem").write_bytes(authority.certificate_pem)
    server = certificates.issue_server_certificate(authority, [HOST], now)
    write(tmp_path, "server", server.private_key_pem, server.certificate_pem)
    for party, issuer in (("caller", authority), ("stranger", stranger)):
        key = certificates.new_private_key()
        request = certificates.new_signing_request(key, "XA")
        write(tmp_path, party, key, certificates.issue_client_certificate(issuer, request, "XA", now))
    welcomed: list[Link] = []
    came = threading.Semaphore(0)

    def welcome(link: Link) -> None:
        welcomed.append(link)
        came.release()

    context = mutual_server_context(
        TlsFiles(tmp_path / "server.pem", tmp_path / "server.key"), tmp_path / "authority.pem"
    )
    listener = Listener((HOST, 0), context, welcome)
    threading.Thread(target=listener.serve, daemon=True).start()
    yield Ends(tmp_path, listener, welcomed, came)
    listener.close()
    for link in welcomed:
        link.close()


def write(folder: Path, party: str, key: bytes, certificate: bytes) -> None:
    (folder / f"{party}.key").write_bytes(key)
    (folder / f"{party}.key").chmod(0o600)
    (folder / f"{party}.pem").write_bytes(certificate)


def test_messages_arrive_whole_and_in_order_both_ways(ends: Ends) -> None:
    caller, called = ends.call("caller")
    sent = [(number % 7, os.urandom(number * 999)) for number in range(60)]
    for kind, payload in sent:
        caller.send(kind, payload)
    assert [(each.kind, each.payload) for each in (called.receive() for _ in sent)] == sent
    called.send(1, b"back")
    assert caller.receive().payload == b"back"
    caller.close()


def test_each_end_knows_the_others_certificate(ends: Ends) -> None:
    caller, called = ends.call("caller")
    assert (caller.fingerprint, called.fingerprint) == (ends.fingerprint("server"), ends.fingerprint("caller"))
    caller.close()


def test_who_answers_with_another_certificate_than_expected_is_hung_up_on(ends: Ends) -> None:
    with pytest.raises(LinkBroken):
        ends.call("caller", expected="0" * 64)


def test_a_certificate_of_another_authority_opens_nothing(ends: Ends) -> None:
    with pytest.raises(LinkBroken):
        # TLS 1.3 lets a client finish before the server has refused it: the first message finds out.
        dial(HOST, ends.listener.port, ends.context("stranger"), ends.fingerprint("server")).receive()
    assert ends.welcomed == []


def test_who_shows_no_certificate_is_not_welcomed(ends: Ends) -> None:
    with socket.create_connection((HOST, ends.listener.port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            plain.recv(1)
    assert ends.welcomed == []


def test_an_end_that_goes_away_is_noticed_by_the_other(ends: Ends) -> None:
    caller, called = ends.call("caller")
    caller.close()
    with pytest.raises(LinkBroken):
        called.receive()
    assert called.is_broken
    with pytest.raises(LinkBroken):
        called.send(1, b"")


def test_a_message_that_is_too_large_is_not_sent(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symbolon.runtime.links.LARGEST_MESSAGE", 100)
    caller, called = ends.call("caller")
    with pytest.raises(LinkBroken):
        caller.send(1, bytes(101))
    caller.send(1, bytes(100))
    assert len(called.receive().payload) == 100
    caller.close()


def test_a_link_of_a_high_descriptor_waits_without_asking_again_and_again(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    receive = ssl.SSLSocket.recv_into

    def count(self: ssl.SSLSocket, *arguments: object) -> int:
        asked.append(self.fileno())
        return receive(self, *arguments)  # type: ignore[arg-type]

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2_048)), hard))
    with contextlib.ExitStack() as opened:
        for _ in range(1_100):
            opened.enter_context(open(os.devnull, "rb"))  # noqa: PTH123  # descriptors, not a file
        caller, called = ends.call("caller")
        monkeypatch.setattr(ssl.SSLSocket, "recv_into", count)
        threading.Timer(1.0, called.send, (1, b"late")).start()
        assert caller.receive().payload == b"late"
    assert max(asked) > 1_024
    assert len(asked) < 100


def test_who_shows_no_certificate_makes_room_for_who_does(ends: Ends) -> None:
    strangers = [socket.create_connection((HOST, ends.listener.port)) for _ in range(70)]
    caller, called = ends.call("caller")
    called.send(1, b"welcome")
    assert caller.receive().payload == b"welcome"
    strangers[0].settimeout(5)
    assert not strangers[0].recv(1)
    for each in strangers:
        each.close()


def test_what_the_other_end_does_not_take_is_bounded_by_its_bytes_and_waited_for_no_longer_than_asked(
    ends: Ends,
) -> None:
    _caller, called = ends.call("caller")
    message = bytes(LARGEST_MESSAGE)
    called.patience_s = 0.0
    with contextlib.suppress(LinkBroken):
        for _ in range(8):
            called.send(1, message)
    assert called.is_broken
