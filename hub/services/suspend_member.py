"""The operator stops serving a member at once, and asks the others to confirm it in the directory."""

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

        Raises `NotPossible`. Suspending again changes nothing.
        """
        now = self._clock.now()
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            member = find_member(work, code)
            if member.standing in (Standing.CANDIDATE, Standing.EXPELLED):
                raise NotPossible(f"{code} does not take part: there is nothing to suspend.")
            outlook = self._draft(
                work, with_standing(work.directory.in_effect(), code, MemberStanding.SUSPENDED, now), "suspension", now
            )
            stop_serving(work, member, now)
        return outlook


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
    # Whoever waits for deliveries is told at once.
    work.mail.ring(member.code)
    work.audit(AuditAct.MEMBER_SUSPENDED, HUB, member.code, {})
