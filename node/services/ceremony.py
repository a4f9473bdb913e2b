"""What an administrator does in a linkage key's ceremony: look, join, go on without somebody, begin anew, share."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.ceremony import CeremonyView, begun_by_others
from symbolon.node.errors import Forbidden, NodeError, NoDirectory, NoLinkageKey
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import counterpart_card
from symbolon.node.services.run_ceremony import CeremonyRun, CeremonyTools
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.key_ceremony import (
    CeremonyState,
    Stage,
    awaited,
    confirmed_check_value,
    disputes_of,
    newest_attempt_heard,
    proceed,
    restart,
    share_linkage_key,
    stage_of,
)
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, new_message_id


@dataclass(frozen=True, slots=True)
class ShareReport:
    """What was sent, or would be."""

    epoch: int
    member: MemberCode
    check_value: str


class HoldCeremony:
    """The ceremony of an epoch's key: each act with a dry run, which changes nothing and says what would be."""

    def __init__(self, unit_of_work: UnitOfWork, tools: CeremonyTools) -> None:
        self._unit_of_work = unit_of_work
        self._tools = tools

    def status(self) -> tuple[CeremonyView, ...]:
        """How the ceremony of each listed epoch stands here."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                return ()
            confirmed = _is_confirmed(work)
            runs = [CeremonyRun(self._tools, work, directory, epoch.epoch) for epoch in directory.epochs]
            return tuple(self._view(run, confirmed=confirmed) for run in runs)

    def join(self, actor: Actor, epoch: int | None, *, dry_run: bool) -> CeremonyView:
        """Commit to a contribution; the worker shows it as soon as all that count have committed."""

        def step(run: CeremonyRun) -> None:
            run.take_part(run.state, actor.login, asked=True)

        return self._act(actor, epoch, step, dry_run=dry_run)

    def proceed(
        self, actor: Actor, without: Collection[MemberCode], epoch: int | None, *, dry_run: bool
    ) -> CeremonyView:
        """Count without members that did not commit; every other member's administrator must decide the same."""

        def step(run: CeremonyRun) -> None:
            run.keep(proceed(run.state, without))
            run.record(AuditAct.CEREMONY_PROCEEDED, actor.login, {"without": " ".join(sorted(run.state.without))})

        return self._act(actor, epoch, step, dry_run=dry_run)

    def restart(
        self, actor: Actor, without: Collection[MemberCode], epoch: int | None, *, dry_run: bool
    ) -> CeremonyView:
        """Begin another attempt with a new contribution: the one that others began, or the next."""

        def step(run: CeremonyRun) -> None:
            newest = newest_attempt_heard(run.state)
            state: CeremonyState = restart(run.state, without)
            while state.attempt < newest:
                state = restart(state, without)
            run.take_part(state, actor.login, asked=True)
            run.record(AuditAct.CEREMONY_RESTARTED, actor.login, {"without": " ".join(sorted(run.state.without))})

        return self._act(actor, epoch, step, dry_run=dry_run)

    def share(self, actor: Actor, member: MemberCode, epoch: int | None, *, dry_run: bool) -> ShareReport:
        """Send the key, sealed, to a member that was absent, which takes it when enough others have confirmed it."""
        _refuse_others(actor)
        with self._unit_of_work.begin() as work:
            directory = _directory(work)
            number = directory.newest_epoch.epoch if epoch is None else epoch
            key = self._tools.linkage_keys.find(number)
            if key is None:
                raise NoLinkageKey(number)
            recipient = directory.member_of(member)
            if recipient is None or not recipient.is_active or member == self._tools.correspondence.code:
                raise NodeError(Problem.UNKNOWN_MEMBER, f"{member} is no other active member: the key is not for it.")
            report = ShareReport(number, member, key.check_value().hex())
            if dry_run:
                return report
            message_id = new_message_id(self._tools.draws.uuid())
            share = share_linkage_key(key, directory.federation)
            card = counterpart_card(directory, member)
            sealed = self._tools.correspondence.seal_message(share, card, directory, message_id)
            work.outbox.add_message(sealed, self._tools.draws.now())
            detail: Detail = {"epoch": number, "recipient": member}
            work.audit.record(AuditAct.LINKAGE_KEY_SHARED, actor.login, None, detail)
        return report

    def _act(
        self, actor: Actor, epoch: int | None, step: Callable[[CeremonyRun], None], *, dry_run: bool
    ) -> CeremonyView:
        _refuse_others(actor)
        with self._unit_of_work.begin() as work:
            directory = _directory(work)
            if not _is_confirmed(work):
                raise NodeError(
                    Problem.INVALID_INPUT,
                    "Nobody here has compared the directory with another member yet: have its officer read out the"
                    " fingerprint of `symbolon node federation show`, then run `symbolon node federation confirm`.",
                )
            run = CeremonyRun(self._tools, work, directory, self._epoch(directory, epoch))
            if run.key is not None:
                raise NodeError(
                    Problem.CEREMONY_STEP_REFUSED,
                    f"The linkage key of epoch {run.epoch} is here already: a new key needs a new epoch.",
                )
            if dry_run:
                run.rehearse()
            step(run)
            if not dry_run:
                run.advance()
            return self._view(run, confirmed=True)

    def _epoch(self, directory: FederationDirectory, epoch: int | None) -> int:
        if epoch is not None:
            return epoch
        missing = [each.epoch for each in directory.epochs if self._tools.linkage_keys.find(each.epoch) is None]
        return missing[-1] if missing else directory.newest_epoch.epoch

    def _view(self, run: CeremonyRun, *, confirmed: bool) -> CeremonyView:
        own = self._tools.correspondence.code
        takes_part = own in run.ceremony.participants
        stage = None if run.key is not None else stage_of(run.state)
        view = CeremonyView(
            epoch=run.epoch,
            ceremony_id=run.ceremony.ceremony_id,
            participants=run.ceremony.participants,
            quorum=run.ceremony.quorum,
            attempt=run.state.attempt,
            without=tuple(sorted(run.state.without)),
            stage=stage,
            key_check=None if run.key is None else run.key.check_value().hex(),
            takes_part=takes_part,
            joined=run.state.contribution is not None,
            awaited=() if run.key is not None else awaited(run.state),
            disputes=() if run.key is not None else disputes_of(run.state),
            shared_by=tuple(sorted(each.sender for each in run.facts.shares)),
            what_to_do="",
        )
        key_is_known = confirmed_check_value(run.state) is not None
        behind = begun_by_others(run.state) > run.state.attempt
        return replace(view, what_to_do=_what_to_do(view, own, confirmed=confirmed, known=key_is_known, behind=behind))


