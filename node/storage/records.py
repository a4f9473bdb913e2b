"""Records and cases in PostgreSQL; those of victims, witnesses and minors sealed."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.import_report import ImportReport
from symbolon.node.domain.record_list import ListedRecord, RecordFilter, RecordOrder
from symbolon.node.domain.records import Publication, Record, RecordContent
from symbolon.node.domain.sealed_categories import is_sealed
from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
)
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "records")
_BEFORE_ALL: Final = RecordReference("00000000-0000-0000-0000-000000000000")


LOCAL_ID_LABEL: Final = "record.local_id"
"""What the keyed digest of a local id is labelled with."""

_ORDERS: Final[Mapping[RecordOrder, Callable[[ListedRecord], Any]]] = {
    RecordOrder.LOCAL_ID: lambda record: record.local_id,
    RecordOrder.CASE: lambda record: (record.case_id == "", record.case_id),
    RecordOrder.PUBLICATION: lambda record: record.publication,
    RecordOrder.REVIEW_DATE: lambda record: record.review_date,
    RecordOrder.CHANGED: lambda record: record.changed_at,
}


@dataclass(frozen=True, slots=True)
class _Named:
    """The part of a record that names its subject: in clear in the row, or sealed."""

    local_id: str = field(repr=False)
    content_digest: bytes = field(repr=False)
    identifiers: Any = field(repr=False)


class PostgresRecords:
    """Records within one transaction. A change of category seals a record, or opens it, in that same transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def digests(self, local_ids: Sequence[str]) -> Mapping[str, tuple[RecordReference, bytes]]:
        """Reference and content digest of those local ids that are known."""
        rows = self._tx.fetch_all(QUERIES["find_digests"], lookups=self._lookups(local_ids))
        found = ((RecordReference(str(row["reference"])), self._named(row)) for row in rows)
        return {named.local_id: (reference, named.content_digest) for reference, named in found}

    def add(self, records: Sequence[Record], now: datetime) -> None:
        """Store new records and the cases that they name."""
        self._add_cases(records, now)
        self._tx.execute_many(QUERIES["add_record"], [self._parameters(record, now) for record in records])

    def lock(self, references: Sequence[RecordReference]) -> tuple[Record, ...]:
        """Records that are about to change, in the order of reference; unknown ones are left out."""
        rows = self._tx.fetch_all(QUERIES["lock_records"], references=list(references))
        return tuple(self._record(row) for row in rows)

    def save(self, records: Sequence[Record], now: datetime) -> None:
        """Store the whole of changed records."""
        self._add_cases(records, now)
        self._tx.execute_many(QUERIES["save_record"], [self._parameters(record, now) for record in records])

    def save_publication(self, records: Sequence[Record], now: datetime) -> None:
        """Store a step of publication only."""
        self._tx.execute(
            QUERIES["set_publication"],
            references=[record.reference for record in records],
            publications=[record.publication for record in records],
            versions=[record.version for record in records],
            hub_versions=[record.hub_version for record in records],
            refusals=[record.refusal for record in records],
            changed_at=now,
        )

    def find(self, reference: RecordReference) -> Record | None:
        """One record."""
        row = self._tx.fetch_one(QUERIES["find_record"], reference=reference)
        return None if row is None else self._record(row)

    def many(self, references: Sequence[RecordReference]) -> tuple[Record, ...]:
        """Several records; unknown ones are left out."""
        rows = self._tx.fetch_all(QUERIES["find_records"], references=list(references))
        return tuple(self._record(row) for row in rows)

    def find_by_local_id(self, local_id: str) -> Record | None:
        """One record by the state's own id."""
        row = self._tx.fetch_one(QUERIES["find_record_by_lookup"], lookup=self._lookup(local_id))
        return None if row is None else self._record(row)

    def references(self, local_ids: Sequence[str], case_id: str | None) -> tuple[tuple[RecordReference, str], ...]:
        """Reference and local id of the records that are named, or belong to the case."""
        rows = self._tx.fetch_all(QUERIES["find_references"], lookups=self._lookups(local_ids), case_id=case_id)
        named = ((RecordReference(str(row["reference"])), self._named(row).local_id) for row in rows)
        return tuple(sorted(named, key=lambda pair: pair[1]))

    def lock_publishable(
        self, after: RecordReference | None, limit: int, local_ids: Sequence[str] | None, case_id: str | None
    ) -> tuple[Record, ...]:
        """The next unpublished records with a category, in the order of reference."""
        rows = self._tx.fetch_all(
            QUERIES["lock_publishable"],
            after=after or _BEFORE_ALL,
            limit=limit,
            lookups=None if local_ids is None else self._lookups(local_ids),
            case_id=case_id,
        )
        return tuple(self._record(row) for row in rows)

    def without_category(self) -> tuple[str, ...]:
        """Local ids of the records whose category is not set."""
        return tuple(row["local_id"] for row in self._tx.fetch_all(QUERIES["list_without_category"]))

    def listed(self, wanted: RecordFilter, protected: Collection[bool]) -> tuple[ListedRecord, ...]:
        """The protected records, or the others, that pass the filter, without their identifiers."""
        rows = self._tx.fetch_all(
            QUERIES["list_records"],
            protected=list(protected),
            publications=sorted(wanted.publications) or None,
            refused=wanted.refused,
            category_not_set=wanted.category_not_set,
            case_id=wanted.case_id,
            review_before=wanted.review_before,
        )
        listed = sorted((self._listed(row) for row in rows), key=lambda record: record.local_id)
        return tuple(sorted(listed, key=_ORDERS[wanted.order], reverse=wanted.order is RecordOrder.CHANGED))

    def count_refused(self) -> int:
        """Records that hold a reason why they were not taken."""
        return int(self._tx.fetch_value(QUERIES["count_refused"]) or 0)

    def expired(self, today: date, limit: int) -> tuple[RecordReference, ...]:
        """Records at the hub whose review date has passed."""
        rows = self._tx.fetch_all(QUERIES["list_expired"], today=today, limit=limit)
        return tuple(RecordReference(str(row["reference"])) for row in rows)

    def count_by_publication(self) -> Mapping[str, int]:
        """Records by state of publication."""
        return {row["publication"]: row["records"] for row in self._tx.fetch_all(QUERIES["count_by_publication"])}

    def add_import_run(
        self, report: ImportReport, run_id: UUID, imported_by: str, file_digest: bytes, now: datetime
    ) -> None:
        """Note a finished import."""
        self._tx.execute(
            QUERIES["add_import_run"],
            run_id=run_id,
            imported_by=imported_by,
            imported_at=now,
            file_digest=file_digest,
            outcome=report.outcome,
            row_count=report.rows,
            new_count=report.new,
            revised_count=report.revised,
            bad_count=report.bad_rows,
        )

    def _add_cases(self, records: Sequence[Record], now: datetime) -> None:
        # In one order for all transactions, so that two imports cannot wait for each other.
        cases = sorted({record.content.case_id for record in records if record.content.case_id})
        self._tx.execute_many(QUERIES["add_case"], [{"case_id": case_id, "created_at": now} for case_id in cases])

    def _parameters(self, record: Record, now: datetime) -> dict[str, Any]:
        content = record.content
        identifiers = content.identifiers.to_json()
        sealed = None
        if is_sealed(content.category):
            sealed = sealed_record(self._vault, record.reference, content.local_id, record.content_digest, identifiers)
        return {
            "reference": record.reference,
            "lookup": self._lookup(content.local_id),
            "sealed": sealed,
            "local_id": content.local_id if sealed is None else None,
            "identifiers": Jsonb(identifiers) if sealed is None else None,
            "content_digest": record.content_digest if sealed is None else None,
            "case_id": content.case_id or None,
            "kind": content.kind,
            "category": content.category,
            "offence_group": content.offence_group,
            "urgency": content.urgency,
            "given_review_date": content.review_date,
            "review_date": record.review_date,
            "compare_mode": content.comparable_with.mode,
            "compare_members": list(content.comparable_with.members),
            "version": record.version,
            "publication": record.publication,
            "hub_version": record.hub_version,
            "refusal": record.refusal,
            "changed_at": now,
        }

    def _lookup(self, local_id: str) -> bytes:
        return self._vault.lookup_digest(LOCAL_ID_LABEL, local_id)

    def _lookups(self, local_ids: Sequence[str]) -> list[bytes]:
        return [self._lookup(local_id) for local_id in local_ids]

    def _named(self, row: Row) -> "_Named":
        """What a row says that may be sealed."""
        if row["sealed"] is None:
            return _Named(row["local_id"], bytes(row["content_digest"]), row["identifiers"])
        plain = self._vault.open(bytes(row["sealed"]), _place(row["reference"]))
        local_id, content_digest, identifiers = json.loads(plain)
        return _Named(local_id, bytes.fromhex(content_digest), identifiers)

    def _listed(self, row: Row) -> ListedRecord:
        named = self._named(row)
        return ListedRecord(
            local_id=named.local_id,
            case_id=row["case_id"] or "",
            reference=RecordReference(str(row["reference"])),
            kind=RecordKind(row["kind"]),
            category=None if row["category"] is None else SubjectCategory(row["category"]),
            publication=Publication(row["publication"]),
            version=row["version"],
            hub_version=row["hub_version"],
            review_date=row["review_date"],
            changed_at=row["changed_at"],
            reason=row["refusal"],
        )

    def _record(self, row: Row) -> Record:
        named = self._named(row)
        return Record(
            reference=RecordReference(str(row["reference"])),
            version=row["version"],
            publication=Publication(row["publication"]),
            content=RecordContent(
                local_id=named.local_id,
                case_id=row["case_id"] or "",
                kind=RecordKind(row["kind"]),
                category=None if row["category"] is None else SubjectCategory(row["category"]),
                offence_group=OffenceGroup(row["offence_group"]),
                urgency=Urgency(row["urgency"]),
                review_date=row["given_review_date"],
                comparable_with=ComparableWith(
                    ComparisonMode(row["compare_mode"]), tuple(MemberCode(member) for member in row["compare_members"])
                ),
                identifiers=RecordIdentifiers.from_json(named.identifiers),
            ),
            review_date=row["review_date"],
            content_digest=named.content_digest,
            hub_version=row["hub_version"],
            refusal=row["refusal"],
        )


def sealed_record(vault: Vault, reference: str, local_id: str, content_digest: bytes, identifiers: Any) -> bytes:
    """What names a record's subject, sealed for its row."""
    named = [local_id, content_digest.hex(), identifiers]
    return vault.seal(json.dumps(named, ensure_ascii=False).encode(), _place(reference))


def _place(reference: object) -> Place:
    return Place("record", "sealed", str(reference))
