"""The audit log: a leaf lives and dies with its act, gets exactly one place, and no change goes unnoticed."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from symbolon.protocol.audit_log import AuditAct, ChainHead
from symbolon.protocol.problems import BrokenChain
from symbolon.runtime.audit_store import AuditFilter, HashChainAuditLog
from symbolon.runtime.database import Database
from symbolon.runtime.migrations import migrate

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


class SteppingClock:
    """One second later each time it is asked."""

    def __init__(self):
        self._now = START
        self._guard = threading.Lock()

    def now(self):
        with self._guard:
            self._now += timedelta(seconds=1)
            return self._now


@pytest.fixture
def conninfo(fresh_database):
    conninfo = fresh_database("audit")
    migrate(conninfo, "symbolon.runtime")
    return conninfo


@pytest.fixture
def database(conninfo):
    with Database(conninfo, max_size=10) as database:
        yield database


@pytest.fixture
def log():
    return HashChainAuditLog(SteppingClock(), uuid4)


def record(database, log, count=1, actor="XA"):
    for number in range(count):
        with database.transaction() as tx:
            log.record(
                tx, AuditAct.SUBMISSION_ACCEPTED, actor, str(uuid4()), {"items": number, "ok": True, "kind": "x"}
            )


def sequence(database, log, **limits):
    with database.transaction() as tx:
        return log.sequence(tx, **limits)


def roll_back(database, work):
    """Do the work in a transaction that fails at its end."""

    def fail():
        with database.transaction() as tx:
            work(tx)
            raise KeyError

    with pytest.raises(KeyError):
        fail()


def verify(database, log, noted=None):
    with database.transaction() as tx:
        return log.verify(tx, noted)


def tamper(conninfo, statement):
    """Change the tables as their owner could: the triggers are no obstacle to it."""
    with psycopg.connect(conninfo) as connection:
        for table in ("audit_leaf", "audit_place"):
            connection.execute(f"alter table {table} disable trigger user")
        connection.execute(statement)


def test_a_leaf_is_written_with_its_act(database, log):
    record(database, log)
    with database.transaction() as tx:
        (recorded,) = log.query(tx, AuditFilter())
    assert (recorded.place, recorded.leaf.act, recorded.leaf.actor) == (None, AuditAct.SUBMISSION_ACCEPTED, "XA")
    assert recorded.leaf.recorded_at == START + timedelta(seconds=1)
    assert recorded.leaf.detail == {"items": 0, "ok": True, "kind": "x"}


def test_a_leaf_goes_with_an_act_that_rolled_back(database, log):
    roll_back(database, lambda tx: log.record(tx, AuditAct.USER_ADDED, "admin"))
    assert sequence(database, log) == 0
    assert verify(database, log).size == 0


def test_leaves_get_their_places_in_order_of_writing(database, log):
    record(database, log, count=5)
    assert sequence(database, log) == 5
    assert sequence(database, log) == 0
    with database.transaction() as tx:
        entries = list(log.entries(tx))
    assert [entry.place for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.leaf.detail["items"] for entry in entries] == [0, 1, 2, 3, 4]


def test_a_long_queue_is_sequenced_in_parts(database, log):
    record(database, log, count=5)
    assert [sequence(database, log, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert verify(database, log).size == 5


def test_only_one_sequencer_works_at_a_time(database, log):
    record(database, log, count=2)
    with database.transaction() as first:
        assert log.sequence(first) == 2
        assert sequence(database, log) == 0
    assert verify(database, log).size == 2


def test_a_sequencer_that_rolled_back_loses_nothing(database, log):
    record(database, log, count=2)
    roll_back(database, log.sequence)
    assert sequence(database, log) == 2
    assert verify(database, log).size == 2


def test_leaves_of_concurrent_acts_are_each_sequenced_exactly_once(database, log):
    done = threading.Event()

    def keep_sequencing():
        while not done.is_set():
            sequence(database, log, limit=7)

    writers = [threading.Thread(target=record, args=(database, log, 40, f"X{name}")) for name in "ABCDE"]
    sequencers = [threading.Thread(target=keep_sequencing) for _ in range(3)]
    for thread in (*writers, *sequencers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sequencers:
        thread.join()
    while sequence(database, log):
        pass
    with database.transaction() as tx:
        entries = list(log.entries(tx))
    assert [entry.place for entry in entries] == list(range(1, 201))
    assert len({entry.leaf.leaf_id for entry in entries}) == 200
    assert verify(database, log).size == 200


def test_a_chain_longer_than_a_page_verifies(database, log):
    with database.transaction() as tx:
        for _ in range(1005):
            log.record(tx, AuditAct.HIT_VIEWED, "officer")
    sequence(database, log)
    assert verify(database, log).size == 1005


EXCHANGE_TWO_LEAVES = """
alter table audit_place drop constraint audit_place_leaf_id_key;
update audit_place as place set leaf_id = other.leaf_id
from audit_place as other
where place.place in (3, 6) and other.place = 9 - place.place;
"""


@pytest.fixture
def ten_leaves(database, log):
    record(database, log, count=10)
    sequence(database, log)
    return verify(database, log)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("update audit_leaf set actor = 'XB' where arrival = 4", 4),
        ("update audit_leaf set subject = null where arrival = 4", 4),
        ("update audit_leaf set act = 'hit-viewed' where arrival = 4", 4),
        ("update audit_leaf set act = 'no-such-act' where arrival = 4", 4),
        ("update audit_leaf set detail = '{\"items\": 99}' where arrival = 4", 4),
        ("update audit_leaf set detail = '{\"items\": 1.5}' where arrival = 4", 4),
        ("update audit_leaf set recorded_at = recorded_at + interval '1 microsecond' where arrival = 10", 10),
        ("update audit_place set chain_hash = decode(repeat('00', 32), 'hex') where place = 7", 7),
        ("delete from audit_place where place = 1", 1),
        ("delete from audit_place where place = 5", 5),
        ("delete from audit_place where place = 10", 10),
        (EXCHANGE_TWO_LEAVES, 3),
    ],
)
def test_a_changed_removed_or_reordered_entry_is_found(conninfo, database, log, ten_leaves, statement, place):
    tamper(conninfo, statement)
    with pytest.raises(BrokenChain) as caught:
        verify(database, log)
    assert caught.value.at == place


def test_a_leaf_taken_from_under_its_place_is_found(conninfo, database, log, ten_leaves):
    tamper(conninfo, "alter table audit_place drop constraint audit_place_leaf_id_fkey")
    tamper(conninfo, "delete from audit_leaf where arrival = 6")
    with pytest.raises(BrokenChain) as caught:
        verify(database, log)
    assert caught.value.at == 6


def test_a_log_cut_off_with_its_leaves_is_found_by_a_head_that_was_noted(conninfo, database, log, ten_leaves):
    tamper(
        conninfo,
        "with cut as (delete from audit_place where place > 8 returning leaf_id) select count(*) from cut",
    )
    tamper(conninfo, "delete from audit_leaf where arrival > 8")
    assert verify(database, log).size == 8
    with pytest.raises(BrokenChain) as caught:
        verify(database, log, noted=ten_leaves)
    assert caught.value.at == 9


def test_a_log_written_anew_does_not_run_through_a_head_that_was_noted(database, log, ten_leaves):
    with pytest.raises(BrokenChain) as caught:
        verify(database, log, noted=ChainHead(7, bytes(32)))
    assert caught.value.at == 7


def test_a_log_that_grew_still_runs_through_a_head_that_was_noted(database, log, ten_leaves):
    record(database, log, count=3)
    sequence(database, log)
    assert verify(database, log, noted=ten_leaves).size == 13


def test_the_empty_log_verifies(database, log):
    assert verify(database, log, noted=verify(database, log)).size == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_leaf set actor = 'x'",
        "delete from audit_leaf",
        "truncate audit_leaf cascade",
        "truncate audit_place",
    ],
)
def test_an_accident_cannot_change_the_log(conninfo, ten_leaves, statement):
    with psycopg.connect(conninfo) as connection, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute(statement)


def test_leaves_are_found_by_act_actor_subject_and_time(database, log):
    record(database, log, count=3)
    with database.transaction() as tx:
        log.record(tx, AuditAct.VOTE_CAST, "officer", "7b1c2f1e-0000-4000-8000-000000000001")

    def found(**wanted):
        with database.transaction() as tx:
            return len(log.query(tx, AuditFilter(**wanted)))

    assert found(act=AuditAct.VOTE_CAST) == 1
    assert found(actor="XA") == 3
    assert found(subject="7b1c2f1e-0000-4000-8000-000000000001") == 1
    assert found(since=START + timedelta(seconds=3)) == 2
    assert found(until=START + timedelta(seconds=3)) == 2
    assert found(limit=2) == 2
    assert found(actor="nobody") == 0


def test_the_newest_leaf_is_listed_first(database, log):
    record(database, log, count=3)
    with database.transaction() as tx:
        assert [recorded.leaf.detail["items"] for recorded in log.query(tx, AuditFilter())] == [2, 1, 0]
