"""What one node knows of a linkage-key ceremony, and what follows from it; the steps are in ``key_ceremony``.

Commit and reveal (Blum, *Coin flipping by telephone*, 1983): each participant draws a contribution and commits to it;
only when every commitment that counts lies there, the contributions are shown, and the key is derived from them all. So
whoever reveals last can stop a ceremony (an attempt is then begun anew, for all to see), and cannot choose a key.

A :class:`CeremonyState` is a set of facts: what was decided at this node and what was heard from others. What follows
does not depend on the order in which they came, so a node that starts again reads its facts and goes on.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from typing import TypeVar

from symbolon.protocol.ceremony import Ceremony, commitment_to, derive_key, transcript_of
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.membership_problems import CeremonyDisputed
from symbolon.protocol.messages_epochs import KeyCommitment, KeyConfirmation, KeyReveal
from symbolon.protocol.references import MemberCode

CeremonyMessage = KeyCommitment | KeyReveal | KeyConfirmation
M = TypeVar("M", KeyCommitment, KeyReveal, KeyConfirmation)


class Stage(StrEnum):
    """How far a ceremony is, as one node sees it."""

    COMMITTING = "committing"
    REVEALING = "revealing"
    CONFIRMING = "confirming"
    AGREED = "agreed"
    DISPUTED = "disputed"


class DisputeReason(StrEnum):
    """What does not fit together in what a member said."""

    SAID_TWO_THINGS = "said-two-things"
    COUNTS_ON_OTHERS = "counts-on-others"
    BROKEN_COMMITMENT = "broken-commitment"
    SAME_CONTRIBUTION = "same-contribution"
    OTHER_KEY = "other-key"


@dataclass(frozen=True, slots=True, order=True)
class Dispute:
    """A member whose word does not fit."""

    member: MemberCode
    reason: DisputeReason


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a participant, as it came."""

    sender: MemberCode
    message: CeremonyMessage


@dataclass(frozen=True, slots=True)
class CeremonyState:
    """The facts that one node has of a ceremony; ``own`` need not take part (a member that was enrolled later).

    ``without`` are the participants that this node's administrator goes on without in the present attempt.
    """

    ceremony: Ceremony
    own: MemberCode
    attempt: int = 1
    without: frozenset[MemberCode] = frozenset()
    contribution: bytes | None = field(default=None, repr=False)
    heard: frozenset[Heard] = field(default=frozenset(), repr=False)

    @property
    def counted(self) -> tuple[MemberCode, ...]:
        """The participants whose contributions make the key of this attempt."""
        return tuple(code for code in self.ceremony.participants if code not in self.without)


def stage_of(state: CeremonyState) -> Stage:
    """Say how far the ceremony is; it is agreed once this node's key was confirmed by a quorum, this node included."""
    key = _own_key(state)
    if key is not None and _is_confirmed(state, key.check_value()):
        return Stage.AGREED
    if disputes_of(state):
        return Stage.DISPUTED
    if settled_transcript(state) is None:
        return Stage.COMMITTING
    return Stage.REVEALING if key is None else Stage.CONFIRMING


def messages_due(state: CeremonyState) -> tuple[CeremonyMessage, ...]:
    """Give everything that this node is to have sent to each other participant by now; what was sent is not repeated.

    Its contribution is shown only when every commitment that counts lies here and none of it is disputed. Its key is
    confirmed even where somebody claims another, so that one liar does not keep the others from agreeing.
    """
    if state.contribution is None:
        return ()
    ceremony_id, epoch, attempt = state.ceremony.ceremony_id, state.ceremony.epoch, state.attempt
    own_commitment = commitment_to(ceremony_id, attempt, state.own, state.contribution)
    due: list[CeremonyMessage] = [KeyCommitment(ceremony_id, epoch, attempt, own_commitment)]
    transcript = settled_transcript(state)
    if transcript is not None and not _reveal_disputes(state):
        due.append(KeyReveal(ceremony_id, epoch, attempt, state.contribution, transcript))
        key = _own_key(state)
        if key is not None:
            due.append(KeyConfirmation(ceremony_id, epoch, attempt, key.check_value()))
    return tuple(due)


def agreed_key(state: CeremonyState) -> LinkageKey | None:
    """Give the key that this node and a quorum came to, or None as long as they have not.

    Raises :class:`CeremonyDisputed` where what was said does not fit together.
    """
    stage = stage_of(state)
    if stage is Stage.DISPUTED:
        raise CeremonyDisputed(dispute.member for dispute in disputes_of(state))
    return _own_key(state) if stage is Stage.AGREED else None


def confirmed_check_value(state: CeremonyState) -> bytes | None:
    """Give the check value that a quorum of participants confirmed in one attempt, or None.

    By it a member that was absent accepts the key from another. Where two values have a quorum each there is none.
    """
    attempts = {each.message.attempt for each in state.heard}
    values = {
        value
        for attempt in attempts
        for value in set(_confirmations(state, attempt).values())
        if _count(_confirmations(state, attempt), value) >= state.ceremony.quorum
    }
    return values.pop() if len(values) == 1 else None


