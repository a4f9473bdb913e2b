"""What is held about one person, and what a data subject may ask for: to see it, have it corrected, have it erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from symbolon.node.domain.hits import IdentifierLine
from symbolon.node.domain.records import Publication
from symbolon.protocol.handling import RecordKind, SubjectCategory
from symbolon.protocol.references import RecordReference


class DataSubjectKind(StrEnum):
    """What was done for a data subject."""

    EXPORTED = "exported"
    CORRECTED = "corrected"
    ERASED = "erased"


class FoundBy(StrEnum):
    """Why a record came up."""

    LOCAL_ID = "local-id"
    DOCUMENT = "document"
    NAME_AND_DATE = "name-and-date"


@dataclass(frozen=True, slots=True)
class SubjectQuery:
    """Whom somebody asks about; what is empty is not looked for.

    By the state's own id, by a document's number, or by name and date of birth together.
    """

    local_id: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    document_number: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """One record that may be this person's: with its identifiers, for the officer must see whether it is."""

    reference: RecordReference
    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
    kind: RecordKind
    category: SubjectCategory | None
    publication: Publication
    found_by: FoundBy
    identifiers: tuple[IdentifierLine, ...] = field(repr=False)
    on_legal_hold: bool


@dataclass(frozen=True, slots=True)
class LeafProof:
    """One entry of the audit log about a record: what a third party needs to find it there and to check its hash.

    `place` None: it waits for its place, which it has within seconds.
    """

    leaf_id: str
    act: str
    recorded_at: datetime
    leaf_hash: str
    place: int | None
    chain_hash: str | None


@dataclass(frozen=True, slots=True)
class DataSubjectAct:
    """What was done, about which record; no word of who it is about."""

    kind: DataSubjectKind
    reference: RecordReference
    login: str
    done_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HeldAboutRecord:
    """All that the node holds about one record, as plain values ready for JSON."""

    reference: RecordReference
    content: Mapping[str, Any] = field(repr=False)
    proofs: tuple[LeafProof, ...]


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What an erasure came to, and the proof that it is in the log."""

    reference: RecordReference
    counts: Mapping[str, int]
    asked_of: tuple[str, ...]
    """The members that were asked to purge what they received."""
    proofs: tuple[LeafProof, ...]


FORMAT: Final = "symbolon/1 data subject export"
