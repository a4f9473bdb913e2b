"""Runs the ceremony for an epoch's linkage key at this node: sends what is due, follows the others, keeps the key.

What was said lies in one sealed file an epoch; each step is noted in the database, in the transaction that puts its
message into the outbox. The file is written first, and every step can be done again: killed at any moment, the node
reads its facts and goes on.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from symbolon.node.domain.ceremony import CeremonyFacts, Step, follows
from symbolon.node.errors import NodeError
from symbolon.node.ports.outside import CeremonyVault, Draws, LinkageKeys
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.key_ceremony import (
    Ceremony,
    CeremonyMessage,
    CeremonyState,
    agreed_key,
    confirmed_check_value,
    disputes_of,
    join,
    messages_due,
    take_linkage_key,
)
from symbolon.protocol.keys import KEY_BYTES, LinkageKey
from symbolon.protocol.membership_problems import CeremonyDisputed
from symbolon.protocol.messages import FederationDirectory, KeyConfirmation, KeyReveal
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, MemberCode, new_message_id

WORKER = "worker"
_SENT = {Step.COMMITTED: AuditAct.KEY_COMMITTED, Step.REVEALED: AuditAct.KEY_REVEALED}


@dataclass(frozen=True, slots=True)
class CeremonyTools:
    """What the steps of a ceremony need."""

    draws: Draws
    vault: CeremonyVault
    linkage_keys: LinkageKeys
    correspondence: Correspondence


class CeremonyRun:
    """One epoch's ceremony within one transaction, from which every other process of this node is kept out."""

    def __init__(self, tools: CeremonyTools, work: Work, directory: FederationDirectory, epoch: int) -> None:
        work.ceremony.lock(epoch)
        first = work.directory.first_with_epoch(epoch)
        if first is None or directory.epoch(epoch) is None:
            raise NodeError(
                Problem.WRONG_KEY_EPOCH,
                f"The directory lists no epoch {epoch} now: `symbolon node federation show` says which are open.",
            )
        self._tools = tools
        self._work = work
        self._directory = directory
        self._own = tools.correspondence.code
        self.ceremony = Ceremony.authorised_by(first, epoch)
        self.facts = tools.vault.read(epoch)
        self.state = self.facts.state(self.ceremony, self._own)
        self.key = tools.linkage_keys.find(epoch)
        self._rehearsal = False

    def rehearse(self) -> None:
        """From here on change nothing outside of this object."""
        self._rehearsal = True

    @property
    def epoch(self) -> int:
        """The epoch whose key is made."""
        return self.ceremony.epoch

    def keep(self, state: CeremonyState, facts: CeremonyFacts | None = None) -> None:
        """Keep new facts, before anything follows from them."""
        changed = (facts or self.facts).with_state(state)
        if changed != self.facts and not self._rehearsal:
            self._tools.vault.write(self.epoch, changed)
        self.facts, self.state = changed, state

    def take_part(self, state: CeremonyState, actor: str, *, asked: bool) -> None:
        """Join the present attempt with a contribution drawn now, unless there is one."""
        if state.contribution is None:
            state = join(state, self._tools.draws.random_bytes(KEY_BYTES))
        asked_attempt = state.attempt if asked else self.facts.asked_attempt
        self.keep(state, replace(self.facts, asked_attempt=asked_attempt))
        if self._note(state.attempt, Step.JOINED):
            self.record(AuditAct.CEREMONY_JOINED, actor, {})

    def advance(self) -> None:
        """Do everything that follows from what is known now."""
        if self.key is None:
            following = follows(self.facts, self.state)
            while following is not None:
                self.take_part(following, WORKER, asked=False)
                self.record(AuditAct.CEREMONY_RESTARTED, WORKER, {"followed": True})
                following = follows(self.facts, self.state)
            self._send_due()
            self._agree()
        if self.key is None:
            self._take_share()
        if self.key is not None:
            self._confirm_to_all(self.key)
            if not self._work.ceremony.has_unsent():
                self._tools.vault.forget(self.epoch)

    def _send_due(self) -> None:
        for message in messages_due(self.state):
            step = Step(message.PURPOSE.value)
            # Who was left out need not know what the key is made of; a share brings it the key.
            told = self.state.counted if isinstance(message, KeyReveal) else self.ceremony.participants
            self._send(message, told)
            act = _SENT.get(step)
            if act is not None and self._note(self.state.attempt, step):
                self.record(act, WORKER, {})

    def _send(self, message: CeremonyMessage, told: Collection[MemberCode]) -> None:
        active = {member.code for member in self._directory.active_members}
        for member in sorted(set(told) & active - {self._own}):
            if not self._note(message.attempt, Step(message.PURPOSE.value), member):
                continue
            card = self._directory.card_of(member)
            if card is None:
                continue
            message_id = new_message_id(self._tools.draws.uuid())
            try:
                sealed = self._tools.correspondence.seal_message(message, card, self._directory, message_id)
            except ProtocolError as unusable:
                # What one member's card says keeps none of the others waiting; another card of it is told all anew.
                self.record(AuditAct.KEY_REFUSED, WORKER, {"member": member, "problem": unusable.problem.value})
                continue
            self._work.outbox.add_message(sealed, self._tools.draws.now())

    def _agree(self) -> None:
        try:
            key = agreed_key(self.state)
        except CeremonyDisputed as disputed:
            for dispute in disputes_of(self.state):
                if self._note(self.state.attempt, Step.DISPUTED, dispute.member):
                    detail = {"member": dispute.member, "reason": dispute.reason.value}
                    self.record(AuditAct.KEY_REFUSED, WORKER, {**detail, "problem": disputed.problem.value})
            return
        if key is not None:
            self._keep_key(key, Step.AGREED, AuditAct.KEY_AGREED, self.state.attempt)

    def _take_share(self) -> None:
        membership = self._work.directory.membership()
        if membership is None or not membership.is_confirmed or confirmed_check_value(self.state) is None:
            return
        for heard in self.facts.shares:
            try:
                key = take_linkage_key(heard.share, self.state)
            except ProtocolError as refused:
                others = tuple(each for each in self.facts.shares if each.sender != heard.sender)
                self.keep(self.state, replace(self.facts, shares=others))
                detail = {"sender": heard.sender, "problem": refused.problem.value}
                self.record(AuditAct.KEY_REFUSED, WORKER, detail)
            else:
                attempt = self._attempt_of(key.check_value())
                self._keep_key(key, Step.RECEIVED, AuditAct.LINKAGE_KEY_RECEIVED, attempt)
                return

    def _attempt_of(self, check_value: bytes) -> int:
        return max(
            each.message.attempt for each in self.facts.confirmations if each.message.key_check_value == check_value
        )

    def _keep_key(self, key: LinkageKey, step: Step, act: AuditAct, attempt: int) -> None:
        # Written before the step is noted: the same key again changes nothing.
        self._tools.linkage_keys.add(key)
        self.key = key
        if self._note(attempt, step):
            self.record(act, WORKER, {"attempt": attempt, "check_value": key.check_value().hex()})

    def _confirm_to_all(self, key: LinkageKey) -> None:
        """Tell every active member, later ones too: by a quorum's word they accept the key from another."""
        if self._own not in self.ceremony.participants:
            return
        came = {
            done.attempt for done in self._work.ceremony.steps(self.epoch) if done.step in (Step.AGREED, Step.RECEIVED)
        }
        for attempt in came:
            confirmation = KeyConfirmation(self.ceremony.ceremony_id, self.epoch, attempt, key.check_value())
            self._send(confirmation, [member.code for member in self._directory.active_members])

    def _note(self, attempt: int, step: Step, member: MemberCode | None = None) -> bool:
        if self._rehearsal:
            return False
        return self._work.ceremony.note(self.epoch, attempt, step, member, self._tools.draws.now())

    def record(self, act: AuditAct, actor: str, detail: Detail) -> None:
        """Leave a leaf about this epoch's ceremony."""
        if not self._rehearsal:
            self._work.audit.record(act, actor, None, {"epoch": self.epoch, "attempt": self.state.attempt, **detail})

    def note_refusal(self, sender: MemberCode, problem: Problem) -> None:
        """Leave a leaf of a word that does not fit."""
        self.record(AuditAct.KEY_REFUSED, str(HUB), {"sender": sender, "problem": problem.value})
