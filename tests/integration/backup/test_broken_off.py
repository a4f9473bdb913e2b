"""A restore that breaks off leaves nothing that works, and the same command goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.backup.federation import FEDERATION, Federation
from tests.integration.backup.test_drills import PASSPHRASE

from symbolon.hub.bootstrap import backup as hub_backup
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.node.bootstrap import backup as node_backup
from symbolon.node.bootstrap.opening import open_node
from symbolon.runtime.backup import Expected, NewPlace, restore_backup
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools, is_filled

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
