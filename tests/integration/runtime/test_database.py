"""Transactions of named queries on a real PostgreSQL, which may die at any time."""

import shutil
import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor
from symbolon.runtime.database import Database, Notice
from symbolon.runtime.errors import ConfigurationMistake, DatabaseUnavailable
from symbolon.runtime.sql_loader import parse_queries

QUERIES = parse_queries(
    """
-- name: create_table
-- A table to play with.
create table note (id int primary key, text text not null default '');

-- name: insert_note
-- One note.
insert into note (id, text) values (%(id)s, %(text)s);

-- name: list_notes
-- All notes in order.
select id, text from note order by id;

-- name: find_note
-- One note, if it is there.
select id, text from note where id = %(id)s;

-- name: count_notes
-- How many notes there are.
select count(*) from note;

-- name: lock_note
-- Take a note for this transaction.
select id from note where id = %(id)s for update;

-- name: tell_time
-- The server's idea of now, and its zone.
select now() as now, current_setting('timezone') as zone, current_setting('application_name') as application;

-- name: index_texts
-- An index, which has a limit of its own.
create index note_by_text on note (text);

-- name: insert_long_note
-- A text that no index takes: random, so that it cannot be compressed.
insert into note (id, text) select 1, string_agg(md5(random()::text), '') from generate_series(1, 200);

-- name: be_impatient
-- Wait no longer than this.
set local statement_timeout = '10ms';

-- name: dawdle
-- Take longer.
select pg_sleep(2);

-- name: break_off
-- End this very connection.
select pg_terminate_backend(pg_backend_pid());
""",
    "test",
)


@pytest.fixture
def database(fresh_database):
    with Database(fresh_database("database"), application_name="test", max_size=4) as database:
        with database.transaction() as tx:
            tx.execute(QUERIES["create_table"])
        yield database


def roll_back(database, work):
    """Do the work in a transaction that fails at its end."""

    def fail():
        with database.transaction() as tx:
            work(tx)
            raise KeyError

    with pytest.raises(KeyError):
        fail()


def count_of(database):
    with database.transaction() as tx:
        return tx.fetch_value(QUERIES["count_notes"])


def test_a_transaction_commits_when_its_block_ends(database):
    with database.transaction() as tx:
        assert tx.execute(QUERIES["insert_note"], id=1, text="a") == 1
    assert count_of(database) == 1


def test_a_transaction_rolls_back_when_its_block_raises(database):
    roll_back(database, lambda tx: tx.execute(QUERIES["insert_note"], id=1, text="a"))
    assert count_of(database) == 0


def test_rows_come_by_column_name(database):
    with database.transaction() as tx:
        assert tx.execute_many(QUERIES["insert_note"], [{"id": i, "text": str(i)} for i in range(3)]) == 3
        assert tx.fetch_all(QUERIES["list_notes"])[2] == {"id": 2, "text": "2"}
        assert tx.fetch_one(QUERIES["find_note"], id=1) == {"id": 1, "text": "1"}
        assert tx.fetch_one(QUERIES["find_note"], id=9) is None
        assert tx.fetch_value(QUERIES["find_note"], id=9) is None


def test_times_come_back_in_utc(database):
    with database.transaction() as tx:
        row = tx.fetch_one(QUERIES["tell_time"])
    assert row["zone"] == "UTC"
    assert row["application"] == "test"
    assert row["now"].utcoffset().total_seconds() == 0
    assert abs((row["now"] - datetime.now(UTC)).total_seconds()) < 60


def test_a_connection_that_breaks_in_a_transaction_says_so(database):
    with pytest.raises(DatabaseUnavailable), database.transaction() as tx:
        tx.execute(QUERIES["break_off"])
    assert count_of(database) == 0


def test_what_would_fail_again_the_same_way_is_not_taken_for_a_server_that_is_away(database):
    with database.transaction() as tx:
        tx.execute(QUERIES["index_texts"])
    with pytest.raises(psycopg.errors.ProgramLimitExceeded), database.transaction() as tx:
        tx.execute(QUERIES["insert_long_note"])


def test_a_statement_that_took_too_long_may_be_tried_again(database):
    with pytest.raises(DatabaseUnavailable), database.transaction() as tx:
        _dawdle(tx)


def _dawdle(tx):
    tx.execute(QUERIES["be_impatient"])
    tx.execute(QUERIES["dawdle"])


def test_work_is_tried_again_after_its_connection_broke(database):
    attempts = []

    def work(tx):
        attempts.append(tx.execute(QUERIES["insert_note"], id=1, text="a"))
        if len(attempts) == 1:
            tx.execute(QUERIES["break_off"])
        return "done"

    assert database.run(work) == "done"
    assert len(attempts) == 2
    assert count_of(database) == 1


