"""Mutual TLS 1.3 between processes on this machine; a link's delay and bandwidth are added where the receiver reads."""

import queue
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from symbolon.runtime import certificates
from symbolon.runtime.tls import TlsFiles, client_context, mutual_server_context

Arrival = tuple[int, bytes]
"""(whose channel, message)."""
_PREFIX = struct.Struct(">IQ")
"""Length, and when it was sent by the machine's monotonic clock, ns."""
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Link:
    """What lies between two parties."""

    round_trip_s: float = 0.0
    bits_per_s: float = 0.0
    """0: as fast as it goes."""


LINKS = {"loopback": Link(), "lan": Link(0.0002, 10e9), "wan": Link(0.060, 700e6)}


def write_certificates(folder: Path, parties: int) -> None:
    """One authority, and for each party a server and a client certificate."""
    now = datetime.now(UTC)
    authority = certificates.new_authority("benchmark", now)
    (folder / "authority.pem").write_bytes(authority.certificate_pem)
    for party in range(parties):
        server = certificates.issue_server_certificate(authority, [_HOST], now)
        key = certificates.new_private_key()
        request = certificates.new_signing_request(key, f"P{party}")
        client = certificates.issue_client_certificate(authority, request, f"P{party}", now)
        for kind, private, certificate in (
            ("server", server.private_key_pem, server.certificate_pem),
            ("client", key, client),
        ):
            (folder / f"{kind}{party}.key").write_bytes(private)
            (folder / f"{kind}{party}.key").chmod(0o600)
            (folder / f"{kind}{party}.pem").write_bytes(certificate)


def _files(folder: Path, kind: str, party: int) -> TlsFiles:
    return TlsFiles(folder / f"{kind}{party}.pem", folder / f"{kind}{party}.key")


class Channels:
    """One party's connections to others; whatever comes lies in `arrivals`."""

    def __init__(self, folder: Path, own: int, ports: list[int], others: list[int], link: Link) -> None:
        self.arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self.sent_bytes = 0
        self._link = link
        self._outboxes: dict[int, queue.SimpleQueue[bytes]] = {}
        server = mutual_server_context(_files(folder, "server", own), folder / "authority.pem")
        client = client_context(_files(folder, "client", own), folder / "authority.pem")
        calling = [other for other in others if other < own]
        with socket.create_server((_HOST, ports[own])) as listener:
            for other in calling:
                self._connect(other, client.wrap_socket(_dial(ports[other]), server_hostname=_HOST))
            for _ in range(len(others) - len(calling)):
                accepted = server.wrap_socket(listener.accept()[0], server_side=True)
                subject = dict(pair[0] for pair in (accepted.getpeercert() or {})["subject"])  # type: ignore[misc,arg-type]  # the shape that ssl documents
                self._connect(int(str(subject["commonName"]).removeprefix("P")), accepted)

    def send(self, other: int, message: bytes) -> None:
        self.sent_bytes += len(message)
        self._outboxes[other].put(_PREFIX.pack(len(message), time.monotonic_ns()) + message)

    def _connect(self, other: int, channel: ssl.SSLSocket) -> None:
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._outboxes[other] = queue.SimpleQueue()
        threading.Thread(target=self._write, args=(channel, self._outboxes[other]), daemon=True).start()
        threading.Thread(target=self._read, args=(channel, other), daemon=True).start()

    def _write(self, channel: ssl.SSLSocket, outbox: "queue.SimpleQueue[bytes]") -> None:
        while True:
            channel.sendall(outbox.get())

    def _read(self, channel: ssl.SSLSocket, other: int) -> None:
        line_free = 0.0
        while prefix := _exactly(channel, _PREFIX.size):
            length, sent_ns = _PREFIX.unpack(prefix)
            message = _exactly(channel, length)
            if self._link.round_trip_s:
                line_free = max(line_free, sent_ns / 1e9) + 8 * length / self._link.bits_per_s
                time.sleep(max(0.0, line_free + self._link.round_trip_s / 2 - time.monotonic()))
            self.arrivals.put((other, message))


def _dial(port: int) -> socket.socket:
    while True:
        try:
            return socket.create_connection((_HOST, port))
        except ConnectionRefusedError:
            time.sleep(0.02)


def _exactly(channel: ssl.SSLSocket, size: int) -> bytes:
    message = bytearray(size)
    view, filled = memoryview(message), 0
    while filled < size:
        try:
            count = channel.recv_into(view[filled:])
        except (ConnectionResetError, ssl.SSLError):
            count = 0
        if not count:
            return b""
        filled += count
    return bytes(message)
