"""Three operators over TLS and PostgreSQL: they open what reaches the threshold, and nothing that they should not."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.simulators.operator_bench import (
    PLACES,
    SCHEMA,
    OperatorBench,
    segment,
    three_operators,
)
from tests.simulators.token_requests import token_request

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsDisagree
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.operators.domain.budgets import DailyBudgets
from symbolon.hub.operators.domain.questions import form_of
from symbolon.hub.ports.operators import Opened
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.questions import Question, threshold_question
from symbolon.matching.blind.streams import BatchNumber
from symbolon.matching.similarity import reaches
from symbolon.protocol import oprf
from symbolon.protocol.handling import ComparableWith, ComparisonMode
from symbolon.protocol.messages_operators import (
    AskStatus,
    Call,
    Channel,
    EvaluatedTokens,
    EvaluateTokens,
    Fed,
    Feed,
    OperatorStatus,
    RecordChange,
    SegmentDescription,
)
from symbolon.protocol.messages_sessions import CompareRows, LinearForm, RowAddress, RowRange
from symbolon.protocol.oprf import Proof
from symbolon.protocol.oprf_sharing import combined, public_share
from symbolon.protocol.references import MemberCode
from symbolon.protocol.ristretto import Element, Scalar
from symbolon.runtime.links import Link

PROFILE = SCHEMA.profiles[0]
QUESTION = threshold_question(SCHEMA, PROFILE)
AMARA = segment(1, "XA", PROFILE.id)
BELANU = segment(2, "XB", PROFILE.id)


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[OperatorBench]:
    with three_operators(tmp_path, fresh_database) as operators:
        yield operators


@pytest.fixture
def lines(bench: OperatorBench) -> Iterator[OperatorLines]:
    found = connected(bench)
    yield found
    found.close()


def connected(bench: OperatorBench, stands: Callable[[OperatorStatus], bool] = lambda _status: True) -> OperatorLines:
    """A session, once all three have found each other, and each stands as it should."""
    lines: OperatorLines | None = None
    for _ in range(400):
        try:
            lines = lines or bench.lines()
            found = lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus).values()
        except OperatorAway:
            # It is started again, or a key that two agreed on ended the sessions of before.
            if lines is not None:
                lines.close()
            lines = None
        else:
            if all(len(each.reaches) == 2 and each.has_token_share and stands(each) for each in found):
                return lines
        time.sleep(0.05)
    raise AssertionError("the operators do not find each other")


def request_of(bench: OperatorBench, lines: OperatorLines, code: str, elements: Sequence[bytes]) -> EvaluateTokens:
    """A member's request, at operators that know the directory."""
    told = Feed((), (), (), versions=bench.members.on_the_wire())
    lines.call_all(dict.fromkeys(PLACES, told), Fed)
    return token_request(bench.members.newest, code, bench.members.keys[code], elements)


def rows_by_query(opened: Opened) -> dict[int, tuple[int, ...]]:
    return dict(enumerate(opened))


def near_vectors(count: int, seed: int) -> list[bytes]:
    """Vectors around one, some over the threshold of each other and some under."""
    generator = np.random.default_rng(seed)
    crowd = np.random.default_rng(0).permutation(SCHEMA.vector_bits)
    found = []
    for _ in range(count):
        bits = np.zeros(SCHEMA.vector_bits, dtype=bool)
        kept = int(generator.integers(80, 100))
        bits[crowd[:kept]] = True
        bits[generator.permutation(crowd[100:])[: 100 - kept]] = True
        found.append(np.packbits(bits, bitorder="little").tobytes())
    return found


def job(
    bench: OperatorBench, number: int, queries: list[RowAddress], question: Question = QUESTION, **changed: object
) -> tuple[CompareRows, Batch]:
    asked = CompareRows(
        number=number,
        rotation=number % 3,
        tree=bool(number % 2),
        change=bench.changes,
        form=form_of(question),
        queries=tuple(queries),
        against=(RowRange(BELANU.segment, 0, 64),),
        pairs=(),
        rows=bench.rows,
    )
    asked = replace(asked, **changed)
    return asked, Batch(BatchNumber(number), *asked.shape, asked.form.bits, bytes(32))


def filled(bench: OperatorBench, lines: OperatorLines) -> tuple[list[bytes], list[bytes]]:
    queries, records = near_vectors(5, 1), near_vectors(40, 2)
    bench.add(lines, AMARA, dict(enumerate(queries)))
    bench.add(lines, BELANU, dict(enumerate(records)))
    return queries, records