def test_two_transactions_in_a_deadlock_both_end_well(database):
    with database.transaction() as tx:
        tx.execute_many(QUERIES["insert_note"], [{"id": i, "text": ""} for i in (1, 2)])
    both_hold_one = threading.Barrier(2)
    first_attempts = {1, 2}

    def lock_in_order(first, second):
        def work(tx):
            tx.execute(QUERIES["lock_note"], id=first)
            if first in first_attempts:
                first_attempts.discard(first)
                both_hold_one.wait()
            tx.execute(QUERIES["lock_note"], id=second)
            ended.append(first)

        database.run(work)

    ended = []
    threads = [threading.Thread(target=lock_in_order, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [1, 2]


def test_a_mistake_in_the_work_is_not_tried_again(database):
    attempts = []

    def work(tx):
        attempts.append(1)
        tx.execute(QUERIES["insert_note"], id=None, text="")

    with pytest.raises(psycopg.errors.NotNullViolation):
        database.run(work)
    assert attempts == [1]


def test_a_notice_arrives_when_its_transaction_commits(database):
    with database.listen("outbox", "inbox") as listener:
        with database.transaction() as tx:
            tx.notify("outbox", "7")
            assert listener.wait(0.1) == ()
        assert listener.wait(5) == (Notice("outbox", "7"),)


def test_a_notice_of_a_transaction_that_rolled_back_never_arrives(database):
    with database.listen("outbox") as listener:
        roll_back(database, lambda tx: tx.notify("outbox", "7"))
        assert listener.wait(0.2) == ()


def test_a_server_that_is_not_there_is_told_in_its_time(tmp_path):
    started = time.monotonic()
    with (
        Database(f"host={tmp_path} dbname=x", patience_s=0.3) as database,
        pytest.raises(DatabaseUnavailable, match="is it running"),
        database.transaction(),
    ):
        pass
    assert time.monotonic() - started < 3
    with Database(f"host={tmp_path} dbname=x") as database, pytest.raises(DatabaseUnavailable, match="is it running"):
        database.open(0.2)


def test_a_malformed_connection_string_is_a_configuration_mistake():
    with pytest.raises(ConfigurationMistake, match="'database'"):
        Database("nonsense")


def test_the_password_is_not_in_the_repr():
    assert repr(Database("dbname=x password=hunter2", application_name="hub web")) == "Database('hub web')"


@pytest.fixture
def mortal_server():
    """A server of this test's own, to be killed."""
    folder = make_run_folder()
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "postgres.log"))
        yield server, supervisor, folder
    shutil.rmtree(folder)


def test_nothing_acknowledged_is_lost_and_the_pool_heals_when_postgresql_is_killed(mortal_server):
    server, supervisor, _ = mortal_server
    with Database(server.create_party("mortal"), min_size=4, max_size=4) as database:
        with database.transaction() as tx:
            tx.execute(QUERIES["create_table"])
        acknowledged = []
        enough = threading.Event()

        def write(start):
            for number in range(start, start + 10_000):
                if enough.is_set():
                    return
                try:
                    with database.transaction() as tx:
                        tx.execute(QUERIES["insert_note"], id=number, text="")
                except DatabaseUnavailable:
                    continue
                acknowledged.append(number)

        threads = [threading.Thread(target=write, args=(worker * 10_000,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        before = len(acknowledged)
        killed_at = time.monotonic()
        supervisor.kill("postgres")
        supervisor.wait_until_ready("postgres")
        resumed = len(acknowledged)
        while len(acknowledged) < resumed + 4 and time.monotonic() < killed_at + 20:
            time.sleep(0.01)
        healed_s = time.monotonic() - killed_at
        enough.set()
        for thread in threads:
            thread.join()
        with database.transaction() as tx:
            stored = {row["id"] for row in tx.fetch_all(QUERIES["list_notes"])}
    assert before > 0
    assert set(acknowledged) <= stored
    assert supervisor.starts("postgres") == 2
    assert healed_s < 6


def test_a_listener_says_that_the_server_went_away(mortal_server):
    server, supervisor, _ = mortal_server
    with Database(server.create_party("listening")) as database:
        with database.listen("outbox") as listener:
            supervisor.kill("postgres")
            with pytest.raises(DatabaseUnavailable):
                listener.wait(20)
        supervisor.wait_until_ready("postgres")
        with database.listen("outbox") as listener:
            database.run(lambda tx: tx.notify("outbox", "again"))
            assert listener.wait(5) == (Notice("outbox", "again"),)


def test_the_servers_log_holds_no_value_of_a_row(mortal_server):
    server, _, folder = mortal_server
    with Database(server.create_party("quiet")) as database:
        with database.transaction() as tx:
            tx.execute(QUERIES["create_table"])
            tx.execute(QUERIES["insert_note"], id=777_777, text="Somchai Planted")
        with pytest.raises(psycopg.errors.UniqueViolation), database.transaction() as tx:
            tx.execute(QUERIES["insert_note"], id=777_777, text="Somchai Planted")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation), database.transaction() as tx:
            tx.execute(QUERIES["find_note"], id="Somchai Planted")
    log = (folder / "postgres.log").read_text()
    assert "Planted" not in log
    assert "777777" not in log
