"""Somebody wants to be told of whatever concerns a record, for a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from symbolon.protocol.references import RecordReference

USUAL_INTEREST: Final = timedelta(days=90)
LONGEST_INTEREST: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Interest:
    """One person's interest in one record, until it ends by itself."""

    reference: RecordReference
    login: str
    until: datetime
    set_at: datetime


@dataclass(frozen=True, slots=True)
class InterestLine:
    """An interest as its holder sees it."""

    interest: Interest
    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
