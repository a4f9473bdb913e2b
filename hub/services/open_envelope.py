"""What a member handed in, once it is certain that the member signed it, for this federation and purpose, only now."""

from datetime import datetime
from typing import Final, TypeVar

from symbolon.hub.domain.members import ACTIVE_ONLY, EnrolledMember, Standing, refuse_unless
from symbolon.hub.errors import MessageReused, RefusedBefore, UnknownMember, WrongPurposeHere
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import HubIdentity
from symbolon.protocol.envelope import Envelope, Expectation, Message, body_digest, verify
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.messages import Purpose, Sealed
from symbolon.protocol.references import HUB, MemberCode
from symbolon.protocol.replay import HubSight, admit_at_hub, hub_lane, keep_nonce_until

M = TypeVar("M", bound=Message)
_MAY_BE_WRITTEN_TO: Final = frozenset({Standing.ACTIVE, Standing.SUSPENDED})
"""What is for a suspended member waits until it is reinstated; it goes unread when the members expel it."""


class OpenEnvelope:
    """Verifies envelopes. `sender` is always the member of the connection's certificate, never what a body says.

    `admitted`: how the sender must stand, from here to the end of the transaction.
    """

    def __init__(self, identity: HubIdentity, admitted: frozenset[Standing] = ACTIVE_ONLY) -> None:
        self._identity = identity
        self._admitted = admitted

    def __call__(self, work: Work, envelope: Envelope, sender: MemberCode, kind: type[M], now: datetime) -> M:
        """A message to the hub; raises a `ProtocolError` or a `HubError`."""
        message = self.signed_by(work.members.find(sender), envelope, kind, now)
        self.admit(work, envelope, sender)
        return message

    def signed_by(self, sender: EnrolledMember | None, envelope: Envelope, kind: type[M], now: datetime) -> M:
        """A message of a sender whose card is known: it needs no transaction, but must still be admitted in one."""
        if sender is None:
            raise UnknownMember
        self._verify(sender, envelope, self._expected(sender.code, HUB, kind.PURPOSE), now)
        return envelope.read(kind)

    def admit(self, work: Work, envelope: Envelope, sender: MemberCode) -> None:
        """Hold the sender's standing, and refuse an envelope that was taken before or comes after a later one."""
        self._hold(work, sender)
        lane = hub_lane(envelope)
        nonce_seen = not work.replays.note_nonce(sender, envelope.nonce, keep_nonce_until(envelope))
        admit_at_hub(envelope, HubSight(nonce_seen, work.replays.move_lane(lane, envelope.issued_at)))

    def sealed(
        self, work: Work, envelope: Envelope, sender: MemberCode, purposes: frozenset[Purpose], now: datetime
    ) -> Sealed:
        """A sealed message to another member, which the hub cannot read; raises a `ProtocolError` or a `HubError`.

        Its place among the others is the receiver's to judge; that it comes only once, the hub sees as well.
        """
        if envelope.purpose not in purposes:
            raise WrongPurposeHere
        addressee = work.members.find(envelope.audience)
        if envelope.audience == sender or addressee is None or addressee.standing not in _MAY_BE_WRITTEN_TO:
            raise UnknownMember
        card = work.members.find(sender)
        if card is None:
            raise UnknownMember
        self._verify(card, envelope, self._expected(sender, envelope.audience, envelope.purpose), now)
        self._hold(work, sender)
        nonce_seen = not work.replays.note_nonce(sender, envelope.nonce, keep_nonce_until(envelope))
        admit_at_hub(envelope, HubSight(nonce_seen, None))
        return envelope.read(Sealed)

    def _hold(self, work: Work, sender: MemberCode) -> None:
        member = work.members.hold(sender)
        if member is None:
            raise UnknownMember
        refuse_unless(member.standing, self._admitted)

    def _expected(self, sender: MemberCode, audience: MemberCode, purpose: Purpose) -> Expectation:
        return Expectation(
            federation=self._identity.federation,
            exercise=self._identity.exercise,
            audience=audience,
            purpose=purpose,
            sender=sender,
        )

    def _verify(self, sender: EnrolledMember, envelope: Envelope, expected: Expectation, now: datetime) -> None:
        key = key_that_signed(sender.as_listed(), envelope.key_id, envelope.issued_at)
        verify(envelope, key, expected, now)


def was_taken_before(work: Work, envelope: Envelope, now: datetime) -> bool:
    """Whether this message was taken before; from now on it was.

    Raises `MessageReused` for another content, and `RefusedBefore` for a message that was refused for good.
    """
    digest = body_digest(envelope)
    noted = work.mail.note_message(envelope.sender, envelope.message_id, digest, now)
    if noted is None:
        return False
    if noted.body_digest != digest:
        raise MessageReused
    if noted.problem is not None:
        raise RefusedBefore(noted.problem)
    return True
