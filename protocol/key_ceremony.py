"""The linkage-key ceremony step by step: the members make a key together, and the hub never holds it.

Each step takes the facts (:class:`CeremonyState`) and gives them with one more, or refuses it. A member that was absent
gets the key from another, sealed (:class:`LinkageKeyShare`), and takes it when a quorum confirmed its check value.
"""

from collections.abc import Collection
from dataclasses import replace
from hmac import compare_digest

from symbolon.protocol.ceremony import Ceremony, commitment_to, derive_key, transcript_of
from symbolon.protocol.ceremony_facts import (
    CeremonyMessage,
    CeremonyState,
    Dispute,
    DisputeReason,
    Heard,
    Stage,
    agreed_key,
    awaited,
    confirmed_check_value,
    disputes_of,
    messages_due,
    newest_attempt_heard,
    settled_transcript,
    stage_of,
)
from symbolon.protocol.keys import KEY_BYTES, LinkageKey
from symbolon.protocol.membership_problems import (
    CeremonyStepRefused,
    KeyNotConfirmed,
    NotAParticipant,
    UnknownCeremony,
)
from symbolon.protocol.messages_epochs import MAX_ATTEMPTS, KeyConfirmation
from symbolon.protocol.messages_exchange import LinkageKeyShare
from symbolon.protocol.problems import MalformedMessage, WrongFederation
from symbolon.protocol.references import MemberCode

__all__ = [
    "Ceremony",
    "CeremonyMessage",
    "CeremonyState",
    "Dispute",
    "DisputeReason",
    "Heard",
    "Stage",
    "agreed_key",
    "awaited",
    "begin",
    "commitment_to",
    "confirmed_check_value",
    "derive_key",
    "disputes_of",
    "hear",
    "join",
    "messages_due",
    "newest_attempt_heard",
    "proceed",
    "restart",
    "settled_transcript",
    "share_linkage_key",
    "stage_of",
    "take_linkage_key",
    "transcript_of",
]


def begin(ceremony: Ceremony, own: MemberCode) -> CeremonyState:
    """Give the state of a ceremony of which nothing is known yet; a member that takes no part may follow it too."""
    return CeremonyState(ceremony, own)


def join(state: CeremonyState, contribution: bytes) -> CeremonyState:
    """Take part in the present attempt with 32 freshly drawn bytes; joining again with the same ones changes nothing.

    Raises :class:`NotAParticipant`, and :class:`CeremonyStepRefused` where this node joined with others.
    """
    if state.own not in state.counted:
        raise NotAParticipant(
            "This member does not take part in this attempt of the ceremony: ask another member to share the key once "
            "it is made."
        )
    if len(contribution) != KEY_BYTES:
        raise MalformedMessage(f"A contribution to the linkage key is {KEY_BYTES} bytes long.")
    if state.contribution not in (None, contribution):
        raise CeremonyStepRefused(
            "This member has joined the ceremony's present attempt already: wait for the others, or begin a new one."
        )
    return replace(state, contribution=contribution)


def hear(state: CeremonyState, sender: MemberCode, message: CeremonyMessage) -> CeremonyState:
    """Take in what a participant said; the same again changes nothing, a contradiction is kept.

    Raises :class:`UnknownCeremony` where it belongs to another one, :class:`NotAParticipant` where its sender takes no
    part in this one. Once a key is agreed on, nobody's further word on contributions is heard.
    """
    if (message.ceremony_id, message.epoch) != (state.ceremony.ceremony_id, state.ceremony.epoch):
        raise UnknownCeremony(
            "The message belongs to another linkage-key ceremony: compare the directory's fingerprint with its sender."
        )
    if sender not in state.ceremony.participants or sender == state.own:
        raise NotAParticipant(
            "Only the other participants of a ceremony are heard in it: its sender has to ask for the key to be shared."
        )
    if not isinstance(message, KeyConfirmation) and stage_of(state) is Stage.AGREED:
        return state
    said = [each for each in state.heard if each.sender == sender and _stands_beside(each.message, message)]
    if len(said) == 2:
        # Two different messages show the contradiction; more of them would only fill the store.
        return state
    return replace(state, heard=state.heard | {Heard(sender, message)})


def proceed(state: CeremonyState, without: Collection[MemberCode]) -> CeremonyState:
    """Go on without participants that did not commit; every other participant must decide the same.

    Raises :class:`NotAParticipant` for somebody else, :class:`CeremonyStepRefused` where all have committed (so that
    what counts is settled), where this node would leave itself out, or where fewer than the quorum are left.
    """
    if stage_of(state) is not Stage.COMMITTING:
        raise CeremonyStepRefused("What counts in this attempt is settled already; begin a new attempt instead.")
    return replace(state, without=_left_out(state, state.without | frozenset(without)))


def restart(state: CeremonyState, without: Collection[MemberCode] = ()) -> CeremonyState:
    """Begin the next attempt, with new contributions, and without these participants.

    Raises as :func:`proceed`, and :class:`CeremonyStepRefused` where a key was agreed on.
    """
    if stage_of(state) is Stage.AGREED:
        raise CeremonyStepRefused("The members agreed on this epoch's key; a new key needs a new epoch.")
    if state.attempt >= MAX_ATTEMPTS:
        raise CeremonyStepRefused("This ceremony was begun too often; open a new epoch instead.")
    left_out = _left_out(state, frozenset(without))
    return replace(state, attempt=state.attempt + 1, without=left_out, contribution=None)


def _left_out(state: CeremonyState, without: frozenset[MemberCode]) -> frozenset[MemberCode]:
    if not without <= set(state.ceremony.participants):
        raise NotAParticipant("Only a participant of the ceremony can be left out.")
    if state.own in without:
        raise CeremonyStepRefused("A member does not leave itself out of the ceremony.")
    if len(state.ceremony.participants) - len(without) < state.ceremony.quorum:
        raise CeremonyStepRefused(f"A linkage key needs the contributions of {state.ceremony.quorum} members.")
    return without


def _stands_beside(said: CeremonyMessage, message: CeremonyMessage) -> bool:
    return type(said) is type(message) and said.attempt == message.attempt


def share_linkage_key(key: LinkageKey, federation: str) -> LinkageKeyShare:
    """Put a linkage key and its check value into the message that carries it to a member that was absent."""
    return LinkageKeyShare(federation=federation, epoch=key.epoch, key=key.secret, key_check_value=key.check_value())


def take_linkage_key(share: LinkageKeyShare, state: CeremonyState) -> LinkageKey:
    """Give the linkage key that another member shared, where a quorum of the ceremony confirmed it.

    Raises :class:`WrongFederation` where it is another federation's (an exercise's key never meets live data),
    :class:`UnknownCeremony` where it is of another epoch, :class:`MalformedMessage` where it does not have the check
    value that came with it, and :class:`KeyNotConfirmed` where that is not the one that a quorum confirmed.
    """
    if share.federation != state.ceremony.federation:
        raise WrongFederation("The linkage key belongs to another federation.")
    if share.epoch != state.ceremony.epoch:
        raise UnknownCeremony("The linkage key is of another epoch than the ceremony.")
    key = LinkageKey(share.epoch, share.key)
    if not compare_digest(key.check_value(), share.key_check_value):
        raise MalformedMessage("The linkage key does not have the check value that came with it; ask for it again.")
    confirmed = confirmed_check_value(state)
    if confirmed is None:
        raise KeyNotConfirmed("Too few members have confirmed this linkage key yet; it is taken once they have.")
    if not compare_digest(confirmed, share.key_check_value):
        raise KeyNotConfirmed("The linkage key is another than the one that a quorum of members confirmed.")
    return key
