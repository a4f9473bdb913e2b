"""The log of the exercise's own process, which plays several parties' commands in turn."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import structlog

from symbolon.runtime.logs import configure_logging


class OwnLog:
    """Each party's command sets the process's logging up anew; :meth:`claim` brings it back to the exercise's file."""

    def __init__(self, file: Path) -> None:
        """``file`` is opened by :meth:`open`."""
        self._file = file
        self._stream: TextIO | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Log to the file; afterwards logging is as it was before."""
        root = logging.getLogger()
        before = structlog.get_config() if structlog.is_configured() else None
        handlers, level = list(root.handlers), root.level
        with self._file.open("a", encoding="utf-8") as self._stream:
            self.claim()
            try:
                yield
            finally:
                logging.captureWarnings(capture=False)
                root.handlers = handlers
                root.setLevel(level)
                # To configure the defaults would count as configured, and a later error would go where they point.
                if before is None:
                    structlog.reset_defaults()
                else:
                    structlog.configure(**before)

    def claim(self) -> None:
        """Log to the file again."""
        configure_logging("exercise", "run", stream=self._stream)
