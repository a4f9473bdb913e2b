"""How the node speaks: signs what goes out, verifies what comes in, seals and opens what is between members alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from symbolon.node.domain.key_generations import KeyGeneration, in_use
from symbolon.node.domain.membership import Federation, own_card
from symbolon.node.domain.messages import HitMessage
from symbolon.node.domain.outbox import KeyPlace, OutgoingMessage
from symbolon.node.errors import NodeError
from symbolon.node.ports.outside import Draws, MemberKeys
from symbolon.node.ports.storage import Work
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, Message, sign, verify
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey, RecipientKeys
from symbolon.protocol.keys import SealingPublicKey, VerifyingKey
from symbolon.protocol.messages import (
    SEALED_PURPOSES,
    FederationDirectory,
    HoldDecision,
    KeyCommitment,
    KeyConfirmation,
    KeyReveal,
    LinkageKeyShare,
    MemberCard,
    MemberStanding,
    PairsFound,
    Purpose,
    SafetyHoldOrder,
    Sealed,
    SideNotice,
    StateNotice,
    Vote,
)
from symbolon.protocol.problems import MalformedMessage, Problem, WrongSender
from symbolon.protocol.references import HUB, HitId, KeyId, MemberCode, MessageId, key_id_of
from symbolon.protocol.sealing import SealContext, seal, unseal

TO_HUB = timedelta(minutes=15)
TO_MEMBER = timedelta(days=366)
"""A sealed message may lie at the hub until the other side has voted, or has come back: it does not grow stale."""

NONCE_BYTES = 16

Plain = Vote | HitMessage | LinkageKeyShare | KeyCommitment | KeyReveal | KeyConfirmation | PairsFound
Opened = TypeVar("Opened", bound=Plain)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is new in each try of a message: its id stays, time of issue and nonce do not."""

    message_id: MessageId
    issued_at: datetime
    nonce: bytes = field(repr=False)


def stamp(draws: Draws, message_id: MessageId, issued_at: datetime | None = None) -> Stamp:
    """The stamp of a try that is made now; with the time of issue that its lanes gave it, where they were asked."""
    return Stamp(message_id, issued_at or draws.now(), draws.random_bytes(NONCE_BYTES))


class Correspondence:
    """Signs, verifies, seals and opens in the name of one node, with the keys that the directory lists for it."""

    def __init__(self, code: MemberCode, keys: MemberKeys) -> None:
        self._code = code
        self._keys = keys

    @property
    def code(self) -> MemberCode:
        """The node's own member code."""
        return self._code

    def generation(self, federation: Federation) -> KeyGeneration:
        """The keys in use: those that the directory lists, or those of the enrolment before there is one."""
        directory = federation if isinstance(federation, FederationDirectory) else None
        return in_use(self._keys.generations(), own_card(directory, self._code))

    def sign_for(
        self, audience: MemberCode, message: Message | Sealed, purpose: Purpose, federation: Federation, stamp: Stamp
    ) -> Envelope:
        """Sign a message anew for each try: its body and id stay."""
        header = EnvelopeHeader(
            federation=federation.federation,
            exercise=federation.exercise,
            sender=self._code,
            audience=audience,
            purpose=purpose,
            message_id=stamp.message_id,
            issued_at=stamp.issued_at,
            expires_at=stamp.issued_at + (TO_HUB if audience == HUB else TO_MEMBER),
            nonce=stamp.nonce,
        )
        return sign(message, header, self.generation(federation).signing_key)

    def verify_from_hub(self, envelope: Envelope, purpose: Purpose, federation: Federation, now: datetime) -> None:
        """Accept an answer or a delivery of the hub's own, or raise a `ProtocolError`."""
        key = VerifyingKey.from_bytes(federation.hub_signing_key)
        self._verify(envelope, key, Expectation(*_bound(federation), self._code, purpose, HUB), now)

    def verify_from_member(self, envelope: Envelope, directory: FederationDirectory, now: datetime) -> None:
        """Accept a relayed envelope of another member, or raise a `ProtocolError`.

        What a member issued before its suspension, or signed with a key before that was retired, is still its word.
        """
        member = directory.member_of(envelope.sender)
        if member is None or envelope.sender == self._code or envelope.purpose not in SEALED_PURPOSES:
            raise WrongSender("The envelope does not come from another member of this federation.")
        key = key_that_signed(member, envelope.key_id, envelope.issued_at)
        expected = Expectation(*_bound(directory), self._code, envelope.purpose, member.code)
        self._verify(envelope, key, expected, now)
        if member.standing is MemberStanding.EXPELLED:
            raise NodeError(Problem.MEMBER_EXPELLED, "The message comes from a state that was expelled.")
        if not member.is_active and envelope.issued_at >= member.standing_since:
            raise NodeError(Problem.MEMBER_SUSPENDED, "The message comes from a state that is suspended.")

    def seal_message(
        self,
        plain: Plain,
        recipient: MemberCard,
        directory: FederationDirectory,
        message_id: MessageId,
        notice: StateNotice | None = None,
    ) -> OutgoingMessage:
        """Seal a message for one member; what comes out is ready for the outbox.

        `notice` is what the hub may see of a step, and stands beside what is sealed.

        Raises:
            ProtocolError: the keys on the member's card cannot be used.

        """
        hit_id = hit_of(plain)
        context = SealContext(directory.federation, self._code, recipient.code, plain.PURPOSE, hit_id, message_id)
        hybrid = recipient.hybrid_sealing_key
        keys = RecipientKeys(
            SealingPublicKey.from_bytes(recipient.sealing_key),
            None if hybrid is None else HybridSealingPublicKey.from_bytes(hybrid),
        )
        sealed = seal(plain, keys, context, sender_has_hybrid=_has_hybrid(directory, self._code), notice=notice)
        body = canonical_bytes(to_wire(sealed))
        return OutgoingMessage(
            message_id, plain.PURPOSE, recipient.code, hit_id, body, key_place=_key_place(plain), step=notice
        )

    def open_sealed(self, kind: type[Opened], envelope: Envelope, signer: MemberCard | None) -> Opened:
        """Open a verified envelope of another member, or raise a `ProtocolError`.

        Former keys open what was sealed before they were replaced, and stayed on its way. `signer` is the sender's card
        of that time (:func:`card_that_signed`): by it the suite is judged, not by what the sender has now.
        """
        sealed = envelope.read(Sealed)
        context = SealContext(
            envelope.federation, envelope.sender, self._code, envelope.purpose, sealed.hit_id, envelope.message_id
        )
        generations = self._keys.generations()
        addressed = next((each for each in generations if each.opens(sealed.recipient_key_id)), generations[-1])
        hybrid = signer is not None and signer.hybrid_sealing_key is not None
        return unseal(kind, sealed, addressed.sealing_keys, context, sender_has_hybrid=hybrid)

    def _verify(self, envelope: Envelope, key: VerifyingKey, expected: Expectation, now: datetime) -> None:
        if envelope.expires_at <= envelope.issued_at:
            raise MalformedMessage("An envelope expires after it is issued.")
        # A delivery may have waited at the hub for as long as this node was away: its age is no fault of its own, and
        # a repetition is known by its delivery and message id. So the time says one thing only: `NotYetValid`, when it
        # was issued in the future of this node's clock.
        latest = envelope.expires_at - timedelta(microseconds=1)
        verify(envelope, key, expected, min(now, latest))


