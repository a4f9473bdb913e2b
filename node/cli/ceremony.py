"""The ceremony in which the members make an epoch's linkage key together: status, join, proceed, restart, share."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import DryRunOption, HomeOption, JsonOption, app, encoding_progress, open_node
from symbolon.node.domain.ceremony import CeremonyView
from symbolon.protocol.references import MemberCode, parse_member_code

ceremony_app = typer.Typer(no_args_is_help=True, help="The linkage key, made by the members together.")
app.add_typer(ceremony_app, name="ceremony")

EpochOption = Annotated[
    int | None, typer.Option("--epoch", help="Which epoch's key; left out: the newest that is not here.")
]


@ceremony_app.command("status")
def show_ceremonies(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show how the ceremony of each listed epoch stands here, and what to do next."""
    with open_node(home) as node:
        views = node.services.ceremony.status()
        standings = {standing.epoch: standing for standing in node.services.show_status().epochs}
        for view in views:
            standing = standings.get(view.epoch)
            if as_json:
                progress = None if standing is None else asdict(standing)
                typer.echo(json.dumps({**asdict(view), "encoding": progress}))
                continue
            _print(view)
            if standing is not None and standing.key_check is not None:
                typer.echo(f"  {encoding_progress(standing)}")


@ceremony_app.command()
def join(home: HomeOption, epoch: EpochOption = None, dry_run: DryRunOption = False) -> None:
    """Take part: commit to a contribution. The worker shows it as soon as all have committed."""
    with open_node(home) as node:
        _done(node.services.ceremony.join(COMMAND, epoch, dry_run=dry_run), dry_run=dry_run)


@ceremony_app.command()
def proceed(
    home: HomeOption,
    without: Annotated[list[str], typer.Option("--without", metavar="CODE", help="Who has not committed; repeatable.")],
    epoch: EpochOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Go on without members that have not committed; every other administrator must decide the same."""
    with open_node(home) as node:
        _done(node.services.ceremony.proceed(COMMAND, _codes(without), epoch, dry_run=dry_run), dry_run=dry_run)


@ceremony_app.command()
def restart(
    home: HomeOption,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="CODE", help="Whom to leave out; repeatable.")
    ] = None,
    epoch: EpochOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Begin another attempt, after a member vanished or a dispute: all contributions are drawn anew."""
    with open_node(home) as node:
        _done(node.services.ceremony.restart(COMMAND, _codes(without), epoch, dry_run=dry_run), dry_run=dry_run)


@ceremony_app.command()
def share(
    home: HomeOption,
    member: Annotated[str, typer.Argument(help="The code of the member that was absent.")],
    epoch: EpochOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Send the key, sealed, to a member that was absent, which takes it once enough others have confirmed it."""
    with open_node(home) as node:
        report = node.services.ceremony.share(COMMAND, parse_member_code(member), epoch, dry_run=dry_run)
        fate = "would be sent, sealed" if dry_run else "is on its way, sealed"
        typer.echo(f"The key of epoch {report.epoch}, check value {report.check_value}, {fate}, to {report.member}.")


def _codes(texts: list[str] | None) -> tuple[MemberCode, ...]:
    return tuple(parse_member_code(text) for text in texts or ())


def _done(view: CeremonyView, *, dry_run: bool) -> None:
    if dry_run:
        typer.echo("This was a dry run: nothing was changed. It would stand like this:")
    _print(view)


def _print(view: CeremonyView) -> None:
    typer.echo(f"epoch {view.epoch}  ceremony {view.ceremony_id[:16]}  of {', '.join(view.participants)}")
    if view.key_check is not None:
        typer.echo(f"  the key is here, check value {view.key_check}")
    elif view.stage is not None:
        left_out = f", without {', '.join(view.without)}" if view.without else ""
        typer.echo(f"  attempt {view.attempt}{left_out}: {view.stage.value}")
    for dispute in view.disputes:
        typer.echo(f"  dispute: {dispute.member} ({dispute.reason.value})")
    typer.echo(f"  {view.what_to_do}")
