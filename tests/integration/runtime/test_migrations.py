"""A database is brought to the program's version, once, in order, however many processes start."""

import importlib.util
import subprocess
import sys

import psycopg
import pytest

from symbolon.runtime.errors import DatabaseUnavailable, MigrationFault
from symbolon.runtime.migrations import load_migrations, migrate


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Makes a package with migrations of the given names and texts."""

    def make(name="playroom", **files):
        folder = tmp_path / name / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
        for file, text in files.items():
            (folder / f"{file.removeprefix('m')}.sql").write_text(text)
        return name

    monkeypatch.syspath_prepend(str(tmp_path))
    yield make
    for name in [name for name in sys.modules if name.startswith("playroom")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def rows(conninfo, query):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).fetchall()


def test_the_runtimes_tables_and_the_rooms_are_made(fresh_database, room):
    conninfo = fresh_database("migrations")
    migrate(conninfo, room(m0001_toys="create table toy (id int); create table box (id int);"))
    assert rows(conninfo, "select version_num from playroom_version") == [("0001",)]
    assert len(rows(conninfo, "select version_num from runtime_version")) == 1
    assert rows(conninfo, "select count(*) from audit_leaf") == [(0,)]
    assert rows(conninfo, "select count(*) from box") == [(0,)]


def test_each_migration_runs_once_and_later_ones_follow(fresh_database, room):
    conninfo = fresh_database("migrations")
    package = room(m0001_toys="create table toy (id int); insert into toy values (1);")
    migrate(conninfo, package)
    room(m0002_more="insert into toy values (2);", m0003_most="insert into toy select max(id) + 1 from toy;")
    migrate(conninfo, package)
    migrate(conninfo, package)
    assert rows(conninfo, "select id from toy order by id") == [(1,), (2,), (3,)]
    assert rows(conninfo, "select version_num from playroom_version") == [("0003",)]


def test_a_percent_sign_in_a_migration_is_itself(fresh_database, room):
    conninfo = fresh_database("migrations")
    migrate(conninfo, room(m0001_percent="create table share (text text); insert into share values ('50 %s');"))
    assert rows(conninfo, "select text from share") == [("50 %s",)]


def test_a_migration_that_fails_leaves_nothing_behind(fresh_database, room):
    conninfo = fresh_database("migrations")
    package = room(m0001_toys="create table toy (id int);", m0002_wrong="create table toy (id int);")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(conninfo, package)
    assert rows(conninfo, "select to_regclass('toy'), to_regclass('audit_leaf')") == [(None, None)]


def test_a_database_newer_than_the_program_is_refused(fresh_database, room):
    conninfo = fresh_database("migrations")
    package = room(m0001_toys="create table toy (id int);")
    migrate(conninfo, package)
    with psycopg.connect(conninfo) as connection:
        connection.execute("update playroom_version set version_num = '0002'")
    with pytest.raises(MigrationFault, match="newer than this program"):
        migrate(conninfo, package)


@pytest.mark.parametrize("names", [("m0002_toys",), ("m0001_a", "m0003_b"), ("m0001_a", "m0001_b"), ("m1_toys",)])
def test_a_gap_or_a_slip_in_the_numbering_is_refused(room, names):
    package = room(**dict.fromkeys(names, "select 1;"))
    with pytest.raises(MigrationFault, match="expected 000"):
        load_migrations(package)


def test_a_package_without_migrations_has_none():
    assert load_migrations("symbolon.protocol").newest is None


def test_a_database_that_is_up_to_date_needs_no_alembic(fresh_database, room, tmp_path):
    conninfo = fresh_database("migrations")
    package = room(m0001_toys="create table toy (id int);")
    migrate(conninfo, package)
    program = (
        "import sys; from symbolon.runtime.migrations import migrate; migrate(*sys.argv[1:]);"
        "sys.exit(any(name.startswith(('alembic', 'sqlalchemy')) for name in sys.modules))"
    )
    command = [sys.executable, "-c", program, conninfo, package]
    assert subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, check=False).returncode == 0


def test_a_server_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DatabaseUnavailable, match="is it running"):
        migrate(f"host={tmp_path} dbname=x", "symbolon.runtime")


def test_processes_that_migrate_at_once_all_succeed(fresh_database, room, tmp_path):
    conninfo = fresh_database("migrations")
    package = room(
        m0001_toys="create table toy (id int); select pg_sleep(0.2);",
        m0002_more="insert into toy values (1); select pg_sleep(0.2);",
    )
    program = "import sys; from symbolon.runtime.migrations import migrate; migrate(*sys.argv[1:])"
    processes = [
        subprocess.Popen([sys.executable, "-c", program, conninfo, package], env={"PYTHONPATH": str(tmp_path)})
        for _ in range(3)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert rows(conninfo, "select id from toy") == [(1,)]
