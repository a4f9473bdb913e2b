"""Where reviews, legal holds and data subjects' acts are kept."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.data_subjects import DataSubjectAct
from symbolon.node.domain.records import Record
from symbolon.node.domain.retention import LegalHold, Renewal, WithdrawalByPerson
from symbolon.protocol.references import RecordReference


class RetentionStore(Protocol):
    """Reviews of records, and what keeps them."""

    def due(self, last_day: date | None, protected: Collection[bool], *, on_hold_alone: bool) -> tuple[Record, ...]:
        """The records to review until a day (None: all), in no order; or those under a legal hold alone.

        `protected`: whether those of victims and minors, the others, or both; so for every list of this store.
        """
        ...

    def on_hold(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records on which a legal hold lies."""
        ...

    def held_and_due(self, before: date, limit: int) -> tuple[RecordReference, ...]:
        """Records under a legal hold that are at the hub and whose review date comes before a day."""
        ...

    def count_renewals(self, references: Collection[RecordReference]) -> Mapping[RecordReference, int]:
        """How often each record was renewed; one that never was is left out."""
        ...

    def renewals(self, reference: RecordReference) -> tuple[Renewal, ...]:
        """A record's renewals, newest first."""
        ...

    def add_renewal(self, renewal_id: UUID, reference: RecordReference, renewal: Renewal) -> None:
        """Keep why a review date was moved."""
        ...

    def withdrawals(self, reference: RecordReference) -> tuple[WithdrawalByPerson, ...]:
        """The times that a person took the record back, newest first."""
        ...

    def add_withdrawal(self, withdrawal_id: UUID, reference: RecordReference, withdrawal: WithdrawalByPerson) -> None:
        """Keep why a record was taken back."""
        ...

    def holds(self, reference: RecordReference) -> tuple[LegalHold, ...]:
        """The legal holds that lay, or lie, on a record, newest first."""
        ...

    def set_hold(self, hold_id: UUID, reference: RecordReference, hold: LegalHold) -> bool:
        """Put a legal hold on a record; False when one lies on it."""
        ...

    def lift_hold(self, reference: RecordReference, login: str, reason: str, now: datetime) -> bool:
        """Lift the record's legal hold; False when none lies on it."""
        ...

    def every_record(
        self, after: RecordReference | None, limit: int, protected: Collection[bool]
    ) -> tuple[Record, ...]:
        """The next records that hold something, in the order of reference."""
        ...

    def is_erased(self, reference: RecordReference) -> bool:
        """Whether nothing is left of the record but its reference."""
        ...

    def erase(self, record: Record, now: datetime) -> int:
        """Leave of a record its opaque reference alone; how many entries beside it went (reviews, runs, words)."""
        ...

    def add_act(self, act_id: UUID, act: DataSubjectAct) -> None:
        """Note what was done for a data subject."""
        ...

    def acts(self, reference: RecordReference | None, protected: Collection[bool]) -> tuple[DataSubjectAct, ...]:
        """What was done for data subjects, about one record or about all; newest first."""
        ...
