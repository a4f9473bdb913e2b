"""`symbolon hub backup | restore | reconcile | backup-key`: each parses, calls and prints."""

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from symbolon.hub.bootstrap.backup import ROLE, back_up, conninfo_of, proceed_without, take_history
from symbolon.hub.bootstrap.backup import restore as restore_hub
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.protocol.codec import from_wire, parse_json
from symbolon.protocol.messages import SignedDirectory
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
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The hub's home folder.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be, and change nothing.")]


@app.command()
def backup(
    home: HomeOption,
    out: OutOption,
    passphrase_file: PassphraseFileOption = None,
    recipient: RecipientOption = None,
) -> None:
    """Write a sealed backup of the hub: its home and its database. The hub may run meanwhile."""
    lock = lock_of(passphrase_file, recipient)
    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        written = back_up(hub, lock, out)
    typer.echo(f"The backup of the hub is in {out} ({written} bytes). Keep what opens it in another place.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `symbolon hub backup` wrote.")],
    home: Annotated[Path, typer.Option("--home", help="A new folder for the hub.")],
    federation: FederationOption,
    exercise: ExerciseOption,
    database: DatabaseOption = None,
    database_password_file: DatabasePasswordFileOption = None,
    passphrase_file: PassphraseFileOption = None,
    key_file: KeyFileOption = None,
    postgres_tools: ToolsOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Restore the hub into a new home and an empty database. It compares again when its members have reconciled."""
    unlock = unlock_of(passphrase_file, key_file)
    expected = Expected(ROLE, federation, exercise)
    if dry_run:
        manifest = check_backup(file, unlock)
        expected.refuse_another(manifest)
        typer.echo(f"The backup is whole: the hub of {manifest.federation}, made at {manifest.made_at:%Y-%m-%d %H:%M}.")
        return
    place = NewPlace(PartyHome(home), conninfo_of, new_settings(database, database_password_file))
    manifest, still = restore_hub(file, unlock, expected, place, PostgresTools(postgres_tools))
    typer.echo(f"The hub is restored in {home} as it was at {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    if still is not None:
        typer.echo(
            f"Start it: {', '.join(still.waiting_for)} tell it by themselves what it forgot, and then it compares"
            " again. `symbolon hub reconcile` shows who is missing."
        )


@app.command()
def reconcile(
    home: HomeOption,
    proceed: Annotated[bool, typer.Option("--proceed", help="Wait for nobody any longer.")] = False,
    directory: Annotated[
        Path | None, typer.Option("--directory", help="What a member's `node export-directory` wrote.")
    ] = None,
    dry_run: DryRunOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show which members a restored hub still waits for, or wait for them no longer.

    With --directory, first take the versions of the directory that the members signed after the backup was made.
    """
    versions = () if directory is None else _read_versions(directory)
    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        if versions:
            taken = take_history(hub)(versions, rehearse=dry_run)
            typer.echo(f"{taken} versions of the directory {'would be' if dry_run else 'are'} taken.", err=as_json)
        service = proceed_without(hub)
        still = service(rehearse=dry_run) if proceed else service.waiting()
    waiting = () if still is None else still.waiting_for
    if as_json:
        typer.echo(json.dumps({"waiting_for": list(waiting), "proceeded": proceed and not dry_run}))
    elif still is None:
        typer.echo("The hub waits for nobody: it compares.")
    elif not proceed:
        typer.echo(f"The hub compares nothing before these have reconciled: {', '.join(waiting)}.")
    else:
        done = "would compare" if dry_run else "compares"
        typer.echo(
            f"The hub {done} again without {', '.join(waiting)}: pairs that only they know of may be alerted twice."
        )


def _read_versions(file: Path) -> tuple[SignedDirectory, ...]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        raise ConfigurationMistake("The file of --directory cannot be read: name a file that is there.") from None
    return tuple(from_wire(SignedDirectory, parse_json(line)) for line in lines)


@app.command("backup-key")
def make_backup_key(
    out: Annotated[Path, typer.Option("--out", help="Where to write the private key; its public half lies beside it.")],
) -> None:
    """Make a key pair for backups: seal with the public half, and keep the private one off this machine."""
    public = write_backup_key(out, secrets.token_bytes(32))
    typer.echo(f"Seal backups with --recipient {public}, and move {out} to a safe place off this machine.")