def expected(queries: list[bytes], records: list[bytes]) -> dict[int, tuple[int, ...]]:
    return {
        row: tuple(place for place, record in enumerate(records) if reaches(query, record, PROFILE.threshold))
        for row, query in enumerate(queries)
    }


ASKING = [RowAddress(AMARA.segment, row) for row in range(5)]


def test_what_reaches_the_threshold_is_opened_and_nothing_else(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    found = lines.begin(*job(bench, 0, ASKING)).result(30)
    assert rows_by_query(found) == expected(queries, records)
    assert any(found)
    assert any(len(rows) < len(records) for rows in found)


def test_every_rotation_and_both_ways_to_carry_open_the_same(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    running = [lines.begin(*job(bench, number, ASKING)) for number in range(6)]
    assert [rows_by_query(each.result(30)) for each in running] == [expected(queries, records)] * 6


def test_pairs_are_compared_one_by_one(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    pairs = tuple(RowAddress(BELANU.segment, row) for row in (3, 1, 4, 1, 5))
    found = lines.begin(*job(bench, 0, ASKING, against=(), pairs=pairs)).result(30)
    alike = (reaches(queries[place], records[row.row], PROFILE.threshold) for place, row in enumerate(pairs))
    assert list(found) == [tuple(place for place, yes in enumerate(alike) if yes)]


def test_rows_of_many_owners_are_asked_about_together_and_what_is_out_of_scope_stays_closed(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    queries, records = filled(bench, lines)
    # Cassor's records, of which some are not for Amara.
    rule = ComparableWith(ComparisonMode.ONLY, (MemberCode("XB"),))
    cassor = near_vectors(70, 3)
    bench.add(lines, segment(3, "XC", PROFILE.id), dict(enumerate(cassor)))
    bench.add(lines, segment(4, "XC", PROFILE.id, comparable_with=rule), dict(enumerate(cassor[:7])))
    asking = [*ASKING, *(RowAddress(BELANU.segment, row) for row in range(3))]
    ranges = (RowRange(3, 0, 70), RowRange(BELANU.segment, 0, 40), RowRange(4, 0, 7), RowRange(AMARA.segment, 0, 5))
    found = lines.begin(*job(bench, 0, asking, against=ranges)).result(30)

    def alike(query: bytes, start: int, vectors: list[bytes]) -> list[int]:
        return [start + row for row, each in enumerate(vectors) if reaches(query, each, PROFILE.threshold)]

    wanted = [(*alike(each, 0, cassor), *alike(each, 128, records)) for each in queries]
    wanted += [
        (*alike(each, 0, cassor), *alike(each, 192, cassor[:7]), *alike(each, 256, queries)) for each in records[:3]
    ]
    assert list(found) == wanted
    assert any(row >= 192 for rows in found for row in rows)


def test_a_record_that_is_gone_matches_nothing(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    before = rows_by_query(lines.begin(*job(bench, 0, ASKING)).result(30))
    gone = next(row for rows in before.values() for row in rows)
    bench.remove(lines, len(queries) + gone + 1)
    after = rows_by_query(lines.begin(*job(bench, 1, ASKING)).result(30))
    assert {query: tuple(row for row in rows if row != gone) for query, rows in before.items()} == after
    for place in PLACES:
        with bench.store(place).work() as work:
            assert work.counts() == (len(queries) + len(records) - 1, 0)


def test_a_row_is_used_again(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, _ = filled(bench, lines)
    bench.remove(lines, len(queries) + 1)
    bench.add(lines, BELANU, {0: queries[2]})
    assert 0 in lines.begin(*job(bench, 0, ASKING)).result(30)[2]


def test_the_same_feed_again_changes_nothing(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    bench.changes -= 1
    bench.add(lines, BELANU, {39: near_vectors(1, 9)[0]})
    found = lines.begin(*job(bench, 0, ASKING)).result(30)
    assert rows_by_query(found) == expected(queries, records)


@pytest.mark.parametrize("place", PLACES)
def test_an_operator_that_starts_again_has_all_its_rows(bench: OperatorBench, lines: OperatorLines, place: int) -> None:
    queries, records = filled(bench, lines)
    lines.close()
    bench.stop(place)
    (bench.folder / f"segments{place}" / "right-up-to").unlink()
    bench.start(place)
    again = connected(bench)
    assert rows_by_query(again.begin(*job(bench, 0, ASKING)).result(30)) == expected(queries, records)
    again.close()


def refused(lines: OperatorLines, asked: tuple[CompareRows, Batch]) -> str:
    with pytest.raises(OperatorRefused) as caught:
        lines.begin(*asked).result(30)
    return caught.value.code


def test_another_threshold_than_the_schemas_is_refused(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    nearly = LinearForm(40, 16, 17, 0, 16)
    assert refused(lines, job(bench, 0, ASKING, form=nearly)) == "unknown-question"


def test_records_that_their_owner_does_not_admit_are_not_compared(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    only = ComparableWith(ComparisonMode.ONLY, (MemberCode("XC"),))
    closed = segment(3, "XB", PROFILE.id, comparable_with=only)
    bench.add(lines, closed, {0: near_vectors(1, 3)[0]})
    assert refused(lines, job(bench, 0, ASKING, against=(RowRange(3, 0, 64),))) == "out-of-scope"


def test_a_state_is_not_compared_with_itself(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    assert refused(lines, job(bench, 0, ASKING, against=(RowRange(AMARA.segment, 0, 64),))) == "out-of-scope"


@pytest.mark.parametrize("changed", [{"epoch": 2}, {"what": SCHEMA.profiles[1].id}])
def test_rows_of_other_epochs_or_kinds_are_not_compared(
    bench: OperatorBench, lines: OperatorLines, changed: dict[str, object]
) -> None:
    filled(bench, lines)
    other: SegmentDescription = segment(4, "XB", **{"what": PROFILE.id, **changed})  # type: ignore[arg-type]  # shorthand
    bench.add(lines, other, {0: near_vectors(1, 3)[0]})
    assert refused(lines, job(bench, 0, ASKING, against=(RowRange(4, 0, 64),))) == "unknown-rows"


def test_an_empty_row_asks_nothing(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    assert refused(lines, job(bench, 0, [RowAddress(AMARA.segment, 60)])) == "unknown-rows"


def test_what_one_operator_erased_is_compared_by_nobody_without_it(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    for place in PLACES:
        gone = RecordChange(bench.changes + 1, len(ASKING) + 1 if place == 1 else 999, None)
        lines.call(place, Feed((), (), (gone,)), Fed)
    bench.changes += 1
    asked = job(bench, 0, ASKING[:1], against=(), pairs=(RowAddress(BELANU.segment, 0),))
    assert refused(lines, asked) == "moved-on"
    assert refused(lines, job(bench, 1, ASKING)) == "moved-on"


def test_rows_that_changed_since_are_not_compared(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    assert refused(lines, job(bench, 0, ASKING, change=bench.changes - 1)) == "moved-on"


def test_a_batch_number_is_used_once(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    lines.begin(*job(bench, 5, ASKING)).result(30)
    assert refused(lines, job(bench, 5, ASKING)) == "spoiled"


@contextlib.contextmanager
def operators_with(
    budgets: DailyBudgets, tmp_path: Path, fresh_database: Callable[[str], str]
) -> Iterator[tuple[OperatorBench, OperatorLines]]:
    with three_operators(tmp_path, fresh_database) as bench:
        for place in PLACES:
            bench.stop(place)
        bench.budgets = budgets
        for place in PLACES:
            bench.start(place)
        lines = connected(bench)
        filled(bench, lines)
        yield bench, lines
        lines.close()


def test_a_member_cannot_have_more_compared_than_its_budget(
    tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    with operators_with(DailyBudgets(comparisons=64 * len(ASKING)), tmp_path, fresh_database) as (bench, lines):
        for number in range(3):
            # The same rows as they are at the same change: spoilt, or computed again, it is paid for once.
            lines.begin(*job(bench, number, ASKING)).result(30)
        with pytest.raises(OperatorRefused) as caught:
            lines.begin(*job(bench, 3, ASKING[:1])).result(30)
        assert (caught.value.code, caught.value.member) == ("budget-spent", "XA")


def test_single_pairs_have_a_budget_of_their_own_and_both_owners_pay(
    tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    with operators_with(DailyBudgets(explanations=2), tmp_path, fresh_database) as (bench, lines):
        rows = [RowAddress(BELANU.segment, row) for row in range(3)]
        lines.begin(*job(bench, 0, ASKING[:2], against=(), pairs=tuple(rows[:2]))).result(30)
        for number, (one, other) in enumerate([(ASKING[0], rows[2]), (rows[2], ASKING[0])], 1):
            with pytest.raises(OperatorRefused) as caught:
                lines.begin(*job(bench, number, [one], against=(), pairs=(other,))).result(30)
            assert caught.value.member in {"XA", "XB"}
        lines.begin(*job(bench, 5, ASKING)).result(30)


def test_operators_that_are_told_different_things_disagree_or_open_noise(
    bench: OperatorBench, lines: OperatorLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries, records = filled(bench, lines)
    asked, batch = job(bench, 0, ASKING)
    other = replace(asked, queries=asked.queries[::-1])
    send = Link.send
    told: list[bytes] = []

    def send_otherwise_to_the_third(link: Link, kind: int, payload: bytes) -> None:
        call = Call.from_bytes(payload) if kind == Channel.CALL else None
        if call is not None and isinstance(call.message, CompareRows):
            told.append(payload)
            payload = Call(call.number, other).to_bytes() if len(told) == len(PLACES) else payload
        send(link, kind, payload)

    monkeypatch.setattr(Link, "send", send_otherwise_to_the_third)
    try:
        found = rows_by_query(lines.begin(asked, batch).result(30))
    except OperatorsDisagree:
        return
    # Noise: about half of all bits, whatever the records are.
    assert found != expected(queries, records)
    assert found != expected(queries[::-1], records)


def test_a_bundle_for_another_record_is_not_read(bench: OperatorBench, lines: OperatorLines) -> None:
    bench.add(lines, AMARA, {0: near_vectors(1, 1)[0]})
    bench.sealing[1], kept = bench.sealing[2], bench.sealing[1]
    fed = bench.add(lines, BELANU, {0: near_vectors(1, 2)[0]})
    bench.sealing[1] = kept
    assert [len(each.unreadable) for each in fed.values()] == [0, 1, 0]


def test_a_record_in_a_segment_of_records_that_fill_other_profiles_is_not_taken(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    both = segment(5, "XB", PROFILE.id, filled=(PROFILE.id, SCHEMA.profiles[1].id))
    fed = bench.add(lines, both, {0: near_vectors(1, 2)[0]})
    assert [len(each.unreadable) for each in fed.values()] == [1, 1, 1]


def test_tokens_are_evaluated_and_proved(bench: OperatorBench, lines: OperatorLines) -> None:
    blinded = [oprf.blind(number, bytes([place + 1]) * 64) for place, number in enumerate((b"AB1", b"AB2"))]
    request = request_of(bench, lines, "XA", [each.element for each in blinded])
    answers = lines.call_all({0: request, 2: request}, EvaluatedTokens)
    evaluated: dict[int, tuple[Element, ...]] = {}
    for place, answer in answers.items():
        evaluated[place] = tuple(Element(each) for each in answer.elements)
        proof = Proof(Scalar(answer.challenge), Scalar(answer.response))
        public = public_share(bench.token_commitments, place)
        assert oprf.check_proof(public, [each.element for each in blinded], evaluated[place], proof)
    values = [oprf.finalize(each, whole) for each, whole in zip(blinded, combined(evaluated), strict=True)]
    assert len(set(values)) == 2


def test_tokens_beyond_a_members_budget_are_refused(bench: OperatorBench, lines: OperatorLines) -> None:
    element = oprf.blind(b"AB1", bytes([7]) * 64).element
    lines.call(0, request_of(bench, lines, "XA", [element] * 600), EvaluatedTokens)
    with pytest.raises(OperatorRefused) as caught:
        lines.call(0, request_of(bench, lines, "XA", [element] * 600), EvaluatedTokens)
    assert caught.value.code == "budget-spent"
    assert lines.call(0, request_of(bench, lines, "XB", [element]), EvaluatedTokens).elements


def test_a_request_that_no_member_signed_is_refused(bench: OperatorBench, lines: OperatorLines) -> None:
    signed = request_of(bench, lines, "XA", [oprf.blind(b"AB1", bytes([7]) * 64).element])
    with pytest.raises(OperatorRefused) as caught:
        lines.call(0, EvaluateTokens({**signed.envelope, "sender": "XB"}), EvaluatedTokens)
    assert caught.value.code == "request-refused"


def test_an_operator_that_goes_away_fails_what_runs_and_nothing_is_kept_waiting(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    filled(bench, lines)
    bench.stop(1)
    with pytest.raises((OperatorAway, OperatorRefused)):
        lines.begin(*job(bench, 0, ASKING)).result(30)
