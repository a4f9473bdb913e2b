"""Takes the counterpart's vote, which the hub hands over once both lie there, and opens the round."""

from symbolon.node.domain.hits import VoteView
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, card_that_signed
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import VOTING, JointState
from symbolon.protocol.messages import FederationDirectory, Sealed, Vote
from symbolon.protocol.problems import Problem
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
        hit_id = envelope.read(Sealed).hit_id
        if hit_id is None:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "A vote names its hit.")
        hit = work.hits.lock(hit_id)
        if hit is None:
            raise WaitsForMore(hit_id)
        if hit.counterpart != envelope.sender:
            raise UnreadableDelivery(Problem.NOT_A_PARTY, "The vote comes from a state that is no party of the hit.")
        vote = self._correspondence.open_sealed(Vote, envelope, card_that_signed(work, envelope, directory))
        if vote.hit_id != hit_id:
            raise UnreadableDelivery(Problem.MALFORMED_MESSAGE, "The vote inside is about another hit.")
        own, counterpart = work.hits.votes(hit_id)
        stored = next((known for known in counterpart if known.round == vote.round), None)
        if stored is not None:
            if stored.verdict is not vote.verdict:
                raise UnreadableDelivery(Problem.ALREADY_VOTED, "The other side has voted in this round.")
            return hit_id
        own_vote = next((known for known in own if known.round == vote.round), None)
        ledger = hit.ledger
        state = ledger.held_from if ledger.state is JointState.HELD else ledger.state
        is_over = state not in VOTING or vote.round < ledger.round
        if is_over and state is not JointState.EXPIRED and work.reconciliation.is_lost_vote(hit_id, vote.round):
            # After a restore: the own vote lay at the hub beside it. What came of both is known.
            work.hits.add_vote(hit_id, VoteView(vote.round, vote.verdict, vote.reason, vote.voted_at, None), None)
            work.audit.record(AuditAct.VOTE_RECEIVED, envelope.sender, hit_id, {"round": vote.round})
            return hit_id
        if is_over:
            raise UnreadableDelivery(Problem.ILLEGAL_TRANSITION, "The votes on this hit are over.")
        # A vote that the hub does not have, or refused, is not committed: it could still be another one.
        if vote.round > ledger.round or own_vote is None or own_vote.on_its_way or own_vote.not_delivered is not None:
            raise WaitsForMore(hit_id)
        received = VoteView(vote.round, vote.verdict, vote.reason, vote.voted_at, None)
        work.hits.add_vote(hit_id, received, None)
        work.audit.record(AuditAct.VOTE_RECEIVED, envelope.sender, hit_id, {"round": vote.round})
        after = self._follow_steps.say_outcome(work, hit)
        detail = {"round": vote.round, "state": after.joint_state.value}
        work.audit.record(AuditAct.VOTES_OPENED, envelope.sender, hit_id, detail)
        return hit_id
