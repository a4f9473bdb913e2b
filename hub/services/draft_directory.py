"""One open draft of the directory's next version: each act amends it, and whoever signed it before signs anew."""

from dataclasses import dataclass
from datetime import datetime

from symbolon.hub.domain.directory_drafts import Founding, Step, amend, found
from symbolon.hub.domain.members import Standing
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.federation import changes_between, required_signatures
from symbolon.protocol.member_keys import check_new_cards
from symbolon.protocol.messages import DirectoryProposal, FederationDirectory
from symbolon.protocol.references import HUB, MemberCode


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is proposed, and what comes of it: for the operator to read, before or after it is done.

    ``version`` None: nothing is proposed, the directory in effect says it already.
    """

    version: int | None
    changes: tuple[str, ...]
    signers: tuple[MemberCode, ...]
    signed_by: tuple[MemberCode, ...]
    quorum: int


class DraftDirectory:
    """Amends the proposal inside the transaction of the act that calls for it, which holds the turn."""

    def __init__(self, post: PostMessage) -> None:
        self._post = post

    def __call__(self, work: Work, step: Step, because: str, now: datetime) -> Outlook:
        """Take one more step; raises `NotPossible`, or `MalformedMessage` for a card whose keys cannot be used.

        `because` is a code for the audit log.
        """
        known, before = work.directory.in_effect(), work.directory.proposal()
        draft = amend(known, before, step, now)
        if draft != before:
            self._propose(work, draft, because, now)
        return outlook(work)

    def begin(self, work: Work, founding: Founding, now: datetime) -> Outlook:
        """Propose the founding version, with all who are enrolled by now."""
        members = [member.as_listed() for member in work.members.all() if member.standing is Standing.CANDIDATE]
        self._propose(work, found(founding, members, now), "enrolment", now)
        return outlook(work)

    def _propose(self, work: Work, draft: FederationDirectory | None, because: str, now: datetime) -> None:
        known = work.directory.in_effect()
        if draft is not None:
            check_new_cards(known, draft)
        work.directory.propose(draft, now)
        detail: Detail = {"because": because, "changes": 0 if draft is None else len(changes_between(known, draft))}
        subject = None if draft is None else str(draft.version)
        work.audit(AuditAct.DIRECTORY_PROPOSED, HUB, subject, detail)
        tell_active_members(work, self._post, DirectoryProposal(draft, ()), now)


def tell_active_members(work: Work, post: PostMessage, proposal: DirectoryProposal, now: datetime) -> None:
    """Let the active members' nodes look at once; the others ask from time to time."""
    # A proposal lists every member: only the newest waits, however often it is amended while a node is away.
    work.mail.supersede(proposal.PURPOSE)
    for member in work.members.all():
        if member.standing is Standing.ACTIVE:
            post(work, member.code, proposal, now)


def outlook(work: Work) -> Outlook:
    """What is proposed now, and who has signed it."""
    known, draft = work.directory.in_effect(), work.directory.proposal()
    if draft is None:
        return Outlook(None, (), (), (), 0)
    required = required_signatures(known, draft)
    return Outlook(
        version=draft.version,
        changes=tuple(change.text for change in changes_between(known, draft)),
        signers=tuple(sorted(required.signers)),
        signed_by=tuple(signature.member for signature in work.directory.signatures()),
        quorum=required.quorum,
    )
