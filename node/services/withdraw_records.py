"""Takes records back from the hub: at the owner's word, or when their review date has passed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.domain.receipts import WithdrawalProof
from symbolon.node.domain.records import Publication, Record
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import WithdrawalItem
from symbolon.protocol.references import RecordReference

CHUNK = 500
_OUT = frozenset({Publication.QUEUED, Publication.PUBLISHED})


def queue_withdrawal(work: Work, record: Record, reason: WithdrawalReason, now: datetime) -> bool:
    """Put a record's withdrawal into the outbox, behind whatever went out of it; False when nothing ever went out.

    A submission that no batch has taken is taken back, so that what need not leave the node does not.
    """
    work.outbox.cancel_unsent(record.reference)
    if not work.outbox.was_ever_sent(record.reference):
        return False
    payload = canonical_bytes(to_wire(WithdrawalItem(record.reference, reason)))
    work.outbox.add_items((BatchEntry(OutboxKind.WITHDRAWAL, record.reference, record.version, payload),), now)
    return True


@dataclass(frozen=True, slots=True)
class WithdrawalReport:
    """How many records were withdrawn; `on_its_way` of them wait for the hub's receipt."""

    withdrawn: int
    on_its_way: int
    references: tuple[RecordReference, ...]


class WithdrawRecords:
    """Withdraws named records, or all of a case, or all that expired."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, local_ids: Sequence[str], case_id: str | None = None) -> WithdrawalReport:
        """Withdraw at the owner's word; records that are not at the hub are left as they are."""
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Withdrawing records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            known = work.records.references(local_ids, case_id)
            if len({local_id for _, local_id in known} & set(local_ids)) < len(set(local_ids)) or not known:
                raise NotFound("One of these records is not known here: check the local ids.")
            references = tuple(reference for reference, _ in known)
            return self._withdraw(work, actor.login, references, WithdrawalReason.OWNER_REQUEST)

    def expired(self, worker: str) -> int:
        """Withdraw the records whose review date has passed; returns how many of them this call took."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            references = work.records.expired(now.date(), CHUNK)
            if references:
                self._withdraw(work, worker, references, WithdrawalReason.EXPIRED)
        return len(references)

    def proofs(self, local_id: str) -> tuple[WithdrawalProof, ...]:
        """The hub's receipts for a record's withdrawals, newest first."""
        with self._unit_of_work.begin() as work:
            record = work.records.find_by_local_id(local_id)
            if record is None:
                raise NotFound("This record is not known here: check its local id.")
            return work.outbox.withdrawals_of(record.reference)

    def _withdraw(
        self, work: Work, login: str, references: tuple[RecordReference, ...], reason: WithdrawalReason
    ) -> WithdrawalReport:
        now = self._draws.now()
        changed: list[Record] = []
        on_its_way = 0
        for record in work.records.lock(references):
            if record.publication not in _OUT and record.hub_version is None:
                continue
            sent = queue_withdrawal(work, record, reason, now)
            on_its_way += sent
            publication = Publication.WITHDRAWING if sent else Publication.WITHDRAWN
            changed.append(replace(record, publication=publication, hub_version=None, refusal=None))
        if changed:
            work.records.save_publication(changed, now)
            work.audit.record(
                AuditAct.RECORDS_WITHDRAWN,
                login,
                changed[0].reference if len(changed) == 1 else None,
                {"records": len(changed), "reason": reason.value},
            )
        return WithdrawalReport(len(changed), on_its_way, tuple(record.reference for record in changed))
