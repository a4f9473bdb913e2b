"""Files of a hit as this node keeps them: arriving, whole, or broken; sent or received; opened by whom."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.node.domain.hits import Direction
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.attachments import TAKEN_TYPES
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.messages_case import CHUNK_BYTES, AttachmentManifest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId, RequestId

LONGEST_NAME: Final = 200
ABANDONED_AFTER: Final = timedelta(hours=6)
"""A file of which nothing more came from the officer's browser for so long is thrown away."""
GIVEN_UP_AFTER: Final = timedelta(days=36)
"""The hub keeps a file for 35 days: what did not come by then does not come."""

_TYPES_BY_ENDING: Final[Mapping[str, str]] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
ENDINGS: Final = tuple(_TYPES_BY_ENDING)
"""The endings of the files that are taken, for the field of a form."""
_UNSAFE: Final = re.compile(r'[/\\:*?"<>|]')
# Control and format characters, lone surrogates, line ends: with some of them a name can be made to read otherwise.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class AttachmentState(StrEnum):
    """How much of a file is here."""

    ARRIVING = "arriving"
    COMPLETE = "complete"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class FileToAttach:
    """What an officer says of a file that they attach."""

    exchange_id: RequestId | None
    name: str = field(repr=False)
    media_type: str
    handling_code: HandlingCode


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file at this node. `manifest` is None while it arrives from an officer's browser."""

    attachment_id: AttachmentId
    hit_id: HitId
    exchange_id: RequestId | None
    direction: Direction
    state: AttachmentState
    manifest: AttachmentManifest | None
    attached_by: str | None
    begun_at: datetime
    released_at: datetime | None = None
    uploaded_at: datetime | None = None
    acknowledged_at: datetime | None = None
    attempts: int = 0
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """One file as its hit's page lists it. `chunks_here` of `chunks` have come, where it is still arriving."""

    attachment_id: AttachmentId
    exchange_id: RequestId | None
    direction: Direction
    state: AttachmentState
    file_name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    handling_code: HandlingCode
    marks: ProtectionMarks
    attached_at: datetime
    attached_by: str | None
    released_at: datetime | None
    uploaded_at: datetime | None
    chunks: int
    chunks_here: int
    not_open: str | None
    """Why this person may not open it, as a sentence; None where they may."""
    may_remove: bool
    """It has not been released: whoever attached it may take it away again."""
    problem: Problem | None


def safe_name(given: str) -> str:
    """A file's name without its folders, and without what would make it read otherwise, or be taken for a path.

    Raises:
        InvalidDraft: nothing is left of it, or it is too long.

    """
    bare = re.split(r"[/\\]", given.strip())[-1]
    shown = "".join(letter for letter in bare if unicodedata.category(letter) not in _HIDDEN)
    name = _UNSAFE.sub("_", shown).strip(" .")
    if not name:
        raise InvalidDraft("file", "Choose a file that has a name.")
    if len(name) > LONGEST_NAME:
        raise InvalidDraft("file", f"Give the file a name of at most {LONGEST_NAME} characters, and attach it again.")
    return name


def type_of_name(name: str) -> str:
    """The media type that a file's ending stands for: what a browser says of it is not looked at.

    Raises:
        InvalidDraft: files of this kind are not taken.

    """
    _stem, dot, ending = name.lower().rpartition(".")
    media_type = _TYPES_BY_ENDING.get(dot + ending)
    if media_type is None or media_type not in TAKEN_TYPES:
        kinds = ", ".join(ending.removeprefix(".") for ending in ENDINGS)
        raise InvalidDraft("file", f"Files of this kind are not taken: attach one of {kinds}.")
    return media_type


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A stream's pieces, however long each is, as chunks of 1 MiB; the last may be shorter, and none is empty.

    >>> [len(chunk) for chunk in in_chunks([bytes(CHUNK_BYTES - 1), bytes(2), b""])] == [CHUNK_BYTES, 1]
    True
    """
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)
