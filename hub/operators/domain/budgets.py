"""What a job costs whom: both owners of each pair pay, for a question is the same from either side.

Whoever asks has one budget, and whoever is asked about a larger one, so that nobody's import spends all of another
member's. What is asked about single pairs tells more than a match, and has a small budget of its own.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from symbolon.hub.operators.domain.questions import Admitted
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.messages_sessions import CompareRows
from symbolon.protocol.references import MemberCode

COMPARISONS: Final = "comparisons"
"""Pairs of rows, for the owner of the row that asks."""
COMPARED: Final = "compared"
"""Pairs of rows, for the owner of the other row."""
EXPLANATIONS: Final = "explanations"
"""Questions about single pairs, for either owner."""
DAILY_COMPARISONS: Final = 1_000_000_000_000
"""What fits 100,000 records of five vectors that come in one day into a federation of two million vectors."""
DAILY_EXPLANATIONS: Final = 250_000
"""Each hit takes some tens."""
_TIMES_COMPARED: Final = 16
_REPEATS: Final = 4
_REMEMBERED: Final = 65_536

Costs = Mapping[tuple[MemberCode, str], int]
"""By owner and kind of budget."""


@dataclass(frozen=True, slots=True)
class DailyBudgets:
    """What each member may have of each kind in a day (UTC)."""

    comparisons: int = DAILY_COMPARISONS
    explanations: int = DAILY_EXPLANATIONS

    def by_kind(self) -> Mapping[str, int]:
        """As they are spent."""
        return {
            COMPARISONS: self.comparisons,
            COMPARED: _TIMES_COMPARED * self.comparisons,
            EXPLANATIONS: self.explanations,
        }


def spent_by(job: CompareRows, segments: Mapping[int, SegmentDescription], admitted: Admitted) -> Costs:
    """What a job costs each owner: the pairs of rows in scope that one of its rows is in."""
    costs: Counter[tuple[MemberCode, str]] = Counter()
    if job.pairs:
        for row in (*job.queries, *job.pairs):
            costs[segments[row.segment].owner, EXPLANATIONS] += 1
        return costs
    for asking, queries in Counter(query.segment for query in job.queries).items():
        for each in job.against:
            if each.segment in admitted[asking]:
                pairs = queries * each.count
                costs[segments[asking].owner, COMPARISONS] += pairs
                costs[segments[each.segment].owner, COMPARED] += pairs
    return costs


class PaidJobs:
    """Jobs that were paid for: one that is spoilt, or computed a second time to see who computes wrongly, is asked
    again about the very same rows, and that tells nothing new. A few times, not for ever.
    """

    def __init__(self) -> None:
        self._times: OrderedDict[bytes, int] = OrderedDict()

    def is_paid(self, job: CompareRows) -> bool:
        """Whether these rows were paid for as they are at this change."""
        return self._times.get(_rows_of(job), 0) % _REPEATS != 0

    def note(self, job: CompareRows) -> None:
        """It is computed."""
        rows = _rows_of(job)
        self._times[rows] = self._times.pop(rows, 0) + 1
        while len(self._times) > _REMEMBERED:
            self._times.popitem(last=False)


def _rows_of(job: CompareRows) -> bytes:
    return hashlib.sha256(canonical_bytes(to_wire(replace(job, number=0, rotation=0, tree=False)))).digest()
