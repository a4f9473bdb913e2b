"""What disturbs a backup or a restore: it says so, leaves nothing that works by halves, and goes on where it may."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from tests.integration.backup.federation import FEDERATION, FOCAL_POINT, Federation
from tests.integration.backup.test_drills import PASSPHRASE

from symbolon.hub.bootstrap import backup as hub_backup
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.node.bootstrap import backup as node_backup
from symbolon.node.bootstrap.opening import COMMAND, open_node
from symbolon.node.bootstrap.people import people_office
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import backup
from symbolon.runtime.accounts import list_users
from symbolon.runtime.backup import Expected, NewPlace, restore_backup
from symbolon.runtime.backup_container import BackupRefused
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome, SecretFolder
from symbolon.runtime.postgres_tools import PostgresTools, is_filled
from symbolon.runtime.sql_loader import Query

TOOLS = PostgresTools()
NODE = Expected("node", FEDERATION, exercise=True)
HUB = Expected("hub", FEDERATION, exercise=True)
NewFederation = Callable[[], Federation]
FreshDatabase = Callable[[str], str]


def test_a_node_whose_restore_broke_off_after_its_database_was_filled_opens_for_nobody_and_goes_on(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    file = tmp_path / "xa.backup"
    node_backup.back_up(new_federation()["XA"].node, PASSPHRASE, file)
    home = PartyHome(tmp_path / "restored")
    place = NewPlace(home, node_backup.conninfo_of, {"database": fresh_database("again")})
    restore_backup(file, PASSPHRASE, NODE, place, TOOLS)
    for process in ("worker", "reconcile", "status"):
        with pytest.raises(ConfigurationMistake, match="broken off"):
            open_node(home, process)
    node_backup.restore(file, PASSPHRASE, NODE, place, TOOLS)
    with pytest.raises(ConfigurationMistake, match="reconcile"):
        open_node(home, "worker")


def test_a_hub_whose_restore_broke_off_opens_for_nobody_and_goes_on(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    file = tmp_path / "hub.backup"
    hub_backup.back_up(new_federation().hub.hub, PASSPHRASE, file)
    home = PartyHome(tmp_path / "restored")
    place = NewPlace(home, hub_backup.conninfo_of, {"database": fresh_database("again")})
    restore_backup(file, PASSPHRASE, HUB, place, TOOLS)
    with pytest.raises(ConfigurationMistake, match="broken off"):
        open_hub(home, "command")
    _manifest, waiting = hub_backup.restore(file, PASSPHRASE, HUB, place, TOOLS)
    assert waiting is not None
    open_hub(home, "command").database.close()


def test_without_its_node_key_nothing_is_restored_and_with_it_the_same_command_restores_all(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    node = new_federation()["XA"].node
    key = tmp_path / "kept-elsewhere"
    (node.home.path / "secrets" / "node-key").rename(key)
    with node.home.settings_file("node").open("a") as settings:
        settings.write(f'node_key_file = "{key}"\n')
    file = tmp_path / "xa.backup"
    node_backup.back_up(node, PASSPHRASE, file)
    content = key.read_bytes()
    key.unlink()
    conninfo = fresh_database("again")
    place = NewPlace(PartyHome(tmp_path / "restored"), node_backup.conninfo_of, {"database": conninfo})
    with pytest.raises(ConfigurationMistake, match="is missing"):
        node_backup.restore(file, PASSPHRASE, NODE, place, TOOLS)
    assert not is_filled(conninfo)
    key.write_bytes(content)
    key.chmod(0o600)
    node_backup.restore(file, PASSPHRASE, NODE, place, TOOLS)
    with pytest.raises(ConfigurationMistake, match="reconcile"):
        open_node(place.home, "worker")


def test_a_backup_during_which_the_node_key_is_rotated_is_refused_at_whatever_point(
    new_federation: NewFederation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = new_federation()["XA"].node
    write_section = backup.write_section

    def rotated_meanwhile(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        if name == "home/node.toml":
            node_backup.rotate_node_key(node)(COMMAND)
        yield from write_section(name, pieces)

    monkeypatch.setattr(backup, "write_section", rotated_meanwhile)
    with pytest.raises(BackupRefused, match="rotated while"):
        node_backup.back_up(node, PASSPHRASE, tmp_path / "xa.backup")
    assert not (tmp_path / "xa.backup").exists()


def test_a_key_file_that_is_removed_while_the_node_key_rotates_does_not_come_back(
    new_federation: NewFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = new_federation()["XA"].node
    node.home.keys.write("contribution", b"what a ceremony is about to erase")
    read = SecretFolder.read
    removing = Thread(target=node.home.keys.remove, args=("contribution",))

    def removed_meanwhile(folder: SecretFolder, name: str) -> bytes:
        content = read(folder, name)
        if name == "contribution":
            removing.start()
        return content

    monkeypatch.setattr(SecretFolder, "read", removed_meanwhile)
    node_backup.rotate_node_key(node)(COMMAND)
    removing.join()
    assert not node.home.keys.has("contribution")


def test_no_restore_opens_a_door_again_that_somebody_was_let_in_by(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    node = new_federation()["XA"].node
    people_office(node).invite("command", "newcomer", "", frozenset({"focal_point"}))
    file = tmp_path / "xa.backup"
    node_backup.back_up(node, PASSPHRASE, file)
    place = NewPlace(PartyHome(tmp_path / "restored"), node_backup.conninfo_of, {"database": fresh_database("again")})
    node_backup.restore(file, PASSPHRASE, NODE, place, TOOLS)
    restored = open_node(place.home, "user")
    with restored.database, restored.database.transaction() as tx:
        assert [account.login for account in list_users(tx)] == ["newcomer"]
        left = "select (select count(*) from one_time_token) + (select count(*) from known_browser)"
        assert tx.fetch_value(Query("doors", "", left)) == 0


def test_what_a_command_does_in_somebodys_name_says_so_in_the_log(new_federation: NewFederation) -> None:
    home = new_federation()["XA"].node.home
    node = open_node(home, "command")
    with node.database:
        with node.unit_of_work.begin() as work:
            work.audit.record(AuditAct.INBOX_VIEWED, FOCAL_POINT.login, None, {})
            work.audit.record(AuditAct.INBOX_VIEWED, COMMAND.login, None, {})
        with node.database.transaction() as tx:
            query = "select actor, detail from audit_leaf where act = 'inbox-viewed'"
            leaves = {row["actor"]: row["detail"] for row in tx.fetch_all(Query("look", "", query))}
    assert leaves == {FOCAL_POINT.login: {"by_command": True}, COMMAND.login: {}}
