"""Joins a federation, and keeps the member directory that the hub signs, but for the cards that were pinned before."""

from datetime import datetime

from symbolon.node.domain.trust import check_cards
from symbolon.node.errors import NodeError, NotJoined
from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, NodeIdentity
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import FederationDirectory, Purpose
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB
from symbolon.runtime.logs import get_logger


class JoinFederation:
    """Takes the directory of a welcome that was handed over by the hub's operator, outside of the network."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor_login: str, directory: FederationDirectory, identity: NodeIdentity) -> None:
        """Keep the directory.

        Raises:
            NodeError: the directory lists other keys for this node, or the node belongs to another federation.

        """
        card = directory.card_of(identity.code)
        own_keys = (identity.signing_key.public.to_bytes(), identity.sealing_key.public.to_bytes())
        if card is None or (card.signing_key, card.sealing_key) != own_keys:
            raise NodeError(
                Problem.UNKNOWN_MEMBER, "The welcome was not made for this node's keys: enrol its own request."
            )
        with self._unit_of_work.begin() as work:
            known = work.directory.find()
            if known is not None and not _same_federation(known, directory):
                raise NodeError(
                    Problem.WRONG_FEDERATION, "This node belongs to another federation: use a home of its own for each."
                )
            if known is None or directory.version >= known.version:
                _keep(work, directory, self._draws.now())
            detail = {"members": len(directory.members), "exercise": directory.exercise}
            work.audit.record(AuditAct.FEDERATION_JOINED, actor_login, None, detail)


class RefreshDirectory:
    """Fetches the directory; the hub's key and the federation never change by it."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, hub: HubClient, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._hub = hub
        self._correspondence = correspondence

    def __call__(self) -> bool:
        """Fetch, verify and keep the directory if it is newer; says whether it was.

        Raises:
            NotJoined: there is no directory to build on.
            ProtocolError: what came is not signed by this federation's hub.

        """
        envelope = self._hub.fetch_directory()
        with self._unit_of_work.begin() as work:
            known = work.directory.find()
            if known is None:
                raise NotJoined
            self._correspondence.verify_from_hub(envelope, Purpose.FEDERATION_DIRECTORY, known, self._draws.now())
            directory = envelope.read(FederationDirectory)
            if not _same_federation(known, directory) or directory.version <= known.version:
                return False
            _keep(work, directory, self._draws.now())
            detail = {"version": directory.version, "members": len(directory.members)}
            work.audit.record(AuditAct.DIRECTORY_CHANGED, str(HUB), None, detail)
        return True


def _keep(work: Work, directory: FederationDirectory, now: datetime) -> None:
    checked = check_cards(directory, work.directory.pinned_cards())
    for card in checked.new:
        work.directory.pin_card(card, now)
    work.directory.refuse_cards(checked.changed, now)
    work.directory.save(checked.directory, now)
    for card in checked.changed:
        work.audit.record(AuditAct.DIRECTORY_CHANGED, str(HUB), None, {"refused_card_of": card.code})
    if checked.changed:
        get_logger().warning("changed member cards were not taken", cards=len(checked.changed))


def _same_federation(known: FederationDirectory, other: FederationDirectory) -> bool:
    return (known.federation, known.exercise, known.hub_signing_key) == (
        other.federation,
        other.exercise,
        other.hub_signing_key,
    )
