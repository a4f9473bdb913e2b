"""Every question about the same rows, computed by the operators and sealed for the one member that may learn it.

Like `blind_jobs`, but nothing opens here: the questions of a piece go together, since what the first one says nobody
here knows, and whoever opens them sees whether the operators agree.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsLate
from symbolon.hub.ports import Work
from symbolon.hub.ports.operators import Asking, Operators, SealedBits
from symbolon.hub.storage.blind_jobs import AGAIN, BUDGET_SPENT, ROTATIONS, BudgetSpent, windows
from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_sessions import RowAddress, RowRange, filled_up
from symbolon.protocol.references import MemberCode

MOST_PAIRS: Final = 1 << 18
"""Of query and record rows in one piece: six bits a pair and question are sent to the receiver."""
MOST_QUERIES: Final = 64
MOST_ROWS: Final = 1 << 14
_IN_FLIGHT: Final = 32
_PAIRS_IN_FLIGHT: Final = 32 * MOST_PAIRS
_TRIES: Final = 5
"""In a row, though nothing came out meanwhile."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is compared with what, by these questions, for one receiver."""

    receiver: MemberCode
    questions: tuple[Question, ...]
    queries: tuple[RowAddress, ...]
    against: tuple[RowRange, ...]
    scope: frozenset[tuple[int, int]]
    """Which segments of queries may be compared with which of the ranges'."""

    @property
    def pairs(self) -> int:
        """How much there is to compute."""
        return len(self.questions) * len(self.queries) * sum(filled_up(each.count) for each in self.against)


@dataclass(frozen=True, slots=True)
class _Running:
    """A piece whose jobs were begun: of which rows, in which round of tries."""

    rows: Rows
    piece: Rows
    round: int
    futures: tuple[Future[SealedBits], ...]


class AskForReceivers:
    """Asks, and gives what came to be carried. Several pieces are under way at a time, as jobs of `blind_jobs` are."""

    def __init__(
        self, operators: Operators, refresh: Callable[[Work], int], random_number: Callable[[int], int], one_in: int
    ) -> None:
        """`random_number`: uniform below its argument; `one_in`: of how many pieces one is computed twice."""
        self._operators = operators
        self._refresh = refresh
        self._random_number = random_number
        self._one_in = one_in

    def __call__(
        self, work: Work, rows: Sequence[Rows], patience_s: float
    ) -> Iterator[tuple[Rows, Rows, list[SealedBits]]]:
        """The rows, each with a piece of them and what was sealed for its receiver; in any order.

        Raises:
            BudgetSpent: a member's.
            OperatorAway, OperatorRefused, OperatorsLate: all is to be asked again.

        """
        waiting = deque((each, piece) for each in rows for piece in _pieces(each))
        running: deque[_Running] = deque()
        change, tries, round_ = self._refresh(work), 0, 0
        while waiting or running:
            while waiting and _has_room(running, waiting[0][1]):
                whole, piece = waiting.popleft()
                running.append(_Running(whole, piece, round_, self._begin(piece, change)))
            first = running.popleft()
            try:
                bits = [future.result(patience_s) for future in first.futures]
            except OperatorRefused as refused:
                if refused.code == BUDGET_SPENT and refused.member is not None:
                    asking = Asking(first.piece.questions[0], first.piece.queries, first.piece.against)
                    raise BudgetSpent(refused.member, asking) from refused
                if refused.code not in AGAIN or tries >= _TRIES:
                    raise
                waiting.append((first.rows, first.piece))
                if first.round == round_:
                    # What was begun before this refusal, and is refused as well, counts no other time.
                    tries, round_, change = tries + 1, round_ + 1, self._refresh(work)
                continue
            except TimeoutError as late:
                raise OperatorsLate from late
            tries = 0
            yield first.rows, first.piece, bits

    def _begin(self, piece: Rows, change: int) -> tuple[Future[SealedBits], ...]:
        questions = list(piece.questions)
        if not self._random_number(self._one_in):
            questions.append(questions[self._random_number(len(questions))])
        first = self._random_number(ROTATIONS)
        return tuple(
            self._operators.begin_sealed(
                Asking(question, piece.queries, piece.against),
                change,
                # A question that is asked a second time is computed under another rotation.
                (first + (place >= len(piece.questions))) % ROTATIONS,
                frozenset({piece.receiver}),
            )
            for place, question in enumerate(questions)
        )


def _has_room(running: Collection[_Running], piece: Rows) -> bool:
    if not running:
        return True
    jobs = sum(len(each.futures) for each in running)
    return jobs < _IN_FLIGHT and piece.pairs + sum(each.piece.pairs for each in running) <= _PAIRS_IN_FLIGHT


def _pieces(rows: Rows) -> Iterator[Rows]:
    """Rows in pieces that one delivery can hold, without what is in nobody's scope."""
    for first in range(0, len(rows.queries), MOST_QUERIES):
        queries = rows.queries[first : first + MOST_QUERIES]
        asking = {query.segment for query in queries}
        admitted = {asked for segment, asked in rows.scope if segment in asking}
        against = [each for each in rows.against if each.segment in admitted]
        most = min(filled_up(MOST_PAIRS // len(queries)), MOST_ROWS)
        for window in windows(against, most):
            yield replace(rows, queries=queries, against=window)
