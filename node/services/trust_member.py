"""Takes the changed card of a member, once it was compared with the member itself."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.trust import is_fingerprint_of, with_card
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotJoined
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode


class TrustMember:
    """Pins the card that the directory has now in the place of the one that was pinned before."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, member: MemberCode, fingerprint: str) -> None:
        """Take the member's changed card. What was refused for its signature meanwhile is tried again.

        Raises:
            NodeError: no changed card of this member waits to be confirmed.
            InvalidDraft: `fingerprint` is not that of the changed card: the hub may have made it up.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Trusting a changed card is the node administrator's act.")
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NotJoined
            changed = next((card for card in work.directory.refused_cards() if card.code == member), None)
            if changed is None:
                raise NodeError(Problem.UNKNOWN_MEMBER, "No changed card of this member waits to be confirmed.")
            if not is_fingerprint_of(changed, fingerprint):
                raise InvalidDraft(
                    "fingerprint",
                    "This is not the fingerprint of the card that the hub gives out for that member: the old one"
                    " stays. Tell the hub's operator and the oversight body.",
                )
            work.directory.pin_card(changed, now)
            work.directory.save(with_card(directory, changed), now)
            work.inbox.take_up_again(Problem.BAD_SIGNATURE)
            work.audit.record(AuditAct.DIRECTORY_CHANGED, actor.login, None, {"trusted_card_of": member})
