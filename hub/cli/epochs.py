"""`symbolon hub epoch`: a new linkage key beside the old one, and the end of the old one."""

import json
from pathlib import Path
from typing import Annotated

import typer

from symbolon.hub.bootstrap.commands import close_epoch, drop_epoch, open_epoch
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import DryRunOption, HomeOption, JsonOption, read_member, tell
from symbolon.hub.domain.epochs import MemberProgress, holds_another_key
from symbolon.hub.domain.status import EpochStatus, HubStatus
from symbolon.hub.services.open_epoch import Because, EpochDraft
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome

epoch_app = typer.Typer(no_args_is_help=True, help="Epochs of the linkage key: open, status, close.")
app.add_typer(epoch_app, name="epoch")


@epoch_app.command("open")
def open_(
    home: HomeOption,
    schema: Annotated[Path | None, typer.Option(help="Another linkage schema (JSON) for this epoch.")] = None,
    because: Annotated[Because, typer.Option(help="Why; it is written into the audit log.")] = Because.ROTATION,
    expel: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Expel this member with it.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where two are listed: in the place of the newer one.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Propose the next epoch: with its version, the members make a new linkage key and encode again.

    Expulsion and new epoch are one proposal, signed once. A member that is expelled is suspended at once. In the middle
    of a change, an expulsion or a compromise replaces the newer epoch; so does --replace, for a key that nobody holds.
    """
    asked = EpochDraft(
        schema=None if schema is None else _read(schema),
        because=because,
        expel=tuple(read_member(code) for code in expel or ()),
        replace=replace,
    )
    outlook = open_epoch(open_hub(PartyHome(home), "command"))(asked, dry_run=dry_run)
    for code in asked.expel:
        typer.echo(f"{code} {'would be' if dry_run else 'is'} suspended at this hub from now on.")
    tell(outlook, dry_run=dry_run)


@epoch_app.command("status")
def status(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show how far each member is with each open epoch, and what of closed ones is being erased."""
    found = open_hub(PartyHome(home), "command").show_status()()
    if as_json:
        typer.echo(json.dumps(epochs_as_json(found)))
        return
    for epoch in found.epochs:
        typer.echo(f"Epoch {epoch.epoch} ({epoch.schema_id}): {_state(epoch)}")
        for each in found.progress:
            if each.epoch == epoch.epoch:
                typer.echo(f"  {each.member}  {_key(each, found)}, {each.encoded} of {each.live} records encoded")
    if not found.epochs:
        typer.echo("There is no epoch yet: the first one comes with the founding of the federation.")


@epoch_app.command("close")
def close(
    number: Annotated[int, typer.Argument(metavar="N", help="The older epoch.")],
    home: HomeOption,
    leave_behind: Annotated[
        bool, typer.Option("--leave-behind", help="Also while members have records that are not encoded anew.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Propose to close the older epoch: when the members have signed, its encodings are erased here.

    Each owner gets a signed receipt. Refused while a member is not through with the newest epoch.
    """
    outlook = close_epoch(open_hub(PartyHome(home), "command"))(number, leave_behind=leave_behind, dry_run=dry_run)
    tell(outlook, dry_run=dry_run)


@epoch_app.command("drop")
def drop(
    number: Annotated[int, typer.Argument(metavar="N", help="The epoch that is proposed.")],
    home: HomeOption,
    dry_run: DryRunOption = False,
) -> None:
    """Take back an epoch that is only proposed; what else is proposed stays."""
    tell(drop_epoch(open_hub(PartyHome(home), "command"))(number, dry_run=dry_run), dry_run=dry_run)


def epochs_as_json(found: HubStatus) -> dict[str, object]:
    """The open and the closed epochs, with each member's progress."""
    return {
        "epochs": [
            {"epoch": epoch.epoch, "schema_id": epoch.schema_id, "state": _state(epoch)} for epoch in found.epochs
        ],
        "progress": [
            {
                "member": each.member,
                "epoch": each.epoch,
                "key_held": each.holds_key,
                "another_key": holds_another_key(each, found.progress),
                "records": each.live,
                "encoded": each.encoded,
                "node_records": None if each.told is None else each.told.records_total,
                "node_encoded": None if each.told is None else each.told.records_encoded,
            }
            for each in found.progress
        ],
    }


def _state(epoch: EpochStatus) -> str:
    if epoch.closed_at is None:
        return "open"
    return "closed, its encodings are being erased" if epoch.erased_at is None else "closed and erased"


def _key(each: MemberProgress, found: HubStatus) -> str:
    if holds_another_key(each, found.progress):
        return "holds ANOTHER KEY than the others"
    return "holds the key" if each.holds_key else "does not hold the key yet"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ConfigurationMistake("The file of --schema cannot be read: give a linkage schema in JSON.") from None
