"""Takes what another member says in a linkage key's ceremony, and a key that it shares."""

from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import card_that_signed
from symbolon.node.services.run_ceremony import CeremonyRun, CeremonyTools
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.key_ceremony import CeremonyMessage, hear
from symbolon.protocol.messages import (
    FederationDirectory,
    KeyCommitment,
    KeyConfirmation,
    KeyReveal,
    LinkageKeyShare,
    MemberCard,
    Purpose,
)
from symbolon.protocol.problems import Problem, WrongFederation
from symbolon.protocol.references import MemberCode


class ReceiveKeyMessage:
    """Keeps a participant's word among the facts, and does what follows from it."""

    def __init__(self, tools: CeremonyTools) -> None:
        self._tools = tools

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a verified message."""
        message = self._opened(envelope, card_that_signed(work, envelope, directory))
        run = run_for(self._tools, work, directory, message.epoch)
        if run.key is not None:
            self._compare(run, envelope.sender, message)
            return
        run.keep(hear(run.state, envelope.sender, message))
        run.advance()

    def _opened(self, envelope: Envelope, signer: MemberCard | None) -> CeremonyMessage:
        open_sealed = self._tools.correspondence.open_sealed
        if envelope.purpose is Purpose.KEY_COMMITMENT:
            return open_sealed(KeyCommitment, envelope, signer)
        if envelope.purpose is Purpose.KEY_REVEAL:
            return open_sealed(KeyReveal, envelope, signer)
        return open_sealed(KeyConfirmation, envelope, signer)

    def _compare(self, run: CeremonyRun, sender: MemberCode, message: CeremonyMessage) -> None:
        """The key is here, and nobody's word takes it away; that a member has another one must not go unseen."""
        if not isinstance(message, KeyConfirmation) or run.key is None:
            return
        if message.key_check_value != run.key.check_value():
            run.note_refusal(sender, Problem.CEREMONY_DISPUTED)


class ReceiveLinkageKey:
    """Keeps a shared key, sealed at this node, and takes it as soon as a quorum has confirmed its check value."""

    def __init__(self, tools: CeremonyTools) -> None:
        self._tools = tools

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a verified share."""
        signer = card_that_signed(work, envelope, directory)
        share = self._tools.correspondence.open_sealed(LinkageKeyShare, envelope, signer)
        if share.federation != directory.federation:
            raise WrongFederation("The linkage key belongs to another federation.")
        run = run_for(self._tools, work, directory, share.epoch)
        if run.key is not None:
            if run.key.check_value() != share.key_check_value:
                run.note_refusal(envelope.sender, Problem.CEREMONY_DISPUTED)
            return
        run.keep(run.state, run.facts.with_share(envelope.sender, share))
        run.record(AuditAct.LINKAGE_KEY_RECEIVED, envelope.sender, {"taken": False})
        run.advance()


def run_for(tools: CeremonyTools, work: Work, directory: FederationDirectory, epoch: int) -> CeremonyRun:
    """The ceremony that a message is about.

    Raises:
        WaitsForMore: the directory that lists the epoch, the next one, is not here yet.
        UnreadableDelivery: the epoch is closed, or one of a far future.

    """
    if epoch == directory.newest_epoch.epoch + 1:
        raise WaitsForMore(None)
    if epoch > directory.newest_epoch.epoch:
        raise UnreadableDelivery(Problem.WRONG_KEY_EPOCH, "The message is about an epoch that nobody has opened yet.")
    if directory.epoch(epoch) is None:
        raise UnreadableDelivery(Problem.WRONG_KEY_EPOCH, "The message is about an epoch that is closed.")
    return CeremonyRun(tools, work, directory, epoch)
