"""Messages over mutual TLS 1.3: a length, a kind, a payload; for parties that talk all the time and carry much.

One connection between two parties carries messages both ways. A link is broken for good by the first fault: whoever
holds it makes a new one. Who is at the other end is known by the certificate's fingerprint alone.
"""

import contextlib
import queue
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from symbolon.runtime import certificates
from symbolon.runtime.errors import RuntimeFault

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
_MOST_WAITING: Final = 4_096
_HEAD: Final = struct.Struct(">IB")
_CONNECT_S: Final = 10.0
_SEND_S: Final = 60.0
_MOMENT_S: Final = 0.5
_PIECE: Final = 1 << 16
"""Bytes that are written in one turn, so that reading waits little."""


class LinkBroken(RuntimeFault):
    """The other end went away, or sent what is no message: the link cannot be used any more."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message: its kind, a small number that the parties agree on, and its bytes."""

    kind: int
    payload: bytes = field(repr=False)


class Link:
    """One connection. `send` may be called from any thread; one thread reads.

    OpenSSL's connections are not for two threads at once (SSL_read and SSL_write share their state), so both ends of
    the work take turns, and neither waits for the network while it has the turn.
    """

    def __init__(self, channel: ssl.SSLSocket) -> None:
        """Take over a socket whose handshake is done."""
        channel.setblocking(False)
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        certificate = channel.getpeercert(binary_form=True)
        if certificate is None:
            raise LinkBroken("The other end showed no certificate.")
        self.fingerprint = certificates.fingerprint(ssl.DER_cert_to_PEM_cert(certificate).encode())
        self._channel = channel
        self._waiting: queue.Queue[bytes] = queue.Queue(_MOST_WAITING)
        self._broken = threading.Event()
        self._turn = threading.Lock()
        threading.Thread(target=self._write, name="link", daemon=True).start()

    @property
    def is_broken(self) -> bool:
        """Whether nothing goes through any more."""
        return self._broken.is_set()

    def send(self, kind: int, payload: bytes) -> None:
        """Send a message, after those before it. Raises `LinkBroken`, also where the other end takes nothing."""
        if len(payload) > LARGEST_MESSAGE:
            raise LinkBroken("A message is larger than any that the other end would take.")
        if self.is_broken:
            raise LinkBroken("The connection is gone.")
        try:
            self._waiting.put(_HEAD.pack(len(payload), kind) + payload, timeout=_SEND_S)
        except queue.Full:
            self.close()
            raise LinkBroken("The other end has taken nothing for a minute.") from None

    def receive(self) -> Arrival:
        """Wait for the next message. Raises `LinkBroken`."""
        length, kind = _HEAD.unpack(self._exactly(_HEAD.size))
        if length > LARGEST_MESSAGE:
            self.close()
            raise LinkBroken("The other end announced a message that is too large.")
        return Arrival(kind, self._exactly(length))

    def expect(self, kind: int) -> bytes:
        """Wait for the next message, which must be of this kind. Raises `LinkBroken`, and closes, for any other."""
        arrival = self.receive()
        if arrival.kind != kind:
            self.close()
            raise LinkBroken("The other end sent a message of another kind than it may.")
        return arrival.payload

    def close(self) -> None:
        """End the connection; who reads or sends is told by `LinkBroken`."""
        with self._turn:
            if self._broken.is_set():
                return
            self._broken.set()
            with contextlib.suppress(OSError):
                self._channel.shutdown(socket.SHUT_RDWR)
            self._channel.close()

    def _write(self) -> None:
        while not self.is_broken:
            with contextlib.suppress(queue.Empty):
                self._send_all(memoryview(self._waiting.get(timeout=1.0)))

    def _send_all(self, message: memoryview) -> None:
        while message and not self.is_broken:
            try:
                with self._turn:
                    message = message[self._channel.send(message[:_PIECE]) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as wanted:
                self._await(reading=isinstance(wanted, ssl.SSLWantReadError))
            except (OSError, ValueError):
                self.close()

    def _exactly(self, size: int) -> bytes:
        message = bytearray(size)
        view, filled = memoryview(message), 0
        while filled < size:
            try:
                with self._turn:
                    count = self._channel.recv_into(view[filled:])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as wanted:
                self._await(reading=isinstance(wanted, ssl.SSLWantReadError))
                continue
            except (OSError, ValueError):
                count = 0
            if not count:
                self.close()
                raise LinkBroken("The other end went away.")
            filled += count
        return bytes(message)

    def _await(self, *, reading: bool) -> None:
        """Wait until the socket can go on, or for a moment: somebody may have closed it."""
        with contextlib.suppress(OSError, ValueError):
            channels = [self._channel]
            select.select(channels if reading else [], [] if reading else channels, [], _MOMENT_S)


def dial(host: str, port: int, context: ssl.SSLContext, expected: str) -> Link:
    """Call another party, and be sure that it is the one with this certificate.

    Raises `LinkBroken` where nobody answers, or somebody else does.
    """
    try:
        plain = socket.create_connection((host, port), timeout=_CONNECT_S)
        link = Link(context.wrap_socket(plain, server_hostname=host))
    except (OSError, ssl.SSLError) as error:
        raise LinkBroken("The other party does not answer, or not with a certificate of this federation.") from error
    if link.fingerprint != expected:
        link.close()
        raise LinkBroken("Another party answers at that address than the one that was called.")
    return link


class Listener:
    """Takes calls on a port; each link is given to `welcome`, in a thread of its own."""

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, welcome: Callable[[Link], None]) -> None:
        """Begin to listen at once: `port` says where."""
        self._context = context
        self._welcome = welcome
        self._socket = socket.create_server(address, backlog=64)
        self._closed = threading.Event()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1])

    def serve(self) -> None:
        """Take calls until `close`."""
        while not self._closed.is_set():
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(caller,), name="caller", daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._closed.set()
        with contextlib.suppress(OSError):
            # Closing alone does not wake who waits for a call.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _take(self, caller: socket.socket) -> None:
        caller.settimeout(_CONNECT_S)
        try:
            link = Link(self._context.wrap_socket(caller, server_side=True))
        except (OSError, ssl.SSLError, RuntimeFault):
            # Who shows no certificate of this federation is not let in, and learns nothing.
            caller.close()
            return
        self._welcome(link)
