"""An operator compares rows with rows: checks that it may, multiplies alone, and goes on with the other two.

Nothing here trusts the coordinator: scope, questions and budgets are the operator's own to keep, and what the three are
told differently comes out as noise (`matching.blind.batch`).
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import numpy as np

from symbolon.hub.operators.domain.questions import Asked, check_question, spent_by
from symbolon.hub.operators.errors import BudgetSpent, MovedOn, UnknownQuestion, UnknownRows
from symbolon.hub.operators.services.seal_openings import SealOpenings
from symbolon.hub.operators.services.sessions import Asker, ComparisonSession
from symbolon.hub.operators.services.take_feed import HeldRows, RowsInUse
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
from symbolon.protocol.messages_operators import CompareRows, filled_up
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

COMPARISONS: Final = "comparisons"


class CompareWithOthers:
    """The use case of a job."""

    def __init__(
        self,
        store: OperatorStore,
        rows: RowsInUse,
        place: int,
        clock: Clock,
        *,
        daily_comparisons: int,
        seal_openings: Callable[[], SealOpenings | None],
    ) -> None:
        """`daily_comparisons`: query rows times ranges of rows that one member may have compared in a day.

        `seal_openings` gives None where match bits open at the hub.
        """
        self._store = store
        self._rows = rows
        self._place = place
        self._clock = clock
        self._daily = daily_comparisons
        self._seal_openings = seal_openings
        self._schemas: dict[str, LinkageSchema] = {}

    def __call__(self, session: ComparisonSession, job: CompareRows, asker: Asker) -> Callable[[], None]:
        """Make room for a job, in the order of the calls; what is left to do alone may be done beside others.

        Returns what multiplies, and begins what the three do together. It must be called, once.

        Raises:
            OperatorError: what must not, or cannot, be compared; says why.

        """
        with ExitStack() as reading:
            held = reading.enter_context(self._rows.reading())
            held.refuse_where_still()
            if (held.number, held.generation) != (job.change, job.generation):
                raise MovedOn("The rows changed since: ask again about what is here now.")
            asked = self._allow(job, held)
            seal = self._seal_openings()
            if seal is not None:
                asker = seal.carrying(asker, session.name, job, held.described)
            records, queries = _rows_of(held, job, asked)
            batch = _batch(job)
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

    def _allow(self, job: CompareRows, held: HeldRows) -> Asked:
        """Check the job, and let the members whose records ask pay for it."""
        today = self._clock.now().date()
        with self._store.work() as work:
            named = {held.described[row.segment].schema_digest for row in job.queries if row.segment in held.described}
            if not named <= self._schemas.keys():
                self._schemas = {
                    digest: LinkageSchema.from_bytes(content) for digest, content in work.schemas().items()
                }
            asked = check_question(job, held.described, self._schemas)
            for owner, amount in sorted(spent_by(job, held.described, asked.admitted).items()):
                if not work.spend(owner, today, COMPARISONS, (amount, self._daily)):
                    raise BudgetSpent("A member had as much compared today as it may.")
            work.audit(AuditAct.PAIRS_COMPARED, HUB, {"queries": len(job.queries), "in_pairs": bool(job.pairs)})
        return asked


def _rows_of(held: HeldRows, job: CompareRows, asked: Asked) -> tuple[list[Lanes], Lanes]:
    """What is compared, range by range, and with what."""
    queries = held.segments.gathered(job.queries, asked.bits)
    if not queries.any(axis=1).all():
        raise UnknownRows("A row that asks is empty.")
    if job.pairs:
        return [held.segments.gathered(job.pairs, asked.bits)], queries
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
