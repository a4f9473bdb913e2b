"""A member signs the proposed directory; the signature that makes the quorum puts it in effect, once."""

from datetime import datetime

from symbolon.hub.errors import ProposalChanged, TooFewFounders
from symbolon.hub.ports import Store, WakeUp, Work
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.put_directory_in_effect import PutDirectoryInEffect
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.federation import FEWEST_ACTIVE, required_signatures, verify_signature
from symbolon.protocol.messages import DirectoryApproval, FederationDirectory, SignedDirectory
from symbolon.protocol.problems import WrongSender
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class ApproveDirectory:
    """The use case of `POST /v1/federation/approvals`."""

    def __init__(
        self,
        store: Store,
        open_envelope: OpenEnvelope,
        put_in_effect: PutDirectoryInEffect,
        wake: WakeUp,
        clock: Clock,
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._put_in_effect = put_in_effect
        self._wake = wake
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Keep the signature, or put the version in effect. The same signature again changes nothing.

        Raises a `ProtocolError`, `ProposalChanged` or `TooFewFounders`.
        """
        now = self._clock.now()
        with self._store.work() as work:
            work.records.order_commits()
            approval = self._open(work, envelope, member, DirectoryApproval, now)
            if approval.signature.member != member:
                raise WrongSender("A member hands in its own signature under the directory, and nobody else's.")
            known = work.directory.in_effect()
            if known is not None and known.digest() == approval.digest:
                # Its answer was lost, and the version came into effect meanwhile.
                return
            self._sign(work, known, approval, now)
        # Expelled members' records and closed epochs' encodings may wait to be erased now.
        self._wake()

    def _sign(self, work: Work, known: FederationDirectory | None, approval: DirectoryApproval, now: datetime) -> None:
        draft = work.directory.proposal()
        if draft is None or (draft.version, draft.digest()) != (approval.version, approval.digest):
            raise ProposalChanged
        if known is None and len(draft.active_members) < FEWEST_ACTIVE:
            raise TooFewFounders
        verify_signature(known, draft, approval.signature)
        if not work.directory.keep_signature(approval.signature, now):
            return
        work.audit(AuditAct.DIRECTORY_SIGNED, approval.signature.member, str(draft.version), {})
        signatures = work.directory.signatures()
        if len(signatures) >= required_signatures(known, draft).quorum:
            self._put_in_effect(work, known, SignedDirectory(draft, signatures), now)
