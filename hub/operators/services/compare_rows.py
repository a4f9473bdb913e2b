"""An operator compares rows with rows: checks that it may, multiplies alone, and goes on with the other two.

Nothing here trusts the coordinator: scope, questions and budgets are the operator's own to keep, and what the three are
told differently comes out as noise (`matching.blind.batch`).
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import numpy as np

from symbolon.hub.operators.domain.questions import Asked, check_question
from symbolon.hub.operators.errors import BudgetSpent, MovedOn, UnknownQuestion, UnknownRows
from symbolon.hub.operators.services.seal_openings import SealOpenings
from symbolon.hub.operators.services.sessions import Asker, ComparisonSession
from symbolon.hub.operators.services.take_feed import HeldRows, RowsInUse
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.matching.blind.batch import Batch, Carry, Rotation, subject_of
from symbolon.matching.blind.dot_products import PAIRS_PER_WORD, Lanes, dot_products, query_vectors
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.opening import scope_planes
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import BatchNumber
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_operators import CompareRows
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
        """`daily_comparisons`: query rows times segments that one member may have compared in a day.

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
            self._allow(job, held)
            asked = check_question(job, held.described, self._schemas)
            seal = self._seal_openings()
            if seal is not None:
                asker = seal.carrying(asker, session.name, job, held.described)
            records, queries = _rows_of(held, job, asked)
            batch = _batch(job, asked, len(records))
            session.announce(batch, scope_planes(RING_16, _scope(job, len(records))), asker)
            kept = reading.pop_all()

        def multiply() -> None:
            with kept:
                vectors, constants = query_vectors(RING_16, queries, asked.test, self._place)
                products = dot_products(records, vectors, constants)
            session.start(batch, products)

        return multiply

    def _allow(self, job: CompareRows, held: HeldRows) -> None:
        """Let the members whose records ask pay for it, and know the schemas that their rows are of."""
        today = self._clock.now().date()
        asking = [held.described[row.segment] for row in job.queries if row.segment in held.described]
        owners = [segment.owner for segment in asking]
        with self._store.work() as work:
            for owner in sorted(set(owners)):
                if not work.spend(owner, today, COMPARISONS, (owners.count(owner), self._daily)):
                    raise BudgetSpent("A member had as much compared today as it may.")
            work.audit(AuditAct.PAIRS_COMPARED, HUB, {"queries": len(job.queries), "in_pairs": bool(job.pairs)})
            if not {segment.schema_digest for segment in asking} <= self._schemas.keys():
                self._schemas = {
                    digest: LinkageSchema.from_bytes(content) for digest, content in work.schemas().items()
                }


def _rows_of(held: HeldRows, job: CompareRows, asked: Asked) -> tuple[Lanes, Lanes]:
    queries = held.segments.gathered(job.queries, asked.bits)
    if not queries.any(axis=1).all():
        raise UnknownRows("A row that asks is empty.")
    if job.against is not None:
        return held.segments.range(job.against, asked.bits), queries
    records = held.segments.gathered(job.pairs, asked.bits)
    filled_up = np.zeros((-(-len(records) // PAIRS_PER_WORD) * PAIRS_PER_WORD, asked.bits), dtype=records.dtype)
    filled_up[: len(records)] = records
    return filled_up, queries


def _scope(job: CompareRows, records: int) -> "np.typing.NDArray[np.bool_]":
    """Everything of a range; of pairs, each query with its own record."""
    in_scope = np.zeros((len(job.queries), records), dtype=bool)
    if job.against is None:
        in_scope[np.arange(len(job.queries)), np.arange(len(job.queries))] = True
    else:
        in_scope[:, : job.against.count] = True
    return in_scope


def _batch(job: CompareRows, asked: Asked, records: int) -> Batch:
    try:
        return Batch(
            number=BatchNumber(job.number),
            queries=len(job.queries),
            records=records,
            bits=job.form.bits,
            subject=subject_of([canonical_bytes(to_wire(job)), asked.what.encode()]),
            rotation=Rotation(job.rotation),
            carry=Carry.TREE if job.tree else Carry.RIPPLE,
        )
    except BlindError as error:
        raise UnknownQuestion(f"These rows cannot be compared so: {error}.") from error
