"""Messages over mutual TLS 1.3: a length, a kind, a payload; for parties that talk all the time and carry much.

One connection between two parties carries messages both ways. A link is broken for good by the first fault: whoever
holds it makes a new one. Who is at the other end is known by the certificate's fingerprint alone.
"""

import contextlib
import selectors
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from symbolon.runtime import certificates
from symbolon.runtime.errors import RuntimeFault

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
_MOST_WAITING_BYTES: Final = 4 * LARGEST_MESSAGE
"""That a link holds for the other end to take; one message always finds room."""
_MOST_CALLERS: Final = 64
"""Calls whose certificate was not seen yet."""
_HEAD: Final = struct.Struct(">IB")
_CONNECT_S: Final = 10.0
_SEND_S: Final = 60.0
_MOMENT_S: Final = 0.5
_SILENT_MS: Final = 15_000
"""After which a connection is broken whose other end does not even acknowledge, such as behind a lost route."""
_PIECE: Final = 1 << 16
"""Bytes that are written in one turn, so that reading waits little."""


_Selector: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""Takes any descriptor, where the system can: `select` none from 1,024 on."""


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
        _give_up_on_silence(channel)
        certificate = channel.getpeercert(binary_form=True)
        if certificate is None:
            raise LinkBroken("The other end showed no certificate.")
        self.fingerprint = certificates.fingerprint(ssl.DER_cert_to_PEM_cert(certificate).encode())
        self.patience_s = _SEND_S
        """How long `send` waits for the other end to take what is there."""
        self._channel = channel
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._room = threading.Condition()
        self._broken = threading.Event()
        self._turn = threading.Lock()
        threading.Thread(target=self._write, name="link", daemon=True).start()

    @property
    def is_broken(self) -> bool:
        """Whether nothing goes through any more."""
        return self._broken.is_set()

    def send(self, kind: int, payload: bytes) -> None:
        """Send a message, after those before it.

        Raises `LinkBroken`, also where 256 MiB of earlier ones wait, and go on waiting for `patience_s`.
        """
        if len(payload) > LARGEST_MESSAGE:
            raise LinkBroken("A message is larger than any that the other end would take.")
        if self.is_broken:
            raise LinkBroken("The connection is gone.")
        message = _HEAD.pack(len(payload), kind) + payload
        with self._room:
            has_room = self._room.wait_for(lambda: self.is_broken or self._has_room(len(message)), self.patience_s)
            if has_room:
                self._waiting.append(message)
                self._waiting_bytes += len(message)
                self._room.notify_all()
        if not has_room:
            self.close()
            raise LinkBroken("The other end does not take what it is sent.")

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
        with self._room:
            self._waiting.clear()
            self._room.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._waiting_bytes or self._waiting_bytes + size <= _MOST_WAITING_BYTES

    def _write(self) -> None:
        while not self.is_broken:
            with self._room:
                if not self._room.wait_for(lambda: self._waiting or self.is_broken, 1.0) or not self._waiting:
                    continue
                message = self._waiting.popleft()
            self._send_all(memoryview(message))
            with self._room:
                self._waiting_bytes -= len(message)
                self._room.notify_all()

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
        with contextlib.suppress(OSError, ValueError, KeyError), _Selector() as selector:
            selector.register(self._channel, selectors.EVENT_READ if reading else selectors.EVENT_WRITE)
            selector.select(_MOMENT_S)


def _give_up_on_silence(channel: socket.socket) -> None:
    """Have the system break a connection whose other end is silent, where it can be told how long that is."""
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    seconds = _SILENT_MS // 3_000
    for name, value in (
        ("TCP_KEEPIDLE", seconds),
        ("TCP_KEEPINTVL", seconds),
        ("TCP_KEEPCNT", 2),
        ("TCP_USER_TIMEOUT", _SILENT_MS),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            channel.setsockopt(socket.IPPROTO_TCP, option, value)


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
    """Takes calls on a port; each link is given to `welcome`, in a thread of its own.

    Strangers cannot use up the threads: while too many have shown no certificate, the one that has waited longest goes.
    """

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, welcome: Callable[[Link], None]) -> None:
        """Begin to listen at once: `port` says where."""
        self._context = context
        self._welcome = welcome
        self._socket = socket.create_server(address, backlog=64)
        self._closed = threading.Event()
        self._callers: deque[socket.socket] = deque()
        self._turn = threading.Lock()

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
            self._admit(caller)
            threading.Thread(target=self._take, args=(caller,), name="caller", daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._closed.set()
        with contextlib.suppress(OSError):
            # Closing alone does not wake who waits for a call.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _admit(self, caller: socket.socket) -> None:
        with self._turn:
            self._callers.append(caller)
            longest = self._callers.popleft() if len(self._callers) > _MOST_CALLERS else None
        if longest is not None:
            with contextlib.suppress(OSError):
                # Its thread is told, and closes it.
                longest.shutdown(socket.SHUT_RDWR)

    def _take(self, caller: socket.socket) -> None:
        try:
            # The handshake takes the descriptor away from the socket that was accepted.
            channel = self._context.wrap_socket(caller, server_side=True, do_handshake_on_connect=False)
        except (OSError, ssl.SSLError):
            self._forget(caller)
            caller.close()
            return
        with self._turn:
            # The descriptor has moved: what is shut down, if its turn comes, is the channel.
            held = caller in self._callers
            if held:
                self._callers[self._callers.index(caller)] = channel
        try:
            if not held:
                raise LinkBroken("Too many call at a time.")
            channel.settimeout(_CONNECT_S)
            channel.do_handshake()
            link = Link(channel)
        except (OSError, ssl.SSLError, RuntimeFault):
            # Who shows no certificate of this federation is not let in, and learns nothing.
            channel.close()
            return
        finally:
            self._forget(channel)
        self._welcome(link)

    def _forget(self, caller: socket.socket) -> None:
        with self._turn, contextlib.suppress(ValueError):
            self._callers.remove(caller)
