"""A suspended member takes part again: at once where the members never confirmed it, else when they sign so."""

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.hub.domain.members import Standing
from symbolon.hub.errors import NotPossible
from symbolon.hub.ports import Store
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.suspend_member import find_member
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import MemberStanding
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime.clock import Clock


class ReinstateMember:
    """The use case of `symbolon hub member reinstate`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, code: MemberCode, *, dry_run: bool = False) -> Outlook:
        """Take back a suspension or an expulsion that is only proposed, or propose to end one that is in effect.

        Raises `NotPossible`. What the member has here is compared again, with what came meanwhile.
        """
        now = self._clock.now()
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            member = find_member(work, code)
            if member.standing is Standing.CANDIDATE:
                raise NotPossible(f"{code} is not a member yet: it takes part when the members have signed.")
            if member.standing is Standing.EXPELLED:
                raise NotPossible(f"{code} was expelled: it joins with a new request to `symbolon hub enrol`.")
            known = work.directory.in_effect()
            outlook = self._draft(work, with_standing(known, code, MemberStanding.ACTIVE, now), "reinstatement", now)
            listed = None if known is None else known.member_of(code)
            if member.standing is Standing.SUSPENDED and listed is not None and listed.is_active:
                work.records.compare_again(code, now)
                work.members.set_standing(code, Standing.ACTIVE, now)
                work.audit(AuditAct.MEMBER_REINSTATED, HUB, code, {})
        return outlook
