"""The operator stops serving a member at once, and asks the others to confirm it in the directory."""

from collections.abc import Callable
from datetime import datetime

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.hub.domain.members import EnrolledMember, Standing
from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import MemberStanding
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime.clock import Clock


class SuspendMember:
    """The use case of `symbolon hub member suspend`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, code: MemberCode, *, dry_run: bool = False) -> Outlook:
        """From the commit on the member's requests are refused, and its records are compared with nothing.

        Raises `NotPossible`, also where it was done but the directory cannot say so. Suspending again changes nothing.
        """
        now = self._clock.now()
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            member = find_member(work, code)
            if member.standing in (Standing.CANDIDATE, Standing.EXPELLED):
                raise NotPossible(f"{code} does not take part: there is nothing to suspend.")
            # First of all: whatever the directory can say of it, the hub stops serving.
            stop_serving(work, member, now)
            step = with_standing(work.directory.in_effect(), code, MemberStanding.SUSPENDED, now)
            proposed = propose_if_possible(lambda: self._draft(work, step, "suspension", now))
        return or_raise(proposed)


def propose_if_possible(propose: Callable[[], Outlook]) -> Outlook | NotPossible:
    """What is proposed, or why nothing can be: to be raised when what was done at this hub alone is committed."""
    try:
        return propose()
    except NotPossible as refused:
        return refused


def or_raise(proposed: Outlook | NotPossible) -> Outlook:
    """What is proposed; raises the `NotPossible` that was kept."""
    if isinstance(proposed, NotPossible):
        raise NotPossible(f"At this hub it is suspended from now on. {proposed.sentence}")
    return proposed


def find_member(work: Work, code: MemberCode) -> EnrolledMember:
    """The member that the operator means; raises `NotPossible`."""
    member = work.members.find(code)
    if member is None:
        raise NotPossible(f"No state of the code {code} is enrolled: `symbolon hub member list` shows who is.")
    return member


def stop_serving(work: Work, member: EnrolledMember, now: datetime) -> None:
    """Suspend an active member at this hub: it may always stop serving, whoever confirms it."""
    if member.standing is not Standing.ACTIVE:
        return
    work.members.set_standing(member.code, Standing.SUSPENDED, now)
    # Nobody is asked to compare a new card of a member that is to be suspended or expelled.
    work.members.drop_rotation(member.code)
    # Whoever waits for deliveries is told at once.
    work.mail.ring(member.code)
    work.audit(AuditAct.MEMBER_SUSPENDED, HUB, member.code, {})
