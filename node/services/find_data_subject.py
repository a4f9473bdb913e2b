"""Finds what is held about one person: by the state's own id, by a document's number, or by name and date of birth.

Names are compared as everywhere: encoded under the agreed schema, and judged by it. The key is drawn for this one
search and thrown away, and nothing of it leaves the node.
"""

import hmac
from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from typing import Final

from symbolon.matching.decision import explain
from symbolon.matching.documents import ocr_fold
from symbolon.matching.encoding import EncodedRecord, RecordEncoder
from symbolon.matching.errors import IdentifierError, TooLittleToMatch
from symbolon.matching.identifiers import (
    RecordIdentifiers,
    parse_birth_date,
    parse_document,
    parse_person_name,
)
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.data_subjects import FoundBy, FoundRecord, SubjectQuery
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.records import Record
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.record_access import kinds_in_view, require
from symbolon.protocol.audit_log import AuditAct, Detail

CHUNK: Final = 500
_ORDER: Final = tuple(FoundBy)
_FIELDS: Final = {"names": "name", "birth_date": "birth_date", "documents": "document_number"}

Judge = Callable[[Record], bool]


class FindDataSubject:
    """Searches the records that the actor may see; of others not even their number changes what is found, or how."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, schema: LinkageSchema) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._schema = schema

    def __call__(self, actor: Actor, query: SubjectQuery) -> tuple[FoundRecord, ...]:
        """The records that may be this person's, the surest first.

        Raises:
            Forbidden: the actor answers no data subjects.
            InvalidDraft: the query cannot be read, or says too little.

        """
        require(actor, Right.DATA_SUBJECTS)
        judges = tuple(self._judges(query))
        if not judges:
            raise InvalidDraft("name", "Give an id, a document's number, or a name with a date of birth.")
        with self._unit_of_work.begin() as work:
            found = [
                (reason, record)
                for record in _records(work, kinds_in_view(actor, Right.DATA_SUBJECTS))
                if (reason := _first(judges, record)) is not None
            ]
            held = work.retention.on_hold([record.reference for _, record in found])
            detail: Detail = {"records": len(found), "by": " ".join(sorted(reason.value for reason, _ in judges))}
            work.audit.record(AuditAct.DATA_SUBJECT_SEARCHED, actor.login, None, detail)
        found.sort(key=lambda pair: (_ORDER.index(pair[0]), pair[1].content.local_id))
        return tuple(_found(record, reason, held) for reason, record in found)

    def _judges(self, query: SubjectQuery) -> Iterator[tuple[FoundBy, Judge]]:
        if query.local_id:
            yield FoundBy.LOCAL_ID, lambda record: record.content.local_id == query.local_id
        try:
            if query.document_number:
                number = ocr_fold(parse_document(query.document_number).number)
                yield FoundBy.DOCUMENT, lambda record: _has_number(record.content.identifiers, number)
            if query.name or query.birth_date:
                yield FoundBy.NAME_AND_DATE, self._by_name(query)
        except IdentifierError as unreadable:
            field = _FIELDS.get(unreadable.field, "name")
            raise InvalidDraft(field, f"{unreadable.what.capitalize()}: {unreadable.what_to_do}.") from unreadable

    def _by_name(self, query: SubjectQuery) -> Judge:
        if not query.name or not query.birth_date:
            missing = "birth_date" if query.name else "name"
            raise InvalidDraft(missing, "A name and a date of birth are looked for together: give both.")
        key = self._draws.random_bytes(32)
        encoder = RecordEncoder(self._schema, lambda label: hmac.digest(key, label.encode(), sha256))
        wanted = RecordIdentifiers(
            names=(parse_person_name(query.name),), birth_date=parse_birth_date(query.birth_date)
        )
        try:
            encoded = encoder.encode(wanted)
        except TooLittleToMatch as too_little:
            raise InvalidDraft("name", too_little.what_to_do) from too_little
        return lambda record: self._is_alike(encoder, encoded, record.content.identifiers)

    def _is_alike(self, encoder: RecordEncoder, wanted: EncodedRecord, identifiers: RecordIdentifiers) -> bool:
        if not identifiers.names or identifiers.birth_date is None:
            return False
        named = RecordIdentifiers(names=identifiers.names, birth_date=identifiers.birth_date)
        try:
            return explain(self._schema, wanted, encoder.encode(named)) is not None
        except TooLittleToMatch:
            return False


def _records(work: Work, kinds: Collection[bool]) -> Iterator[Record]:
    after = None
    while page := work.retention.every_record(after, CHUNK, kinds):
        yield from page
        after = page[-1].reference


def _first(judges: Collection[tuple[FoundBy, Judge]], record: Record) -> FoundBy | None:
    return next((reason for reason, admits in judges if admits(record)), None)


def _has_number(identifiers: RecordIdentifiers, folded: str) -> bool:
    return any(ocr_fold(document.number) == folded for document in identifiers.documents)


def _found(record: Record, reason: FoundBy, held: frozenset[str]) -> FoundRecord:
    content = record.content
    return FoundRecord(
        reference=record.reference,
        local_id=content.local_id,
        case_id=content.case_id,
        kind=content.kind,
        category=content.category,
        publication=record.publication,
        found_by=reason,
        identifiers=identifier_lines(content.identifiers),
        on_legal_hold=record.reference in held,
    )
