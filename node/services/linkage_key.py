"""The linkage key's way: made at one node, sealed to the others, accepted by people at each; the hub never holds it."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.trust import is_fingerprint_of
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NoLinkageKey, NotJoined, UnreadableDelivery
from symbolon.node.ports.outside import Draws, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.key_ceremony import share_linkage_key, take_linkage_key
from symbolon.protocol.keys import KEY_BYTES, LinkageKey
from symbolon.protocol.messages import FederationDirectory, LinkageKeyShare, Sealed
from symbolon.protocol.problems import Expired, Problem, ProtocolError
from symbolon.protocol.references import HitId, MemberCode, new_message_id


class CreateLinkageKey:
    """Makes the key of the federation's epoch, at one node of the federation only."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._linkage_keys = linkage_keys

    def __call__(self, actor: Actor) -> LinkageKey:
        """Make and keep the key.

        Raises:
            NodeError: a key of this epoch is here already.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Making the linkage key is the node administrator's act.")
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NotJoined
            if self._linkage_keys.find(directory.key_epoch) is not None:
                raise NodeError(Problem.WRONG_KEY_EPOCH, "The linkage key of this epoch is here already: share it.")
            key = LinkageKey.generate(directory.key_epoch, self._draws.random_bytes(KEY_BYTES))
            work.audit.record(AuditAct.LINKAGE_KEY_CREATED, actor.login, None, {"epoch": key.epoch})
            self._linkage_keys.add(key)
        return key


class ShareLinkageKey:
    """Sends the key, sealed, to a member whose card was compared over another channel."""

    def __init__(
        self, unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys, correspondence: Correspondence
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._linkage_keys = linkage_keys
        self._correspondence = correspondence

    def __call__(self, actor: Actor, recipient: MemberCode, fingerprint: str) -> None:
        """Queue the sealed key.

        Raises:
            InvalidDraft: `fingerprint` is not that of the member's card: the hub may have put another in its place.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Sharing the linkage key is the node administrator's act.")
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NotJoined
            key = self._linkage_keys.find(directory.key_epoch)
            if key is None:
                raise NoLinkageKey(directory.key_epoch)
            card = counterpart_card(directory, recipient)
            if not is_fingerprint_of(card, fingerprint):
                raise InvalidDraft(
                    "fingerprint",
                    "This is not the fingerprint of that member's card in the directory: have them read out"
                    " `symbolon node identity`, and do not share the key while the two differ.",
                )
            share = share_linkage_key(key, directory.federation)
            message_id = new_message_id(self._draws.uuid())
            work.outbox.add_message(self._correspondence.seal_message(share, card, directory, message_id), now)
            detail: Detail = {"epoch": key.epoch, "recipient": recipient}
            work.audit.record(AuditAct.LINKAGE_KEY_SHARED, actor.login, None, detail)


class ReceiveLinkageKey:
    """Keeps a shared key, sealed as it came, until an administrator has compared its sender's fingerprint.

    Whoever lists a member of their own making could share a key of their own making: a signature says only that the
    sender is the one whom the directory names.
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Keep a verified share."""
        if envelope.read(Sealed).hit_id is not None:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "A linkage key is about no hit.")
        work.directory.keep_key_offer(envelope, self._draws.now())
        work.audit.record(AuditAct.LINKAGE_KEY_RECEIVED, envelope.sender, None, {"accepted": False})
        return None


class AcceptLinkageKey:
    """Opens, checks and stores a key that was kept, in the name of somebody who knows whom it came from."""

    def __init__(
        self, unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys, correspondence: Correspondence
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._linkage_keys = linkage_keys
        self._correspondence = correspondence

    def __call__(self, actor: Actor, sender: MemberCode, fingerprint: str) -> LinkageKey:
        """Take the key that this member shared.

        Raises:
            InvalidDraft: `fingerprint` is not that of the sender's card; the key is kept, unopened.
            NodeError: none of this member's is kept, or it is not the federation's; the latter is thrown away.
            ProtocolError: it cannot be verified or opened; it is thrown away.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Accepting the linkage key is the node administrator's act.")
        try:
            with self._unit_of_work.begin() as work:
                return self._accept(work, actor, sender, fingerprint)
        except (NodeError, ProtocolError) as refused:
            with self._unit_of_work.begin() as work:
                self._note_refusal(work, actor, sender, refused)
            raise

    def _note_refusal(self, work: Work, actor: Actor, sender: MemberCode, refused: NodeError | ProtocolError) -> None:
        if work.directory.key_offer(sender) is None:
            return
        if not isinstance(refused, InvalidDraft | Expired):
            work.directory.drop_key_offer(sender)
        detail: Detail = {"sender": sender, "problem": refused.problem.value}
        work.audit.record(AuditAct.LINKAGE_KEY_REFUSED, actor.login, None, detail)

    def _accept(self, work: Work, actor: Actor, sender: MemberCode, fingerprint: str) -> LinkageKey:
        directory = work.directory.find()
        if directory is None:
            raise NotJoined
        envelope = work.directory.key_offer(sender)
        if envelope is None:
            raise NodeError(
                Problem.NOT_FOUND, "No linkage key of that member waits to be accepted: have it shared with this state."
            )
        if not is_fingerprint_of(counterpart_card(directory, sender), fingerprint):
            raise InvalidDraft(
                "fingerprint",
                "This is not the fingerprint of that member's card in the directory: have them read out"
                " `symbolon node identity`, and do not accept the key while the two differ.",
            )
        # The card may be another one than when the key came.
        self._correspondence.verify_from_member(envelope, directory, self._draws.now())
        share = self._correspondence.open_sealed(LinkageKeyShare, envelope)
        key = take_linkage_key(share, directory.federation)
        if key.epoch != directory.key_epoch:
            raise NodeError(Problem.WRONG_KEY_EPOCH, "The key that was shared is not of the federation's key epoch.")
        detail: Detail = {"accepted": True, "epoch": key.epoch, "sender": sender}
        work.audit.record(AuditAct.LINKAGE_KEY_RECEIVED, actor.login, None, detail)
        work.directory.drop_key_offer(sender)
        self._linkage_keys.add(key)
        return key
