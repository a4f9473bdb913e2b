"""An operator compares rows with rows: checks that it may, multiplies alone, and goes on with the other two.

Nothing here trusts the coordinator: scope, questions and budgets are the operator's own to keep, and what the three are
told differently comes out as noise (`matching.blind.batch`).
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import numpy as np

from symbolon.hub.operators.domain.budgets import DailyBudgets, PaidJobs, spent_by
from symbolon.hub.operators.domain.questions import Asked, check_question
from symbolon.hub.operators.errors import BudgetSpent, MovedOn, UnknownQuestion, UnknownRows
from symbolon.hub.operators.services.held_rows import HeldRows, RowsInUse
from symbolon.hub.operators.services.seal_openings import SealOpenings
from symbolon.hub.operators.services.sessions import Asker, ComparisonSession
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.matching.blind.batch import Batch, Carry, Rotation, subject_of
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.dot_products import Lanes, dot_products, paired_products, query_vectors
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.opening import scope_planes
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import BatchNumber
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_sessions import CompareRows, filled_up
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock


class CompareWithOthers:
    """The use case of a job."""

    def __init__(
        self,
        store: OperatorStore,
        rows: RowsInUse,
        place: int,
        clock: Clock,
        budgets: DailyBudgets,
        *,
        seal_openings: Callable[[], SealOpenings | None],
    ) -> None:
        """`seal_openings` gives None where match bits open at the hub."""
        self._store = store
        self._rows = rows
        self._place = place
        self._clock = clock
        self._budgets = budgets.by_kind()
        self._paid = PaidJobs()
        self._paying = threading.Lock()
        self._seal_openings = seal_openings
        self._schemas: dict[str, LinkageSchema] = {}

    def __call__(self, session: ComparisonSession, job: CompareRows, asker: Asker) -> Callable[[], None]:
        """Make room for a job, in the order of the calls; what is left to do alone may be done beside others.

        Returns what multiplies, and begins what the three do together. It must be called, once.

        Raises:
            OperatorError: what must not, or cannot, be compared; says why.

        """
        # Before any room is made: a job that is too large takes none.
        batch = _batch(job)
        with ExitStack() as reading:
            held = reading.enter_context(self._rows.reading())
            held.refuse_where_still()
            # What is in the rows here and not at another operator is in none: the three compare the same records.
            if (held.number, held.generation, held.records) != (job.change, job.generation, job.rows):
                raise MovedOn("The rows changed since: ask again about what is here now.")
            seal = self._seal_openings()
            asked = self._allow(job, held, sealed=seal is not None)
            if seal is not None:
                asker = seal.carrying(asker, session.name, job, held.described)
            records, queries = _rows_of(held, job, asked)
            scope = _scope(job, asked)
            # Who was told otherwise, of the job or of what is in scope, has other streams.
            told = [canonical_bytes(to_wire(job)), asked.what.encode(), scope.tobytes()]
            batch = replace(batch, subject=subject_of(told))
            session.announce(batch, scope, asker)
            kept = reading.pop_all()

        def multiply() -> None:
            with kept:
                vectors, constants = query_vectors(RING_16, queries, asked.test, self._place)
                if job.pairs:
                    (paired,) = records
                    products = paired_products(paired, vectors, constants)
                else:
                    # Products are joined, and not records: they are a thousandth as long.
                    products = np.concatenate([dot_products(each, vectors, constants) for each in records], axis=1)
            session.start(batch, products)

        return multiply

    def _allow(self, job: CompareRows, held: HeldRows, *, sealed: bool) -> Asked:
        """Check the job, and let the members pay whose records it compares; once for the same rows as they are."""
        today = self._clock.now().date()
        with self._store.work() as work:
            named = {held.described[row.segment].schema_digest for row in job.queries if row.segment in held.described}
            if not named <= self._schemas.keys():
                self._schemas = {
                    digest: LinkageSchema.from_bytes(content) for digest, content in work.schemas().items()
                }
            asked = check_question(job, held.described, self._schemas, sealed=sealed)
            with self._paying:
                is_paid = self._paid.is_paid(job)
            costs = {} if is_paid else spent_by(job, held.described, asked.admitted)
            for (owner, kind), amount in sorted(costs.items()):
                if not work.spendings.take(owner, today, kind, (amount, self._budgets[kind])):
                    raise BudgetSpent("A member had as much compared today as it may.", owner)
            work.audit(AuditAct.PAIRS_COMPARED, HUB, {"queries": len(job.queries), "in_pairs": bool(job.pairs)})
        with self._paying:
            self._paid.note(job)
        return asked


def _rows_of(held: HeldRows, job: CompareRows, asked: Asked) -> tuple[list[Lanes], Lanes]:
    """What is compared, range by range, and with what.

    Who asks, and whoever is asked about alone, has a row here: what this operator erased, or could not read, the other
    two do not compare without it.
    """
    queries = held.segments.gathered(job.queries, asked.bits)
    asked_alone = held.segments.gathered(job.pairs, asked.bits) if job.pairs else queries
    if not (queries.any(axis=1).all() and asked_alone.any(axis=1).all()):
        raise UnknownRows("A row that is asked about alone is empty here.")
    if job.pairs:
        return [asked_alone], queries
    return [held.segments.range(each, asked.bits) for each in job.against], queries


def _scope(job: CompareRows, asked: Asked) -> Planes:
    """What may be opened of each row of the batch, as the operator finds by itself."""
    records = job.shape[1]
    if job.pairs:
        return scope_planes(RING_16, np.arange(records)[None] < len(job.pairs))
    # Queries of one segment have the same scope.
    place_of = {segment: place for place, segment in enumerate(sorted(asked.admitted))}
    in_scope = np.zeros((len(place_of), records), dtype=bool)
    start = 0
    for each in job.against:
        for segment, place in place_of.items():
            in_scope[place, start : start + each.count] = each.segment in asked.admitted[segment]
        start += filled_up(each.count)
    return scope_planes(RING_16, in_scope)[[place_of[query.segment] for query in job.queries]]


def _batch(job: CompareRows) -> Batch:
    queries, records = job.shape
    try:
        return Batch(
            number=BatchNumber(job.number),
            queries=queries,
            records=records,
            bits=job.form.bits,
            subject=bytes(32),
            rotation=Rotation(job.rotation),
            carry=Carry.TREE if job.tree else Carry.RIPPLE,
        )
    except BlindError as error:
        raise UnknownQuestion(f"These rows cannot be compared so: {error}.") from error
