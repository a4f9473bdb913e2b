"""Askings as jobs: cut into batches, a few in flight, asked again when the rows moved on, a share of them twice.

Who computes a job again under another rotation finds out an operator that computes wrongly: all three play other roles
in it. Which jobs are repeated nobody can foresee.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from symbolon.hub.errors import OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.hub.ports import Work
from symbolon.hub.ports.operators import Asking, Opened, Operators
from symbolon.protocol.messages_operators import RowRange

MOST_PAIRS: Final = 1 << 22
"""Of query and record rows in one job: a job takes a fraction of a second, and several run at a time."""
MOST_QUERIES: Final = 256
MOST_ONE_BY_ONE: Final = 1_024
_IN_FLIGHT: Final = 4
_TRIES: Final = 5
_ROTATIONS: Final = 3
_AGAIN: Final = frozenset({"moved-on", "spoiled"})


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an asking: from which query and which row on."""

    asking: Asking
    place: int
    first_query: int
    first_row: int


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
            OperatorAway, OperatorRefused, OperatorsLate, OperatorsDisagree: nothing is known then, and all is to be
                asked again.

        """
        found: list[list[list[int]]] = [[[] for _ in asking.queries] for asking in askings]
        waiting = deque(part for place, asking in enumerate(askings) for part in _parts(place, asking))
        tries = 0
        change = self._refresh(work)
        running: deque[tuple[_Part, Future[Opened], int]] = deque()
        while waiting or running:
            while waiting and len(running) < _IN_FLIGHT:
                part = waiting.popleft()
                rotation = self._random_number(_ROTATIONS)
                try:
                    running.append((part, self._operators.begin(part.asking, change, rotation), rotation))
                except OperatorRefused as refused:
                    tries = self._again(refused, tries)
                    waiting.appendleft(part)
                    change = self._refresh(work)
            part, future, rotation = running.popleft()
            try:
                opened = self._checked(part, future.result(patience_s), change, rotation, patience_s)
            except OperatorRefused as refused:
                tries = self._again(refused, tries)
                waiting.append(part)
                change = self._refresh(work)
                continue
            except TimeoutError as late:
                raise OperatorsLate from late
            for query, rows in enumerate(opened):
                found[part.place][part.first_query + query] += [part.first_row + row for row in rows]
        return [[tuple(sorted(rows)) for rows in asking] for asking in found]

    def _checked(self, part: _Part, opened: Opened, change: int, rotation: int, patience_s: float) -> Opened:
        if self._random_number(self._one_in):
            return opened
        other = (rotation + 1 + self._random_number(_ROTATIONS - 1)) % _ROTATIONS
        again = self._operators.begin(part.asking, change, other).result(patience_s)
        if list(map(tuple, again)) != list(map(tuple, opened)):
            raise OperatorsDisagree
        return opened

    @staticmethod
    def _again(refused: OperatorRefused, tries: int) -> int:
        if refused.code not in _AGAIN or tries >= _TRIES:
            raise refused
        return tries + 1


def _parts(place: int, asking: Asking) -> Iterator[_Part]:
    """An asking in pieces that one job can take."""
    against = asking.against
    if against is None:
        for first in range(0, len(asking.queries), MOST_ONE_BY_ONE):
            end = first + MOST_ONE_BY_ONE
            piece = replace(asking, queries=asking.queries[first:end], pairs=asking.pairs[first:end])
            yield _Part(piece, place, first, first)
        return
    rows = MOST_PAIRS // MOST_QUERIES
    for first in range(0, len(asking.queries), MOST_QUERIES):
        for row in range(0, against.count, rows):
            window = RowRange(against.segment, against.first + row, min(rows, against.count - row))
            piece = replace(asking, queries=asking.queries[first : first + MOST_QUERIES], against=window)
            yield _Part(piece, place, first, row)
