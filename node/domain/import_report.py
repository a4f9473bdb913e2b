"""What an import did, or why it did nothing: for each bad row its place, what is wrong and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from symbolon.protocol.references import MemberCode

LONGEST_REPORT = 1_000
"""Row problems that a report lists; more are counted."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong in one row. Neither sentence repeats the cell's text.

    `row` is the line of the file on which the row begins, counted from 1 (the header is line 1); `column` is empty
    where the whole row is meant.
    """

    row: int
    column: str
    what: str
    what_to_do: str


class ImportOutcome(StrEnum):
    """Whether anything was stored."""

    TAKEN = "taken"
    TAKEN_IN_PART = "taken-in-part"
    NOTHING_NEW = "nothing-new"
    NOT_TAKEN = "not-taken"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of one import run; all counts are rows."""

    file_name: str
    outcome: ImportOutcome
    rows: int
    new: int
    revised: int
    unchanged: int
    bad_rows: int
    without_category: int
    problems: tuple[RowProblem, ...]

    @property
    def problems_not_listed(self) -> bool:
        """Whether there were more problems than the report lists."""
        return len(self.problems) >= LONGEST_REPORT


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """The importer's explicit choices.

    Take the good rows of a file with bad ones; take changed rows as revisions; states that lists may name although they
    have not joined yet.
    """

    good_rows_only: bool = False
    revise_changed: bool = False
    expected_states: frozenset[MemberCode] = frozenset()
