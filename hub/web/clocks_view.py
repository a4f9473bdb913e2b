"""The page of clocks: what its form asks for, its lines as a person reads them, and as a file. Pure."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlencode

from symbolon.hub.domain.clock_board import BoardQuery, ClockBoard, ClockLine, Order, Standing
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import parse_member_code
from symbolon.runtime.pages import span_text
from symbolon.runtime.problem_responses import Refusal

MOST_LINES: Final = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One clock as it is listed: `left` says how long there is, or for how long it is over."""

    line: ClockLine
    left: str
    css: str


@dataclass(frozen=True, slots=True)
class ClocksView:
    """All of the page: at most `MOST_LINES` rows of so many as the query admits."""

    rows: tuple[Row, ...]
    listed: int
    purges: tuple[Row, ...]
    query_string: str


def read_query(fields: dict[str, str]) -> BoardQuery:
    """What the form asks for; an empty field admits all. Raises `Refusal`."""
    try:
        return BoardQuery(
            member=_chosen(fields, "member", parse_member_code),
            state=_chosen(fields, "state", JointState),
            clock=_chosen(fields, "clock", ClockName),
            urgency=_chosen(fields, "urgency", Urgency),
            standing=_chosen(fields, "standing", Standing),
            order=_chosen(fields, "order", Order) or Order.DUE,
        )
    except (ValueError, MalformedMessage):
        raise Refusal(Problem.INVALID_INPUT, "The address asks for clocks that there are not: use the form.") from None


def arrange_board(board: ClockBoard, query: BoardQuery) -> ClocksView:
    """The board in the shape of its tables."""
    return ClocksView(
        rows=tuple(_row(line, board.at) for line in board.lines[:MOST_LINES]),
        listed=len(board.lines),
        purges=tuple(_row(line, board.at) for line in board.purges),
        query_string=query_string(query),
    )


def query_string(query: BoardQuery) -> str:
    """The query as the address that leads to it again."""
    values = {
        "member": query.member,
        "state": query.state,
        "clock": query.clock,
        "urgency": query.urgency,
        "standing": query.standing,
        "order": query.order,
    }
    return urlencode({name: str(value) for name, value in values.items() if value is not None})


def as_csv(lines: Iterable[ClockLine]) -> str:
    """The lines as a file (RFC 4180): codes and moments, so that a program reads them too."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for line in lines:
        due = "" if line.due_at is None else line.due_at.isoformat(timespec="seconds")
        writer.writerow(
            (
                line.hit_id,
                line.exchange_id or "",
                line.member,
                line.other,
                line.state.value,
                line.clock.value,
                line.urgency.value,
                line.started_at.isoformat(timespec="seconds"),
                due,
                line.standing.value,
            )
        )
    return text.getvalue()


_COLUMNS: Final = ("hit", "exchange", "to act", "other side", "state", "clock", "urgency", "since", "due", "standing")
_CSS: Final = {Standing.OVER: "overdue", Standing.LATE: "soon", Standing.IN_TIME: "", Standing.STANDS_STILL: ""}


def _chosen(fields: dict[str, str], name: str, read: Callable[[str], T]) -> T | None:
    text = fields.get(name, "")
    return read(text) if text else None


def _row(line: ClockLine, now: datetime) -> Row:
    if line.due_at is None:
        left = "stands still"
    elif line.due_at <= now:
        left = f"{span_text(now - line.due_at)} over"
    else:
        left = f"{span_text(line.due_at - now)} left"
    return Row(line, left, _CSS[line.standing])
