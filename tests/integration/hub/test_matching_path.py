"""From an accepted submission to both alerts, on a real PostgreSQL."""

import string
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.simulators.hub_members import body_of, item

from symbolon.hub.errors import BatchReused
from symbolon.protocol.handling import MOST_LISTED_MEMBERS, ComparableWith
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import SubmissionReceipt
from symbolon.protocol.problems import BadSignature, Problem, WrongSender
from symbolon.protocol.references import MemberCode
from symbolon.runtime.sql_loader import load_queries

pytestmark = pytest.mark.parametrize("comparison", ["open", "blind"])


def _live_records(bench: Any) -> int:
    return sum(count.live for count in bench.hub.show_status()().records)


def test_two_states_with_the_same_person_are_both_alerted(bench: Any, person: Any, somebody_else: Any) -> None:
    own, other = item(person), item(person)
    bench.submit(bench.amara, own, item(somebody_else))
    bench.submit(bench.belanu, other)
    assert bench.worker.find_matches() == 1
    [at_amara], [at_belanu] = bench.alerts(bench.amara), bench.alerts(bench.belanu)
    assert at_amara.hit_id == at_belanu.hit_id
    assert (at_amara.own_reference, at_amara.counterpart_reference) == (own.reference, other.reference)
    assert (at_belanu.own_reference, at_belanu.counterpart) == (other.reference, MemberCode("XA"))
    assert at_amara.state is JointState.ALERTED
    assert bench.alerts(bench.cassor) == []


def test_an_accepted_submission_wakes_the_worker(bench: Any, person: Any) -> None:
    bench.submit(bench.amara, item(person))
    assert len(bench.wake_ups) == 1


def test_a_batch_sent_twice_counts_once_and_gets_the_same_receipt(bench: Any, person: Any) -> None:
    envelope = bench.amara.submission(item(person))
    first = bench.api.accept_submission(bench.amara.code, envelope)
    assert bench.api.accept_submission(bench.amara.code, bench.amara.again(envelope)) == first
    assert _live_records(bench) == 1


def test_a_batch_sent_by_two_connections_at_once_counts_once(bench: Any, person: Any) -> None:
    envelope = bench.amara.submission(item(person))
    # Signed at the same moment, so that none comes after a later one.
    tries = [bench.amara.again(envelope, issued_at=envelope.issued_at) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        receipts = set(pool.map(lambda each: bench.api.accept_submission(bench.amara.code, each), tries))
    assert len(receipts) == 1
    assert _live_records(bench) == 1


def test_a_batch_id_with_another_content_is_refused(bench: Any, person: Any, somebody_else: Any) -> None:
    envelope = bench.amara.submission(item(person))
    bench.api.accept_submission(bench.amara.code, envelope)
    batch = envelope.read(_submission())
    other = bench.amara.envelope(replace(batch, items=(item(somebody_else),)), batch.PURPOSE)
    with pytest.raises(BatchReused):
        bench.api.accept_submission(bench.amara.code, other)


def test_a_refused_item_refuses_no_other(bench: Any, person: Any) -> None:
    good = item(person)
    batch = (
        item(person, envelopes=(b"no encoding",)),
        good,
        replace(good, version=2),
        item(person, schema_digest="0" * 64),
        item(person, key_epoch=2),  # nobody opened it
        item(person, envelopes=(*good.envelopes, *good.envelopes)),
    )
    receipt = body_of(bench.submit(bench.amara, *batch), SubmissionReceipt)
    assert [outcome.problem for outcome in receipt.outcomes] == [
        Problem.ENCODING_REFUSED,
        None,
        Problem.DUPLICATE_IN_BATCH,
        Problem.UNKNOWN_SCHEMA,
        Problem.WRONG_KEY_EPOCH,
        Problem.ENCODING_REFUSED,
    ]
    assert _live_records(bench) == 1


def test_an_older_version_does_not_replace_a_newer_one(bench: Any, person: Any) -> None:
    newer = item(person, version=3)
    bench.submit(bench.amara, newer)
    receipt = body_of(bench.submit(bench.amara, replace(newer, version=2)), SubmissionReceipt)
    assert receipt.outcomes[0].problem is Problem.STALE_VERSION


def test_a_member_cannot_replace_another_members_record(bench: Any, person: Any, somebody_else: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    receipt = body_of(
        bench.submit(bench.belanu, item(somebody_else, reference=own.reference, version=2)), SubmissionReceipt
    )
    assert receipt.outcomes[0].problem is Problem.FORBIDDEN


def test_a_submission_signed_by_another_member_is_refused(bench: Any, person: Any) -> None:
    with pytest.raises((BadSignature, WrongSender)):
        bench.api.accept_submission(bench.belanu.code, bench.amara.submission(item(person)))


def test_records_of_one_state_are_never_a_hit(bench: Any, person: Any) -> None:
    bench.submit(bench.amara, item(person), item(person))
    assert bench.worker.find_matches() == 0


@pytest.mark.parametrize("restricted", ["older", "newer"])
@pytest.mark.parametrize(
    "rule", [ComparableWith.all_but(MemberCode("XA"), MemberCode("XB")), ComparableWith.only(MemberCode("XC"))]
)
def test_an_allow_list_holds_whichever_side_gave_it(bench: Any, person: Any, restricted: str, rule: Any) -> None:
    older = item(person, comparable_with=rule) if restricted == "older" else item(person)
    newer = item(person, comparable_with=rule) if restricted == "newer" else item(person)
    bench.submit(bench.amara, older)
    bench.submit(bench.belanu, newer)
    assert bench.worker.find_matches() == 0
    bench.submit(bench.cassor, item(person))
    assert bench.worker.find_matches() == 2


def test_two_records_that_arrive_together_are_found_once(bench: Any, person: Any) -> None:
    envelopes = [(member, member.submission(item(person))) for member in (bench.amara, bench.belanu)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: bench.api.accept_submission(pair[0].code, pair[1]), envelopes))
    assert bench.worker.find_matches() == 1
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1


def test_two_finders_at_once_raise_each_hit_once(bench: Any, person: Any) -> None:
    another_worker = bench.another_worker()
    for _ in range(5):
        references = [item(person) for _ in range(3)]
        for member, record in zip((bench.amara, bench.belanu, bench.cassor), references, strict=True):
            bench.submit(member, record)
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(job) for job in (bench.worker.find_matches, another_worker.find_matches) * 2]
            for run in runs:
                run.result()
        bench.worker.find_matches()
    # Five records at each of three states, all alike: 3 x 25 pairs.
    assert sum(state.hits for state in bench.hub.show_status()().hits_by_state) == 75
    pairs = [(alert.own_reference, alert.counterpart_reference) for alert in bench.alerts(bench.amara)]
    assert len(pairs) == len(set(pairs)) == 50


