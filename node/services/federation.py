"""Joins a federation, and keeps the chain of the directory's versions, each of which the members signed."""

from typing import Final

from symbolon.node.domain.membership import Federation, Membership, is_fingerprint
from symbolon.node.errors import InvalidDraft, NodeError, NotJoined
from symbolon.node.ports.outside import Draws, HubClient, MemberKeys
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.directory_changes import DirectoryChange, DirectoryChangeKind, changes_between
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.messages import (
    MAX_HISTORY,
    DirectoryProposal,
    FederationDirectory,
    FederationHistory,
    Purpose,
    SignedDirectory,
    Welcome,
    welcome_fingerprint,
)
from symbolon.protocol.problems import Problem, ProtocolError, WrongFederation
from symbolon.protocol.references import HUB

_ACTS: Final = {
    DirectoryChangeKind.MEMBER_SUSPENDED: AuditAct.MEMBER_SUSPENDED,
    DirectoryChangeKind.MEMBER_REINSTATED: AuditAct.MEMBER_REINSTATED,
    DirectoryChangeKind.MEMBER_EXPELLED: AuditAct.MEMBER_EXPELLED,
    DirectoryChangeKind.CARD_CHANGED: AuditAct.KEYS_ROTATED,
    DirectoryChangeKind.EPOCH_ADDED: AuditAct.EPOCH_OPENED,
    DirectoryChangeKind.EPOCH_REMOVED: AuditAct.EPOCH_CLOSED,
}
_NEW_KEYS: Final = frozenset({DirectoryChangeKind.MEMBER_ADDED, DirectoryChangeKind.CARD_CHANGED})


