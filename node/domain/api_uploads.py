"""A file that comes in parts: a line that breaks costs the part, not the file."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.references import AttachmentId, HitId, RequestId

LARGEST_PART: Final = 8 * 1024 * 1024
KEPT_FOR: Final = timedelta(hours=24)
UploadPlace = tuple[HitId, UUID]
"""An upload and the hit that its address names."""


@dataclass(frozen=True, slots=True)
class UploadDraft:
    """A file that is to come."""

    hit_id: HitId
    exchange_id: RequestId | None
    file_name: str = field(repr=False)
    size: int
    handling_code: HandlingCode


@dataclass(frozen=True, slots=True)
class Upload:
    """How far a file has come: `received` bytes from its beginning, without a gap."""

    upload_id: UUID
    client_id: UUID
    draft: UploadDraft
    received: int
    attachment_id: AttachmentId | None


@dataclass(frozen=True, slots=True)
class UploadView:
    """What its sender is told."""

    upload_id: UUID
    size: int
    received: int
    attachment_id: AttachmentId | None
