"""What a member handed in, once it is certain that the member signed it, for this federation and this purpose."""

from datetime import datetime
from typing import TypeVar

from symbolon.hub.errors import MessageReused, UnknownMember, WrongPurposeHere
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import HubIdentity
from symbolon.protocol.envelope import Envelope, Expectation, Message, body_digest, verify
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import MemberCard, Purpose, Sealed
from symbolon.protocol.references import HUB, MemberCode

M = TypeVar("M", bound=Message)


class OpenEnvelope:
    """Verifies envelopes. `sender` is always the member of the connection's certificate, never what a body says."""

    def __init__(self, identity: HubIdentity) -> None:
        self._identity = identity

    def __call__(self, work: Work, envelope: Envelope, sender: MemberCode, kind: type[M], now: datetime) -> M:
        """A message to the hub; raises a `ProtocolError` or `UnknownMember`."""
        return self.signed_by(work.members.find(sender), envelope, kind, now)

    def signed_by(self, sender: MemberCard | None, envelope: Envelope, kind: type[M], now: datetime) -> M:
        """The same, for a sender whose card is known: it needs no transaction."""
        if sender is None:
            raise UnknownMember
        self._verify(sender, envelope, self._expected(sender.code, HUB, kind.PURPOSE), now)
        return envelope.read(kind)

    def sealed(
        self, work: Work, envelope: Envelope, sender: MemberCode, purposes: frozenset[Purpose], now: datetime
    ) -> Sealed:
        """A sealed message to another member, which the hub cannot read; raises a `ProtocolError` or a `HubError`."""
        if envelope.purpose not in purposes:
            raise WrongPurposeHere
        if envelope.audience == sender or work.members.find(envelope.audience) is None:
            raise UnknownMember
        card = work.members.find(sender)
        if card is None:
            raise UnknownMember
        self._verify(card, envelope, self._expected(sender, envelope.audience, envelope.purpose), now)
        return envelope.read(Sealed)

    def _expected(self, sender: MemberCode, audience: MemberCode, purpose: Purpose) -> Expectation:
        return Expectation(
            federation=self._identity.federation,
            exercise=self._identity.exercise,
            audience=audience,
            purpose=purpose,
            sender=sender,
        )

    def _verify(self, sender: MemberCard, envelope: Envelope, expected: Expectation, now: datetime) -> None:
        verify(envelope, VerifyingKey.from_bytes(sender.signing_key), expected, now)


def was_taken_before(work: Work, envelope: Envelope, now: datetime) -> bool:
    """Whether this message was taken before; from now on it was. Raises `MessageReused` for another content."""
    digest = body_digest(envelope)
    noted = work.mail.note_message(envelope.sender, envelope.message_id, digest, now)
    if noted is not None and noted != digest:
        raise MessageReused
    return noted is not None
