"""The hub's own word: messages that it signs, and posts to members."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from symbolon.hub.ports import Work
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Message, sign
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.references import HUB, MemberCode, new_delivery_id, new_message_id

# An alert waits as long as a node may be away; a node that comes back after a year must still take it.
ENVELOPE_LIFETIME: Final = timedelta(days=730)

NONCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class HubIdentity:
    """Which federation this hub serves, whether it is an exercise, and the key that its word is signed with."""

    federation: str
    exercise: bool
    signing_key: SigningKey = field(repr=False)


class SignMessage:
    """Signs as the hub."""

    def __init__(
        self, identity: HubIdentity, new_uuid: Callable[[], UUID], random_bytes: Callable[[int], bytes]
    ) -> None:
        self._identity = identity
        self._new_uuid = new_uuid
        self._random_bytes = random_bytes

    def __call__(self, message: Message, audience: MemberCode, now: datetime) -> Envelope:
        """The signed envelope of a message to one member."""
        header = EnvelopeHeader(
            federation=self._identity.federation,
            exercise=self._identity.exercise,
            sender=HUB,
            audience=audience,
            purpose=message.PURPOSE,
            message_id=new_message_id(self._new_uuid()),
            nonce=self._random_bytes(NONCE_BYTES),
            issued_at=now,
            expires_at=now + ENVELOPE_LIFETIME,
        )
        return sign(message, header, self._identity.signing_key)


class PostMessage:
    """Puts envelopes into members' queues."""

    def __init__(self, sign_message: SignMessage, new_uuid: Callable[[], UUID]) -> None:
        self._sign = sign_message
        self._new_uuid = new_uuid

    def __call__(self, work: Work, member: MemberCode, message: Message, now: datetime) -> None:
        """Sign a message as the hub and post it."""
        envelope = self._sign(message, member, now)
        work.mail.post(new_delivery_id(self._new_uuid()), member, message.PURPOSE, envelope.to_bytes(), now)

    def forward(self, work: Work, envelope: Envelope, now: datetime) -> None:
        """Post a member's envelope, as it is, to the member that it is addressed to."""
        work.mail.post(new_delivery_id(self._new_uuid()), envelope.audience, envelope.purpose, envelope.to_bytes(), now)
