"""Whether somebody stands behind a desk: the questions that the hub asks of it, and what became of them. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from symbolon.hub.errors import UnknownPing
from symbolon.protocol.focal_points import Liveness, liveness, ping_due
from symbolon.protocol.messages import DeskLife, FocalPointDirectory
from symbolon.protocol.messages_focal_points import ContactKind
from symbolon.protocol.references import DeskId, MemberCode, PingId


@dataclass(frozen=True, slots=True)
class DeskWatch:
    """A desk of a state, and what the hub knows of its life.

    `unanswered_since` is the first question that it left open: to be asked again makes nobody alive. `told_stale_at` is
    when its deputy and the facilitator were told.
    """

    member: MemberCode
    desk_id: DeskId
    ping_id: PingId | None = None
    asked_at: datetime | None = None
    unanswered_since: datetime | None = None
    answered_at: datetime | None = None
    told_stale_at: datetime | None = None

    @property
    def life(self) -> DeskLife:
        """What everybody is told: a question that lies open counts from the first one that does."""
        return DeskLife(self.member, self.desk_id, self.unanswered_since or self.asked_at, self.answered_at)

    def is_stale(self, now: datetime) -> bool:
        """Whether a question was left open for too long."""
        return liveness(self.life, now) is Liveness.STALE


def is_to_be_asked(watch: DeskWatch, now: datetime) -> bool:
    """Whether the desk is asked (again), answered or not."""
    return ping_due(DeskLife(watch.member, watch.desk_id, watch.asked_at, watch.answered_at), now)


def asked(watch: DeskWatch, ping_id: PingId, now: datetime) -> DeskWatch:
    """The desk after it was asked; an answer counts to the newest question."""
    return replace(watch, ping_id=ping_id, asked_at=now, unanswered_since=watch.unanswered_since or now)


def answered(watch: DeskWatch | None, ping_id: PingId, now: datetime) -> DeskWatch:
    """The desk after somebody answered; the same answer again changes nothing. Raises `UnknownPing`."""
    if watch is None or watch.ping_id != ping_id:
        raise UnknownPing
    if watch.unanswered_since is None:
        return watch
    return replace(watch, unanswered_since=None, answered_at=now, told_stale_at=None)


def to_tell_of(watch: DeskWatch, now: datetime) -> bool:
    """Whether the desk went stale, and nobody was told yet."""
    return watch.told_stale_at is None and watch.is_stale(now)


def told_of(watch: DeskWatch, now: datetime) -> DeskWatch:
    """The desk after its deputy and the facilitator were told."""
    return replace(watch, told_stale_at=now)


_BY_MAIL: Final = (ContactKind.MAIL, ContactKind.SECURE_MAIL)


def deputy_address(directory: FocalPointDirectory, desk_id: DeskId) -> str | None:
    """Where the desk's deputy gets mail; None where it has no deputy, or the deputy no mail."""
    desk = directory.desk(desk_id)
    deputy = None if desk is None or desk.deputy is None else directory.desk(desk.deputy)
    channels = () if deputy is None else deputy.channels
    mail = (channel.address for kind in _BY_MAIL for channel in channels if channel.kind is kind)
    return next(mail, None)
