"""The hub keeps what it delivered for some weeks, so that a restored node can have it again; not of withdrawn hits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.integration.backup.federation import Federation

from symbolon.hub.bootstrap.opening import CLOCK
from symbolon.hub.services.reconcile_member import KEPT_FOR, forget_delivered


def deliveries(federation: Federation) -> list[dict[str, Any]]:
    with psycopg.connect(federation.hub.hub.settings.database, row_factory=dict_row) as connection:
        return connection.execute("select member, purpose, envelope, acknowledged_at from delivery").fetchall()


def kept(federation: Federation) -> set[tuple[str, str]]:
    return {(row["member"], row["purpose"]) for row in deliveries(federation) if row["envelope"] is not None}


@pytest.fixture
def federation(new_federation: Callable[[], Federation]) -> Federation:
    federation = new_federation()
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,suspect,all")
    federation["XB"].publish("B-1,D,Somchai Jaidee,1990-05-03,suspect,all")
    federation.pump()
    return federation


def test_an_acknowledged_alert_is_kept(federation: Federation) -> None:
    assert {("XA", "alert"), ("XB", "alert")} <= kept(federation)
    assert all(row["acknowledged_at"] is not None for row in deliveries(federation))


def test_of_a_withdrawn_hit_the_notice_alone_is_kept(federation: Federation) -> None:
    federation["XA"].withdraw("A-1")
    federation.pump()
    assert ("XA", "alert") not in kept(federation)
    assert ("XB", "alert") not in kept(federation)
    assert ("XB", "step-taken") in kept(federation)


def test_an_alert_that_is_acknowledged_after_its_hit_was_withdrawn_is_not_kept(
    new_federation: Callable[[], Federation],
) -> None:
    federation = new_federation()
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,suspect,all")
    federation["XB"].publish("B-1,D,Somchai Jaidee,1990-05-03,suspect,all")
    for state in federation.states.values():
        state.worker.deliver_outbox()
    federation.hub.worker.find_matches()
    federation["XA"].withdraw("A-1")
    federation.pump()
    assert ("XB", "alert") not in kept(federation)


def test_after_some_weeks_nothing_is_kept(federation: Federation) -> None:
    with federation.hub.hub.store.work() as work:
        assert forget_delivered(work, CLOCK.now() + KEPT_FOR - timedelta(hours=1)) == 0
        assert forget_delivered(work, CLOCK.now() + KEPT_FOR + timedelta(hours=1)) > 0
    assert kept(federation) == set()


def test_what_was_never_acknowledged_waits_however_long(new_federation: Callable[[], Federation]) -> None:
    federation = new_federation()
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,suspect,all")
    federation["XB"].publish("B-1,D,Somchai Jaidee,1990-05-03,suspect,all")
    for state in federation.states.values():
        state.worker.deliver_outbox()
    federation.hub.worker.find_matches()
    with federation.hub.hub.store.work() as work:
        forget_delivered(work, CLOCK.now() + 10 * KEPT_FOR)
    assert {("XA", "alert"), ("XB", "alert")} <= kept(federation)
