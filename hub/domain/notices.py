"""What the facilitator and deputies are told by mail: how many clocks of which kind are over, and silent desks.

Counts, states and a link, and nothing of any case: a mail lies on servers that nobody here knows. Pure.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import MemberCode

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)


class NoticeKind(StrEnum):
    """What a notice is about."""

    CLOCK_OVER = "clock-over"
    DESK_STALE = "desk-stale"


@dataclass(frozen=True, slots=True)
class FacilitatorNotice:
    """One thing to tell the facilitator. `subject` is the name of a clock, or of a desk."""

    kind: NoticeKind
    member: MemberCode
    subject: str
    state: JointState | None
    urgency: Urgency | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, whoever it goes to."""

    subject: str
    content: str


@dataclass(frozen=True, slots=True)
class MailToSend:
    """One mail to one person, until the server took or refused it."""

    mail_id: str
    recipient: str
    letter: Letter
    written_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class MailsUnsent:
    """How many mails were tried in vain so far, and how many the mail server refused for good."""

    waiting: int
    refused: int


def is_time_to_write(
    notices: Collection[FacilitatorNotice], last_written_at: datetime | None, every: timedelta, now: datetime
) -> bool:
    """Whether a mail is written now: at once where a life is at risk, else when the last one is long enough ago."""
    if not notices:
        return False
    if any(notice.urgency is Urgency.U1 for notice in notices):
        return True
    return last_written_at is None or now - last_written_at >= every


def facilitator_letter(federation: str, notices: Collection[FacilitatorNotice], desk_url: str) -> Letter:
    """The mail to the facilitator about all that was noted since the last one."""
    clocks = [each for each in notices if each.kind is NoticeKind.CLOCK_OVER]
    purges = [each for each in clocks if each.subject == ClockName.PURGE.value]
    desks = [each for each in notices if each.kind is NoticeKind.DESK_STALE]
    parts = [
        *_part("Clocks that are over", Counter(_clock_line(each) for each in clocks if each not in purges)),
        *_part("Purges that were not confirmed within 24 hours", Counter(each.member for each in purges)),
        *_part(
            "Desks that have not answered for three days", Counter(f"{each.member} {each.subject}" for each in desks)
        ),
    ]
    subject = f"{federation}: {_counted(len(clocks), 'clock')} over, {_counted(len(desks), 'desk')} without an answer"
    return Letter(subject, "\n".join([*parts, f"Who is to act, and since when: {desk_url}/clocks", ""]))


def deputy_letter(federation: str, member: MemberCode, desk_id: str) -> Letter:
    """The mail to a desk's deputy: somebody has to answer for it."""
    return Letter(
        f"{federation}: desk {desk_id} of {member} does not answer",
        f"The desk {desk_id} of {member} has left the hub's question whether it is there open for three days.\n"
        "Every state sees it as not answering from now on. Sign in at your node, look at Focal points,\n"
        "and answer for it, or publish another desk in its place.\n",
    )


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries before the next: longer each time, up to an hour.

    >>> pause_after(1), pause_after(3), pause_after(50)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=240), datetime.timedelta(seconds=3600))
    """
    doublings: int = 2 ** min(tries - 1, 10)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doublings)


def _clock_line(notice: FacilitatorNotice) -> str:
    state = "" if notice.state is None else f", state {notice.state.value}"
    urgency = "" if notice.urgency is None else f", {notice.urgency.value}"
    return f"{notice.subject}, {notice.member} is to act{state}{urgency}"


def _part(heading: str, counts: Counter[str]) -> Iterator[str]:
    if counts:
        yield f"{heading}:"
        yield from (f"  {number} x {line}" for line, number in sorted(counts.items()))
        yield ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
