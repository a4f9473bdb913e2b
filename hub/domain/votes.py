"""Votes that lie at the hub, sealed: when both of a round are there, they are handed over together (invariant 5)."""

from dataclasses import dataclass
from typing import Final

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import AlreadyVoted
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode

MOST_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class VoteDeposit:
    """One side's sealed vote of one round: the bytes of its envelope, which only the counterpart can open."""

    member: MemberCode
    round: int
    envelope: bytes


def round_for(hit: Hit, member: MemberCode, deposits: tuple[VoteDeposit, ...]) -> int:
    """The round that a new vote of the member counts for; raises `AlreadyVoted`."""
    current = hit.rounds_opened + 1
    if current > MOST_ROUNDS or any(each.member == member and each.round == current for each in deposits):
        raise AlreadyVoted
    return current


def votes_to_hand_over(hit: Hit, deposits: tuple[VoteDeposit, ...]) -> tuple[VoteDeposit, ...]:
    """Both votes of the open round, or none: while one is missing, or the hit is not alerted to both sides."""
    current = hit.rounds_opened + 1
    of_round = tuple(each for each in deposits if each.round == current)
    return of_round if len(of_round) == len(hit.sides) and hit.state is JointState.ALERTED else ()
