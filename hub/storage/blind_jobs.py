"""Askings as jobs: cut into batches, some in flight, asked again when the rows moved on, a share of them twice.

A round of messages costs the same for one pair as for thousands: so many small jobs run at a time, and few large ones.

Who computes a job again under another rotation finds out an operator that computes wrongly: all three play other roles
in it. Which jobs are repeated nobody can foresee.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.hub.ports import Work
from symbolon.hub.ports.operators import Asking, Opened, Operators
from symbolon.protocol.messages_sessions import MOST_QUERIES, MOST_RANGES, RowRange, filled_up
from symbolon.protocol.references import MemberCode

MOST_PAIRS: Final = 1 << 22
"""Of query and record rows in one job: a job takes a fraction of a second, and several run at a time."""
QUERIES_OF_A_JOB: Final = 256
MOST_ROWS: Final = 1 << 18
"""Of records in one job, however few ask: what is larger is computed by several cores."""
_IN_FLIGHT: Final = 32
_PAIRS_IN_FLIGHT: Final = 4 * MOST_PAIRS
_TRIES: Final = 5
"""In a row, though nothing changed and no job came out meanwhile."""
_MOVES: Final = 100
"""In a row without a job that came out, while the rows move on each time: somebody submits as fast as we ask."""
ROTATIONS: Final = 3
AGAIN: Final = frozenset({"moved-on", "spoiled"})
BUDGET_SPENT: Final = "budget-spent"


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an asking: from which query and which row on."""

    asking: Asking
    place: int
    first_query: int
    first_row: int

    @property
    def pairs(self) -> int:
        """How much there is to compute."""
        return len(self.asking.queries) * max(1, sum(filled_up(each.count) for each in self.asking.against))


@dataclass(frozen=True, slots=True)
class _Running:
    """A job that was begun: in which round of tries, at which change, in which rotation."""

    part: _Part
    round: int
    change: int
    rotation: int
    future: Future[Opened]


class BudgetSpent(Exception):
    """A member has no more compared today: `asking` is the piece that needs it."""

    def __init__(self, member: MemberCode, asking: Asking) -> None:
        super().__init__("a budget is spent")
        self.member = member
        self.asking = asking


@dataclass(slots=True)
class _Patience:
    """How often all was in vain since the last job that came out: then there is no progress, and no use in trying."""

    round: int = 0
    tries: int = 0
    moves: int = 0

    @property
    def most(self) -> int:
        """How many jobs may run at a time: one, until it comes out, where the rows move on as fast as we ask."""
        return 1 if self.moves else _IN_FLIGHT

    def reward(self) -> None:
        """A job came out."""
        self.tries = self.moves = 0

    def lasts(self, *, moved: bool) -> bool:
        """Whether to go on after a refusal; all that was begun before it counts no other time."""
        self.round += 1
        self.moves += 1
        self.tries += not moved
        return self.tries <= _TRIES and self.moves <= _MOVES


class AskOperators:
    """Asks, and puts together what came."""

    def __init__(
        self, operators: Operators, refresh: Callable[[Work], int], random_number: Callable[[int], int], one_in: int
    ) -> None:
        """`random_number`: uniform below its argument; `one_in`: of how many jobs one is computed twice."""
        self._operators = operators
        self._refresh = refresh
        self._random_number = random_number
        self._one_in = one_in

    def __call__(self, work: Work, askings: Sequence[Asking], patience_s: float) -> list[Opened]:
        """What was opened, for each asking in order.

        Raises:
            BudgetSpent: a member's.
            OperatorAway, OperatorRefused, OperatorsLate, OperatorsDisagree: nothing is known then, and all is to be
                asked again.

        """
        found: list[list[list[int]]] = [[[] for _ in asking.queries if asking.against] or [[]] for asking in askings]
        waiting = deque(part for place, asking in enumerate(askings) for part in _parts(place, asking))
        patience = _Patience()
        change = self._refresh(work)
        running: deque[_Running] = deque()
        while waiting or running:
            while waiting and _has_room(running, waiting[0], patience.most):
                part, rotation = waiting.popleft(), self._random_number(ROTATIONS)
                future = self._operators.begin(part.asking, change, rotation)
                running.append(_Running(part, patience.round, change, rotation, future))
            job = running.popleft()
            part = job.part
            try:
                opened = self._checked(job, patience_s)
            except OperatorRefused as refused:
                if refused.code == BUDGET_SPENT and refused.member is not None:
                    raise BudgetSpent(refused.member, part.asking) from refused
                if refused.code not in AGAIN:
                    raise
                waiting.append(part)
                if job.round == patience.round:
                    change = self._refresh(work)
                    if not patience.lasts(moved=change != job.change):
                        raise
                continue
            except TimeoutError as late:
                raise OperatorsLate from late
            patience.reward()
            for query, rows in enumerate(opened):
                found[part.place][part.first_query + query] += [part.first_row + row for row in rows]
        return [[tuple(sorted(rows)) for rows in asking] for asking in found]

    def _checked(self, job: _Running, patience_s: float) -> Opened:
        """What came of a job; some are computed again, about the rows as they were: where these moved on, neither
        result says anything about the other, and the job is refused.
        """
        opened = job.future.result(patience_s)
        if self._random_number(self._one_in):
            return opened
        other = (job.rotation + 1 + self._random_number(ROTATIONS - 1)) % ROTATIONS
        again = self._operators.begin(job.part.asking, job.change, other).result(patience_s)
        if list(map(tuple, again)) != list(map(tuple, opened)):
            raise OperatorsDisagree
        return opened


def _has_room(running: Collection[_Running], part: _Part, most: int) -> bool:
    if not running:
        return True
    pairs = part.pairs + sum(each.part.pairs for each in running)
    return len(running) < most and pairs <= _PAIRS_IN_FLIGHT


def _parts(place: int, asking: Asking) -> Iterator[_Part]:
    """An asking in pieces that one job can take."""
    if asking.pairs:
        for first in range(0, len(asking.queries), MOST_QUERIES):
            end = first + MOST_QUERIES
            piece = replace(asking, queries=asking.queries[first:end], pairs=asking.pairs[first:end])
            yield _Part(piece, place, 0, first)
        return
    for first in range(0, len(asking.queries), QUERIES_OF_A_JOB):
        queries = asking.queries[first : first + QUERIES_OF_A_JOB]
        row = 0
        for window in windows(asking.against, min(MOST_ROWS, filled_up(MOST_PAIRS // len(queries)))):
            yield _Part(replace(asking, queries=queries, against=window), place, first, row)
            row += sum(filled_up(each.count) for each in window)


def windows(ranges: Sequence[RowRange], rows: int) -> Iterator[tuple[RowRange, ...]]:
    """The ranges parted into so many rows each; only the last piece of a range is not a multiple of a word."""
    window: list[RowRange] = []
    room = rows
    for each in ranges:
        first, left = each.first, each.count
        while left:
            count = min(left, room)
            window.append(RowRange(each.segment, first, count))
            first, left, room = first + count, left - count, room - filled_up(count)
            if not room or len(window) == MOST_RANGES:
                yield tuple(window)
                window, room = [], rows
    if window:
        yield tuple(window)
