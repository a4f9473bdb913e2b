"""Logs tell what happened, never to whom."""

import asyncio
import io
import json
import logging
import warnings

import pytest

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.logs import configure_logging, get_logger, log_unexpected

PLANTED = "Somchai Planted"


@pytest.fixture
def lines(monkeypatch):
    stream = io.StringIO()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    configure_logging("XA", "web", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(capture=False)


def fail_over(name):
    raise ValueError(f"no such person: {name}")


def test_an_event_names_its_party_and_process_and_carries_its_counts(lines):
    get_logger().info("submission accepted", items=12)
    (line,) = lines()
    assert (line["event"], line["party"], line["process"], line["items"]) == ("submission accepted", "XA", "web", 12)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_an_unexpected_error_is_logged_by_class_and_place_without_its_text(lines):
    try:
        fail_over(PLANTED)
    except ValueError as error:
        log_unexpected(error, while_doing="testing")
    (line,) = lines()
    assert PLANTED not in json.dumps(line)
    assert line["causes"][0]["class"] == "builtins.ValueError"
    assert line["causes"][0]["at"][-1].endswith(" fail_over")


def test_the_causes_of_an_error_are_logged_without_their_texts(lines):
    try:
        try:
            fail_over(PLANTED)
        except ValueError as error:
            raise RuntimeError(PLANTED) from error
    except RuntimeError as error:
        log_unexpected(error, while_doing="testing")
    (line,) = lines()
    assert [cause["class"] for cause in line["causes"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert PLANTED not in json.dumps(line)


def test_every_error_of_a_group_is_logged(lines):
    log_unexpected(ExceptionGroup(PLANTED, [KeyError(PLANTED), OSError(PLANTED)]), while_doing="testing")
    (line,) = lines()
    assert [cause["class"] for cause in line["causes"]] == [
        "builtins.ExceptionGroup",
        "builtins.KeyError",
        "builtins.OSError",
    ]
    assert PLANTED not in json.dumps(line)


def test_what_a_library_logs_is_its_template_without_values(lines):
    logging.getLogger("some.library").warning("cannot store %s", PLANTED)
    (line,) = lines()
    assert (line["logger"], line["template"]) == ("some.library", "cannot store %s")
    assert PLANTED not in json.dumps(line)


def test_a_message_that_was_put_together_before_is_not_written(lines):
    logging.getLogger("some.library").error(PLANTED.join(("cannot store ", "")))
    (line,) = lines()
    assert PLANTED not in json.dumps(line)
    assert line["at"].startswith("test_logs:")


def test_an_exception_that_a_library_logs_is_written_without_its_text(lines):
    try:
        fail_over(PLANTED)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = lines()
    assert line["causes"][0]["class"] == "builtins.ValueError"
    assert PLANTED not in json.dumps(line)


def test_a_library_that_wants_no_exception_logged_is_heard(lines):
    logging.getLogger("some.library").error("lost %s", PLANTED, exc_info=False)
    (line,) = lines()
    assert line["template"] == "lost %s"
    assert "causes" not in line


def test_a_warning_of_python_is_written_without_its_text(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(PLANTED, stacklevel=1)
    assert PLANTED not in json.dumps(lines())
    assert len(lines()) == 1


def test_an_error_that_asyncio_reports_is_written_without_its_text(lines):
    async def lose_an_error():
        asyncio.get_running_loop().call_soon(fail_over, PLANTED)
        await asyncio.sleep(0.01)

    asyncio.run(lose_an_error())
    (line,) = lines()
    assert line["logger"] == "asyncio"
    assert PLANTED not in json.dumps(line)


def test_an_unknown_level_is_a_configuration_mistake():
    with pytest.raises(ConfigurationMistake, match="one of debug, info, warning, error"):
        configure_logging("XA", "web", level="loud")


def test_a_librarys_chatter_is_left_out(lines):
    logging.getLogger("some.library").info("connection requested")
    assert lines() == []
