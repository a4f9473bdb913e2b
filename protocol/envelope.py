"""Signed envelopes: who says what to whom, for what purpose, and until when it counts.

The signature (Ed25519, RFC 8032) is over a label and the canonical bytes (RFC 8785) of everything but itself, so a
receiver need not keep the sender's spelling of the JSON, and no field can be changed, left out or used for another
purpose.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, ClassVar, Final, Protocol, Self, TypeVar

from symbolon.protocol.canonical import EmbeddedObject, JsonObject, canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire, whole_milliseconds
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.messages_exchange import Sealed
from symbolon.protocol.problems import (
    BadSignature,
    Expired,
    MalformedMessage,
    NotYetValid,
    ValidityTooLong,
    WrongAudience,
    WrongFederation,
    WrongPurpose,
    WrongSender,
)
from symbolon.protocol.purposes import SEALED_PURPOSES, Purpose
from symbolon.protocol.references import HUB, KeyId, MemberCode, MessageId
from symbolon.protocol.wire_limits import FederationName, Nonce, matching, octets

WIRE_VERSION: Final = "symbolon/1"
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far the sender's clock may run ahead of the receiver's."""

LONGEST_TO_HUB: Final = timedelta(hours=1)
"""The longest validity of an envelope to the hub, which keeps each nonce for as long."""

LONGEST_BETWEEN_MEMBERS: Final = timedelta(days=400)
"""The longest validity of an envelope from member to member: the hub keeps its nonce until it is over."""

_LABEL: Final = b"symbolon/1 envelope\n"


class Message(Protocol):
    """A message that stands in an envelope in clear: its class says for what purpose."""

    PURPOSE: ClassVar[Purpose]


B = TypeVar("B", bound=Message | Sealed)


@dataclass(frozen=True, slots=True)
class EnvelopeHeader:
    """What the sender says about a message; with :func:`sign` it becomes an envelope.

    ``nonce`` is 16 bytes freshly drawn for each try; ``message_id`` stays the same when a message is sent again.
    """

    federation: str
    exercise: bool
    sender: MemberCode
    audience: MemberCode
    purpose: Purpose
    message_id: MessageId
    nonce: bytes
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a receiver knows beforehand about an envelope that it may accept."""

    federation: str
    exercise: bool
    audience: MemberCode
    purpose: Purpose
    sender: MemberCode


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed message; ``body`` is the message as JSON, ``key_id`` names the key that signed."""

    version: Annotated[str, matching(WIRE_VERSION, f"{WIRE_VERSION}, the version of the wire format")]
    federation: FederationName
    exercise: bool
    sender: MemberCode
    audience: MemberCode
    purpose: Purpose
    message_id: MessageId
    nonce: Nonce
    issued_at: datetime
    expires_at: datetime
    key_id: KeyId
    body: EmbeddedObject = field(repr=False)
    signature: Annotated[bytes, octets(64, 64)] = field(repr=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read an envelope from JSON; raises :class:`MalformedMessage`. It is not yet verified."""
        return from_wire(cls, parse_json(data))

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """Read an envelope from parsed JSON, as in a delivery; raises :class:`MalformedMessage`. Not yet verified."""
        return from_wire(cls, value)

    def to_json(self) -> JsonObject:
        """Give the envelope as a JSON object."""
        return to_wire(self)

    def to_bytes(self) -> bytes:
        """Give the envelope's canonical bytes."""
        return canonical_bytes(self.to_json())

    def signed_bytes(self) -> bytes:
        """Give what the signature is over: a label and the canonical bytes of all other fields."""
        content = self.to_json()
        del content["signature"]
        return _LABEL + canonical_bytes(content)

    def read(self, kind: type[B]) -> B:
        """Read the body as a message of the given class.

        Raises :class:`WrongPurpose` where the envelope is for something else, :class:`MalformedMessage` where the body
        does not follow the wire format.
        """
        if self.purpose not in _purposes_of(kind):
            raise _other_kind(self.purpose)
        return from_wire(kind, self.body)


def sign(message: Message | Sealed, header: EnvelopeHeader, key: SigningKey) -> Envelope:
    """Put a message into an envelope and sign it; the same arguments give the same bytes.

    Raises :class:`WrongPurpose` where header and message disagree, :class:`MalformedMessage` where either does not fit
    the wire format, or the envelope would expire before it is issued.
    """
    if header.purpose not in _purposes_of(type(message)):
        raise _other_kind(header.purpose)
    unsigned = Envelope(
        version=WIRE_VERSION,
        federation=header.federation,
        exercise=header.exercise,
        sender=header.sender,
        audience=header.audience,
        purpose=header.purpose,
        message_id=header.message_id,
        nonce=header.nonce,
        issued_at=whole_milliseconds(header.issued_at),
        expires_at=whole_milliseconds(header.expires_at),
        key_id=key.key_id,
        body=to_wire(message),
        signature=bytes(64),
    )
    if unsigned.expires_at <= unsigned.issued_at:
        raise MalformedMessage("An envelope expires after it is issued.")
    _refuse_long_validity(unsigned)
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))


