"""Takes records back from the hub: at the owner's word, or when their review date has passed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.domain.receipts import WithdrawalProof, of_operators
from symbolon.node.domain.records import Publication, Record
from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.record_access import may_know
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import WithdrawalItem
from symbolon.protocol.references import RecordReference

CHUNK = 500
_SETTLED = frozenset({Publication.WITHDRAWING, Publication.WITHDRAWN})


def queue_withdrawals(
    work: Work, records: Sequence[Record], reason: WithdrawalReason, now: datetime
) -> frozenset[RecordReference]:
    """Put the withdrawals of what ever went out into the outbox, behind it; gives the records of which something did.

    A submission that no batch has taken is taken back, so that what need not leave the node does not.
    """
    references = [record.reference for record in records]
    work.outbox.cancel_unsent(references)
    work.encodings.forget(references)
    sent = work.outbox.ever_sent(references)
    entries = [
        BatchEntry(
            OutboxKind.WITHDRAWAL,
            record.reference,
            record.version,
            canonical_bytes(to_wire(WithdrawalItem(record.reference, reason))),
        )
        for record in records
        if record.reference in sent
    ]
    work.outbox.add_items(entries, now)
    return sent


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
        """Withdraw at the owner's word; records of which the hub never heard are left as they are.

        A record that was at the hub is withdrawn also where its encodings are gone already: after a reclassification
        its hits live on there, held, until it is withdrawn for good.

        Raises:
            Forbidden: the actor may not change records.
            NotAllowedNow: a legal hold lies on one of them. Then none is withdrawn.
            NotFound: one of the local ids is not known, or nothing was named. A victim's or minor's record is there for
                the protection officer alone: to others it is not known, and is no part of its case.

        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Withdrawing records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            known = _known_to(work, actor, work.records.references(local_ids, case_id))
            if len({local_id for _, local_id in known} & set(local_ids)) < len(set(local_ids)) or not known:
                raise NotFound("One of these records is not known here: check the local ids.")
            references = tuple(reference for reference, _ in known)
            if work.retention.on_hold(references):
                raise NotAllowedNow(
                    "A legal hold lies on one of these records: leave it out, or have an authoriser lift the hold."
                )
            return self.within(work, actor.login, references, WithdrawalReason.OWNER_REQUEST)

    def expired(self, worker: str) -> int:
        """Withdraw the records whose review date has passed, and the hits of those that were at the hub; how many."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            references = work.records.expired(now.date(), CHUNK)
            if references:
                self.within(work, worker, references, WithdrawalReason.EXPIRED)
        return len(references)

    def proofs(self, actor: Actor, local_id: str) -> tuple[WithdrawalProof, ...]:
        """The hub's receipts for a record's withdrawals, newest first, and what operators signed of each.

        Raises:
            NotFound: there is no such record that the actor may know of.

        """
        with self._unit_of_work.begin() as work:
            record = work.records.find_by_local_id(local_id)
            if record is None or not may_know(actor, record):
                raise NotFound("This record is not known here: check its local id.")
            directory = work.directory.find()
            names = {} if directory is None else {card.place: card.name for card in directory.comparison.operators}
            said, now = work.encodings.operator_receipts(record.reference), self._draws.now()
            return tuple(
                replace(proof, operators=of_operators(proof, names, said, now))
                for proof in work.outbox.withdrawals_of(record.reference)
            )

    def within(
        self, work: Work, login: str, references: tuple[RecordReference, ...], reason: WithdrawalReason
    ) -> WithdrawalReport:
        """Withdraw within the caller's transaction; whether it may be is asked already."""
        now = self._draws.now()
        open_records = [record for record in work.records.lock(references) if record.publication not in _SETTLED]
        sent = queue_withdrawals(work, open_records, reason, now)
        changed: list[Record] = []
        for record in open_records:
            if record.reference in sent:
                changed.append(replace(record, publication=Publication.WITHDRAWING, refusal=None))
            elif record.publication is Publication.QUEUED:
                changed.append(replace(record, publication=Publication.WITHDRAWN, hub_version=None, refusal=None))
        if changed:
            work.records.save_publication(changed, now)
            work.audit.record(
                AuditAct.RECORDS_WITHDRAWN,
                login,
                changed[0].reference if len(changed) == 1 else None,
                {"records": len(changed), "reason": reason.value},
            )
        return WithdrawalReport(len(changed), len(sent), tuple(record.reference for record in changed))


def _known_to(
    work: Work, actor: Actor, found: tuple[tuple[RecordReference, str], ...]
) -> tuple[tuple[RecordReference, str], ...]:
    locked = work.records.lock(tuple(reference for reference, _ in found))
    known = {record.reference for record in locked if may_know(actor, record)}
    return tuple(each for each in found if each[0] in known)
