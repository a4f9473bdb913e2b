"""What a restore refuses, each with a sentence that says what to do; nothing is restored then."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.integration.backup.federation import FEDERATION, Federation, found

from symbolon.node.bootstrap import backup as node_backup
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.runtime.backup import Expected, NewPlace, check_backup
from symbolon.runtime.backup_container import (
    BackupRefused,
    Passphrase,
    PassphraseCost,
    PrivateKey,
    Recipient,
    Unlock,
)
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

CHEAP = PassphraseCost(1, 8, 1)
PASSPHRASE = Passphrase("six words that nobody guesses", CHEAP)
OF_THE_NODE = Expected("node", FEDERATION, exercise=True)


@pytest.fixture
def federation(tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str) -> Federation:
    (tmp_path / "parties").mkdir()
    return found(tmp_path / "parties", fresh_database, broker_url, ("XA", "XB"))


def backed_up(federation: Federation, file: Path) -> Path:
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,victim,all")
    node_backup.back_up(federation["XA"].node, PASSPHRASE, file)
    federation.close()
    return file


@pytest.fixture(scope="module")
def kept_backups() -> list[bytes]:
    """The backup that was made for the first of these tests: a federation is not founded for each of them."""
    return []


@pytest.fixture
def backup(kept_backups: list[bytes], request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "xa.backup"
    if kept_backups:
        file.write_bytes(kept_backups[0])
    else:
        kept_backups.append(backed_up(request.getfixturevalue("federation"), file).read_bytes())
    return file


@pytest.fixture
def empty_database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("restored")


def tables_in(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert row is not None
    return int(row[0])


def try_to_restore(
    file: Path, home: Path, conninfo: str, expected: Expected = OF_THE_NODE, unlock: Unlock = PASSPHRASE
) -> None:
    place = NewPlace(PartyHome(home), node_backup.conninfo_of, {"database": conninfo, "database_password_file": None})
    node_backup.restore(file, unlock, expected, place, PostgresTools())


def test_a_wrong_passphrase(backup: Path, tmp_path: Path, empty_database: str) -> None:
    other = Passphrase("six other words of somebody", CHEAP)
    with pytest.raises(BackupRefused, match="not its passphrase"):
        try_to_restore(backup, tmp_path / "new", empty_database, unlock=other)
    assert not (tmp_path / "new").exists()
    assert tables_in(empty_database) == 0


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        (replace(OF_THE_NODE, federation="exercise-other"), "another federation"),
        (replace(OF_THE_NODE, exercise=False), "the two never meet"),
        (replace(OF_THE_NODE, role="hub"), "symbolon node"),
    ],
)
def test_the_backup_of_another_party(
    backup: Path, tmp_path: Path, empty_database: str, expected: Expected, sentence: str
) -> None:
    with pytest.raises(BackupRefused, match=sentence):
        try_to_restore(backup, tmp_path / "new", empty_database, expected)
    assert not (tmp_path / "new").exists()
    assert tables_in(empty_database) == 0


def test_a_database_that_is_not_empty(backup: Path, tmp_path: Path, empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create table something (of_somebody text)")
    with pytest.raises(BackupRefused, match="new, empty database"):
        try_to_restore(backup, tmp_path / "new", empty_database)
    assert tables_in(empty_database) == 1
    assert not (tmp_path / "new" / "node.toml").exists()


def test_a_home_that_is_not_empty(backup: Path, tmp_path: Path, empty_database: str) -> None:
    home = tmp_path / "new"
    home.mkdir()
    (home / "notes.txt").write_text("of somebody")
    with pytest.raises(BackupRefused, match="--home is not empty"):
        try_to_restore(backup, home, empty_database)
    assert [path.name for path in home.iterdir()] == ["notes.txt"]


def test_a_backup_whose_last_chunk_is_missing(backup: Path, tmp_path: Path, empty_database: str) -> None:
    short = tmp_path / "short.backup"
    content = backup.read_bytes()
    # At the border of a chunk, so that no length is wrong.
    head = content.index(b"\n", content.index(b"\n") + 1) + 1
    chunk = 65_536 + 16
    short.write_bytes(content[: head + (len(content) - head - 1) // chunk * chunk])
    with pytest.raises(BackupRefused, match=r"changed, or a part of it is missing|beginning was changed"):
        try_to_restore(short, tmp_path / "new", empty_database)
    assert tables_in(empty_database) == 0


def test_a_changed_byte_anywhere(backup: Path, tmp_path: Path, empty_database: str) -> None:
    content = backup.read_bytes()
    for place in range(0, len(content), len(content) // 20):
        changed = bytearray(content)
        changed[place] ^= 0x10
        file = tmp_path / "changed.backup"
        file.write_bytes(changed)
        with pytest.raises(BackupRefused):
            try_to_restore(file, tmp_path / "new", empty_database)
    assert tables_in(empty_database) == 0


def test_a_file_that_exists_is_never_overwritten_by_a_backup(federation: Federation, tmp_path: Path) -> None:
    out = tmp_path / "xa.backup"
    out.write_text("the backup of yesterday")
    with pytest.raises(BackupRefused, match="never overwritten"):
        node_backup.back_up(federation["XA"].node, PASSPHRASE, out)
    assert out.read_text() == "the backup of yesterday"
    federation.close()


def test_nothing_in_a_backup_can_be_read_without_what_opens_it(backup: Path) -> None:
    content = backup.read_bytes()
    for clear in (b"Somchai", b"PGDMP", b"exercise-drill", b"node.toml", b"XA"):
        assert clear not in content[200:] or len(clear) < 3


def test_a_backup_for_a_public_key_is_restored_with_the_private_one(
    federation: Federation, tmp_path: Path, empty_database: str
) -> None:
    key = HybridSealingKey.generate(bytes(range(32)))
    file = tmp_path / "sealed.backup"
    node_backup.back_up(federation["XA"].node, Recipient(key.public), file)
    federation.close()
    assert check_backup(file, PrivateKey(key)).code == "XA"
    try_to_restore(file, tmp_path / "new", empty_database, unlock=PrivateKey(key))
    assert PartyHome(tmp_path / "new").settings_file("node").is_file()


def test_the_backup_is_for_its_owner_alone(federation: Federation, tmp_path: Path) -> None:
    assert backed_up(federation, tmp_path / "xa.backup").stat().st_mode & 0o077 == 0


def test_a_restore_that_breaks_off_in_the_middle_leaves_an_empty_database(
    federation: Federation, empty_database: str
) -> None:
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,victim,all")
    tools = PostgresTools()
    dump = b"".join(tools.dump(federation["XA"].node.settings.conninfo))
    federation.close()

    def breaks_off() -> Iterator[bytes]:
        yield dump[: len(dump) * 3 // 4]
        raise BackupRefused("The backup was changed.")

    with pytest.raises(BackupRefused, match="was changed"):
        tools.restore(empty_database, breaks_off())
    assert tables_in(empty_database) == 0
    with pytest.raises(BackupRefused, match="the database is as it was before"):
        tools.restore(empty_database, [dump[: len(dump) // 2]])
    assert tables_in(empty_database) == 0


def test_tools_that_are_not_in_the_folder_of_the_setting_are_named(federation: Federation, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationMistake, match="'postgres_tools' names a folder without pg_dump"):
        list(PostgresTools(tmp_path).dump(federation["XA"].node.settings.conninfo))
    federation.close()