def awaited(state: CeremonyState) -> tuple[MemberCode, ...]:
    """Name the members, this one among them, whose next word the ceremony waits for."""
    stage = stage_of(state)
    if stage is Stage.COMMITTING:
        there: Collection[MemberCode] = _commitments(state)
    elif stage is Stage.REVEALING:
        there = _contributions(state)
    elif stage is Stage.CONFIRMING:
        there = {state.own, *_confirmations(state, state.attempt)}
    else:
        return ()
    return tuple(code for code in state.counted if code not in there)


def newest_attempt_heard(state: CeremonyState) -> int:
    """Give the newest attempt that more than half of the others who count have come to: a node that restarts joins it.

    Fewer do not lead the others on: one member alone would use up all attempts of a ceremony.
    """
    others = [code for code in state.counted if code != state.own]
    came_to = sorted(
        (max((each.message.attempt for each in state.heard if each.sender == code), default=0) for code in others),
        reverse=True,
    )
    more_than_half = len(others) // 2 + 1
    return max(came_to[more_than_half - 1], state.attempt) if len(came_to) >= more_than_half else state.attempt


def disputes_of(state: CeremonyState) -> tuple[Dispute, ...]:
    """Give what does not fit together in the present attempt, by member.

    Only those whose contribution counts can dispute: who was left out does not stop the others.
    """
    found = _reveal_disputes(state) | _contradictions(state, KeyConfirmation)
    key = _own_key(state)
    if key is not None:
        for code, value in _confirmations(state, state.attempt).items():
            if code in state.counted and not compare_digest(value, key.check_value()):
                found.add(Dispute(code, DisputeReason.OTHER_KEY))
    return tuple(sorted(found))


def settled_transcript(state: CeremonyState) -> bytes | None:
    """Give the digest of the commitments that count, or None until all of them lie here, this node's included."""
    commitments = _commitments(state)
    return transcript_of(commitments) if set(commitments) == set(state.counted) else None


def _said(state: CeremonyState, kind: type[M], attempt: int) -> dict[MemberCode, M]:
    """Give what each participant said in one attempt; who said two things is not in it."""
    spoken = [(each.sender, each.message) for each in state.heard if each.message.attempt == attempt]
    said = [(sender, message) for sender, message in spoken if isinstance(message, kind)]
    once = Counter(sender for sender, _ in said)
    return {sender: message for sender, message in said if once[sender] == 1}


def _commitments(state: CeremonyState) -> dict[MemberCode, bytes]:
    commitments = {
        code: said.commitment
        for code, said in _said(state, KeyCommitment, state.attempt).items()
        if code in state.counted
    }
    if state.contribution is not None:
        own = commitment_to(state.ceremony.ceremony_id, state.attempt, state.own, state.contribution)
        commitments[state.own] = own
    return commitments


def _contributions(state: CeremonyState) -> dict[MemberCode, bytes]:
    reveals = _said(state, KeyReveal, state.attempt)
    contributions = {code: reveal.contribution for code, reveal in reveals.items() if code in state.counted}
    if state.contribution is not None:
        contributions[state.own] = state.contribution
    return contributions


def _confirmations(state: CeremonyState, attempt: int) -> dict[MemberCode, bytes]:
    return {code: said.key_check_value for code, said in _said(state, KeyConfirmation, attempt).items()}


def _count(confirmations: Mapping[MemberCode, bytes], value: bytes) -> int:
    return sum(compare_digest(each, value) for each in confirmations.values())


def _is_confirmed(state: CeremonyState, own_value: bytes) -> bool:
    confirmations = {**_confirmations(state, state.attempt), state.own: own_value}
    return _count(confirmations, own_value) >= state.ceremony.quorum


def _own_key(state: CeremonyState) -> LinkageKey | None:
    """Give the key that this node comes to when all contributions that count lie here and fit."""
    transcript, contributions = settled_transcript(state), _contributions(state)
    if transcript is None or set(contributions) != set(state.counted) or _reveal_disputes(state):
        return None
    return derive_key(state.ceremony, state.attempt, contributions.values(), transcript)


def _reveal_disputes(state: CeremonyState) -> set[Dispute]:
    found = _contradictions(state, KeyCommitment) | _contradictions(state, KeyReveal)
    transcript = settled_transcript(state)
    if transcript is None:
        return found
    commitments = _commitments(state)
    for code, reveal in _said(state, KeyReveal, state.attempt).items():
        if code not in state.counted:
            continue
        bound = commitment_to(state.ceremony.ceremony_id, state.attempt, code, reveal.contribution)
        if not compare_digest(reveal.transcript, transcript):
            found.add(Dispute(code, DisputeReason.COUNTS_ON_OTHERS))
        elif not compare_digest(bound, commitments[code]):
            found.add(Dispute(code, DisputeReason.BROKEN_COMMITMENT))
    contributions = _contributions(state)
    drawn = Counter(contributions.values())
    found.update(
        Dispute(code, DisputeReason.SAME_CONTRIBUTION) for code in contributions if drawn[contributions[code]] > 1
    )
    return found


def _contradictions(state: CeremonyState, kind: type[CeremonyMessage]) -> set[Dispute]:
    """Find who said two different things of one kind in this attempt, and whose contribution counts."""
    said = Counter(
        each.sender for each in state.heard if isinstance(each.message, kind) and each.message.attempt == state.attempt
    )
    return {
        Dispute(sender, DisputeReason.SAID_TWO_THINGS)
        for sender, times in said.items()
        if times > 1 and sender in state.counted
    }
