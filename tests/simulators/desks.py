"""Desks of a state as it would publish them, and a clock that a test sets."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from symbolon.protocol.focal_points import sign_focal_points
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import (
    ContactChannel,
    DeskHours,
    FocalPointDirectory,
    FocalPointEntry,
    SignedFocalPoints,
)
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind
from symbolon.protocol.references import DeskId, MemberCode

WEEKDAYS = tuple(DeskHours(weekday, 540, 1020) for weekday in range(5))
DAY_DESK, NIGHT_DESK = DeskId("day"), DeskId("night")


@dataclass(slots=True)
class SetClock:
    """Stands where the test puts it."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def move(self, **span: int) -> None:
        self.moment += timedelta(**span)


def a_desk(desk_id: DeskId = DAY_DESK, *, deputy: DeskId | None = None, zone: str = "Asia/Bangkok") -> FocalPointEntry:
    """A focal point for everything, Monday to Friday, nine to five."""
    return FocalPointEntry(
        desk_id=desk_id,
        kind=DeskKind.FOCAL_POINT,
        title="National focal point",
        competences=(Competence.GENERAL,),
        languages=("en",),
        zone=zone,
        hours=WEEKDAYS,
        channels=(
            ContactChannel(ContactKind.PHONE, "+99 555 000 100", ""),
            ContactChannel(ContactKind.MAIL, f"{desk_id}@desk.example", ""),
        ),
        deputy=deputy,
    )


def desks_of(
    member: MemberCode,
    *desks: FocalPointEntry,
    version: int = 1,
    holidays: tuple[date, ...] = (),
) -> FocalPointDirectory:
    """A state's directory; without desks named, one by day whose deputy is one by night."""
    listed = desks or (a_desk(deputy=NIGHT_DESK), a_desk(NIGHT_DESK))
    return FocalPointDirectory(
        member=member,
        version=version,
        issued_at=datetime(2026, 1, 5, tzinfo=UTC),
        valid_until=date(2028, 1, 1),
        desks=listed,
        roster=(),
        holidays=holidays,
    )


def signed(directory: FocalPointDirectory, key: SigningKey) -> SignedFocalPoints:
    return sign_focal_points(directory, key)
