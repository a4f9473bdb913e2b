"""The distinct types of everything that is named across parties, and the only ways to make them.

At run time each is a plain ``str`` (so it is stored and compared as one); for the type checker a hit is never a
record. ``parse_*`` takes text from outside and raises :class:`MalformedMessage` without repeating it; ``new_*`` takes
the ``uuid.UUID`` that the caller drew, because this room draws no randomness.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, NewType
from uuid import UUID

from symbolon.protocol.problems import MalformedMessage

MemberCode = NewType("MemberCode", str)
"""ISO 3166-1 code of a member state, an organisation's agreed two or three letters, or :data:`HUB`."""

RecordReference = NewType("RecordReference", str)
"""A record's opaque name towards other parties: stable across versions, re-imports and key epochs."""

HitId = NewType("HitId", str)
BatchId = NewType("BatchId", str)
MessageId = NewType("MessageId", str)
DeliveryId = NewType("DeliveryId", str)
RequestId = NewType("RequestId", str)
LeafId = NewType("LeafId", str)
NoteId = NewType("NoteId", str)
AttachmentId = NewType("AttachmentId", str)
MeetingId = NewType("MeetingId", str)
ProposalId = NewType("ProposalId", str)
OnwardUseId = NewType("OnwardUseId", str)
PurgeId = NewType("PurgeId", str)
PairId = NewType("PairId", str)
PingId = NewType("PingId", str)

DeskId = NewType("DeskId", str)
"""A desk of a state's focal-point directory, by the short name that its state gave it; unique within the state."""

IncarnationId = NewType("IncarnationId", str)
"""Which life of the hub speaks: drawn anew when it is restored from a backup, so that nodes notice."""

CeremonyId = NewType("CeremonyId", str)
"""Which linkage-key ceremony a message belongs to: a SHA-256 in hexadecimal (see ``key_ceremony``)."""

KeyId = NewType("KeyId", str)
"""First 8 bytes of the SHA-256 of the raw public key, as 16 hexadecimal digits."""

HUB: Final = MemberCode("hub")
"""The hub as sender or audience of a message; it is never a member that records are compared with."""

