"""Withdrawal erases encodings everywhere, tells the counterparts, and is answered with a signed receipt."""

from typing import Any

import pytest
from tests.simulators.hub_members import body_of, item

from symbolon.protocol.handling import ComparableWith, Namespace, WithdrawalReason
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import WithdrawalReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.runtime.sql_loader import Query

_COUNT_ENCODINGS = Query(
    "count_encodings", "for a test", "select (select count(*) from encoding) + (select count(*) from blind_record)"
)

pytestmark = pytest.mark.parametrize("comparison", ["open", "blind"])


def _encodings(bench: Any) -> int:
    with bench.hub.database.transaction() as tx:
        return int(tx.fetch_value(_COUNT_ENCODINGS))


def _withdraw(bench: Any, member: Any, *references: Any, **other: Any) -> Any:
    receipt = bench.api.withdraw_records(member.code, member.withdrawal(*references, **other))
    return body_of(receipt, WithdrawalReceipt).outcomes


def test_a_withdrawn_record_leaves_the_database_and_the_index(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.worker.find_matches()
    assert bench.indexed() == 1
    [outcome] = _withdraw(bench, bench.amara, own.reference)
    assert (outcome.erased_encodings, outcome.problem) == (1, None)
    assert _encodings(bench) == 0
    bench.worker.refresh_index()
    assert bench.indexed() == 0
    bench.submit(bench.belanu, item(person))
    assert bench.worker.find_matches() == 0


def test_withdrawal_wakes_the_worker_so_that_its_index_forgets_at_once(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    before = len(bench.wake_ups)
    _withdraw(bench, bench.amara, own.reference)
    assert len(bench.wake_ups) == before + 1


def test_both_sides_of_a_hit_are_told_of_a_withdrawal(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    [outcome] = _withdraw(bench, bench.amara, own.reference)
    assert outcome.hits_closed == 1
    for member in (bench.amara, bench.belanu):
        assert bench.told(member) == [Event.WITHDRAWN]


def test_a_withdrawal_sent_twice_gets_the_same_receipt(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    envelope = bench.amara.withdrawal(own.reference)
    first = bench.api.withdraw_records(bench.amara.code, envelope)
    assert bench.api.withdraw_records(bench.amara.code, bench.amara.again(envelope)) == first


def test_withdrawing_what_is_withdrawn_already_erases_nothing_and_is_no_fault(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    _withdraw(bench, bench.amara, own.reference)
    [outcome] = _withdraw(bench, bench.amara, own.reference)
    assert (outcome.erased_encodings, outcome.problem) == (0, None)


def test_a_member_cannot_withdraw_another_members_record(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    [outcome] = _withdraw(bench, bench.belanu, own.reference)
    assert outcome.problem is Problem.UNKNOWN_RECORD
    assert _encodings(bench) == 1


def test_a_withdrawn_record_may_be_published_anew_and_is_a_new_hit(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    _withdraw(bench, bench.amara, own.reference)
    bench.submit(bench.amara, item(person, reference=own.reference, version=2))
    assert bench.worker.find_matches() == 1
    assert len({alert.hit_id for alert in bench.alerts(bench.belanu)}) == 2


def test_a_revision_that_shuts_a_state_out_ends_the_hits_with_it(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.submit(bench.cassor, item(person))
    bench.worker.find_matches()
    narrower = item(
        person, reference=own.reference, version=2, comparable_with=ComparableWith.all_but(MemberCode("XB"))
    )
    bench.submit(bench.amara, narrower)
    assert bench.told(bench.belanu) == [Event.WITHDRAWN]
    assert bench.told(bench.cassor) == []


def test_reclassification_withdraws_the_encoding_and_holds_the_hits(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    [outcome] = _withdraw(bench, bench.amara, own.reference, reason=WithdrawalReason.RECLASSIFIED)
    assert (outcome.erased_encodings, outcome.hits_closed) == (1, 1)
    assert _encodings(bench) == 1
    for member in (bench.amara, bench.belanu):
        assert bench.told(member) == [Event.HELD]


def test_a_withdrawal_after_a_reclassification_ends_the_held_hits(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    _withdraw(bench, bench.amara, own.reference, reason=WithdrawalReason.RECLASSIFIED)
    [outcome] = _withdraw(bench, bench.amara, own.reference)
    assert (outcome.erased_encodings, outcome.hits_closed) == (0, 1)
    assert bench.told(bench.belanu)[-1] is Event.WITHDRAWN


def test_a_reclassified_record_published_anew_as_protected_gives_no_second_hit(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    _withdraw(bench, bench.amara, own.reference, reason=WithdrawalReason.RECLASSIFIED)
    bench.submit(bench.amara, item(person, reference=own.reference, version=2, namespace=Namespace.PROTECTED))
    assert bench.worker.find_matches() == 0


def test_a_revision_that_makes_a_record_protected_holds_its_hits(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    bench.submit(bench.amara, item(person, reference=own.reference, version=2, namespace=Namespace.PROTECTED))
    assert bench.told(bench.belanu) == [Event.HELD]
