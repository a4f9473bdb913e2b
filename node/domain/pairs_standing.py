"""How far this node is with pairs that are found past the hub, in counts and times; and what is the matter. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from symbolon.protocol.messages import Comparing, Comparison, Opening
from symbolon.protocol.references import MemberCode

_QUIET_AFTER: Final = 4
"""Intervals after which a member that tells nothing is worth a word."""
_LEAST: Final = timedelta(minutes=5)
"""Whatever the interval is: a node that is restarted is away for as long."""


@dataclass(frozen=True, slots=True)
class Contact:
    """When another member was last sent such a message, and when one of it was last taken here; None: never."""

    member: MemberCode
    told_at: datetime | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class PairsStanding:
    """Counts are of pairs of records that everybody here may know of: none of protected ones is in them."""

    to_tell: int
    """Told to the other side at the next interval, and again until it answers."""
    to_answer: int
    to_declare: int
    unreadable: int
    """Openings that this node has no key for, or no reading of: what they tell of is found nowhere else."""
    complaints: int
    """Openings that cannot be true, within the last thirty days: the hub was told of each."""
    contacts: tuple[Contact, ...]


LATELY: Final = timedelta(days=30)


def policy_text(comparison: Comparison) -> str:
    """By what policy match bits open, as the members signed it."""
    if comparison.mode is Comparing.OPEN:
        return "openly, at the hub, which holds every encoding"
    if comparison.opening is Opening.HUB:
        return "blind, by three operators; what is alike opens at the hub"
    return "blind, by three operators; what is alike opens towards the members alone, and the hub learns no pair"


def warnings_of(
    standing: PairsStanding, active: Collection[MemberCode], now: datetime, every: timedelta
) -> tuple[str, ...]:
    """What an administrator should do something about, a sentence each."""
    return (*_of_openings(standing), *_of_contacts(standing.contacts, active, now, max(_QUIET_AFTER * every, _LEAST)))


def _of_openings(standing: PairsStanding) -> Sequence[str]:
    found: list[str] = []
    if standing.unreadable:
        found.append(
            f"Openings that could not be opened: {standing.unreadable}. What they tell of is not shown. See why with"
            " `symbolon node deliveries --refused`, bring back the key or the release that is missing, then"
            " `symbolon node deliveries retry`."
        )
    if standing.complaints:
        found.append(
            f"Openings of the last 30 days that cannot be true: {standing.complaints}. The operators contradict each"
            " other, or gave wrong answers about canaries. The hub was told and compares again once its operator"
            " resumes: ask what the three computed. Nothing is lost."
        )
    return found


def _of_contacts(
    contacts: Sequence[Contact], active: Collection[MemberCode], now: datetime, patience: timedelta
) -> Sequence[str]:
    heard = {each.member: each.heard_at for each in contacts}
    began = {each.member: each.told_at for each in contacts}
    # Who never told anything is missed once this node has been telling it for a while: from the first on there are two.
    silent = [
        member
        for member in sorted(active)
        if (last := heard.get(member)) is not None and now - last > patience and began.get(member) is not None
    ]
    return [
        f"{member} has told nothing of pairs since {heard[member]:%Y-%m-%d %H:%M} UTC, though every node speaks at set"
        " intervals: what it found with records of this node is not known here. Ask whether its node runs."
        for member in silent
    ]