_MEMBER_CODE = re.compile(r"(?!HUB)[A-Z]{2,3}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_CEREMONY_ID = re.compile(r"[0-9a-f]{64}")
_DESK_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def parse_member_code(text: str) -> MemberCode:
    """Take a member code from outside: two or three capital letters (never HUB, which reads like it), or ``hub``.

    >>> parse_member_code("XA")
    'XA'
    """
    if text != HUB and not _MEMBER_CODE.fullmatch(text):
        raise MalformedMessage("A member code is two or three capital letters, or the word hub.")
    return MemberCode(text)


def _uuid_text(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise MalformedMessage("An id is a UUID in lower case with hyphens.")
    return text


def parse_record_reference(text: str) -> RecordReference:
    """Take a record reference from outside (a lower-case UUID)."""
    return RecordReference(_uuid_text(text))


def parse_hit_id(text: str) -> HitId:
    """Take a hit id from outside (a lower-case UUID)."""
    return HitId(_uuid_text(text))


def parse_batch_id(text: str) -> BatchId:
    """Take a batch id from outside (a lower-case UUID)."""
    return BatchId(_uuid_text(text))


def parse_message_id(text: str) -> MessageId:
    """Take a message id from outside (a lower-case UUID)."""
    return MessageId(_uuid_text(text))


def parse_delivery_id(text: str) -> DeliveryId:
    """Take a delivery id from outside (a lower-case UUID)."""
    return DeliveryId(_uuid_text(text))


def parse_request_id(text: str) -> RequestId:
    """Take a request id from outside (a lower-case UUID)."""
    return RequestId(_uuid_text(text))


def parse_leaf_id(text: str) -> LeafId:
    """Take the id of an audit leaf from outside (a lower-case UUID)."""
    return LeafId(_uuid_text(text))


def parse_note_id(text: str) -> NoteId:
    """Take the id of a note from outside (a lower-case UUID)."""
    return NoteId(_uuid_text(text))


def parse_attachment_id(text: str) -> AttachmentId:
    """Take the id of an attachment from outside (a lower-case UUID)."""
    return AttachmentId(_uuid_text(text))


def parse_meeting_id(text: str) -> MeetingId:
    """Take the id of a meeting from outside (a lower-case UUID)."""
    return MeetingId(_uuid_text(text))


def parse_proposal_id(text: str) -> ProposalId:
    """Take the id of a proposal to exchange a field from outside (a lower-case UUID)."""
    return ProposalId(_uuid_text(text))


def parse_onward_use_id(text: str) -> OnwardUseId:
    """Take the id of an onward use from outside (a lower-case UUID)."""
    return OnwardUseId(_uuid_text(text))


def parse_purge_id(text: str) -> PurgeId:
    """Take the id of a purge from outside (a lower-case UUID)."""
    return PurgeId(_uuid_text(text))


def parse_pair_id(text: str) -> PairId:
    """Take the id of a found pair from outside (a lower-case UUID)."""
    return PairId(_uuid_text(text))


def parse_ping_id(text: str) -> PingId:
    """Take the id of a proof-of-life ping from outside (a lower-case UUID)."""
    return PingId(_uuid_text(text))


def parse_desk_id(text: str) -> DeskId:
    """Take the name of a desk from outside (a-z, 0-9 and hyphens, 40 characters at most)."""
    if not _DESK_ID.fullmatch(text):
        raise MalformedMessage("A desk is named by a-z, 0-9 and hyphens, 40 characters at most.")
    return DeskId(text)


def parse_incarnation_id(text: str) -> IncarnationId:
    """Take the hub's incarnation from outside (a lower-case UUID)."""
    return IncarnationId(_uuid_text(text))


def parse_ceremony_id(text: str) -> CeremonyId:
    """Take a ceremony id from outside (64 hexadecimal digits)."""
    if not _CEREMONY_ID.fullmatch(text):
        raise MalformedMessage("A ceremony id is 64 hexadecimal digits in lower case.")
    return CeremonyId(text)


def parse_key_id(text: str) -> KeyId:
    """Take a key id from outside (16 hexadecimal digits)."""
    if not _KEY_ID.fullmatch(text):
        raise MalformedMessage("A key id is 16 hexadecimal digits in lower case.")
    return KeyId(text)


def key_id_of(public_key: bytes) -> KeyId:
    """Name a raw public key.

    >>> key_id_of(bytes(32))
    '66687aadf862bd77'
    """
    return KeyId(sha256(public_key).hexdigest()[:16])


def new_record_reference(drawn: UUID) -> RecordReference:
    """Make a record reference of a freshly drawn UUID."""
    return RecordReference(str(drawn))


def new_hit_id(drawn: UUID) -> HitId:
    """Make a hit id of a freshly drawn UUID."""
    return HitId(str(drawn))


def new_batch_id(drawn: UUID) -> BatchId:
    """Make a batch id of a freshly drawn UUID."""
    return BatchId(str(drawn))


def new_message_id(drawn: UUID) -> MessageId:
    """Make a message id of a freshly drawn UUID."""
    return MessageId(str(drawn))


def new_delivery_id(drawn: UUID) -> DeliveryId:
    """Make a delivery id of a freshly drawn UUID."""
    return DeliveryId(str(drawn))


def new_request_id(drawn: UUID) -> RequestId:
    """Make a request id of a freshly drawn UUID."""
    return RequestId(str(drawn))


def new_leaf_id(drawn: UUID) -> LeafId:
    """Make the id of an audit leaf of a freshly drawn UUID."""
    return LeafId(str(drawn))


def new_note_id(drawn: UUID) -> NoteId:
    """Make the id of a note of a freshly drawn UUID."""
    return NoteId(str(drawn))


def new_attachment_id(drawn: UUID) -> AttachmentId:
    """Make the id of an attachment of a freshly drawn UUID."""
    return AttachmentId(str(drawn))


def new_meeting_id(drawn: UUID) -> MeetingId:
    """Make the id of a meeting of a freshly drawn UUID."""
    return MeetingId(str(drawn))


def new_proposal_id(drawn: UUID) -> ProposalId:
    """Make the id of a proposal to exchange a field of a freshly drawn UUID."""
    return ProposalId(str(drawn))


def new_onward_use_id(drawn: UUID) -> OnwardUseId:
    """Make the id of an onward use of a freshly drawn UUID."""
    return OnwardUseId(str(drawn))


def new_purge_id(drawn: UUID) -> PurgeId:
    """Make the id of a purge of a freshly drawn UUID."""
    return PurgeId(str(drawn))


def new_pair_id(drawn: UUID) -> PairId:
    """Make the id of a found pair from a random UUID."""
    return PairId(str(drawn))


def new_ping_id(drawn: UUID) -> PingId:
    """Make the id of a proof-of-life ping of a freshly drawn UUID."""
    return PingId(str(drawn))


def new_incarnation_id(drawn: UUID) -> IncarnationId:
    """Make a new incarnation of the hub of a freshly drawn UUID."""
    return IncarnationId(str(drawn))


PARSERS: Final[Mapping[object, Callable[[str], str]]] = {
    MemberCode: parse_member_code,
    RecordReference: parse_record_reference,
    HitId: parse_hit_id,
    BatchId: parse_batch_id,
    MessageId: parse_message_id,
    DeliveryId: parse_delivery_id,
    RequestId: parse_request_id,
    LeafId: parse_leaf_id,
    NoteId: parse_note_id,
    AttachmentId: parse_attachment_id,
    MeetingId: parse_meeting_id,
    ProposalId: parse_proposal_id,
    OnwardUseId: parse_onward_use_id,
    PurgeId: parse_purge_id,
    PairId: parse_pair_id,
    PingId: parse_ping_id,
    DeskId: parse_desk_id,
    IncarnationId: parse_incarnation_id,
    CeremonyId: parse_ceremony_id,
    KeyId: parse_key_id,
}
"""The parser of each reference type, for the codec."""
