"""The exercise's own process logs to its file while it runs, and as before afterwards."""

import logging
from pathlib import Path

import structlog

from symbolon.exercise.own_log import OwnLog
from symbolon.runtime.logs import configure_logging, get_logger


def test_what_is_logged_meanwhile_is_in_the_file(tmp_path: Path) -> None:
    log = OwnLog(tmp_path / "log")
    with log.open():
        configure_logging("XA", "command")
        log.claim()
        get_logger().info("imported")
    assert '"event": "imported"' in (tmp_path / "log").read_text()


def test_logging_is_as_it_was_afterwards(tmp_path: Path) -> None:
    before = (structlog.get_config(), list(logging.getLogger().handlers), logging.getLogger().level)
    with OwnLog(tmp_path / "log").open():
        pass
    assert (structlog.get_config(), list(logging.getLogger().handlers), logging.getLogger().level) == before


def test_logging_that_was_not_set_up_is_not_set_up_afterwards(tmp_path: Path) -> None:
    structlog.reset_defaults()
    with OwnLog(tmp_path / "log").open():
        assert structlog.is_configured()
    assert not structlog.is_configured()
