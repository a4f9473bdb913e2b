"""Free TCP ports on loopback, so that no run ever talks to the processes of an earlier one."""

import contextlib
import socket


def free_ports(count: int) -> tuple[int, ...]:
    """``count`` different ports that nobody on this machine listens on.

    Each is free at this moment; all are held at once while choosing, so that no port is given twice.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for holder in sockets:
            holder.bind(("127.0.0.1", 0))
        return tuple(holder.getsockname()[1] for holder in sockets)


def accepts_connections(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts TCP connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
