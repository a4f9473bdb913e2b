"""Votes that lie at the hub, sealed: when both of a round are there, they are handed over together (invariant 5)."""

from dataclasses import dataclass

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import AlreadyVoted, NotNow
from symbolon.protocol.lifecycle import VOTING, JointState
from symbolon.protocol.lifecycle_problems import OnHold, StaleState
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class VoteDeposit:
    """One side's sealed vote of one round: the bytes of its envelope, which only the counterpart can open."""

    member: MemberCode
    round: int
    envelope: bytes


def check_vote(hit: Hit, member: MemberCode, number: int, deposits: tuple[VoteDeposit, ...]) -> None:
    """Refuse a vote that does not count for the present round. A hit that is held takes votes too, and keeps them.

    Raises `AlreadyVoted`, `NotNow`, `StaleState` for an earlier round, `OnHold` for one that has not begun.
    """
    state = hit.ledger.held_from if hit.state is JointState.HELD else hit.state
    if state not in VOTING:
        raise NotNow("No vote is asked for on this hit now: look at it again.")
    if any(each.member == member and each.round == number for each in deposits):
        raise AlreadyVoted
    if number < hit.ledger.round:
        raise StaleState("The vote is of a round that is over: look at the hit again.")
    if number > hit.ledger.round:
        raise OnHold("The vote is of a round that has not begun: what the votes before it came to comes first.")
    if number <= hit.opened_round:
        raise AlreadyVoted


def votes_to_hand_over(hit: Hit, deposits: tuple[VoteDeposit, ...]) -> tuple[VoteDeposit, ...]:
    """Both votes of the present round, or none: while one is missing, or the hit is not to be voted on, or frozen."""
    number = hit.ledger.round
    of_round = tuple(each for each in deposits if each.round == number)
    complete = len(of_round) == len(hit.sides) and number > hit.opened_round
    return of_round if complete and hit.state in VOTING and not hit.ledger.frozen_by else ()
