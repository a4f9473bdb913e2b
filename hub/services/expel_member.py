"""The operator stops serving a member at once, and proposes to the others to expel it."""

from symbolon.hub.domain.directory_drafts import with_standing, without_candidate
from symbolon.hub.domain.members import EnrolledMember, Standing
from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.suspend_member import find_member, or_raise, propose_if_possible, stop_serving
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import MemberStanding
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime.clock import Clock


class ExpelMember:
    """The use case of `symbolon hub member expel`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, code: MemberCode, *, dry_run: bool = False) -> Outlook:
        """Suspend, and propose; its records are erased when the members have signed. Raises `NotPossible`."""
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            proposed = self.within(work, code)
        return or_raise(proposed)

    def within(self, work: Work, code: MemberCode) -> Outlook | NotPossible:
        """The same as part of another act, in its transaction, which holds the turn.

        A `NotPossible` that is given back is to be raised after the commit: the member is suspended all the same.
        """
        now = self._clock.now()
        member = find_member(work, code)
        if member.standing is Standing.EXPELLED:
            raise NotPossible(f"{code} is expelled already.")
        if _is_only_proposed(work, member):
            outlook = self._draft(work, without_candidate(code), "expulsion", now)
            work.members.set_standing(code, Standing.EXPELLED, now)
            work.mail.ring(code)
            work.audit(AuditAct.MEMBER_EXPELLED, HUB, code, {"deliveries": 0})
            return outlook
        step = with_standing(work.directory.in_effect(), code, MemberStanding.EXPELLED, now)
        stop_serving(work, member, now)
        return propose_if_possible(lambda: self._draft(work, step, "expulsion", now))


def _is_only_proposed(work: Work, member: EnrolledMember) -> bool:
    """Whether the members never signed a directory that lists it: then it is the operator's to take it off again."""
    known = work.directory.in_effect()
    return known is None or known.member_of(member.code) is None
