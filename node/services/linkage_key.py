"""The linkage key's way: made at one node, sealed to the others, taken in by each; the hub never holds it."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NoLinkageKey, NotJoined, UnreadableDelivery
from symbolon.node.ports.outside import Draws, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import KEY_BYTES, LinkageKey
from symbolon.protocol.messages import FederationDirectory, LinkageKeyShare, card_fingerprint
from symbolon.protocol.problems import Problem
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
            if "".join(fingerprint.split()).lower() != card_fingerprint(card).replace(" ", ""):
                raise InvalidDraft(
                    "fingerprint",
                    "This is not the fingerprint of that member's card in the directory: have them read out"
                    " `symbolon node identity`, and do not share the key while the two differ.",
                )
            share = LinkageKeyShare(directory.federation, key.epoch, key.secret, key.check_value())
            message_id = new_message_id(self._draws.uuid())
            work.outbox.add_message(self._correspondence.seal_message(share, card, directory, message_id), now)
            detail: Detail = {"epoch": key.epoch, "recipient": recipient}
            work.audit.record(AuditAct.LINKAGE_KEY_SHARED, actor.login, None, detail)


class ReceiveLinkageKey:
    """Takes a shared key where none of that epoch is here."""

    def __init__(self, linkage_keys: LinkageKeys, correspondence: Correspondence) -> None:
        self._linkage_keys = linkage_keys
        self._correspondence = correspondence

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified share."""
        share = self._correspondence.open_sealed(LinkageKeyShare, envelope)
        if share.federation != directory.federation:
            raise UnreadableDelivery(Problem.WRONG_FEDERATION, "The linkage key is of another federation.")
        key = LinkageKey(share.epoch, share.key)
        if key.check_value() != share.key_check_value:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "The linkage key does not fit its check value.")
        self._linkage_keys.add(key)
        work.audit.record(AuditAct.LINKAGE_KEY_RECEIVED, envelope.sender, None, {"epoch": key.epoch})
        return None
