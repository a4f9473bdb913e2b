"""What a member makes of the canaries among the rows whose answers open towards it."""

from typing import Any

import pytest
from tests.simulators.operator_bench import SCHEMA

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.domain import openings
from symbolon.node.domain.openings import FoundRow, OpeningsDisagree, Receiver, found_in
from symbolon.protocol.messages import CanaryForm, KnownYes, NamedCanary
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode

WHAT = SCHEMA.profiles[0].id
QUERY, HIT, MISS, OTHER = (
    NamedCanary(101, 0, CanaryForm.QUERY),
    NamedCanary(201, 0, CanaryForm.HIT),
    NamedCanary(202, 0, CanaryForm.MISS),
    NamedCanary(203, 1, CanaryForm.HIT),
)
OWN_RECORD, THEIR_RECORD = 102, 204
Pairs = set[tuple[int, int]]


class Message:
    """As much of sealed openings as is looked at once they are open: two queries against four rows."""

    asking, asked = MemberCode("XA"), MemberCode("XB")
    what, key_epoch = WHAT, 1
    queries, query_names = (QUERY.handle, OWN_RECORD), (0, 11)
    records, record_names = (HIT.handle, MISS.handle, OTHER.handle, THEIR_RECORD), (0, 0, 0, 12)
    canaries = (QUERY, HIT, MISS, OTHER)
    known: tuple[KnownYes, ...] = (KnownYes(QUERY.handle, HIT.handle),)
    openings: tuple[Any, ...] = ()


def found(monkeypatch: pytest.MonkeyPatch, said: Pairs, message: Any = None) -> tuple[FoundRow, ...]:
    wanted = openings.questions_in_order(SCHEMA, WHAT)

    def answers(_message: Any, _receiver: Receiver, _schema: LinkageSchema) -> Any:
        return {question: frozenset(said) for question in wanted}

    class Job:
        number = 9

    class Opening:
        job = Job

    message = message or Message()
    message.openings = (Opening,)
    Job.form = None  # type: ignore[attr-defined]
    monkeypatch.setattr(openings, "_question", lambda _what, _form: wanted[0])
    monkeypatch.setattr(openings, "_answers", answers)
    return found_in(message, Receiver(MemberCode("XA"), "test", lambda _key: None), SCHEMA)


def test_known_answers_that_come_out_right_are_no_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row.other_handle for row in found(monkeypatch, {(0, 0), (1, 3)})] == [THEIR_RECORD]


@pytest.mark.parametrize(
    "said",
    [set(), {(0, 0), (0, 1)}, {(0, 0), (0, 2)}, {(0, 0), (0, 3)}, {(0, 0), (1, 0)}],
    ids=["a hit is missed", "a miss is met", "another number is met", "a record is met", "a record meets one"],
)
def test_an_answer_that_is_known_otherwise_is_complained_of(monkeypatch: pytest.MonkeyPatch, said: Pairs) -> None:
    with pytest.raises(OpeningsDisagree) as wrong:
        found(monkeypatch, said)
    assert wrong.value.by_canaries
    assert wrong.value.number == 9


def test_what_may_be_either_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message()
    message.known = ()
    assert found(monkeypatch, {(0, 0)}, message) == found(monkeypatch, set(), message) == ()


def test_a_hub_that_calls_unlike_canaries_alike_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message()
    message.known = (KnownYes(QUERY.handle, MISS.handle),)
    with pytest.raises(MalformedMessage):
        found(monkeypatch, {(0, 1)}, message)
