"""Processes of the product that begin with everything imported and compiled: Python takes two seconds of work for it.

They are forked by a server that did it once, and are processes of their own like any: killed, paused and waited for by
their number. What the start of Python itself shows is tested with processes that begin from nothing.
"""

import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.simulators.warmed_up"])


def started(log: Path, *arguments: str, **environment: str) -> BaseProcess:
    """`symbolon` with these arguments, as a process that writes what it says into a file."""
    known = {**os.environ, **environment}
    process = _FORKING.Process(target=_become, args=(str(log), known, arguments), daemon=True)
    process.start()
    return process


def _become(log: str, environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for path, flags, descriptor in (
        (os.devnull, os.O_RDONLY, 0),
        (log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 1),
        (log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 2),
    ):
        os.dup2(os.open(path, flags, 0o600), descriptor)
    sys.argv = ["symbolon", *arguments]

    from symbolon.cli import main

    main()
