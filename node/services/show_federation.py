"""Shows the federation as this node knows it, and lets an administrator say that another member knows the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.membership import Membership, ProposalView, is_fingerprint
from symbolon.node.domain.pairs_standing import PairsStanding, policy_text
from symbolon.node.errors import Forbidden, InvalidDraft, NoDirectory, NotJoined
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.review_directory import proposal_view
from symbolon.node.services.show_pairs import pairs_past_hub
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.directory_changes import DirectoryChange, changes_between
from symbolon.protocol.messages import FederationDirectory, directory_fingerprint
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class FederationView:
    """The newest directory in effect (None before the founding), and what is proposed."""

    membership: Membership
    directory: FederationDirectory | None
    fingerprint: str | None
    proposal: ProposalView | None
    comparison: str | None
    """How records are compared, as the members agreed."""
    past_hub: PairsStanding | None
    """Of pairs that members find past the hub; None where match bits open at the hub."""
    warnings: tuple[str, ...]
    """What is to be done about that."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of the chain: when it was issued and taken here, who signed it, and what it changed."""

    version: int
    digest: str
    fingerprint: str
    issued_at: datetime
    taken_at: datetime
    signed_by: tuple[MemberCode, ...]
    changes: tuple[DirectoryChange, ...]


class ShowFederation:
    """The federation at a glance, and its history."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, own: MemberCode, pairs_every: timedelta) -> None:
        """`pairs_every`: at which intervals members tell each other of pairs, where they do."""
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._own = own
        self._pairs_every = pairs_every

    def __call__(self) -> FederationView:
        """The newest version and the proposal, as they were last seen.

        Raises:
            NotJoined: the node has no federation yet.

        """
        with self._unit_of_work.begin() as work:
            membership, directory = work.directory.membership(), work.directory.find()
            proposal = proposal_view(work, self._own)
            past_hub = pairs_past_hub(work, directory, self._own, self._draws.now(), self._pairs_every)
        if membership is None:
            raise NotJoined
        fingerprint = None if directory is None else directory_fingerprint(directory)
        comparison = None if directory is None else policy_text(directory.comparison)
        return FederationView(
            membership=membership,
            directory=directory,
            fingerprint=fingerprint,
            proposal=proposal,
            comparison=comparison,
            past_hub=past_hub.standing,
            warnings=past_hub.warnings,
        )

    def history(self) -> tuple[VersionView, ...]:
        """Every version, from the founding on."""
        with self._unit_of_work.begin() as work:
            chain = work.directory.history()
        views: list[VersionView] = []
        before: FederationDirectory | None = None
        for signed, taken_at in chain:
            directory = signed.directory
            views.append(
                VersionView(
                    version=directory.version,
                    digest=directory.digest(),
                    fingerprint=directory_fingerprint(directory),
                    issued_at=directory.issued_at,
                    taken_at=taken_at,
                    signed_by=tuple(sorted(signature.member for signature in signed.signatures)),
                    changes=changes_between(before, directory),
                )
            )
            before = directory
        return tuple(views)


class ConfirmDirectory:
    """Notes that the directory here is the one that another member has: for a node that joined after the founding.

    The hub alone could show such a node a federation of its own making. A member's officer reads out the fingerprint
    that `symbolon node federation show` gives there for the same version.
    """

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, fingerprint: str) -> FederationDirectory:
        """Confirm the newest version.

        Raises:
            InvalidDraft: the fingerprint is another version's, or another federation's.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Confirming the directory is the node administrator's act.")
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            if not is_fingerprint(directory_fingerprint(directory), fingerprint):
                raise InvalidDraft(
                    "fingerprint",
                    f"This is not the fingerprint of version {directory.version}, the newest here: compare the same"
                    " version, and do not go on while the two differ.",
                )
            work.directory.confirm(self._draws.now())
            detail: Detail = {"version": directory.version, "compared_with_a_member": True}
            work.audit.record(AuditAct.DIRECTORY_IN_EFFECT, actor.login, None, detail)
        return directory
