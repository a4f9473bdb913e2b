"""A hub that was restored from a backup takes hits up where its members are, and nobody is told of a hit twice."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.hub.exchanging import confirmed, requested, send, take
from tests.simulators.hub_members import item

from symbolon.hub.errors import StillReconciling
from symbolon.hub.services.begin_reconciliation import BeginReconciliation
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import HitStanding, KnownHit, KnownHits, Purpose, ReconciliationDone, VoteCustody
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.sql_loader import Query


def _sql(bench: Any, *texts: str) -> None:
    with bench.hub.database.transaction() as tx:
        for text in texts:
            tx.execute(Query("for_a_test", "for a test", text))


def _as_before_the_votes(bench: Any) -> None:
    """What the hub knew when its backup was made."""
    _sql(
        bench,
        "update hit set state = 'ALERTED', joint_state = 'ALERTED', version = 1, round = 1, first_round = 1, "
        "held_from = null, closed_from = null, opened_round = 0",
        "delete from hit_exchange",
        "delete from hit_step where event <> 'alerted'",
    )


def _as_before_the_hit(bench: Any) -> None:
    _sql(bench, "truncate hit, hit_side, hit_exchange, hit_step, safety_hold cascade")


def _restored(bench: Any) -> Any:
    begin = BeginReconciliation(bench.hub.store, bench.hub.finish_reconciliation(), SystemClock(), uuid4)
    begin(datetime.now(UTC))
    with bench.hub.store.work() as work:
        return work.members.federation().incarnation


def _tell(bench: Any, incarnation: Any, known: dict[str, KnownHit]) -> None:
    """Every member says what it knows, and that this is all."""
    for code, member in bench.members.items():
        hits = (known[code],) if code in known else ()
        if hits:
            bench.api.reconciliation.take_known_hits(
                code, member.envelope(KnownHits(incarnation, hits), Purpose.KNOWN_HITS)
            )
        done = ReconciliationDone(incarnation, 0, len(hits))
        bench.api.reconciliation.note_reconciled(code, member.envelope(done, Purpose.RECONCILIATION_DONE))


def _known(alert: Any, ledger: HitLedger, **other: Any) -> KnownHit:
    fields = {"opened_round": 1, "safety_hold": False, "released": False, **other}
    return KnownHit(alert, known_ledger(ledger), **fields)


def test_the_hub_goes_on_from_its_members_ledgers_and_tells_whoever_missed_a_step(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    ours, theirs = bench.alerts(bench.amara)[0], bench.alerts(bench.belanu)[0]
    before = bench.hit(hit_id).ledger
    exchange_id = requested(bench, hit_id)
    after = bench.hit(hit_id).ledger
    _as_before_the_votes(bench)
    bench.acknowledge_all()
    incarnation = _restored(bench)
    with pytest.raises(StillReconciling):
        take(bench, bench.amara, hit_id, Event.CLOSED)
    assert bench.worker.close_waiting() == bench.worker.expire_votes() == 0
    _tell(bench, incarnation, {"XA": _known(ours, after), "XB": _known(theirs, before)})
    assert bench.hit(hit_id).ledger == after
    assert bench.messages(bench.amara, HitStanding) == []
    [standing] = bench.messages(bench.belanu, HitStanding)
    assert standing.ledger == known_ledger(after)
    assert bench.alerts(bench.amara) == bench.alerts(bench.belanu) == []
    send(bench, bench.belanu, hit_id, exchange_id, Event.ACCEPTED)


def test_a_hit_that_the_hub_forgot_is_known_again_under_its_id_and_found_no_second_time(
    bench: Any, person: Any
) -> None:
    hit_id = confirmed(bench, person)
    ledger, alert = bench.hit(hit_id).ledger, bench.alerts(bench.amara)[0]
    _as_before_the_hit(bench)
    bench.acknowledge_all()
    _tell(bench, _restored(bench), {"XA": _known(alert, ledger)})
    assert bench.hit(hit_id).ledger == ledger
    # Belanu was told before, and does not know it any more: the alert, and how far the hit went since.
    assert bench.purposes(bench.belanu) == [Purpose.ALERT, Purpose.HIT_STANDING]
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    assert [each.hit_id for each in bench.alerts(bench.belanu)].count(hit_id) == 1


def test_a_safety_hold_that_the_hub_forgot_lies_on_the_hit_again(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    ledger, alert = bench.hit(hit_id).ledger, bench.alerts(bench.amara)[0]
    _tell(bench, _restored(bench), {"XA": _known(alert, ledger, safety_hold=True)})
    assert bench.hit(hit_id).ledger.frozen_by == {"XA"}


def test_what_cannot_be_changes_nothing(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    ledger, alert = bench.hit(hit_id).ledger, bench.alerts(bench.amara)[0]
    _tell(
        bench,
        _restored(bench),
        {"XA": _known(alert, HitLedger(hit_id, ledger.parties, JointState.HELD, 2**31 - 1, ledger.since))},
    )
    assert bench.hit(hit_id).ledger == ledger


def test_a_restored_node_reads_its_hits_with_their_ledgers(bench: Any, person: Any) -> None:
    hit_id = confirmed(bench, person)
    requested(bench, hit_id)
    with bench.hub.store.work() as work:
        [found] = work.reconciliation.hits_of(bench.amara.code, None, 10)
        assert work.reconciliation.hits_of(bench.cassor.code, None, 10) == ()
    assert found.ledger == known_ledger(bench.hit(hit_id).ledger)
    assert (found.counterpart, found.own_vote, found.frozen) == ("XB", VoteCustody.HANDED_OVER, False)
