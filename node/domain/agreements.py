"""What this state and another one agreed on between themselves, as this node keeps and shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from symbolon.node.errors import InvalidDraft
from symbolon.protocol.allowances import Counting
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import DEFAULT_TIMES, ClockName
from symbolon.protocol.messages_pairs import AgreedTime, PairProfile, SignedPairProfile
from symbolon.protocol.pair_profiles import FIXED_CLOCKS
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode

SECONDS_AN_HOUR: Final = 3600
LONGEST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """A verified version: agreed on, or proposed by one of the two."""

    counterpart: MemberCode
    signed: SignedPairProfile
    is_agreed: bool
    taken_at: datetime

    @property
    def profile(self) -> PairProfile:
        """What it says."""
        return self.signed.profile

    @property
    def signers(self) -> tuple[MemberCode, ...]:
        """Who has signed it."""
        return tuple(signature.member for signature in self.signed.signatures)


@dataclass(frozen=True, slots=True)
class TimeLine:
    """How much time one clock allows at one urgency, for all and between the two, in hours or days."""

    clock: ClockName
    urgency: Urgency
    default: str
    agreed: str | None
    """None: as for all."""


@dataclass(frozen=True, slots=True)
class PairView:
    """What stands between this state and another one."""

    counterpart: MemberCode
    in_effect: KeptProfile | None
    """The newest version that both signed and whose day has come."""
    to_come: KeptProfile | None
    """An agreed version whose day has not come."""
    proposal: KeptProfile | None
    proposed_here: bool
    """Whether the proposal is ours and waits for the other state; else it waits for our signature."""
    times: tuple[TimeLine, ...]


@dataclass(frozen=True, slots=True)
class PairDraft:
    """What an authoriser fills in: from which day, and how much time each clock named here allows."""

    effective_from: date
    times: tuple[AgreedTime, ...]


def newest_agreed(profiles: tuple[KeptProfile, ...]) -> KeptProfile | None:
    """The newest version that both signed."""
    agreed = [each for each in profiles if each.is_agreed]
    return max(agreed, key=lambda each: each.profile.version, default=None)


def in_effect(profiles: tuple[KeptProfile, ...], today: date) -> KeptProfile | None:
    """The newest version that both signed, of those whose day has come."""
    begun = [each for each in profiles if each.is_agreed and each.profile.effective_from <= today]
    return max(begun, key=lambda each: each.profile.version, default=None)


def next_profile(own: MemberCode, other: MemberCode, known: PairProfile | None, draft: PairDraft) -> PairProfile:
    """The version that a draft makes of the known one; raises :class:`InvalidDraft`."""
    version = 1 if known is None else known.version + 1
    previous = None if known is None else known.digest()
    members = tuple(sorted((own, other)))
    try:
        return PairProfile(members, version, previous, draft.effective_from, draft.times)
    except MalformedMessage as mistake:
        raise InvalidDraft("times", str(mistake)) from None


def amount_text(counting: Counting, amount: int) -> str:
    """A time as people write it.

    >>> amount_text(Counting.OFFICE_HOURS, 28800), amount_text(Counting.WORKING_DAYS, 2)
    ('8 office hours', '2 working days')
    >>> amount_text(Counting.ROUND_THE_CLOCK, 2592000), amount_text(Counting.ROUND_THE_CLOCK, 18000)
    ('30 days', '5 hours')
    """
    if counting is Counting.WORKING_DAYS:
        return _counted(amount, "working day")
    if counting is Counting.OFFICE_HOURS:
        return _counted(amount // SECONDS_AN_HOUR, "office hour")
    days, rest = divmod(amount, 24 * SECONDS_AN_HOUR)
    return _counted(days, "day") if days and not rest else _counted(amount // SECONDS_AN_HOUR, "hour")


def read_amount(text: str, clock: ClockName, urgency: Urgency) -> AgreedTime | None:
    """Read a time such as ``8 office hours``, ``2 working days``, ``30 days`` or ``5 hours``; None for an empty one.

    Raises:
        InvalidDraft: it is none of them.

    """
    number, _blank, unit = " ".join(text.split()).lower().partition(" ")
    if not number:
        return None
    counting, seconds = _UNITS.get(unit.removesuffix("s"), (None, 0))
    if counting is None or not number.isascii() or not number.isdigit() or not 1 <= int(number) <= LONGEST_DAYS * 24:
        field = f"{clock.value}-{urgency.value}"
        raise InvalidDraft(field, "Write a number and a unit: 5 hours, 8 office hours, 2 working days, or 30 days.")
    return AgreedTime(clock, urgency, counting, int(number) * seconds)


def time_lines(profile: PairProfile | None) -> tuple[TimeLine, ...]:
    """Every time that a pair may agree on, beside what holds for all."""
    agreed = {} if profile is None else {(time.clock, time.urgency): time for time in profile.times}
    lines: list[TimeLine] = []
    for clock in ClockName:
        if clock in FIXED_CLOCKS:
            continue
        for urgency in Urgency:
            default, own = DEFAULT_TIMES[clock][urgency], agreed.get((clock, urgency))
            text = None if own is None else amount_text(own.counting, own.amount)
            lines.append(TimeLine(clock, urgency, amount_text(default.counting, default.amount), text))
    return tuple(lines)


_UNITS: Final = {
    "hour": (Counting.ROUND_THE_CLOCK, SECONDS_AN_HOUR),
    "day": (Counting.ROUND_THE_CLOCK, 24 * SECONDS_AN_HOUR),
    "office hour": (Counting.OFFICE_HOURS, SECONDS_AN_HOUR),
    "working day": (Counting.WORKING_DAYS, 1),
}


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