def test_a_pair_that_is_compared_again_gives_no_second_hit(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    bench.submit(bench.amara, replace(own, version=2))
    assert bench.worker.find_matches() == 0
    assert len(bench.alerts(bench.belanu)) == 1


def test_a_record_that_was_revised_before_its_comparison_alerts_by_its_new_encoding_only(
    bench: Any, person: Any, somebody_else: Any
) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.submit(bench.amara, item(somebody_else, reference=own.reference, version=2))
    assert bench.worker.find_matches() == 0


def test_an_encoding_that_was_erased_while_it_was_compared_raises_no_alert(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    comparator = bench.worker.find_matches.job._finder
    compare = comparator.compare

    def compare_then_lose_one(*arguments: Any) -> Any:
        pairs = compare(*arguments)
        bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own.reference))
        return pairs

    comparator.compare = compare_then_lose_one
    assert bench.worker.find_matches() == 0
    assert bench.alerts(bench.belanu) == []


def _submission() -> Any:
    from symbolon.protocol.messages import Submission

    return Submission


def test_a_list_as_long_as_the_wire_allows_is_taken_and_kept_apart_from_another(bench: Any, person: Any) -> None:
    codes = [MemberCode(f"{one}{two}Z") for one in "ABCDEFGHIJ" for two in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    longest = ComparableWith.all_but(*codes[:MOST_LISTED_MEMBERS])
    other = ComparableWith.all_but(*codes[1 : MOST_LISTED_MEMBERS + 1])
    batch = [item(person, comparable_with=rule) for rule in (longest, longest, other)]
    receipt = body_of(bench.submit(bench.amara, *batch), SubmissionReceipt)
    assert [outcome.problem for outcome in receipt.outcomes] == [None] * 3
    with bench.hub.store.work() as work:
        assert {each.comparable_with for each in work.records.partitions().values()} == {longest, other}


def test_partitions_are_told_apart_by_lists_of_any_length(bench: Any) -> None:
    codes = tuple(
        MemberCode(f"{a}{b}{c}") for a in "AB" for b in string.ascii_uppercase for c in string.ascii_uppercase
    )
    with bench.hub.database.transaction() as tx:
        # As a version before the limit could have written it.
        columns = {"namespace": "general", "mode": "except", "member": "XA"}
        insert = load_queries("symbolon.hub.storage", "records")["insert_partition"]
        assert [tx.execute(insert, members=list(codes), **columns) for _ in range(2)] == [1, 0]


def test_batches_that_wait_for_their_turn_keep_nobody_from_their_deliveries(bench: Any, person: Any) -> None:
    now = datetime.now(UTC)
    batches = [bench.amara.again(bench.amara.submission(item(person)), issued_at=now) for _ in range(14)]
    with ThreadPoolExecutor(len(batches)) as pool, bench.hub.store.work() as work:
        work.records.order_commits()
        answers = [pool.submit(bench.api.accept_submission, bench.amara.code, batch) for batch in batches]
        time.sleep(0.5)
        started = time.perf_counter()
        bench.mail(bench.belanu)
        assert time.perf_counter() - started < 2
        assert not any(answer.done() for answer in answers)


def test_a_batch_of_which_nothing_was_taken_is_audited_as_refused(bench: Any, person: Any) -> None:
    stale = item(person)
    bench.submit(bench.amara, stale)
    bench.submit(bench.amara, stale)
    bench.submit(bench.amara, stale, item(person))
    bench.worker.sequence_audit()
    with bench.hub.database.transaction() as tx:
        acts = [entry.leaf.act.value for entry in bench.hub.audit_log.entries(tx)]
    assert [act for act in acts if act.startswith("submission")] == [
        "submission-accepted",
        "submission-refused",
        "submission-accepted",
    ]


def test_a_partition_without_live_records_is_out_of_scope(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own, item(person, comparable_with=ComparableWith.only(MemberCode("XC"))))
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own.reference))
    with bench.hub.store.work() as work:
        live = work.records.live_partitions()
        assert [each.comparable_with for each in live.values()] == [ComparableWith.only(MemberCode("XC"))]
        assert work.records.partitions_of(work.records.take_waiting(10, datetime.now(UTC))) == live.keys()
