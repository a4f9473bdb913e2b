"""`symbolon hub member`: who takes part, and who no longer."""

import json
from datetime import date

import typer

from symbolon.hub.bootstrap.commands import expel_member, reinstate_member, suspend_member
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import DryRunOption, HomeOption, JsonOption, MemberArgument, tell
from symbolon.hub.domain.members import Standing
from symbolon.hub.domain.status import MemberStatus
from symbolon.protocol.federation import ExpiryNotice
from symbolon.runtime.home import PartyHome

member_app = typer.Typer(no_args_is_help=True, help="Members: list, suspend, reinstate, expel.")
app.add_typer(member_app, name="member")


@member_app.command("list")
def list_members(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show how each member stands, and until when its keys and its certificate serve."""
    status = open_hub(PartyHome(home), "command").show_status()()
    today = status.at.date()
    if as_json:
        typer.echo(json.dumps([_as_json(member, today) for member in status.members]))
        return
    for member in status.members:
        typer.echo(
            f"{member.code}  {member.standing.value} since {member.standing_since.date()}  "
            f"keys until {member.keys_expire_on}{_warning(member.keys_notice(today))}  "
            f"certificate until {member.certificate_expires_on}{_warning(member.certificate_notice(today))}  "
            f"{member.name}"
        )
    if [member.standing for member in status.members].count(Standing.ACTIVE) == 2:
        typer.echo(
            "Two members are active: both sign every version, so the directory can neither suspend nor expel one of "
            "them. This hub alone can stop serving it."
        )
    if not status.members:
        typer.echo("No state is enrolled yet: `symbolon hub enrol`.")


@member_app.command("suspend")
def suspend(code: MemberArgument, home: HomeOption, dry_run: DryRunOption = False) -> None:
    """Stop serving a member at once, and ask the others to confirm it.

    Its requests are refused from the next one on, and its records are compared with nothing.
    """
    outlook = suspend_member(open_hub(PartyHome(home), "command"))(code, dry_run=dry_run)
    typer.echo(f"{code} {'would be' if dry_run else 'is'} suspended at this hub from now on.")
    tell(outlook, dry_run=dry_run)


@member_app.command("reinstate")
def reinstate(code: MemberArgument, home: HomeOption, dry_run: DryRunOption = False) -> None:
    """Let a suspended member take part again: at once if the members never confirmed the suspension.

    Else it takes part when they have signed. What it has here is compared again.
    """
    outlook = reinstate_member(open_hub(PartyHome(home), "command"))(code, dry_run=dry_run)
    typer.echo(f"{code} {'would be' if dry_run else 'is'} reinstated, or proposed for it where the members must sign.")
    tell(outlook, dry_run=dry_run)


@member_app.command("expel")
def expel(code: MemberArgument, home: HomeOption, dry_run: DryRunOption = False) -> None:
    """Stop serving a member at once, and propose to expel it.

    When the members have signed, its records are erased, its hits end and what waits for it goes. It still knows the
    linkage key: open a new epoch (`symbolon hub epoch open --because expulsion`).
    """
    outlook = expel_member(open_hub(PartyHome(home), "command"))(code, dry_run=dry_run)
    typer.echo(f"{code} {'would be' if dry_run else 'is'} suspended at this hub from now on.")
    tell(outlook, dry_run=dry_run)


def _warning(notice: ExpiryNotice) -> str:
    return "" if notice is ExpiryNotice.NONE else f" ({notice.value.replace('-', ' ')}{_unit(notice)})"


def _unit(notice: ExpiryNotice) -> str:
    return "" if notice is ExpiryNotice.EXPIRED else " days"


def _as_json(member: MemberStatus, today: date) -> dict[str, object]:
    return {
        "code": member.code,
        "name": member.name,
        "standing": member.standing.value,
        "standing_since": member.standing_since.isoformat(timespec="milliseconds"),
        "keys_expire_on": member.keys_expire_on.isoformat(),
        "keys_notice": member.keys_notice(today).value,
        "certificate_expires_on": member.certificate_expires_on.isoformat(),
        "certificate_notice": member.certificate_notice(today).value,
    }
