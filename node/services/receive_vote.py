"""Takes the counterpart's vote, which the hub hands over once both lie there, and opens the round."""

from collections.abc import Sequence
from dataclasses import replace

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import VoteView
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, card_that_signed
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.node.services.take_standing import kept_standing, with_kept_standing
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import furthest
from symbolon.protocol.lifecycle import VOTING, JointState
from symbolon.protocol.messages import FederationDirectory, Purpose, Sealed, Vote
from symbolon.protocol.problems import MalformedMessage, Problem, ProtocolError
from symbolon.protocol.references import HitId


class ReceiveVote:
    """Stores the counterpart's vote only beside a committed own one of the same round (invariant 5).

    Until then the delivery is kept sealed, whatever the hub says: nobody here can read it.
    """

    def __init__(self, correspondence: Correspondence, follow_steps: FollowSteps) -> None:
        self._correspondence = correspondence
        self._follow_steps = follow_steps

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified vote."""
        sealed = envelope.read(Sealed)
        hit_id = sealed.hit_id
        if hit_id is None or sealed.vote_round is None:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "A vote names its hit, and its round.")
        hit = work.hits.lock(hit_id)
        if hit is None:
            raise WaitsForMore(hit_id)
        if hit.counterpart != envelope.sender:
            raise UnreadableDelivery(Problem.NOT_A_PARTY, "The vote comes from a state that is no party of the hit.")
        try:
            vote = self._correspondence.open_sealed(Vote, envelope, card_that_signed(work, envelope, directory))
            if (vote.hit_id, vote.round) != (hit_id, sealed.vote_round):
                raise MalformedMessage("The vote inside is about another hit, or another round.")
        except ProtocolError as unreadable:
            return self._unread(work, hit, sealed.vote_round, unreadable)
        return self._take(work, hit, vote)

    def _take(self, work: Work, hit: Hit, vote: Vote) -> HitId:
        hit_id = hit.hit_id
        own, counterpart = work.hits.votes(hit_id)
        stored = next((known for known in counterpart if known.round == vote.round), None)
        if stored is not None:
            if stored.verdict is not vote.verdict:
                raise UnreadableDelivery(Problem.ALREADY_VOTED, "The other side has voted in this round.")
            return hit_id
        received = VoteView(vote.round, vote.verdict, vote.reason, vote.voted_at, None)
        told = kept_standing(work, hit)
        furthest_known = hit.ledger if told is None else furthest((hit.ledger, told))
        is_lost = work.reconciliation.is_lost_vote(hit_id, vote.round)
        if is_lost and _is_over(furthest_known, vote.round) and hit.ledger.state is not JointState.EXPIRED:
            # After a restore: the own vote lay at the hub beside it. What came of both is known.
            work.hits.add_vote(hit_id, received, None)
            work.audit.record(AuditAct.VOTE_RECEIVED, hit.counterpart, hit_id, {"round": vote.round})
            self._follow_steps.settle(work, with_kept_standing(work, hit))
            return hit_id
        if _is_over(hit.ledger, vote.round):
            raise UnreadableDelivery(Problem.ILLEGAL_TRANSITION, "The votes on this hit are over.")
        if vote.round > hit.ledger.round or not _is_committed(own, vote.round):
            raise WaitsForMore(hit_id)
        work.hits.add_vote(hit_id, received, None)
        work.audit.record(AuditAct.VOTE_RECEIVED, hit.counterpart, hit_id, {"round": vote.round})
        after = self._follow_steps.say_outcome(work, with_kept_standing(work, hit))
        detail = {"round": vote.round, "state": after.joint_state.value}
        work.audit.record(AuditAct.VOTES_OPENED, hit.counterpart, hit_id, detail)
        return hit_id

    def _unread(self, work: Work, hit: Hit, number: int, unreadable: ProtocolError) -> HitId:
        """Nobody can open it, and its sender has this side's: the votes of this round come to nothing (UNRESOLVED).

        As early as any vote is opened, and no earlier; so that it opens nothing, and keeps nobody waiting.
        """
        own, counterpart = work.hits.votes(hit.hit_id)
        if _is_over(hit.ledger, number) or any(known.round == number for known in counterpart):
            raise unreadable
        if number > hit.ledger.round or not _is_committed(own, number):
            raise WaitsForMore(hit.hit_id)
        after = replace(hit, unread_round=number)
        work.hits.save(after)
        detail: Detail = {"kind": Purpose.VOTE.value, "round": number, "problem": unreadable.problem.value}
        work.audit.record(AuditAct.MESSAGE_REFUSED, hit.counterpart, hit.hit_id, detail)
        self._follow_steps.say_outcome(work, after)
        return hit.hit_id


def _is_over(ledger: HitLedger, number: int) -> bool:
    state = ledger.held_from if ledger.state is JointState.HELD else ledger.state
    return state not in VOTING or number < ledger.round


def _is_committed(own: Sequence[VoteView], number: int) -> bool:
    """Whether the hub has this side's vote: one that it lacks, or refused, could still be another one."""
    vote = next((known for known in own if known.round == number), None)
    return vote is not None and not vote.on_its_way and vote.not_delivered is None
