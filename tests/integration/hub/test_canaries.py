"""Canaries: an operator that computes wrongly is found out by what the hub knows beforehand, and nobody else is."""

import itertools
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from tests.simulators.hub_members import LINKAGE_KEYS, SCHEMA, SimulatedMember, body_of, item
from tests.simulators.operator_bench import OperatorBench

from symbolon.hub.bootstrap.commands import resume_comparison
from symbolon.hub.domain.canaries import refusals_of_canaries
from symbolon.hub.errors_of_operators import OperatorsDisagree, WrongAnswers
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.operators.services.sessions import ComparisonSession
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.services import erase_canaries
from symbolon.hub.storage import blind_canaries
from symbolon.matching.blind.canaries import CanaryForm as Form
from symbolon.matching.blind.canaries import CanaryMaker, CanaryName
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.identifier_types import BirthDate, PersonName, RecordIdentifiers
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import ComparableWith
from symbolon.protocol.messages import Canary, CanaryForm, Purpose, Submission, SubmissionItem, SubmissionReceipt
from symbolon.protocol.messages_sessions import RowRange
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import new_batch_id, new_record_reference
from symbolon.runtime.sql_loader import Query

Operators = tuple[OperatorBench, OperatorRoom]
FORMS = tuple(CanaryName(0, form) for form in Form)
ALL = tuple(CanaryName(number, form) for number in range(4) for form in Form)
ROWS_OF_CANARIES = Query(
    "rows_of_canaries",
    "for a test",
    "select w.segment, w.row from blind_row as w join blind_canary as k using (handle)"
    " where k.member = 'XA' and k.number = 0 and k.form = 'hit' order by w.segment",
)
ROWS_OF_RECORDS = Query(
    "rows_of_records",
    "for a test",
    "select w.segment, w.row from blind_row as w join encoded_version as v using (handle)"
    " where v.member = 'XA' order by w.segment, w.row",
)
SHAPES = Query(
    "shapes",
    "for a test",
    "select owner, octet_length(bundle) as bytes, cardinality(segments) as rows, version from shared_record",
)


@pytest.fixture
def comparison() -> str:
    return "blind"


@pytest.fixture(autouse=True)
def asked_again_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_canaries, "ASK_AGAIN_ONE_IN", 1)


def _canary(shape: SubmissionItem, name: CanaryName) -> tuple[SubmissionItem, Canary]:
    """What a node makes, before it is shared out."""
    maker = CanaryMaker(SCHEMA, shape.key_epoch, LINKAGE_KEYS[shape.key_epoch].subkey("canary"))
    encoded = maker.record(name, EncodedRecord.from_bytes(SCHEMA, shape.envelopes[0]), secrets.token_bytes)
    reference = new_record_reference(uuid4())
    made = item(PEOPLE[0], **{**_handling(shape), "reference": reference, "envelopes": (encoded.to_bytes(),)})
    return made, Canary(reference, name.number, CanaryForm(name.form.value))


def _handling(shape: SubmissionItem) -> dict[str, Any]:
    return {
        "namespace": shape.namespace, "comparable_with": shape.comparable_with, "key_epoch": shape.key_epoch,
        "review_date": shape.review_date,
    }  # fmt: skip


PEOPLE = [
    RecordIdentifiers(names=(PersonName(f"{given} {family}"),), birth_date=BirthDate(1960 + number, 3, 4))
    for number, (given, family) in enumerate(
        itertools.product(("Kittisak", "Wanchai", "Pornthip", "Nguyen"), ("Srisuwan", "Rattanaporn", "Vandeth"))
    )
]


def send(
    bench: Any, member: SimulatedMember, records: list[SubmissionItem], names: tuple[CanaryName, ...] = FORMS
) -> Any:
    """A batch as a node sends it: canaries in the shape of its first record, among the records."""
    canaries = [_canary(records[0], name) for name in names]
    items = [*records, *(made for made, _ in canaries)]
    secrets.SystemRandom().shuffle(items)
    shared = items if member.share is None else [member.share(member.code, each, member.signing_key) for each in items]
    batch = Submission(new_batch_id(uuid4()), tuple(shared), tuple(mark for _, mark in canaries))
    return bench.api.accept_submission(member.code, member.envelope(batch, Purpose.SUBMISSION))


def everybody(bench: Any, names: tuple[CanaryName, ...] = FORMS) -> None:
    for number, member in enumerate(bench.members.values()):
        send(bench, member, [item(PEOPLE[4 * number + each]) for each in range(4)], names)


def standing(bench: Any) -> Any:
    return bench.hub.show_status()().blind.canaries


