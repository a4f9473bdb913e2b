"""PostgreSQL and the broker come up without an installation, keep parties apart, and keep what they acknowledged."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from symbolon.exercise import embedded_broker, embedded_postgres
from symbolon.exercise.embedded_broker import EmbeddedBroker
from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.errors import ComponentMissing, ExerciseError
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor


@pytest.fixture
def folder():
    folder = make_run_folder()
    yield folder
    shutil.rmtree(folder)


def ask(conninfo, query):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).fetchone()[0]


def test_a_party_has_a_database_and_a_role_of_its_own(fresh_database):
    conninfo = fresh_database("xa")
    assert ask(conninfo, "select current_user = current_database()")
    assert not ask(
        conninfo, "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"
    )


def test_a_party_cannot_open_a_neighbours_database(fresh_database):
    own, neighbour = fresh_database("xa"), fresh_database("xb")
    for database in (conninfo_to_dict(neighbour)["dbname"], "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(make_conninfo(own, dbname=database))


def test_a_wrong_password_is_refused(fresh_database):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(make_conninfo(fresh_database("xa"), password="guess"))


def test_a_missing_password_is_refused(fresh_database):
    parameters = conninfo_to_dict(fresh_database("xa"))
    del parameters["password"]
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(make_conninfo(**parameters))


def test_passwords_are_kept_as_scram_verifiers(postgres_server, fresh_database):
    fresh_database("xa")
    kinds = "select string_agg(distinct split_part(rolpassword, '$', 1), ',') from pg_authid where rolpassword <> ''"
    assert ask(postgres_server.superuser_conninfo(), kinds) == "SCRAM-SHA-256"


def test_the_server_waits_for_the_disk_before_it_acknowledges(folder):
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "log"))
        settings = "select current_setting('fsync') || current_setting('synchronous_commit')"
        assert ask(server.superuser_conninfo(), settings) == "onon"


def test_the_server_does_not_run_as_root(postgres_server, supervisor):
    if os.geteuid() != 0:
        pytest.skip("this run is not root's")
    assert Path(f"/proc/{supervisor.pid('postgres')}").stat().st_uid != 0


def test_the_server_listens_on_tcp_only_when_asked(folder):
    (port,) = free_ports(1)
    server = EmbeddedPostgres(folder / "postgres", tcp_port=port)
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "postgres.log"))
        conninfo = server.create_party("xa")
        assert conninfo_to_dict(conninfo)["host"] == "127.0.0.1"
        assert ask(conninfo, "select 1") == 1
    assert not accepts_connections(port)


def test_a_stopped_server_starts_again_with_its_data(folder):
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "postgres.log"))
        conninfo = server.create_party("xa")
        with psycopg.connect(conninfo) as connection:
            connection.execute("create table kept as select 42 as answer")
    again = EmbeddedPostgres(folder / "postgres")
    again.prepare()
    with Supervisor() as supervisor:
        supervisor.start(again.process(folder / "postgres.log"))
        assert ask(conninfo, "select answer from kept") == 42


def test_a_folder_that_the_servers_account_cannot_enter_is_one_sentence(folder):
    if os.geteuid() != 0:
        pytest.skip("this run is not root's")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ExerciseError, match="cannot enter"):
        EmbeddedPostgres(closed / "postgres").prepare()


def test_an_installation_out_of_reach_is_copied_into_the_folder(folder, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("this run is not root's")
    closed = folder / "closed"
    package = embedded_postgres._find_installation().parent
    for part in package.parent.glob(f"{package.name}*"):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("include"))
    closed.chmod(0o700)
    monkeypatch.setattr(embedded_postgres, "_find_installation", lambda: closed / package.name / "pginstall")
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "postgres.log"))
        assert ask(server.create_party("xa"), "select 1") == 1


@pytest.mark.parametrize("server", [EmbeddedPostgres, EmbeddedBroker])
def test_a_path_too_long_for_a_socket_is_one_sentence(folder, server):
    with pytest.raises(ExerciseError, match="too long for a unix socket"):
        server(folder / ("x" * 100)).prepare()


@pytest.mark.parametrize(
    ("module", "server"), [(embedded_postgres, EmbeddedPostgres), (embedded_broker, EmbeddedBroker)]
)
def test_a_server_that_was_not_installed_is_one_sentence(folder, monkeypatch, module, server):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ComponentMissing, match=r"pip install 'symbolon\[exercise\]'"):
        server(folder)


LAUNCHER = """
import json, sys, time
from pathlib import Path
from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.supervisor import Supervisor

folder = Path(sys.argv[1])
server = EmbeddedPostgres(folder / "postgres")
server.prepare()
supervisor = Supervisor()
supervisor.start(server.process(folder / "postgres.log"))
print(json.dumps(server.create_party("xa")), flush=True)
time.sleep(600)
"""


def test_the_server_and_its_backends_end_with_a_killed_launcher_and_the_data_stays(folder):
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(folder)], stdout=subprocess.PIPE)
    conninfo = json.loads(launcher.stdout.readline())
    launcher.stdout.close()
    with psycopg.connect(conninfo) as connection:
        connection.execute("create table kept as select 42 as answer")
    with psycopg.connect(conninfo) as held:
        launcher.send_signal(signal.SIGKILL)
        launcher.wait()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not held.broken:
            try:
                held.execute("select 1")
            except psycopg.OperationalError:
                break
            time.sleep(0.05)
        assert held.broken
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    with Supervisor() as supervisor:
        supervisor.start(server.process(folder / "postgres.log"))
        assert ask(conninfo, "select answer from kept") == 42


def test_the_broker_keeps_what_it_acknowledged_a_second_ago(folder):
    broker = EmbeddedBroker(folder / "broker")
    broker.prepare()
    socket_path = folder / "broker" / "broker.sock"
    with Supervisor() as supervisor, redis.Redis(unix_socket_path=str(socket_path)) as client:
        supervisor.start(broker.process(folder / "broker.log"))
        client.lpush("queue", "task")
        time.sleep(1.2)
        supervisor.kill("broker")
        supervisor.wait_until_ready("broker")
        with redis.Redis(unix_socket_path=str(socket_path)) as again:
            assert again.lrange("queue", 0, -1) == [b"task"]
        assert not list((folder / "broker").glob("*.rdb.tmp"))


def test_celery_reaches_the_broker_at_its_address(broker_url):
    from celery import Celery

    app = Celery(broker=broker_url)
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        assert connection.connected


def test_the_broker_may_be_used_by_its_owner_alone(broker_url, run_folder):
    assert (run_folder / "broker").stat().st_mode & 0o077 == 0


def test_free_ports_are_different_and_free():
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        assert not accepts_connections(port)


def test_a_port_that_somebody_listens_on_accepts_connections():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert accepts_connections(listener.getsockname()[1])
