"""What may be asked: an operator answers the schema's own questions, about records that may be compared, no others.

So a coordinator cannot feel its way to a score by moving a threshold, nor compare what an owner does not admit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.scope import may_be_compared
from symbolon.hub.operators.errors import OutOfScope, UnknownQuestion, UnknownRows
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.questions import Question, questions_of_schema
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages_operators import CompareRows, LinearForm, RowAddress, SegmentDescription


@dataclass(frozen=True, slots=True)
class Asked:
    """A job that may be computed: one kind of rows on both sides."""

    what: str
    bits: int
    test: LinearTest
    owners: tuple[str, ...]
    """Whose records ask, in order; each pays for its queries."""


def question_of(what: str, form: LinearForm) -> Question:
    """A form of the wire as the matching room's question."""
    test = LinearTest(form.overlap, form.query_weight, form.record_weight, form.constant)
    return Question(what, test, form.bits)


def form_of(question: Question) -> LinearForm:
    """A question as the wire's form."""
    test = question.test
    return LinearForm(test.overlap, test.query_weight, test.record_weight, test.constant, question.bits)


def check_question(
    job: CompareRows, segments: dict[int, SegmentDescription], schemas: dict[str, LinkageSchema]
) -> Asked:
    """Refuse what must not be compared.

    Raises:
        UnknownRows: a segment was never described, or sides are of different kinds or epochs.
        OutOfScope: an owner does not admit the other.
        UnknownQuestion: the schema does not ask this.

    """
    queries = _described(segments, job.queries)
    targets = (
        _described(segments, job.pairs) if job.against is None else [_one(segments, job.against.segment)] * len(queries)
    )
    kinds = {(each.what, each.epoch, each.schema_digest, each.bits) for each in (*queries, *targets)}
    if len(kinds) != 1:
        raise UnknownRows("The rows are of different kinds or epochs: they say nothing about each other.")
    for one, other in set(zip(queries, targets, strict=True)):
        if not may_be_compared(_partition(one), _partition(other)):
            raise OutOfScope("An owner does not admit the comparison.")
    what, _epoch, digest, bits = kinds.pop()
    schema = schemas.get(digest)
    if schema is None:
        raise UnknownRows("The rows are of a linkage schema that this operator does not have.")
    question = question_of(what, job.form)
    if question not in questions_of_schema(schema, what):
        raise UnknownQuestion("The schema does not ask this of such rows.")
    return Asked(what, bits, question.test, tuple(sorted({each.owner for each in queries})))


def _described(segments: dict[int, SegmentDescription], rows: Sequence[RowAddress]) -> list[SegmentDescription]:
    return [_one(segments, row.segment) for row in rows]


def _one(segments: dict[int, SegmentDescription], segment: int) -> SegmentDescription:
    found = segments.get(segment)
    if found is None:
        raise UnknownRows("A segment is named that was never described.")
    return found


def _partition(segment: SegmentDescription) -> Partition:
    return Partition(segment.owner, segment.namespace, segment.comparable_with)
