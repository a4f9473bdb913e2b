"""A record whose review date has passed leaves the hub, also while its owner's node is away."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulators.hub_members import body_of, item

from symbolon.hub.storage.open_comparator import OpenComparator
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Namespace
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import Purpose, Withdrawal, WithdrawalReceipt, expiry_digest
from symbolon.runtime.sql_loader import Query

_COUNT_ENCODINGS = Query(
    "count_encodings",
    "for a test",
    """
select (select count(*) from encoding) + (select count(*) from blind_record)
""",
)
_COUNT_CHANGES = Query("count_changes", "for a test", "select count(*) from index_change")
_LEAVES = Query("leaves", "for a test", "select detail from audit_leaf where act = %(act)s")
_LET_TIME_PASS = Query(
    "let_time_pass", "for a test", "update record set review_date = %(day)s where reference = any(%(references)s)"
)

pytestmark = pytest.mark.parametrize("comparison", ["open", "blind"])


def _count(bench: Any, query: Query) -> int:
    with bench.hub.database.transaction() as tx:
        return int(tx.fetch_value(query))


def _reviewed_by(bench: Any, days_from_today: int, *items: Any) -> None:
    """As if so many days more had passed since these were taken."""
    day = datetime.now(UTC).date() + timedelta(days=days_from_today)
    with bench.hub.database.transaction() as tx:
        tx.execute(_LET_TIME_PASS, day=day, references=[each.reference for each in items])


def _published(bench: Any, member: Any, person: Any, **other: Any) -> Any:
    own = item(person, **other)
    bench.submit(member, own)
    return own


def _receipts(bench: Any, member: Any) -> list[WithdrawalReceipt]:
    return bench.messages(member, WithdrawalReceipt)  # type: ignore[no-any-return]


def test_an_expired_record_leaves_the_database_and_the_index(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    bench.worker.find_matches()
    assert bench.indexed() == 1
    _reviewed_by(bench, -1, own)
    assert bench.worker.expire_records() == 1
    assert _count(bench, _COUNT_ENCODINGS) == 0
    bench.worker.refresh_index()
    assert bench.indexed() == 0


def test_on_its_review_date_a_record_may_still_be_compared(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _published(bench, bench.belanu, person)
    _reviewed_by(bench, 0, own)
    assert bench.worker.expire_records() == 0
    assert bench.worker.find_matches() == 1


def test_the_owner_finds_a_receipt_among_its_deliveries_that_says_what_and_why(bench: Any, person: Any) -> None:
    own = [_published(bench, bench.amara, person) for _ in range(2)]
    _reviewed_by(bench, -1, *own)
    bench.worker.expire_records()
    [receipt] = _receipts(bench, bench.amara)
    assert {outcome.reference for outcome in receipt.outcomes} == {each.reference for each in own}
    assert all((outcome.erased_encodings, outcome.problem) == (1, None) for outcome in receipt.outcomes)
    assert receipt.body_digest == expiry_digest(receipt.batch_id, [each.reference for each in receipt.outcomes])


def test_each_owner_gets_a_receipt_for_its_own_records_and_nobody_else_one(bench: Any, person: Any) -> None:
    ours, theirs = _published(bench, bench.amara, person), _published(bench, bench.belanu, person)
    _reviewed_by(bench, -1, ours, theirs)
    bench.worker.expire_records()
    for member, own in ((bench.amara, ours), (bench.belanu, theirs)):
        [receipt] = _receipts(bench, member)
        assert [outcome.reference for outcome in receipt.outcomes] == [own.reference]
    assert bench.purposes(bench.cassor) == []


def test_both_sides_of_a_hit_are_told_when_a_record_of_it_expires(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _published(bench, bench.belanu, person)
    bench.worker.find_matches()
    _reviewed_by(bench, -1, own)
    bench.worker.expire_records()
    for member in (bench.amara, bench.belanu):
        assert bench.told(member) == [Event.WITHDRAWN]
    [outcome] = _receipts(bench, bench.amara)[0].outcomes
    assert outcome.hits_closed == 1


def test_whoever_was_never_told_of_a_held_hit_hears_nothing_of_its_end(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person, namespace=Namespace.PROTECTED)
    _published(bench, bench.belanu, person)
    bench.worker.find_matches()
    _reviewed_by(bench, -1, own)
    bench.worker.expire_records()
    assert bench.told(bench.amara) == [Event.WITHDRAWN]
    assert bench.purposes(bench.belanu) == []


def test_a_record_expires_once_however_often_the_task_runs(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _reviewed_by(bench, -1, own)
    assert [bench.worker.expire_records() for _ in range(2)] == [1, 0]
    assert bench.purposes(bench.amara) == [Purpose.WITHDRAWAL_RECEIPT]


def test_a_record_expires_once_when_many_workers_look_at_the_same_time(bench: Any, person: Any) -> None:
    _reviewed_by(bench, -1, *[_published(bench, bench.amara, person) for _ in range(3)])
    together = threading.Barrier(4)
    expired: list[int] = []

    def look() -> None:
        together.wait()
        expired.append(bench.worker.expire_records())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(expired) == [0, 0, 0, 3]
    assert len(_receipts(bench, bench.amara)) == 1


def test_many_records_expire_in_several_bounded_runs(bench: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("symbolon.hub.services.expire_records.RECORDS_PER_RUN", 2)
    own = [item(person) for _ in range(5)]
    bench.submit(bench.amara, *own)
    _reviewed_by(bench, -1, *own)
    assert bench.worker.expire_records() == 5
    assert [len(receipt.outcomes) for receipt in _receipts(bench, bench.amara)] == [2, 2, 1]


def test_a_record_whose_review_date_was_moved_by_a_revision_stays(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _reviewed_by(bench, -1, own)
    bench.submit(bench.amara, item(person, reference=own.reference, version=2))
    assert bench.worker.expire_records() == 0
    assert _count(bench, _COUNT_ENCODINGS) == 1
    assert bench.purposes(bench.amara) == []


def test_a_record_that_expired_comes_back_as_a_new_version(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _reviewed_by(bench, -1, own)
    bench.worker.expire_records()
    bench.submit(bench.amara, item(person, reference=own.reference, version=2))
    _published(bench, bench.belanu, person)
    assert bench.worker.find_matches() == 1


def test_its_owners_own_withdrawal_that_crosses_with_it_finds_nothing_left(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _reviewed_by(bench, -1, own)
    withdrawal = bench.amara.withdrawal(own.reference)
    bench.worker.expire_records()
    answer = body_of(bench.api.withdraw_records(bench.amara.code, withdrawal), WithdrawalReceipt)
    assert [(outcome.erased_encodings, outcome.problem) for outcome in answer.outcomes] == [(0, None)]
    assert answer.batch_id == withdrawal.read(Withdrawal).batch_id


def test_a_record_that_expired_raises_no_alert_before_it_is_erased(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _published(bench, bench.belanu, person)
    _reviewed_by(bench, -1, own)
    assert bench.worker.find_matches() == 0
    assert bench.purposes(bench.amara) == bench.purposes(bench.belanu) == []


def test_each_receipt_of_an_expiry_leaves_a_leaf(bench: Any, person: Any) -> None:
    own = _published(bench, bench.amara, person)
    _reviewed_by(bench, -1, own)
    bench.worker.expire_records()
    with bench.hub.database.transaction() as tx:
        [leaf] = tx.fetch_all(_LEAVES, act=AuditAct.RECORDS_WITHDRAWN.value)
    assert leaf["detail"] == {"member": "XA", "reason": "expired", "items": 1, "erased": 1, "hits": 0}


def test_additions_of_what_is_gone_are_forgotten_and_no_index_misses_the_removal(bench: Any, person: Any) -> None:
    if bench.operators is not None:
        pytest.skip("this is of the open comparator's own index")
    behind, new = (OpenComparator(bench.hub.linkage_schemas()) for _ in range(2))
    own = _published(bench, bench.amara, person)
    with bench.hub.store.work() as work:
        behind.refresh(work)
    assert len(behind) == 1
    bench.submit(bench.amara, item(person, reference=own.reference, version=2))
    _reviewed_by(bench, -1, own)
    bench.worker.expire_records()
    # The two removals of what was added twice.
    assert _count(bench, _COUNT_CHANGES) == 2
    with bench.hub.store.work() as work:
        assert behind.refresh(work) == new.refresh(work)
    assert len(behind) == len(new) == 0
