"""Whether a hub's word on how far a hit went is borne out by the votes that lie open here. All of it pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from symbolon.node.domain.hits import VoteView
from symbolon.protocol.handling import Verdict
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.lifecycle import Event, JointState, joint_outcome


def is_borne_out(
    told: HitLedger,
    known: HitLedger,
    votes: tuple[Sequence[VoteView], Sequence[VoteView]],
    lost_rounds: Collection[int],
) -> bool:
    """Whether a ledger that the hub tells of may be followed: no hub makes two votes out of none (invariant 1).

    `votes` are the own ones and the counterpart's, as they lie open here; of `lost_rounds` the own vote is out, and its
    words are lost. What opens nothing (an end, a hold) needs no votes.
    """
    passed = _passed(told)
    if JointState.WITHDRAWN in passed:
        return True
    if JointState.CONFIRMED in passed or told.exchanges:
        was_here = JointState.CONFIRMED in _passed(known) and told.round == known.round
        return was_here or _came_to(Event.CONFIRMED, told, told.round, votes, lost_rounds)
    if JointState.NEEDS_MORE in passed and told.round > known.round:
        return _came_to(Event.NEEDS_MORE, told, told.round - 1, votes, lost_rounds)
    return True


def _passed(ledger: HitLedger) -> frozenset[JointState]:
    """The states that the hit's own track says that it is in, or would go back to."""
    return frozenset(state for state in (ledger.state, ledger.held_from, ledger.closed_from) if state is not None)


def _came_to(
    event: Event,
    told: HitLedger,
    round_number: int,
    votes: tuple[Sequence[VoteView], Sequence[VoteView]],
    lost_rounds: Collection[int],
) -> bool:
    own, counterpart = votes
    theirs = next((vote for vote in counterpart if vote.round == round_number), None)
    ours = next((vote for vote in own if vote.round == round_number and _is_committed(vote)), None)
    if theirs is None or (ours is None and round_number not in lost_rounds):
        return False
    voting_round = replace(told, round=round_number).voting_round
    possible = tuple(Verdict) if ours is None else (ours.verdict,)
    return any(joint_outcome(voting_round, verdict, theirs.verdict) is event for verdict in possible)


def _is_committed(vote: VoteView) -> bool:
    return not vote.on_its_way and vote.not_delivered is None