def test_where_all_compute_rightly_known_answers_are_right_and_raise_no_hit(bench: Any) -> None:
    everybody(bench, ALL)
    assert bench.worker.find_matches() == 0
    assert not any(bench.alerts(member) for member in bench.members.values())
    found = standing(bench)
    assert found.held == 3 * len(ALL)
    # Of each pair of members all their canaries met, from both sides.
    assert found.answers == 3 * 2 * len(ALL) ** 2
    assert found.checked_at is not None
    assert bench.hub.show_status()().blind.stopped_since is None


def test_hits_among_records_are_what_they_are_without_canaries(bench: Any, person: Any) -> None:
    send(bench, bench.amara, [item(person), item(PEOPLE[1])])
    send(bench, bench.belanu, [item(PEOPLE[2]), item(person)])
    send(bench, bench.cassor, [item(PEOPLE[3])])
    assert bench.worker.find_matches() == 1
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1
    assert not bench.alerts(bench.cassor)


def test_canaries_are_counted_nowhere_and_answered_like_items(bench: Any) -> None:
    records = [item(PEOPLE[0])]
    answer = send(bench, bench.amara, records)
    outcomes = body_of(answer, SubmissionReceipt).outcomes
    assert len(outcomes) == 4
    assert not any(outcome.problem for outcome in outcomes)
    status = bench.hub.show_status()()
    assert sum(count.live for count in status.records) == 1
    assert status.pending_comparisons == 1
    bench.worker.sequence_audit()
    with bench.hub.database.transaction() as tx:
        [leaf] = [e.leaf for e in bench.hub.audit_log.entries(tx) if e.leaf.act is AuditAct.SUBMISSION_ACCEPTED]
    assert leaf.detail == {"accepted": 1, "refused": 0, "canaries": 3}


def test_operators_hold_canaries_like_records(bench: Any, operators: Operators) -> None:
    send(bench, bench.amara, [item(PEOPLE[0])])
    bench.worker.refresh_index()
    for place in range(3):
        with operators[0].databases[place].transaction() as tx:
            rows = [tuple(row.values()) for row in tx.fetch_all(SHAPES)]
        assert len(rows) == 4
        assert len(set(rows)) == 1


def test_a_canary_of_a_reference_that_is_used_is_refused(bench: Any) -> None:
    record = item(PEOPLE[0])
    send(bench, bench.amara, [record])
    made, mark = _canary(record, FORMS[0])
    made = item(PEOPLE[0], reference=record.reference, version=2, envelopes=made.envelopes)
    share = bench.amara.share(bench.amara.code, made, bench.amara.signing_key)
    batch = Submission(new_batch_id(uuid4()), (share,), (Canary(record.reference, mark.number, mark.form),))
    answer = bench.api.accept_submission(bench.amara.code, bench.amara.envelope(batch, Purpose.SUBMISSION))
    [outcome] = body_of(answer, SubmissionReceipt).outcomes
    assert outcome.problem is Problem.STALE_VERSION
    assert standing(bench).held == 3


# What an operator does wrong, as a change of its products (query, record).
Bend = Callable[[Any], Any]


def _adds(amount: int) -> Bend:
    return lambda products: products + np.int16(amount)


BENDS: dict[str, Bend] = {
    "adds one": _adds(1),
    "adds a little": _adds(8),
    "takes one away": _adds(-1),
    "adds much": _adds(1 << 11),
    "flips a bit": lambda products: products ^ np.int16(1 << 11),
    "flips every bit": lambda products: ~products,
    "sends zeros": np.zeros_like,
    "sends noise": lambda products: np.frombuffer(secrets.token_bytes(products.nbytes), np.int16).reshape(
        products.shape
    ),
    "exchanges queries": lambda products: products[::-1].copy(),
}


@pytest.fixture
def erring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Bend], None]]:
    start = ComparisonSession.start

    def make(place: int, bend: Bend) -> None:
        def bent(session: ComparisonSession, batch: Any, products: Any) -> None:
            start(session, batch, bend(products) if session._place == place else products)

        monkeypatch.setattr(ComparisonSession, "start", bent)

    return make  # type: ignore[return-value]  # a fixture that gives a function


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS.keys())
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_operator_whose_products_are_wrong_is_found_out_in_one_run(
    bench: Any, erring: Callable[[int, Bend], None], place: int, bend: Bend
) -> None:
    everybody(bench, ALL)
    erring(place, bend)
    with pytest.raises(OperatorsDisagree):
        bench.worker.find_matches()
    assert bench.hub.show_status()().blind.stopped_since is not None
    assert not any(bench.alerts(member) for member in bench.members.values())


