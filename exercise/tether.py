"""Runs one command that must not outlive the process that started it, even when that one is killed with -9.

    python -I -S tether.py PARENT DEATH_SIGNAL WATCH_FD UID GID COMMAND...

On Linux the kernel is asked to signal this process when its parent dies (PR_SET_PDEATHSIG), which survives the exec of
the command. Elsewhere (or when WATCH_FD is not -1) this process stays as the command's parent and reads from a pipe
whose other end only the supervisor holds: the end of the pipe is the end of the command.

UID and GID, unless -1, are the account that the command runs as. It is entered here and not by the supervisor, since
that account may not be allowed to run the supervisor's Python.

Standard library only, and started without site-packages, so that it costs a few milliseconds.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> int:
    """Run the command; the exit status is the command's."""
    parent, death_signal, watch, uid, gid = map(int, arguments[:5])
    command = arguments[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if watch < 0:
        # After the change of account, which makes the kernel forget it.
        _die_with_parent(parent, death_signal)
        os.execvp(command[0], command)  # noqa: S606 - the command is the supervisor's
    return _watch(command, watch, signal.Signals(death_signal))


def _die_with_parent(parent: int, death_signal: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    # The parent may have died before the kernel was asked.
    if os.getppid() != parent:
        sys.exit(1)


def _watch(command: list[str], watch: int, death_signal: signal.Signals) -> int:
    child = subprocess.Popen(command)

    def pass_on(number: int, _frame: object) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, pass_on)
    while child.poll() is None:
        supervisor_is_gone, _, _ = select.select([watch], [], [], 0.1)
        if supervisor_is_gone:
            child.send_signal(death_signal)
            return child.wait()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
