"""Reviews, legal holds and data subjects' acts in PostgreSQL; officers' words sealed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.data_subjects import DataSubjectAct, DataSubjectKind
from symbolon.node.domain.records import Record
from symbolon.node.domain.retention import (
    LegalHold,
    Renewal,
    RenewalReason,
    WithdrawalByPerson,
    WithdrawalGround,
)
from symbolon.node.storage.records import LOCAL_ID_LABEL, PostgresRecords
from symbolon.protocol.handling import OffenceGroup
from symbolon.protocol.references import RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import Query, load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "retention")
_OF_AN_ERASED_RECORD: Final = (
    "forget_renewals",
    "forget_withdrawals",
    "forget_holds",
    "forget_facts",
    "forget_fact_key",
    "forget_interests",
    "forget_reasons_to_look",
)
_BEFORE_ALL: Final = RecordReference("00000000-0000-0000-0000-000000000000")


class PostgresRetention:
    """Reviews and what keeps records, within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault
        self._records = PostgresRecords(tx, vault)

    def due(self, last_day: date | None, protected: Collection[bool], *, on_hold_alone: bool) -> tuple[Record, ...]:
        """The records to review until a day, or those under a legal hold alone."""
        return self._listed(
            QUERIES["list_due"], last_day=last_day, protected=list(protected), on_hold_alone=on_hold_alone
        )

    def on_hold(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records on which a legal hold lies."""
        rows = self._tx.fetch_all(QUERIES["list_on_hold"], references=list(references))
        return frozenset(_reference(row) for row in rows)

    def held_and_due(self, before: date, limit: int) -> tuple[RecordReference, ...]:
        """Records under a legal hold that the hub would let expire before a day."""
        return tuple(
            _reference(row) for row in self._tx.fetch_all(QUERIES["list_held_and_due"], before=before, limit=limit)
        )

    def count_renewals(self, references: Collection[RecordReference]) -> Mapping[RecordReference, int]:
        """How often each record was renewed."""
        rows = self._tx.fetch_all(QUERIES["count_renewals"], references=list(references))
        return {_reference(row): row["renewals"] for row in rows}

    def renewals(self, reference: RecordReference) -> tuple[Renewal, ...]:
        """A record's renewals, newest first."""
        return tuple(
            Renewal(
                due_before=row["due_before"],
                due_after=row["due_after"],
                reason=RenewalReason(row["reason"]),
                text=self._open(row["sealed_text"], "record_renewal", row["renewal_id"]),
                login=row["login"],
                renewed_at=row["renewed_at"],
            )
            for row in self._tx.fetch_all(QUERIES["list_renewals"], reference=reference)
        )

    def add_renewal(self, renewal_id: UUID, reference: RecordReference, renewal: Renewal) -> None:
        """Keep why a review date was moved."""
        self._tx.execute(
            QUERIES["add_renewal"],
            renewal_id=renewal_id,
            reference=reference,
            due_before=renewal.due_before,
            due_after=renewal.due_after,
            reason=renewal.reason.value,
            sealed_text=self._seal(renewal.text, "record_renewal", renewal_id),
            login=renewal.login,
            renewed_at=renewal.renewed_at,
        )

    def withdrawals(self, reference: RecordReference) -> tuple[WithdrawalByPerson, ...]:
        """The times that a person took the record back, newest first."""
        return tuple(
            WithdrawalByPerson(
                ground=WithdrawalGround(row["ground"]),
                text=self._open(row["sealed_text"], "record_withdrawal", row["withdrawal_id"]),
                login=row["login"],
                withdrawn_at=row["withdrawn_at"],
            )
            for row in self._tx.fetch_all(QUERIES["list_withdrawals"], reference=reference)
        )

    def add_withdrawal(self, withdrawal_id: UUID, reference: RecordReference, withdrawal: WithdrawalByPerson) -> None:
        """Keep why a record was taken back."""
        self._tx.execute(
            QUERIES["add_withdrawal"],
            withdrawal_id=withdrawal_id,
            reference=reference,
            ground=withdrawal.ground.value,
            sealed_text=self._seal(withdrawal.text, "record_withdrawal", withdrawal_id),
            login=withdrawal.login,
            withdrawn_at=withdrawal.withdrawn_at,
        )

    def holds(self, reference: RecordReference) -> tuple[LegalHold, ...]:
        """The legal holds of a record, newest first."""
        return tuple(self._hold(row) for row in self._tx.fetch_all(QUERIES["list_holds"], reference=reference))

    def set_hold(self, hold_id: UUID, reference: RecordReference, hold: LegalHold) -> bool:
        """Put a legal hold on a record; False when one lies on it."""
        row = self._tx.fetch_one(
            QUERIES["add_hold"],
            hold_id=hold_id,
            reference=reference,
            set_by=hold.set_by,
            set_at=hold.set_at,
            sealed_reason=self._seal(hold.reason, "legal_hold", hold_id),
        )
        return row is not None

    def lift_hold(self, reference: RecordReference, login: str, reason: str, now: datetime) -> bool:
        """Lift the record's legal hold; False when none lies on it."""
        hold_id = self._tx.fetch_value(QUERIES["find_hold"], reference=reference)
        if hold_id is None:
            return False
        self._tx.execute(
            QUERIES["lift_hold"],
            hold_id=hold_id,
            lifted_by=login,
            lifted_at=now,
            sealed_lifting=self._seal(reason, "legal_hold", hold_id, "sealed_lifting"),
        )
        return True

    def every_record(
        self, after: RecordReference | None, limit: int, protected: Collection[bool]
    ) -> tuple[Record, ...]:
        """The next records that hold something, in the order of reference."""
        listed = self._listed(
            QUERIES["list_records_after"], after=after or _BEFORE_ALL, limit=limit, protected=list(protected)
        )
        return tuple(sorted(listed, key=lambda record: record.reference))

    def is_erased(self, reference: RecordReference) -> bool:
        """Whether nothing is left of the record but its reference."""
        return self._tx.fetch_value(QUERIES["find_erasure"], reference=reference) is not None

    def erase(self, record: Record, now: datetime) -> int:
        """Leave of a record its opaque reference alone; how many entries beside it went."""
        reference = record.reference
        emptied = replace(
            record.content,
            local_id=f"erased-{reference}",
            case_id="",
            offence_group=OffenceGroup.OTHER,
            review_date=None,
            identifiers=RecordIdentifiers(),
        )
        self._records.save((replace(record, content=emptied, content_digest=emptied.digest(), refusal=None),), now)
        lookup = self._vault.lookup_digest(LOCAL_ID_LABEL, emptied.local_id)
        self._tx.execute(QUERIES["mark_erased"], reference=reference, lookup=lookup, now=now)
        gone = sum(self._tx.execute(QUERIES[name], reference=reference) for name in _OF_AN_ERASED_RECORD)
        return gone + self._tx.execute(QUERIES["forget_case"], case_id=record.content.case_id)

    def add_act(self, act_id: UUID, act: DataSubjectAct) -> None:
        """Note what was done for a data subject."""
        self._tx.execute(
            QUERIES["add_act"],
            act_id=act_id,
            kind=act.kind.value,
            reference=act.reference,
            login=act.login,
            done_at=act.done_at,
            counts=Jsonb(dict(act.counts)),
        )

    def acts(self, reference: RecordReference | None, protected: Collection[bool]) -> tuple[DataSubjectAct, ...]:
        """What was done for data subjects, about one record or about all; newest first."""
        return tuple(
            DataSubjectAct(
                DataSubjectKind(row["kind"]), _reference(row), row["login"], row["done_at"], dict(row["counts"])
            )
            for row in self._tx.fetch_all(QUERIES["list_acts"], reference=reference, protected=list(protected))
        )

    def _listed(self, query: Query, **parameters: object) -> tuple[Record, ...]:
        references = [_reference(row) for row in self._tx.fetch_all(query, **parameters)]
        return self._records.many(references)

    def _hold(self, row: Row) -> LegalHold:
        hold_id = row["hold_id"]
        lifting = row["sealed_lifting"]
        return LegalHold(
            set_by=row["set_by"],
            set_at=row["set_at"],
            reason=self._open(row["sealed_reason"], "legal_hold", hold_id),
            lifted_by=row["lifted_by"],
            lifted_at=row["lifted_at"],
            lifting=None if lifting is None else self._open(lifting, "legal_hold", hold_id, "sealed_lifting"),
        )

    def _seal(self, text: str, table: str, row: object, column: str = "sealed_text") -> bytes:
        return self._vault.seal(text.encode(), Place(table, column, str(row)))

    def _open(self, sealed: bytes, table: str, row: object, column: str = "sealed_text") -> str:
        return self._vault.open(bytes(sealed), Place(table, column, str(row))).decode()


def _reference(row: Row) -> RecordReference:
    return RecordReference(str(row["reference"]))
