"""By which desk's hours a clock counts, and how much time it allows: the same for the hub and for both nodes.

The desk is that of the state which is to act, as its state signed it (:mod:`symbolon.protocol.focal_points`); the time
is what the pair had agreed on when the clock began, else what the federation did. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from types import MappingProxyType
from typing import Final

from symbolon.protocol.allowances import Allowance
from symbolon.protocol.clocks import OpenHours, WorkCalendar
from symbolon.protocol.focal_points import calendar_of
from symbolon.protocol.handling import OffenceGroup, Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages_focal_points import Competence, DeskKind, FocalPointDirectory, FocalPointEntry
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.pair_profiles import allowance

USUAL_OFFICE: Final = WorkCalendar(UTC, tuple(OpenHours(weekday, 9 * 60, 17 * 60) for weekday in range(5)))
"""The hours of a state that has published no desk: Monday to Friday, nine to five, in UTC."""

COMPETENCE_FOR: Final[Mapping[OffenceGroup, Competence]] = MappingProxyType(
    {
        OffenceGroup.TRAFFICKING_SEXUAL: Competence.TRAFFICKING,
        OffenceGroup.TRAFFICKING_LABOUR: Competence.TRAFFICKING,
        OffenceGroup.TRAFFICKING_OTHER: Competence.TRAFFICKING,
        OffenceGroup.SMUGGLING: Competence.SMUGGLING,
        OffenceGroup.DOCUMENT_FRAUD: Competence.DOCUMENTS,
        OffenceGroup.MONEY_LAUNDERING: Competence.FINANCE,
        OffenceGroup.OTHER: Competence.GENERAL,
    }
)
"""The desk for a hit, by the offence group that the alert names; a protected record's is VICTIM_PROTECTION instead."""

_KINDS: Final = (DeskKind.FOCAL_POINT, DeskKind.DUTY, DeskKind.DEPUTY)


def desk_to_act(directory: FocalPointDirectory, wanted: Competence) -> FocalPointEntry:
    """Give the desk whose hours count: the focal point for the subject, else for anything, else the first listed.

    A minor's subject is that of a desk for minors, or for the protection of victims.
    """
    sought = {wanted, Competence.VICTIM_PROTECTION} if wanted is Competence.MINORS else {wanted}

    def rank(desk: FocalPointEntry) -> tuple[int, int]:
        competence = 0 if sought & set(desk.competences) else 1 if Competence.GENERAL in desk.competences else 2
        return competence, _KINDS.index(desk.kind)

    return min(directory.desks, key=rank)


def acting_calendar(directory: FocalPointDirectory | None, wanted: Competence) -> WorkCalendar:
    """Give the calendar of the desk that is to act; of a state without a directory the usual office hours."""
    return USUAL_OFFICE if directory is None else calendar_of(directory, desk_to_act(directory, wanted))


def agreed_allowance(agreed: Sequence[PairProfile], clock: ClockName, urgency: Urgency, began: date) -> Allowance:
    """Give how much time a clock allows that began on a day; ``agreed`` are the pair's versions, oldest first.

    What is agreed later changes no clock that runs already.
    """
    begun = [each for each in agreed if each.effective_from <= began]
    return allowance(begun[-1] if begun else None, clock, urgency, began)
