"""How the node speaks: signs what goes out, verifies what comes in, seals and opens what is between members alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from symbolon.node.domain.outbox import OutboxKind, OutgoingMessage
from symbolon.node.errors import NodeError
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, Message, sign, verify
from symbolon.protocol.keys import SealingKey, SealingPublicKey, SigningKey, VerifyingKey
from symbolon.protocol.messages import (
    SEALED_PURPOSES,
    FederationDirectory,
    LinkageKeyShare,
    MemberCard,
    Purpose,
    Reply,
    Request,
    Sealed,
    Vote,
)
from symbolon.protocol.problems import MalformedMessage, Problem, WrongSender
from symbolon.protocol.references import HUB, HitId, MemberCode, MessageId
from symbolon.protocol.sealing import SealContext, seal, unseal

TO_HUB = timedelta(minutes=15)
TO_MEMBER = timedelta(days=366)
"""A sealed message may lie at the hub until the other side has voted, or has come back: it does not grow stale."""

Opened = TypeVar("Opened", Vote, Request, Reply, LinkageKeyShare)
_OUTBOX_KINDS = {
    Purpose.VOTE: OutboxKind.VOTE,
    Purpose.REQUEST: OutboxKind.REQUEST,
    Purpose.REPLY: OutboxKind.REPLY,
    Purpose.LINKAGE_KEY: OutboxKind.LINKAGE_KEY,
}


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Who this node is, with its private keys."""

    code: MemberCode
    signing_key: SigningKey = field(repr=False)
    sealing_key: SealingKey = field(repr=False)


class Correspondence:
    """Signs, verifies, seals and opens in the name of one node."""

    def __init__(self, identity: NodeIdentity) -> None:
        self._identity = identity

    @property
    def code(self) -> MemberCode:
        """The node's own member code."""
        return self._identity.code

    def sign_for(
        self,
        audience: MemberCode,
        message: Message | Sealed,
        purpose: Purpose,
        directory: FederationDirectory,
        stamp: tuple[MessageId, datetime],
    ) -> Envelope:
        """Sign a message anew for each try: its body and id stay, only the time of issue moves."""
        message_id, now = stamp
        lifetime = TO_HUB if audience == HUB else TO_MEMBER
        header = EnvelopeHeader(
            federation=directory.federation,
            exercise=directory.exercise,
            sender=self.code,
            audience=audience,
            purpose=purpose,
            message_id=message_id,
            issued_at=now,
            expires_at=now + lifetime,
        )
        return sign(message, header, self._identity.signing_key)

    def verify_from_hub(
        self, envelope: Envelope, purpose: Purpose, directory: FederationDirectory, now: datetime
    ) -> None:
        """Accept an answer or a delivery of the hub's own, or raise a `ProtocolError`."""
        self._verify(envelope, directory.hub_signing_key, HUB, purpose, directory, now)

    def verify_from_member(self, envelope: Envelope, directory: FederationDirectory, now: datetime) -> None:
        """Accept a relayed envelope of another member, or raise a `ProtocolError`."""
        card = directory.card_of(envelope.sender)
        if card is None or envelope.sender == self.code or envelope.purpose not in SEALED_PURPOSES:
            raise WrongSender("The envelope does not come from another member of this federation.")
        self._verify(envelope, card.signing_key, card.code, envelope.purpose, directory, now)

    def seal_message(
        self,
        plain: Vote | Request | Reply | LinkageKeyShare,
        recipient: MemberCard,
        directory: FederationDirectory,
        message_id: MessageId,
    ) -> OutgoingMessage:
        """Seal a message for one member; what comes out is ready for the outbox."""
        hit_id = None if isinstance(plain, LinkageKeyShare) else plain.hit_id
        context = SealContext(directory.federation, self.code, recipient.code, plain.PURPOSE, hit_id, message_id)
        sealed = seal(plain, SealingPublicKey.from_bytes(recipient.sealing_key), context)
        body = canonical_bytes(to_wire(sealed))
        return OutgoingMessage(message_id, _OUTBOX_KINDS[plain.PURPOSE], recipient.code, hit_id, body, 0)

    def open_sealed(self, kind: type[Opened], envelope: Envelope) -> Opened:
        """Open a verified envelope of another member, or raise a `ProtocolError`."""
        sealed = envelope.read(Sealed)
        context = SealContext(
            envelope.federation,
            envelope.sender,
            self.code,
            envelope.purpose,
            sealed.hit_id,
            envelope.message_id,
        )
        return unseal(kind, sealed, self._identity.sealing_key, context)

    def _verify(
        self,
        envelope: Envelope,
        signing_key: bytes,
        sender: MemberCode,
        purpose: Purpose,
        directory: FederationDirectory,
        now: datetime,
    ) -> None:
        expected = Expectation(
            federation=directory.federation,
            exercise=directory.exercise,
            audience=self.code,
            purpose=purpose,
            sender=sender,
        )
        if envelope.expires_at <= envelope.issued_at:
            raise MalformedMessage("An envelope expires after it is issued.")
        # A delivery may have waited at the hub for as long as this node was away: its age is no fault of its own, and
        # a repetition is known by its delivery, hit, vote or request id. So `Expired` says one thing only:
        # it was issued in the future of this node's clock.
        latest = envelope.expires_at - timedelta(microseconds=1)
        verify(envelope, VerifyingKey.from_bytes(signing_key), expected, min(now, latest))


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


def hold_message(body: bytes, hit_id: HitId, message_id: MessageId) -> OutgoingMessage:
    """A decision for the hub itself, ready for the outbox."""
    return OutgoingMessage(message_id, OutboxKind.HOLD, HUB, hit_id, body, 0)