def card_that_signed(work: Work, envelope: Envelope, directory: FederationDirectory) -> MemberCard | None:
    """The sender's card with the key that signed a verified envelope: the present one, or a former one."""
    card = directory.card_of(envelope.sender)
    if card is None or key_id_of(card.signing_key) == envelope.key_id:
        return card
    former = (signed.directory.card_of(envelope.sender) for signed, _taken_at in reversed(work.directory.history()))
    return next((each for each in former if each and key_id_of(each.signing_key) == envelope.key_id), card)


def counterpart_card(directory: FederationDirectory, code: MemberCode) -> MemberCard:
    """The card of the member to write to.

    Raises:
        NodeError: the directory does not list the member (any more).

    """
    card = directory.card_of(code)
    if card is None:
        raise NodeError(
            Problem.UNKNOWN_MEMBER, "The other state is not in the member directory now: ask the hub's operator."
        )
    return card


def is_sealed_for(card: MemberCard, key_id: KeyId) -> bool:
    """Whether a key of this name is on the card."""
    hybrid = card.hybrid_sealing_key
    return key_id == key_id_of(card.sealing_key) or (hybrid is not None and key_id == key_id_of(hybrid))


def hit_of(plain: Plain) -> HitId | None:
    """The hit that a message is about; None for what is about the linkage key, or about pairs that are none yet."""
    if isinstance(plain, LinkageKeyShare | KeyCommitment | KeyReveal | KeyConfirmation | PairsFound):
        return None
    return plain.hit_id


def _key_place(plain: Plain) -> KeyPlace | None:
    if isinstance(plain, LinkageKeyShare):
        return KeyPlace(plain.epoch, None)
    if isinstance(plain, KeyCommitment | KeyReveal | KeyConfirmation):
        return KeyPlace(plain.epoch, plain.attempt)
    return None


def message_to_hub(
    message: HoldDecision | SafetyHoldOrder | SideNotice | StateNotice, message_id: MessageId
) -> OutgoingMessage:
    """A word about a hit for the hub itself, in clear, ready for the outbox; a step of the hit's own track is one."""
    step = message if isinstance(message, StateNotice) else None
    body = canonical_bytes(to_wire(message))
    return OutgoingMessage(message_id, message.PURPOSE, HUB, message.hit_id, body, step=step)


def _bound(federation: Federation) -> tuple[str, bool]:
    return federation.federation, federation.exercise


def _has_hybrid(directory: FederationDirectory, code: MemberCode) -> bool:
    card = directory.card_of(code)
    return card is not None and card.hybrid_sealing_key is not None
