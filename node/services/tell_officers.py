"""Notes what officers are to be told by mail, in the transaction of what happened: kinds and states."""

from datetime import datetime

from symbolon.node.domain.actors import Right
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.notices import NewNotice, NoticeKind
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.hit_ledger import TrackStep


def tell_new_hit(work: Work, hit: Hit, now: datetime) -> None:
    """A hit came: told to who votes on it (a protected one: the protection officers), and to who follows its record."""
    work.notices.add([hit_notice(NoticeKind.NEW_HIT, hit, now, right=Right.CAST_VOTE), *_interested(work, hit, now)])


def tell_change(work: Work, hit: Hit, now: datetime) -> None:
    """The other side, or a clock, moved a hit: told to the same, and to the officer assigned."""
    notices = [hit_notice(NoticeKind.HIT_CHANGED, hit, now, right=Right.CAST_VOTE), *_interested(work, hit, now)]
    if hit.assigned_to is not None:
        notices.append(hit_notice(NoticeKind.HIT_CHANGED, hit, now, login=hit.assigned_to))
    work.notices.add(notices)


class TellChange:
    """What follows from each step that somebody else took: the own side's steps are nobody's news here."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, hit: Hit, step: TrackStep) -> None:
        """Note whom to tell; the hit is the one after the step."""
        if step.by != hit.own:
            tell_change(work, hit, self._draws.now())


def tell_draft_waits(work: Work, hit: Hit, now: datetime) -> None:
    """A draft was submitted: told to who may approve it."""
    work.notices.add([hit_notice(NoticeKind.DRAFT_WAITS, hit, now, right=Right.APPROVE_RELEASE)])


def hit_notice(
    kind: NoticeKind, hit: Hit, now: datetime, *, right: Right | None = None, login: str | None = None
) -> NewNotice:
    """A notice about a hit, for whoever holds a right on it, or for one person who may see it."""
    return NewNotice(kind, right, login, hit.hit_id, hit.urgency, hit.joint_state, now)


def _interested(work: Work, hit: Hit, now: datetime) -> list[NewNotice]:
    holders = work.interests.holders(hit.own_reference, now)
    return [hit_notice(NoticeKind.INTEREST, hit, now, login=login) for login in holders]
