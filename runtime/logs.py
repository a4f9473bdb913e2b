"""Structured logs on standard error, one JSON object a line, without anything that identifies a person.

Our own events are constant texts with counts, codes and opaque ids beside them. What libraries log, and what an
unexpected exception says, may hold values (a name in a constraint's message, a row in a parameter): of those only the
template, the class and the places in the code are written.
"""

import logging
import sys
from collections.abc import Iterator
from typing import Any, Final, TextIO

import structlog

from symbolon.runtime.errors import ConfigurationMistake

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_DEEPEST_PLACES: Final = 12


def configure_logging(party: str, process: str, *, level: str = "info", stream: TextIO | None = None) -> None:
    """Send all logs of this process to ``stream`` (standard error) as JSON lines with ``party`` and ``process``.

    ``level`` is debug, info, warning or error; another word raises :class:`ConfigurationMistake`.
    """
    if level not in _LEVELS:
        raise ConfigurationMistake(f"The setting 'log_level' must be one of {', '.join(_LEVELS)}.")
    destination = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_process(party, process),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(destination),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_ForeignHandler()]
    # A library's informational chatter is of no use to an operator.
    root.setLevel(max(_LEVELS[level], logging.WARNING))
    logging.captureWarnings(capture=True)


def get_logger() -> Any:
    """A logger: ``log.info("submission accepted", items=12)``; the text is constant, values are counts and codes."""
    return structlog.get_logger()


def log_unexpected(error: BaseException, *, while_doing: str) -> None:
    """Log an exception that nobody foresaw: its class, its causes and where they were raised, never what they say."""
    get_logger().error("unexpected error", while_doing=while_doing, causes=list(describe_error(error)))


def describe_error(error: BaseException) -> Iterator[dict[str, Any]]:
    """Each exception of the chain, outermost first: its class and the places in the code, innermost last."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield {"class": f"{type(current).__module__}.{type(current).__qualname__}", "at": _places(current)}
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        pending.append(current.__cause__)
        if not current.__suppress_context__:
            pending.append(current.__context__)


def _places(error: BaseException) -> list[str]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return places[-_DEEPEST_PLACES:]


def _name_process(party: str, process: str) -> structlog.typing.Processor:
    def name_process(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, "party": party, "process": process}

    return name_process


class _ForeignHandler(logging.Handler):
    """Writes what libraries log, without the values in it.

    A message with arguments is written as its template. A message without arguments may have been put together before
    it reached the logger, so only the place that logged it is written.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record of the standard library's logging."""
        event: dict[str, Any] = {"logger": record.name, "at": f"{record.module}:{record.lineno} {record.funcName}"}
        if record.args and isinstance(record.msg, str):
            event["template"] = record.msg
        # A library may log `exc_info=False`, which is kept as it is.
        if record.exc_info and record.exc_info[1] is not None:
            event["causes"] = list(describe_error(record.exc_info[1]))
        write = get_logger().error if record.levelno >= logging.ERROR else get_logger().warning
        write("library message", **event)