class JoinFederation:
    """Takes the welcome that the hub's operator handed over, outside of the network; the directory comes over it."""

    def __init__(
        self, unit_of_work: UnitOfWork, draws: Draws, keys: MemberKeys, correspondence: Correspondence
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._keys = keys
        self._correspondence = correspondence

    def __call__(self, actor_login: str, welcome: Welcome, fingerprint: str) -> None:
        """Keep what the welcome says, and the certificate in it.

        Raises:
            InvalidDraft: `fingerprint`, as the hub's operator read it out, is not the welcome's.
            NodeError: the certificate is not for this node's keys, or the node belongs to another federation.

        """
        if not is_fingerprint(welcome_fingerprint(welcome), fingerprint):
            raise InvalidDraft(
                "fingerprint",
                "This is not the fingerprint of the welcome: somebody may have changed it on its way. Have the hub's"
                " operator read it out again, and do not join while the two differ.",
            )
        with self._unit_of_work.begin() as work:
            known = work.directory.membership()
            if known is not None and (known.federation, known.exercise) != (welcome.federation, welcome.exercise):
                raise NodeError(
                    Problem.WRONG_FEDERATION, "This node belongs to another federation: use a home of its own for each."
                )
            membership = Membership.from_welcome(welcome)
            generation = self._correspondence.generation(work.directory.find() or membership)
            self._keys.keep_certificate(generation.number, welcome.certificate_pem)
            work.directory.join(membership, self._draws.now())
            detail: Detail = {"federation": welcome.federation, "exercise": welcome.exercise}
            work.audit.record(AuditAct.FEDERATION_JOINED, actor_login, None, detail)


class RefreshDirectory:
    """Fetches what is newer than the newest version here: one version after the other, each by the rule of the last."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, hub: HubClient, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._hub = hub
        self._correspondence = correspondence
        self._refused: set[tuple[str, Problem]] = set()

    def __call__(self) -> bool:
        """Take every newer version, and note what is proposed; says whether there was a newer version.

        Raises:
            NotJoined: there is no welcome yet.
            ProtocolError: what came does not follow from what is here; it is refused, audited, and tried again later.

        """
        took = False
        while True:
            history = self._next_page()
            for signed in history.versions:
                took = self._take(signed) or took
            if len(history.versions) < MAX_HISTORY:
                break
        self._look_at_proposal()
        return took

    def first(self) -> bool:
        """Look for the directory of the founding, as long as none is here; says whether it is now."""
        with self._unit_of_work.begin() as work:
            if work.directory.membership() is None or work.directory.find() is not None:
                return False
        return self()

    def _next_page(self) -> FederationHistory:
        membership, known = self._standing()
        envelope = self._hub.fetch_history(0 if known is None else known.version)
        history = envelope.read(FederationHistory)
        speaker: Federation = membership
        previous = known
        for signed in history.versions:
            try:
                self._check(previous, signed, membership)
            except ProtocolError as refused:
                self._note_refusal(signed, refused)
                raise
            previous = signed.directory
        if known is not None and previous is not None:
            # The members sign for the hub's key as well: a new one speaks once the versions that lead to it are good.
            speaker = previous
        self._correspondence.verify_from_hub(envelope, Purpose.FEDERATION_DIRECTORY, speaker, self._draws.now())
        with self._unit_of_work.begin() as work:
            work.directory.note_incarnation(history.incarnation)
        return history

    def _standing(self) -> tuple[Membership, FederationDirectory | None]:
        with self._unit_of_work.begin() as work:
            membership = work.directory.membership()
            if membership is None:
                raise NotJoined
            return membership, work.directory.find()

    def _check(self, known: FederationDirectory | None, signed: SignedDirectory, membership: Membership) -> None:
        directory = signed.directory
        if (directory.federation, directory.exercise) != (membership.federation, membership.exercise):
            raise WrongFederation("The directory belongs to another federation, or mixes exercise and live data.")
        verify_succession(known, signed)

    def _take(self, signed: SignedDirectory) -> bool:
        with self._unit_of_work.begin() as work:
            known = work.directory.find()
            if known is not None and signed.directory.version <= known.version:
                # Another process of this node took it meanwhile.
                return False
            verify_succession(known, signed)
            if not work.directory.append(signed, self._draws.now()):
                return False
            changes = changes_between(known, signed.directory)
            self._act_on(work, signed, changes)
            detail: Detail = {
                "version": signed.directory.version,
                "digest": signed.directory.digest(),
                "signatures": len(signed.signatures),
                "changes": len(changes),
            }
            work.audit.record(AuditAct.DIRECTORY_IN_EFFECT, str(HUB), None, detail)
        return True

    def _act_on(self, work: Work, signed: SignedDirectory, changes: tuple[DirectoryChange, ...]) -> None:
        directory = signed.directory
        if any(signature.member == self._correspondence.code for signature in signed.signatures):
            work.directory.confirm(self._draws.now())
        work.encodings.close_all_but([epoch.epoch for epoch in directory.epochs])
        work.tokens.forget_all_but([epoch.epoch for epoch in directory.epochs])
        work.canaries.forget_all_but([epoch.epoch for epoch in directory.epochs])
        if any(change.kind in _NEW_KEYS for change in changes):
            work.inbox.take_up_again(Problem.BAD_SIGNATURE)
        for change in changes:
            if change.member is not None and change.kind in _NEW_KEYS:
                # It may have come back with nothing of what it was told before.
                work.ceremony.forget_told(change.member)
            act = _ACTS.get(change.kind)
            if act is not None:
                detail: dict[str, str | int | bool] = {"version": directory.version}
                if change.member is not None:
                    detail["member"] = change.member
                if change.epoch is not None:
                    detail["epoch"] = change.epoch
                work.audit.record(act, str(HUB), None, detail)

    def _note_refusal(self, signed: SignedDirectory, refused: ProtocolError) -> None:
        offered = (signed.directory.digest(), refused.problem)
        if offered in self._refused:
            # Looked at again and again, refused again and again: one leaf for each that is offered.
            return
        self._refused.add(offered)
        with self._unit_of_work.begin() as work:
            detail: Detail = {
                "version": signed.directory.version,
                "digest": signed.directory.digest(),
                "problem": refused.problem.value,
            }
            work.audit.record(AuditAct.DIRECTORY_REFUSED, str(HUB), None, detail)

    def _look_at_proposal(self) -> None:
        membership, known = self._standing()
        envelope: Envelope = self._hub.fetch_proposal()
        speaker: Federation = membership if known is None else known
        self._correspondence.verify_from_hub(envelope, Purpose.DIRECTORY_PROPOSAL, speaker, self._draws.now())
        proposal = envelope.read(DirectoryProposal)
        with self._unit_of_work.begin() as work:
            if work.directory.proposal() != proposal:
                work.directory.save_proposal(proposal, envelope.issued_at, self._draws.now())
