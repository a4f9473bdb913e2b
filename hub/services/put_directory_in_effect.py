"""A version of the directory that enough members signed comes into effect, with what follows, in one transaction."""

from datetime import datetime

from symbolon.hub.domain.members import EnrolledMember, Standing, standing_of
from symbolon.hub.ports import Work
from symbolon.hub.services.draft_directory import tell_active_members
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.messages import DirectoryProposal, FederationDirectory, Member, SignedDirectory
from symbolon.protocol.references import HUB


class PutDirectoryInEffect:
    """Called by the act that brought the last signature that was needed; the transaction holds the turn.

    What takes long (erasing an expelled member's records, or the encodings of a closed epoch) is done afterwards, in
    chunks, by those who find it in the tables: nothing of it is served or compared from here on.
    """

    def __init__(self, post: PostMessage) -> None:
        self._post = post

    def __call__(self, work: Work, known: FederationDirectory | None, signed: SignedDirectory, now: datetime) -> None:
        """Put the version in effect; raises a `ProtocolError` where no node would take it."""
        verify_succession(known, signed)
        directory = signed.directory
        work.directory.put_in_effect(signed, now)
        detail = {"signatures": len(signed.signatures), "members": len(directory.active_members)}
        work.audit(AuditAct.DIRECTORY_IN_EFFECT, HUB, str(directory.version), detail)
        before = {member.code: member for member in work.members.all()}
        # First of all: it waits for comparisons under way, which may wait for the standing of a member.
        for member in directory.members:
            if member.is_active and before[member.code].standing is Standing.SUSPENDED:
                work.records.compare_again(member.code, now)
        for member in directory.members:
            self._serve(work, before[member.code], member)
        self._change_epochs(work, directory, now)
        tell_active_members(work, self._post, DirectoryProposal(None, ()), now)

    def _serve(self, work: Work, before: EnrolledMember, member: Member) -> None:
        standing = standing_of(member)
        work.members.serve_as(member)
        if standing is before.standing and member.card == before.card:
            return
        # Whoever waits for deliveries finds out how it stands now.
        work.mail.ring(member.code)
        if member.card != before.card:
            work.audit(AuditAct.KEYS_ROTATED, member.code, None, {"retired": len(member.retired_keys)})
        if standing is Standing.EXPELLED and before.standing is not Standing.EXPELLED:
            purged = work.mail.purge(member.code)
            work.audit(AuditAct.MEMBER_EXPELLED, HUB, member.code, {"deliveries": purged})
        elif standing is Standing.SUSPENDED and before.standing is not Standing.SUSPENDED:
            work.audit(AuditAct.MEMBER_SUSPENDED, HUB, member.code, {})
        elif standing is Standing.ACTIVE and before.standing is Standing.SUSPENDED:
            work.audit(AuditAct.MEMBER_REINSTATED, HUB, member.code, {})

    def _change_epochs(self, work: Work, directory: FederationDirectory, now: datetime) -> None:
        present = work.epochs.every_epoch()
        for epoch in directory.epochs:
            if epoch.epoch not in present:
                work.epochs.open(epoch, now)
                work.audit(AuditAct.EPOCH_OPENED, HUB, str(epoch.epoch), {"schema": epoch.schema_id})
        for number in work.epochs.open_epochs():
            if directory.epoch(number) is None:
                work.epochs.close(number, now)
                work.audit(AuditAct.EPOCH_CLOSED, HUB, str(number), {})