def test_what_was_wrong_is_said_and_nothing_is_lost(
    bench: Any, erring: Callable[[int, Bend], None], person: Any
) -> None:
    send(bench, bench.amara, [item(person)])
    send(bench, bench.belanu, [item(person)])
    erring(1, _adds(1 << 11))
    with pytest.raises(WrongAnswers):
        bench.worker.find_matches()
    assert bench.worker.find_matches() == 0
    status = bench.hub.show_status()().blind
    assert "known answers were wrong, about canaries of XA, XB" in (status.stopped_because or "")
    assert AuditAct.OPERATORS_DISAGREE in bench.acts()
    erring(1, lambda products: products)
    resume_comparison(bench.hub)()
    assert bench.worker.find_matches() == 1


@pytest.fixture
def wrong_rows(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[RowRange, Any], Any]], None]:
    read = ShareSegments.range

    def make(place: int, change: Callable[[RowRange, Any], Any]) -> None:
        def changed(segments: ShareSegments, wanted: RowRange, bits: int) -> Any:
            rows = read(segments, wanted, bits)
            return change(wanted, rows.copy()) if segments._folder.name == f"segments{place}" else rows

        monkeypatch.setattr(ShareSegments, "range", changed)

    return make


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_operator_that_lost_the_rows_of_a_segment_is_found_out(bench: Any, wrong_rows: Any, place: int) -> None:
    everybody(bench)
    wrong_rows(place, lambda _wanted, rows: np.zeros_like(rows))
    with pytest.raises(OperatorsDisagree):
        bench.worker.find_matches()


@pytest.mark.parametrize("which", [ROWS_OF_CANARIES, ROWS_OF_RECORDS], ids=["a canary's", "a record's"])
def test_one_wrong_row_is_found_out_by_twelve_canaries_but_once_in_four_thousand_times(
    bench: Any, wrong_rows: Any, which: Query
) -> None:
    everybody(bench, ALL)
    with bench.hub.database.transaction() as tx:
        rows = {(row["segment"], row["row"]) for row in tx.fetch_all(which)}
    noise = np.frombuffer(secrets.token_bytes(2048), np.int16)

    def change(wanted: RowRange, found: Any) -> Any:
        for segment, row in rows:
            if segment == wanted.segment and wanted.first <= row < wanted.first + wanted.count:
                found[row - wanted.first] = noise[: found.shape[1]]
        return found

    wrong_rows(1, change)
    with pytest.raises(OperatorsDisagree):
        bench.worker.find_matches()


def test_a_canary_is_asked_when_it_comes_and_others_again_now_and_then(bench: Any) -> None:
    everybody(bench)
    bench.worker.find_matches()
    before = standing(bench).answers
    bench.submit(bench.amara, item(PEOPLE[11]))
    bench.worker.find_matches()
    # One record, one canary of its kind again: it meets those of the two other states.
    assert standing(bench).answers == before + 6


def test_canaries_keep_to_what_their_records_may_be_compared_with(bench: Any) -> None:
    records = [item(PEOPLE[0], comparable_with=ComparableWith.only(bench.belanu.code))]
    send(bench, bench.amara, records)
    send(bench, bench.cassor, [item(PEOPLE[1])])
    bench.worker.find_matches()
    assert standing(bench).answers == 0
    send(bench, bench.belanu, [item(PEOPLE[2])])
    bench.worker.find_matches()
    assert standing(bench).answers > 0


def test_canaries_go_when_no_record_is_beside_them_any_more(bench: Any, operators: Operators) -> None:
    record = item(PEOPLE[0])
    send(bench, bench.amara, [record])
    send(bench, bench.belanu, [item(PEOPLE[1])])
    bench.worker.find_matches()
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(record.reference))
    assert bench.worker.tidy_up()
    assert standing(bench).held == 3
    bench.worker.refresh_index()
    assert bench.indexed() == 4


def test_canaries_go_with_an_expelled_member(bench: Any) -> None:
    everybody(bench)
    with bench.hub.database.transaction() as tx:
        tx.execute(Query("expel", "for a test", "update member set standing = 'expelled' where code = 'XC'"))
    bench.worker.tidy_up()
    assert standing(bench).held == 6


def test_a_newer_canary_takes_the_place_of_an_older_one_a_day_later(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(bench, bench.amara, [item(PEOPLE[0])])
    send(bench, bench.amara, [item(PEOPLE[1])])
    bench.worker.tidy_up()
    assert standing(bench).held == 6
    monkeypatch.setattr(erase_canaries, "REPLACED_FOR", timedelta(days=-1))
    bench.worker.tidy_up()
    assert standing(bench).held == 3
    send(bench, bench.belanu, [item(PEOPLE[2])])
    assert bench.worker.find_matches() == 0
    assert standing(bench).answers > 0


def test_an_open_federation_takes_no_canaries() -> None:
    reference = new_record_reference(uuid4())
    refused = refusals_of_canaries({reference: Canary(reference, 0, CanaryForm.HIT)}, (), wanted=False)
    assert refused[reference].problem is Problem.ENCODING_REFUSED