def _what_to_do(view: CeremonyView, own: MemberCode, *, confirmed: bool, known: bool, behind: bool) -> str:
    if view.key_check is not None:
        return "Nothing: the key is here."
    if not confirmed:
        return "Compare the directory with another member, then run `symbolon node federation confirm`."
    if known or not view.takes_part:
        if view.shared_by and not known:
            return "Wait until enough members have confirmed the key that was shared."
        return f"Ask another member to run `symbolon node ceremony share {own}`."
    if view.disputes:
        named = ", ".join(sorted({dispute.member for dispute in view.disputes}))
        return f"Speak to {named}, then begin anew with `symbolon node ceremony restart`."
    if behind:
        return "Others began anew: follow them with `symbolon node ceremony restart`."
    if not view.joined:
        return "Take part with `symbolon node ceremony join`."
    if view.stage is Stage.COMMITTING:
        missing = ", ".join(view.awaited)
        return f"Wait for {missing}, or agree with the others on `symbolon node ceremony proceed --without …`."
    if view.stage is Stage.REVEALING:
        missing = ", ".join(view.awaited)
        return f"Wait for {missing}, or begin anew with `symbolon node ceremony restart --without …`."
    return f"Wait for {', '.join(view.awaited)}."


def _is_confirmed(work: Work) -> bool:
    membership = work.directory.membership()
    return membership is not None and membership.is_confirmed


def _directory(work: Work) -> FederationDirectory:
    directory = work.directory.find()
    if directory is None:
        raise NoDirectory
    return directory


def _refuse_others(actor: Actor) -> None:
    if not actor.permits(Right.MANAGE_NODE):
        raise Forbidden("The linkage key's ceremony is the node administrator's act.")
