"""Backup, restore, agreeing with the hub afterwards, and the key that everything at rest is sealed under."""

import json
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import DryRunOption, HomeOption, JsonOption, app, hub_services, open_node
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.runtime.backup import Expected, NewPlace, check_backup
from symbolon.runtime.backup_options import (
    DatabaseOption,
    DatabasePasswordFileOption,
    ExerciseOption,
    FederationOption,
    KeyFileOption,
    OutOption,
    PassphraseFileOption,
    RecipientOption,
    ToolsOption,
    lock_of,
    new_settings,
    unlock_of,
    write_backup_key,
)
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools
from symbolon.runtime.secret_files import write_new_secret

node_key_app = typer.Typer(no_args_is_help=True, help="The key that everything at rest is sealed under.")
app.add_typer(node_key_app, name="node-key")


@app.command()
def backup(
    home: HomeOption,
    out: OutOption,
    passphrase_file: PassphraseFileOption = None,
    recipient: RecipientOption = None,
) -> None:
    """Write a sealed backup of this node: its home and its database. The node may run meanwhile."""
    from symbolon.node.bootstrap.backup import back_up

    lock = lock_of(passphrase_file, recipient)
    with open_node(home) as node:
        written = back_up(node, lock, out)
    typer.echo(
        f"The backup of {node.settings.code} is in {out} ({written} bytes). Keep what opens it in another place."
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `symbolon node backup` wrote.")],
    home: Annotated[Path, typer.Option("--home", help="A new folder for the node.")],
    federation: FederationOption,
    exercise: ExerciseOption,
    database: DatabaseOption = None,
    database_password_file: DatabasePasswordFileOption = None,
    passphrase_file: PassphraseFileOption = None,
    key_file: KeyFileOption = None,
    postgres_tools: ToolsOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Restore a node into a new home and an empty database; then run `symbolon node reconcile`."""
    from symbolon.node.bootstrap.backup import ROLE, conninfo_of, restore

    unlock = unlock_of(passphrase_file, key_file)
    expected = Expected(ROLE, federation, exercise)
    if dry_run:
        manifest = check_backup(file, unlock)
        expected.refuse_another(manifest)
        typer.echo(f"The backup is whole: {manifest.code}, made at {manifest.made_at.isoformat(timespec='seconds')}.")
        return
    place = NewPlace(PartyHome(home), conninfo_of, new_settings(database, database_password_file))
    manifest = restore(file, unlock, expected, place, PostgresTools(postgres_tools))
    typer.echo(
        f"{manifest.code} is restored in {home} as it was at {manifest.made_at.isoformat(timespec='seconds')}."
        " Now run `symbolon node reconcile`: before that, nothing of it works. Its people are as"
        " they were then: look through `symbolon node user list` for who was disabled, or lost a role or a second"
        " factor, since."
    )


@app.command()
def reconcile(home: HomeOption, as_json: JsonOption = False) -> None:
    """After a restore: take from the hub what happened since the backup. May be repeated."""
    with open_node(home, "reconcile") as node, hub_services(node) as services:
        report = services.reconcile_node(COMMAND)
    found = report.detail()
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, count in found.items():
        if name != "gone_before":
            typer.echo(f"{name:<20} {count}")
    if report.gone_before:
        typer.echo(
            f"The backup is older than what the hub keeps: messages from before {report.gone_before} do not come again."
            " Ask your counterparts for requests and replies of that time."
        )
    typer.echo("The node has agreed with the hub: start its worker and its desk.")


@app.command("export-directory")
def export_directory(
    home: HomeOption, out: Annotated[Path, typer.Option("--out", help="Where to write it; the file must be new.")]
) -> None:
    """Write every version of the directory with its signatures, for a hub that was restored from an older backup."""
    with open_node(home, "export-directory") as node, node.unit_of_work.begin() as work:
        lines = [canonical_bytes(to_wire(signed)) for signed, _taken_at in work.directory.history()]
    write_new_secret(out, b"\n".join(lines) + b"\n")
    typer.echo(f"{len(lines)} versions are in {out}: hand it to the hub's operator.")


@app.command("backup-key")
def make_backup_key(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="Where to write the private key; its public half lies beside it.")],
) -> None:
    """Make a key pair for backups: seal with the public half, and keep the private one off this machine."""
    with open_node(home) as node:
        public = write_backup_key(out, node.draws.random_bytes(32))
    typer.echo(f"Seal backups with --recipient {public}, and move {out} to a safe place off this machine.")


@node_key_app.command("rotate")
def rotate_node_key(home: HomeOption, dry_run: DryRunOption = False) -> None:
    """Put a new node key in the place of the present one. May be broken off and repeated."""
    from symbolon.node.bootstrap.backup import rotate_node_key

    with open_node(home) as node:
        report = rotate_node_key(node)(COMMAND, rehearse=dry_run)
    done = "would be" if dry_run else "are"
    typer.echo(f"{report.data_keys} data keys and {report.key_files} key files {done} wrapped under a new node key.")
