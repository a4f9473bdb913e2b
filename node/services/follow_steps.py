"""Follows the order of steps that the hub confirmed, whoever took them: the one way in which a hit's ledger moves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from symbolon.node.domain.hit import Hit, followed
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.send_step import TakeOwnStep
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_steps import step_from_notice
from symbolon.protocol.handling import Namespace
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.lifecycle import VOTING, Event, joint_outcome
from symbolon.protocol.lifecycle_problems import StaleState
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HitId

AfterStep = Callable[[Work, Hit, TrackStep], None]
"""What a node does when a step was followed, within its transaction; the hit is the one after the step."""

WORKER: Final = "worker"
_OUTCOMES: Final = frozenset({Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED})


class FollowSteps:
    """Follows steps, and says what the votes came to as soon as both lie open here."""

    def __init__(self, draws: Draws, take_own_step: TakeOwnStep, after: Mapping[Event, Sequence[AfterStep]]) -> None:
        self._draws = draws
        self._take_own_step = take_own_step
        self._after = after

    def __call__(self, work: Work, hit: Hit, step: TrackStep) -> Hit:
        """Follow one step of a locked hit; one that was followed before changes nothing. The hit after it.

        Raises:
            WaitsForMore: an earlier step of its track, or a vote, has not come yet.
            UnreadableDelivery: the hub should not have taken it.

        """
        after = self._follow(work, hit, step)
        return self.settle(work, after)

    def settle(self, work: Work, hit: Hit) -> Hit:
        """Follow the own steps that the hub took, as far as their order allows, and say what the votes came to."""
        is_moving = True
        while is_moving:
            is_moving = False
            for message_id, notice in work.outbox.taken_steps(hit.hit_id):
                try:
                    hit = self._follow(work, hit, step_from_notice(notice, hit.own))
                except WaitsForMore:
                    continue
                except UnreadableDelivery as refused:
                    # The hub took what it should have refused: nothing else is to wait for that.
                    detail = {"event": notice.event.value, "problem": refused.problem.value}
                    work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, hit.hit_id, detail)
                work.outbox.note_followed(message_id)
                is_moving = True
        return self.say_outcome(work, _again(work, hit.hit_id))

    def say_outcome(self, work: Work, hit: Hit) -> Hit:
        """Tell the hub what both opened votes of the present round came to, unless that is said already."""
        shown = hit.shown
        if shown.state not in VOTING or hit.is_on_hold:
            return hit
        own, counterpart = work.hits.votes(hit.hit_id)
        ours = next((vote for vote in own if vote.round == shown.round), None)
        theirs = next((vote for vote in counterpart if vote.round == shown.round), None)
        if hit.unread_round == shown.round:
            event = Event.UNRESOLVED
        elif ours is None or theirs is None:
            return hit
        else:
            event = joint_outcome(shown.voting_round, ours.verdict, theirs.verdict)
        notice = self._take_own_step(work, hit, event, WORKER)
        return replace(hit, pending=(*hit.pending, step_from_notice(notice, hit.own)))

    def _follow(self, work: Work, hit: Hit, step: TrackStep) -> Hit:
        known = hit.ledger if step.exchange_id is None else hit.ledger.exchange(step.exchange_id)
        if step.follows < (0 if known is None else known.version):
            return hit
        if step.event in _OUTCOMES and step.exchange_id is None and step.follows == hit.ledger.version:
            _check_outcome(work, hit, step)
        record = work.records.find(hit.own_reference)
        protected = record is not None and record.content.namespace is Namespace.PROTECTED
        hub_knows = not hit.awaits_hold or not work.outbox.withdrawal_waits(hit.own_reference)
        try:
            after = followed(hit, step, own_record_protected=protected, hub_knows=hub_knows)
        except StaleState:
            raise WaitsForMore(hit.hit_id) from None
        except ProtocolError as refused:
            raise UnreadableDelivery(refused.problem, str(refused)) from refused
        work.hits.save(after)
        work.hits.note_step(hit.hit_id, step)
        # A hold that begins lets the hub be asked about what is in doubt.
        if step.exchange_id is None and step.event in (Event.HELD, Event.RELEASED):
            work.outbox.let_go_on(hit.hit_id, self._draws.now())
        for act in self._after.get(step.event, ()):
            act(work, after, step)
        return _again(work, hit.hit_id)


def _check_outcome(work: Work, hit: Hit, step: TrackStep) -> None:
    """See that the votes lie open here, and came to what the first to speak says that they came to.

    Of a vote that nobody here can open nothing can be said: its sender's word is followed, and is worth nothing here
    (`Hit.is_unread`).
    """
    if hit.unread_round == hit.ledger.round:
        return
    own, counterpart = work.hits.votes(hit.hit_id)
    ours = next((vote for vote in own if vote.round == hit.ledger.round), None)
    theirs = next((vote for vote in counterpart if vote.round == hit.ledger.round), None)
    if ours is None or theirs is None:
        raise WaitsForMore(hit.hit_id)
    # Who says that they came to nothing may be unable to open this side's: that opens nothing, and is followed.
    came_to = joint_outcome(hit.ledger.voting_round, ours.verdict, theirs.verdict)
    if step.event not in (came_to, Event.UNRESOLVED):
        raise UnreadableDelivery(
            Problem.ILLEGAL_TRANSITION, "The votes came to something else than the other side says."
        )


def _again(work: Work, hit_id: HitId) -> Hit:
    hit = work.hits.lock(hit_id)
    if hit is None:
        raise WaitsForMore(hit_id)
    return hit
