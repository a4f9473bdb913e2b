"""Signs the proposed version of the directory, once every new card in it was compared with the member itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.membership import Federation, Membership, ProposalView, is_fingerprint
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotJoined
from symbolon.node.ports.outside import MemberKeys
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.hub_line import HubLine
from symbolon.node.services.review_directory import check_follows, check_own_card, view_proposal
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.federation import sign_directory
from symbolon.protocol.messages import (
    DirectoryApproval,
    DirectoryProposal,
    FederationDirectory,
    Purpose,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, MemberCode, new_message_id


@dataclass(frozen=True, slots=True)
class SigningReport:
    """What was looked at; `signed` says whether this node signed it now, `in_effect` whether it counts since."""

    proposal: ProposalView
    signed: bool
    in_effect: bool


class SignDirectory:
    """Fetches the proposal, checks it, and hands this state's signature in."""

    def __init__(
        self,
        line: HubLine,
        keys: MemberKeys,
        refresh_directory: Callable[[], bool],
    ) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._keys = keys
        self._refresh_directory = refresh_directory

    def __call__(self, actor: Actor, compared: Mapping[MemberCode, str], *, dry_run: bool) -> SigningReport:
        """Sign, or only look (`dry_run`). `compared` are fingerprints as the members' own officers read them out.

        Raises:
            InvalidDraft: a fingerprint is not that of the card that the hub proposes; it may have made the card up.
            NodeError: a new card was not compared, the version lists foreign keys for this state, nothing is proposed,
                or this state has no say in it.
            ProtocolError: the version does not follow from the newest one.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Signing the directory is the node administrator's act.")
        self._refresh_directory()
        with self._unit_of_work.begin() as work:
            membership, known = work.directory.membership(), work.directory.find()
            proposal, remembered = work.directory.proposal(), work.directory.compared()
        if membership is None:
            raise NotJoined
        proposed = None if proposal is None else proposal.directory
        view = None if proposal is None else view_proposal(known, proposal, self._correspondence.code, remembered)
        if proposal is None or proposed is None or view is None:
            raise NodeError(Problem.NOT_FOUND, "No new version of the directory is proposed now.")
        check_follows(known, proposed, membership)
        check_own_card(proposed, self._correspondence.code, self._keys)
        for card in view.to_compare:
            read_out = compared.get(card.member)
            if read_out is not None and not is_fingerprint(card.fingerprint, read_out):
                raise InvalidDraft(
                    "compared",
                    f"This is not the fingerprint of the card that is proposed for {card.member}: do not sign, and"
                    " tell the hub's operator and the other members.",
                )
        if dry_run or not view.waits_for_this_node:
            return SigningReport(view, signed=False, in_effect=False)
        missing = [card.member for card in view.to_compare if card.member not in compared]
        if missing:
            raise NodeError(
                Problem.INVALID_INPUT,
                f"Compare the card of {', '.join(missing)} first: have its officer read out the fingerprint that"
                " `symbolon node identity` shows there, and give it with --compared CODE=FINGERPRINT.",
            )
        self._sign(actor, membership, proposal, proposed)
        self._refresh_directory()
        with self._unit_of_work.begin() as work:
            newest = work.directory.find()
        return SigningReport(view, signed=True, in_effect=newest is not None and newest.version >= view.version)

    def _sign(
        self, actor: Actor, membership: Membership, proposal: DirectoryProposal, proposed: FederationDirectory
    ) -> None:
        own = self._correspondence.code
        with self._unit_of_work.begin() as work:
            known = work.directory.find()
            speaking: Federation = membership if known is None else known
            # At the founding a member signs with the key of its own card, later with the one of the version before.
            key = self._correspondence.generation(proposed if known is None else known).signing_key
            view = view_proposal(known, proposal, own, frozenset())
            cards = () if view is None else tuple(change.card for change in view.changes if change.card is not None)
            work.directory.note_compared([card for card in cards if card.code != own], actor.login, self._draws.now())
            detail: Detail = {"version": proposed.version, "digest": proposed.digest()}
            work.audit.record(AuditAct.DIRECTORY_SIGNED, actor.login, None, detail)
        approval = DirectoryApproval(proposed.version, proposed.digest(), sign_directory(proposed, own, key))
        sent = stamp(self._draws, new_message_id(self._draws.uuid()))
        envelope = self._correspondence.sign_for(HUB, approval, Purpose.DIRECTORY_APPROVAL, speaking, sent)
        self._hub.post("/v1/federation/approvals", envelope)
