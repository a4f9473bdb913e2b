"""What belongs to a confirmed hit besides its requests, sealed: files, meetings, onward use, purging."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from symbolon.protocol.exchange_terms import MeetingStatus, ProtectionMarks, PurgedPlace, PurgeReason, Tlp
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.messages_exchange import Caveats
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import (
    AttachmentId,
    HitId,
    KeyId,
    MeetingId,
    MemberCode,
    OnwardUseId,
    PurgeId,
    RequestId,
)
from symbolon.protocol.wire_limits import (
    FederationName,
    LongText,
    MediaType,
    Name,
    Sha256Hex,
    ShortText,
    SignatureBytes,
    Tally,
    ZoneName,
    between,
    entries,
    octets,
)

CHUNK_BYTES: Final = 1_048_576
MOST_CHUNKS: Final = 200
LARGEST_ATTACHMENT: Final = CHUNK_BYTES * MOST_CHUNKS
"""200 MiB, in chunks of 1 MiB of content each (the last may be shorter)."""

AttachmentSize = Annotated[int, between(1, LARGEST_ATTACHMENT)]


@dataclass(frozen=True, slots=True)
class AttachmentManifest:
    """What a file is, and the key that opens its chunks; sealed, so that the hub stores what it cannot read.

    ``exchange_id``, ``tlp`` and ``caveats`` are of the message that it goes with; a file that goes with another message
    too is told of again.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.ATTACHMENT_MANIFEST

    attachment_id: AttachmentId
    hit_id: HitId
    exchange_id: RequestId | None
    file_name: Name = field(repr=False)
    media_type: MediaType
    size: AttachmentSize
    sha256: Sha256Hex
    key: Annotated[bytes, octets(32, 32)] = field(repr=False)
    handling_code: HandlingCode
    tlp: Tlp
    caveats: Caveats
    marks: ProtectionMarks
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentOffer:
    """To the hub: a file comes in chunks, each sealed already and named by its SHA-256, for the other party.

    ``exchange_id`` as in its manifest, so that the hub drops the file when that exchange is recalled.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.ATTACHMENT_OFFER

    attachment_id: AttachmentId
    hit_id: HitId
    exchange_id: RequestId | None
    size: AttachmentSize
    chunk_digests: Annotated[tuple[Sha256Hex, ...], entries(1, MOST_CHUNKS)]

    def __post_init__(self) -> None:
        if len(self.chunk_digests) != -(-self.size // CHUNK_BYTES):
            raise MalformedMessage("A file of this size comes in another number of chunks.")


@dataclass(frozen=True, slots=True)
class AttachmentProgress:
    """The hub says which chunks of a file it has not (counted from 0): there an interrupted upload goes on."""

    PURPOSE: ClassVar[Purpose] = Purpose.ATTACHMENT_PROGRESS

    attachment_id: AttachmentId
    missing: Annotated[tuple[Tally, ...], entries(0, MOST_CHUNKS)]


@dataclass(frozen=True, slots=True)
class AttachmentReceived:
    """To the hub: the other party has the whole file and opened it; the hub keeps none of it any longer."""

    PURPOSE: ClassVar[Purpose] = Purpose.ATTACHMENT_RECEIVED

    attachment_id: AttachmentId


@dataclass(frozen=True, slots=True)
class MeetingProposal:
    """A meeting of both sides' officers, as in a calendar: the same id with a higher ``sequence`` changes it.

    ``minutes_digest`` is the SHA-256 of the minutes that both sides keep, once it was held.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.MEETING_PROPOSAL

    meeting_id: MeetingId
    hit_id: HitId
    sequence: Tally
    status: MeetingStatus
    agenda: LongText = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    zone: ZoneName
    attendees: Annotated[tuple[Name, ...], entries(1, 30)] = field(repr=False)
    link: ShortText = field(repr=False)
    minutes_digest: Sha256Hex | None
    handling_code: HandlingCode
    marks: ProtectionMarks
    proposed_at: datetime

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise MalformedMessage("A meeting ends after it starts.")
        if self.minutes_digest is not None and self.status is not MeetingStatus.HELD:
            raise MalformedMessage("Minutes are of a meeting that was held.")


@dataclass(frozen=True, slots=True)
class MeetingAnswer:
    """The other side comes to a meeting, or does not."""

    PURPOSE: ClassVar[Purpose] = Purpose.MEETING_ANSWER

    meeting_id: MeetingId
    hit_id: HitId
    sequence: Tally
    accepted: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class OnwardUseToken:
    """The originator permits one further use: of which content, by whom, for what, until when. Signed by its state.

    ``recipients`` are members; an agency of the holder's own state is named in ``use``. ``content_digest`` is the
    SHA-256 of the canonical bytes of the message that is passed on.
    """

    onward_use_id: OnwardUseId
    federation: FederationName
    hit_id: HitId
    exchange_id: RequestId
    originator: MemberCode
    holder: MemberCode
    recipients: Annotated[tuple[MemberCode, ...], entries(1, 50)]
    use: ShortText = field(repr=False)
    as_evidence: bool
    content_digest: Sha256Hex
    issued_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True)
class SignedOnwardUse:
    """An onward-use token with its originator's Ed25519 signature, so that it can be shown to anybody."""

    token: OnwardUseToken
    key_id: KeyId
    signature: SignatureBytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OnwardUseRequest:
    """The holder of information asks its originator to permit a further use."""

    PURPOSE: ClassVar[Purpose] = Purpose.ONWARD_USE_REQUEST

    onward_use_id: OnwardUseId
    hit_id: HitId
    exchange_id: RequestId
    recipients: Annotated[tuple[MemberCode, ...], entries(1, 50)]
    use: ShortText = field(repr=False)
    as_evidence: bool
    content_digest: Sha256Hex
    marks: ProtectionMarks
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class OnwardUseDecision:
    """The originator's answer: a token, or null where it does not permit the use."""

    PURPOSE: ClassVar[Purpose] = Purpose.ONWARD_USE_DECISION

    onward_use_id: OnwardUseId
    hit_id: HitId
    granted: SignedOnwardUse | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PurgeRequest:
    """A state asks the other to purge what it received: about a whole hit, or (``exchange_id``) of one exchange."""

    PURPOSE: ClassVar[Purpose] = Purpose.PURGE_REQUEST

    purge_id: PurgeId
    hit_id: HitId
    exchange_id: RequestId | None
    reason: PurgeReason
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class PurgedCount:
    """How many entries a holder purged in one place; 0: it looked, and nothing was there."""

    place: PurgedPlace
    entries: Tally


@dataclass(frozen=True, slots=True)
class PurgeReceipt:
    """A holder's word, signed by its envelope, that it purged: each place of :class:`PurgedPlace` once."""

    PURPOSE: ClassVar[Purpose] = Purpose.PURGE_RECEIPT

    purge_id: PurgeId
    hit_id: HitId
    purged: Annotated[tuple[PurgedCount, ...], entries(1, len(PurgedPlace))]
    legal_hold: bool
    purged_at: datetime