def verify(envelope: Envelope, key: VerifyingKey, expected: Expectation, now: datetime) -> None:
    """Accept an envelope, or raise; nothing of an envelope may be used before.

    In this order: the key and the signature (:class:`BadSignature`), then what is now known to be the sender's word:
    federation and exercise flag (:class:`WrongFederation`), sender (:class:`WrongSender`), audience
    (:class:`WrongAudience`), purpose (:class:`WrongPurpose`), and the time (:class:`ValidityTooLong`,
    :class:`NotYetValid`, :class:`Expired`). Whether it was received before is compared after that
    (:mod:`symbolon.protocol.replay`).
    """
    if envelope.key_id != key.key_id:
        raise BadSignature("The envelope was signed with another key than the sender's.")
    key.verify(envelope.signature, envelope.signed_bytes())
    if (envelope.federation, envelope.exercise) != (expected.federation, expected.exercise):
        raise WrongFederation("The envelope belongs to another federation, or mixes exercise and live data.")
    if envelope.sender != expected.sender:
        raise WrongSender("The envelope comes from another party than the one that handed it in.")
    if envelope.audience != expected.audience:
        raise WrongAudience("The envelope is addressed to another party.")
    if envelope.purpose is not expected.purpose:
        raise WrongPurpose(f"The envelope is not for the purpose {expected.purpose.value}.")
    _refuse_long_validity(envelope)
    if now < envelope.issued_at - CLOCK_SKEW:
        raise NotYetValid("The envelope is used before its issue; check both clocks.")
    if now >= envelope.expires_at:
        raise Expired("The envelope is used after its expiry; sign the message anew, and check both clocks.")


def body_digest(envelope: Envelope) -> str:
    """Give the SHA-256 of the body's canonical bytes, in hexadecimal: what a receipt names."""
    return sha256(canonical_bytes(envelope.body)).hexdigest()


def _refuse_long_validity(envelope: Envelope) -> None:
    if envelope.audience == HUB and envelope.expires_at - envelope.issued_at > LONGEST_TO_HUB:
        raise ValidityTooLong("An envelope to the hub is valid for an hour at most; sign it shortly before it is sent.")
    between_members = HUB not in (envelope.audience, envelope.sender)
    if between_members and envelope.expires_at - envelope.issued_at > LONGEST_BETWEEN_MEMBERS:
        raise ValidityTooLong("An envelope to a member is valid for 400 days at most; sign it for a shorter time.")


def _purposes_of(kind: type[B]) -> frozenset[Purpose]:
    if issubclass(kind, Sealed):
        return SEALED_PURPOSES
    return frozenset({kind.PURPOSE})


def _other_kind(purpose: Purpose) -> WrongPurpose:
    return WrongPurpose(f"An envelope for the purpose {purpose.value} holds another kind of message.")
