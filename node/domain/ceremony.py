"""A linkage key's ceremony as one node keeps it: the facts, in a form to be stored, and the steps that it did."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from symbolon.protocol.key_ceremony import Ceremony, CeremonyState, Dispute, Heard, Stage, restart
from symbolon.protocol.messages import KeyCommitment, KeyConfirmation, KeyReveal, LinkageKeyShare
from symbolon.protocol.references import MemberCode

FOLLOWED_UNASKED: Final = 3
"""Attempts that a node begins because others did, after the last one that an administrator here asked for.

Anybody may stop an attempt, nobody shall use up all of a ceremony's attempts while people sleep.
"""


class Step(StrEnum):
    """What a node does in a ceremony, each once in an attempt, the messages once to each member."""

    JOINED = "joined"
    COMMITTED = "key-commitment"
    REVEALED = "key-reveal"
    CONFIRMED = "key-confirmation"
    AGREED = "agreed"
    RECEIVED = "received"
    DISPUTED = "disputed"
    """What a member said did not fit."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was done; `member` is to whom a message went."""

    attempt: int
    step: Step
    member: MemberCode | None
    done_at: datetime


@dataclass(frozen=True, slots=True)
class HeardCommitment:
    """A member committed."""

    sender: MemberCode
    message: KeyCommitment


@dataclass(frozen=True, slots=True)
class HeardReveal:
    """A member showed its contribution."""

    sender: MemberCode
    message: KeyReveal


@dataclass(frozen=True, slots=True)
class HeardConfirmation:
    """A member said which key it came to."""

    sender: MemberCode
    message: KeyConfirmation


@dataclass(frozen=True, slots=True)
class HeardShare:
    """A member sent the key that it has, which is taken once enough members have confirmed it."""

    sender: MemberCode
    share: LinkageKeyShare = field(repr=False)


@dataclass(frozen=True, slots=True)
class CeremonyFacts:
    """All that this node knows of one ceremony; the contributions in it are as secret as the key."""

    attempt: int = 1
    asked_attempt: int = 1
    """The newest attempt that an administrator here joined or began."""
    without: tuple[MemberCode, ...] = ()
    contribution: bytes | None = field(default=None, repr=False)
    commitments: tuple[HeardCommitment, ...] = ()
    reveals: tuple[HeardReveal, ...] = field(default=(), repr=False)
    confirmations: tuple[HeardConfirmation, ...] = ()
    shares: tuple[HeardShare, ...] = field(default=(), repr=False)

    def state(self, ceremony: Ceremony, own: MemberCode) -> CeremonyState:
        """The facts as the protocol's rules take them."""
        heard: tuple[HeardCommitment | HeardReveal | HeardConfirmation, ...]
        heard = (*self.commitments, *self.reveals, *self.confirmations)
        return CeremonyState(
            ceremony=ceremony,
            own=own,
            attempt=self.attempt,
            without=frozenset(self.without),
            contribution=self.contribution,
            heard=frozenset(Heard(each.sender, each.message) for each in heard),
        )

    def with_state(self, state: CeremonyState) -> "CeremonyFacts":
        """The facts after a step of the rules."""
        said = sorted(state.heard, key=lambda each: (each.sender, each.message.attempt))
        return replace(
            self,
            attempt=state.attempt,
            without=tuple(sorted(state.without)),
            contribution=state.contribution,
            commitments=tuple(
                HeardCommitment(each.sender, each.message) for each in said if isinstance(each.message, KeyCommitment)
            ),
            reveals=tuple(
                HeardReveal(each.sender, each.message) for each in said if isinstance(each.message, KeyReveal)
            ),
            confirmations=tuple(
                HeardConfirmation(each.sender, each.message)
                for each in said
                if isinstance(each.message, KeyConfirmation)
            ),
        )

    def with_share(self, sender: MemberCode, share: LinkageKeyShare) -> "CeremonyFacts":
        """The facts with a shared key, in the place of an earlier one of that member."""
        others = tuple(each for each in self.shares if each.sender != sender)
        return replace(self, shares=(*others, HeardShare(sender, share)))


def begun_by_others(state: CeremonyState) -> int:
    """The newest attempt that a member whose contribution counts spoke of; 0 where none did."""
    return max((each.message.attempt for each in state.heard if each.sender in state.counted), default=0)


def follows(facts: CeremonyFacts, state: CeremonyState) -> CeremonyState | None:
    """The next attempt, where a member whose contribution counts began it and this node takes part; else None."""
    if state.contribution is None or begun_by_others(state) <= state.attempt:
        return None
    if state.attempt >= facts.asked_attempt + FOLLOWED_UNASKED:
        return None
    return restart(state, state.without)


@dataclass(frozen=True, slots=True)
class CeremonyView:
    """How one epoch's ceremony stands here."""

    epoch: int
    ceremony_id: str
    participants: tuple[MemberCode, ...]
    quorum: int
    attempt: int
    without: tuple[MemberCode, ...]
    stage: Stage | None
    """None where the key came here otherwise, or its ceremony is over."""
    key_check: str | None
    """Hexadecimal check value of the key; None while it is not here."""
    takes_part: bool
    joined: bool
    awaited: tuple[MemberCode, ...]
    disputes: tuple[Dispute, ...]
    shared_by: tuple[MemberCode, ...]
    """Members whose shared key waits for the confirmation of others."""
    what_to_do: str
