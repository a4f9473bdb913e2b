"""Serves one process's applications, each on a port of its own, until the process is told to stop."""

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import uvicorn

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.logs import get_logger
from symbolon.runtime.tls_protocol import PeerCertificateProtocol

# How long requests that are under way may take to end after the signal; a long poll is cut off.
_GRACE_S: Final = 3
_BACKLOG: Final = 1024


@dataclass(frozen=True, slots=True)
class Listener:
    """An ASGI application and where it listens; port 0 takes a free one. ``tls`` None is for loopback only."""

    app: Any
    host: str
    port: int
    tls: ssl.SSLContext | None


def serve(listeners: Sequence[Listener], *, on_listening: Callable[[tuple[int, ...]], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first.

    ``on_listening`` gets the ports, in order, once all accept connections.
    Raises :class:`ConfigurationMistake` when an address cannot be had.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(_bound_socket(listener)) for listener in listeners]
        asyncio.run(_serve_all(listeners, sockets, on_listening))


async def _serve_all(
    listeners: Sequence[Listener],
    sockets: Sequence[socket.socket],
    on_listening: Callable[[tuple[int, ...]], None] | None,
) -> None:
    servers = [_QuietServer(_config(listener)) for listener in listeners]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = [loop.create_task(server.serve(sockets=[bound])) for server, bound in zip(servers, sockets, strict=True)]
    for task in tasks:
        # When one ends, for whatever reason, the process is of no use any more.
        task.add_done_callback(lambda _task: stop())
    while not all(server.started or server.should_exit for server in servers):
        await asyncio.sleep(0.01)
    if all(server.started for server in servers):
        ports = tuple(bound.getsockname()[1] for bound in sockets)
        get_logger().info("listening", ports=list(ports))
        if on_listening is not None:
            on_listening(ports)
    await asyncio.gather(*tasks)
    get_logger().info("stopped")


class _QuietServer(uvicorn.Server):
    """A server among several of one process: the process handles the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(listener: Listener) -> uvicorn.Config:
    tls = listener.tls
    return uvicorn.Config(
        listener.app,
        http=PeerCertificateProtocol,
        ws="none",
        loop="asyncio",
        # Our own middleware logs requests, without paths or addresses.
        log_config=None,
        access_log=False,
        server_header=False,
        # The peer is who is connected, never who a header says.
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )


def _bound_socket(listener: Listener) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError:
        raise ConfigurationMistake(f"The address '{listener.host}' to listen on does not exist here.") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise ConfigurationMistake(
            f"Port {listener.port} on '{listener.host}' cannot be had: it is in use, or needs more rights."
        ) from None
    return bound
