"""Every question about the same rows, computed by the operators and sealed for the one member that may learn it.

Like `blind_jobs`, but nothing opens here: the questions of a piece go together, since what the first one says nobody
here knows, and whoever opens them sees whether the operators agree.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsLate
from symbolon.hub.ports import Work
from symbolon.hub.ports.operators import Asking, Operators, SealedBits
from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_sessions import RowAddress, RowRange
from symbolon.protocol.references import MemberCode

MOST_PAIRS: Final = 1 << 18
"""Of query and record rows in one piece: six bits a pair and question are sent to the receiver."""
MOST_QUERIES: Final = 64
_TRIES: Final = 5
_ROTATIONS: Final = 3
_AGAIN: Final = frozenset({"moved-on", "spoiled"})


@dataclass(frozen=True, slots=True)
class Rows:
    """What is compared with what, by these questions, for one receiver."""

    receiver: MemberCode
    questions: tuple[Question, ...]
    queries: tuple[RowAddress, ...]
    against: RowRange


class AskForReceivers:
    """Asks, and gives what came to be carried."""

    def __init__(
        self, operators: Operators, refresh: Callable[[Work], int], random_number: Callable[[int], int], one_in: int
    ) -> None:
        """`random_number`: uniform below its argument; `one_in`: of how many pieces one is computed twice."""
        self._operators = operators
        self._refresh = refresh
        self._random_number = random_number
        self._one_in = one_in

    def __call__(self, work: Work, rows: Sequence[Rows], patience_s: float) -> Iterator[tuple[Rows, list[SealedBits]]]:
        """Pieces of the rows with what was sealed for their receivers.

        Raises:
            OperatorAway, OperatorRefused, OperatorsLate: all is to be asked again.

        """
        change = self._refresh(work)
        tries = 0
        for piece in (part for each in rows for part in _pieces(each)):
            while True:
                try:
                    yield piece, self._ask(piece, change, patience_s)
                    break
                except OperatorRefused as refused:
                    if refused.code not in _AGAIN or tries >= _TRIES:
                        raise
                    tries += 1
                    change = self._refresh(work)

    def _ask(self, piece: Rows, change: int, patience_s: float) -> list[SealedBits]:
        questions = list(piece.questions)
        if not self._random_number(self._one_in):
            questions.append(questions[self._random_number(len(questions))])
        first = self._random_number(_ROTATIONS)
        running = [
            self._operators.begin_sealed(
                Asking(question, piece.queries, (piece.against,)),
                change,
                # A question that is asked a second time is computed under another rotation.
                (first + (place >= len(piece.questions))) % _ROTATIONS,
                frozenset({piece.receiver}),
            )
            for place, question in enumerate(questions)
        ]
        try:
            return [future.result(patience_s) for future in running]
        except TimeoutError as late:
            raise OperatorsLate from late


def _pieces(rows: Rows) -> Iterator[Rows]:
    """Rows in pieces that one delivery can hold."""
    for first in range(0, len(rows.queries), MOST_QUERIES):
        queries = rows.queries[first : first + MOST_QUERIES]
        window = max(MOST_PAIRS // len(queries) // MOST_QUERIES * MOST_QUERIES, MOST_QUERIES)
        window = min(window, MOST_PAIRS // MOST_QUERIES * 4)
        for row in range(0, rows.against.count, window):
            against = RowRange(rows.against.segment, rows.against.first + row, min(window, rows.against.count - row))
            yield replace(rows, queries=queries, against=against)
