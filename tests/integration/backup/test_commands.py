"""The commands of backup and restore, as an administrator gives them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.backup.federation import FEDERATION, Federation
from typer.testing import CliRunner, Result

from symbolon.hub.cli import app as hub_app
from symbolon.node.cli import app as node_app
from symbolon.runtime.backup_container import BackupRefused
from symbolon.runtime.errors import ConfigurationMistake

SAME_PARTY = ("--federation", FEDERATION, "--exercise")


@pytest.fixture
def federation(new_federation: Callable[[], Federation]) -> Federation:
    federation = new_federation()
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,victim,all")
    federation.pump()
    return federation


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text("six words that nobody guesses\n")
    return file


def run(app: object, *arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)  # type: ignore[arg-type]
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def test_a_node_is_backed_up_checked_and_restored(
    federation: Federation, passphrase: Path, tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    home, out = federation["XA"].node.home.path, tmp_path / "xa.backup"
    run(node_app, "backup", "--home", home, "--out", out, "--passphrase-file", passphrase)
    checked = run(
        node_app, "restore", out, "--home", tmp_path / "n", *SAME_PARTY, "--passphrase-file", passphrase, "--dry-run"
    )
    assert "The backup is whole: XA" in checked.output
    assert not (tmp_path / "n").exists()
    database = ("--database", fresh_database("restored"))
    restored = run(
        node_app, "restore", out, "--home", tmp_path / "n", *SAME_PARTY, *database, "--passphrase-file", passphrase
    )
    assert "symbolon node reconcile" in restored.output
    listed = run(node_app, "status", "--home", tmp_path / "n", "--json")
    assert json.loads(listed.output.splitlines()[-1])


def test_a_hub_is_backed_up_for_a_key_and_restored_with_it(
    federation: Federation, tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    home, out, key = federation.hub.hub.home.path, tmp_path / "hub.backup", tmp_path / "backup.key"
    run(hub_app, "backup-key", "--out", key)
    run(hub_app, "backup", "--home", home, "--out", out, "--recipient", f"{key}.pub")
    database = ("--database", fresh_database("restored"))
    restored = run(hub_app, "restore", out, "--home", tmp_path / "h", *SAME_PARTY, *database, "--key-file", key)
    assert "XA, XB" in restored.output
    shown = run(hub_app, "reconcile", "--home", tmp_path / "h", "--json")
    assert json.loads(shown.output.splitlines()[-1])["waiting_for"] == ["XA", "XB"]
    run(hub_app, "reconcile", "--home", tmp_path / "h", "--proceed")
    shown = run(hub_app, "reconcile", "--home", tmp_path / "h", "--json")
    assert json.loads(shown.output.splitlines()[-1])["waiting_for"] == []


def test_the_directory_goes_from_a_node_to_a_restored_hub(federation: Federation, tmp_path: Path) -> None:
    out = tmp_path / "versions"
    run(node_app, "export-directory", "--home", federation["XA"].node.home.path, "--out", out)
    taken = run(hub_app, "reconcile", "--home", federation.hub.hub.home.path, "--directory", out)
    assert "0 versions of the directory are taken" in taken.output


def test_the_node_key_is_rotated_by_one_command(federation: Federation) -> None:
    home = federation["XA"].node.home
    before = home.secrets.read("node-key")
    assert "would be" in run(node_app, "node-key", "rotate", "--home", home.path, "--dry-run").output
    assert home.secrets.read("node-key") == before
    assert "are wrapped" in run(node_app, "node-key", "rotate", "--home", home.path).output
    assert home.secrets.read("node-key") != before


def test_a_backup_needs_to_be_told_how_it_is_sealed(federation: Federation, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationMistake, match="either --passphrase-file or --recipient"):
        run(node_app, "backup", "--home", federation["XA"].node.home.path, "--out", tmp_path / "b")


def test_a_short_passphrase_is_refused_before_anything_is_done(federation: Federation, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("secret")
    with pytest.raises(BackupRefused, match="six words drawn at random"):
        run(
            node_app,
            "backup",
            "--home",
            federation["XA"].node.home.path,
            "--out",
            tmp_path / "b",
            "--passphrase-file",
            short,
        )
    assert not (tmp_path / "b").exists()


def test_the_hubs_authority_key_lies_sealed(federation: Federation) -> None:
    home = federation.hub.hub.home
    assert not home.tls.has("authority-key.pem")
    assert b"PRIVATE KEY" not in home.keys.file("authority-key.pem").read_bytes()
    assert b"PRIVATE KEY" in home.keys.read("authority-key.pem")
