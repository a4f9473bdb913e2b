"""What may be asked: an operator answers the schema's own questions, about records that may be compared, no others.

So a coordinator cannot feel its way to a score by moving a threshold, nor compare what an owner does not admit, nor
learn of all pairs what is told of hits: of ranges it is told the profile's threshold alone. A job
may hold rows of many owners: what of it is opened follows from what the operator was told of each segment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.scope import may_be_compared
from symbolon.hub.operators.domain.described import fits_schema
from symbolon.hub.operators.errors import OutOfScope, UnknownQuestion, UnknownRows
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.questions import (
    Question,
    judging_among,
    questions_in_order,
    questions_of_schema,
    threshold_question,
)
from symbolon.matching.blind.shared_record import EXPLAINED
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.messages_sessions import CompareRows, LinearForm, RowAddress, RowRange

Admitted = Mapping[int, frozenset[int]]
"""By segment of queries, the segments that its rows may be compared with in the job."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A job that may be computed: one kind of rows on both sides."""

    what: str
    bits: int
    test: LinearTest
    admitted: Admitted


def question_of(what: str, form: LinearForm) -> Question:
    """A form of the wire as the matching room's question."""
    test = LinearTest(form.overlap, form.query_weight, form.record_weight, form.constant)
    return Question(what, test, form.bits)


def form_of(question: Question) -> LinearForm:
    """A question as the wire's form."""
    test = question.test
    return LinearForm(test.overlap, test.query_weight, test.record_weight, test.constant, question.bits)


def check_question(
    job: CompareRows,
    segments: Mapping[int, SegmentDescription],
    schemas: Mapping[str, LinkageSchema],
    *,
    sealed: bool = False,
) -> Asked:
    """Refuse what must not be compared, and say what of the rest is in scope.

    ``sealed``: the answers open for the owners of the rows, and not for who asks.

    Raises:
        UnknownRows: a segment was never described, or rows are of different kinds or epochs.
        OutOfScope: nothing of the ranges may be opened; of pairs, one may not.
        UnknownQuestion: the schema does not ask this.

    """
    queries = _described(segments, job.queries)
    targets = _described(segments, job.pairs or job.against)
    kinds = {(each.what, each.epoch, each.schema_digest, each.bits) for each in (*queries.values(), *targets.values())}
    if len(kinds) != 1:
        raise UnknownRows("The rows are of different kinds or epochs: they say nothing about each other.")
    what, _epoch, digest, bits = kinds.pop()
    schema = schemas.get(digest)
    if schema is None:
        raise UnknownRows("The rows are of a linkage schema that this operator does not have.")
    if not all(fits_schema(schema, each) for each in (*queries.values(), *targets.values())):
        raise UnknownRows("The rows were described otherwise than the schema has such rows.")
    question = question_of(what, job.form)
    if question not in questions_of_schema(schema, what):
        raise UnknownQuestion("The schema does not ask this of such rows.")
    if job.against and question not in _questions_of_ranges(schema, what, sealed=sealed):
        raise UnknownQuestion("Kinds and bands are told of single pairs alone, not of all pairs of a range.")
    admitted = {
        number: frozenset(other for other, target in targets.items() if _is_in_scope(schema, segment, target))
        for number, segment in queries.items()
    }
    asked_in_pairs = zip(job.queries, job.pairs, strict=True) if job.pairs else ()
    if not any(admitted.values()) or any(two.segment not in admitted[one.segment] for one, two in asked_in_pairs):
        raise OutOfScope("An owner does not admit the comparison, or another profile judges it.")
    return Asked(what, bits, question.test, admitted)


def _questions_of_ranges(schema: LinkageSchema, what: str, *, sealed: bool) -> frozenset[Question]:
    """What may be asked of all pairs there are: whether they are hits, and nothing about why.

    Sealed, also how strong a hit is, and whether numbers are equal. Never whether a kind agrees: containment of a
    vector with one bit would open that bit of every record.
    """
    if sealed:
        return frozenset() if what.startswith(EXPLAINED) else frozenset(questions_in_order(schema, what))
    return frozenset(threshold_question(schema, profile) for profile in schema.profiles if profile.id == what)


def _is_in_scope(schema: LinkageSchema, one: SegmentDescription, other: SegmentDescription) -> bool:
    # Of explanations nothing is filled: they are asked about pairs that some profile judged.
    if one.filled:
        judging = judging_among(schema, one.filled, other.filled)
        if judging is None or judging.id != one.what:
            return False
    return may_be_compared(_partition(one), _partition(other))


def _described(
    segments: Mapping[int, SegmentDescription], rows: Sequence[RowAddress] | Sequence[RowRange]
) -> dict[int, SegmentDescription]:
    named = {row.segment for row in rows}
    if not named <= segments.keys():
        raise UnknownRows("A segment is named that was never described.")
    return {number: segments[number] for number in named}


def _partition(segment: SegmentDescription) -> Partition:
    return Partition(segment.owner, segment.namespace, segment.comparable_with)
