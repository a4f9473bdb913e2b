"""Commands as they are typed, run by the product's own `main` in this process: starting Python takes a second each.

What only a process of its own shows (an exit by a signal, what is imported) is tested with one.
"""

import contextlib
import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import structlog

from symbolon.cli import main
from symbolon.runtime.database import Database


@contextlib.contextmanager
def logging_kept() -> Iterator[None]:
    """A command sets logging up for its process, which this one is not."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        root.handlers, root.level = handlers, level


@contextlib.contextmanager
def connections_ended() -> Iterator[None]:
    """The end of a process would end them."""
    opened: list[Database] = []
    make = Database.__init__

    def noted(database: Database, *arguments: Any, **named: Any) -> None:
        make(database, *arguments, **named)
        opened.append(database)

    with mock.patch.object(Database, "__init__", noted):
        yield
    for database in opened:
        database.close()


def typed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`symbolon` with these arguments: what it printed, and its exit code."""
    said, complained = io.StringIO(), io.StringIO()
    code = 0
    with (
        logging_kept(),
        connections_ended(),
        mock.patch.object(sys, "argv", ["symbolon", *arguments]),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return subprocess.CompletedProcess([*arguments], code, said.getvalue(), complained.getvalue())
