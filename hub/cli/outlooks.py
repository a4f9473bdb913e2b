"""What every command of the hub takes, and how a proposal is told."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HUB, MemberCode, parse_member_code

if TYPE_CHECKING:
    # For the types alone: the processes take their option from here, and propose nothing.
    from symbolon.hub.services.draft_directory import Outlook

HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The hub's home folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


def read_member(text: str) -> MemberCode:
    """The code of a member that somebody typed."""
    try:
        code = parse_member_code(text)
    except ProtocolError as error:
        raise typer.BadParameter(str(error)) from None
    if code == HUB:
        raise typer.BadParameter("The hub is no member.")
    return code


MemberArgument = Annotated[MemberCode, typer.Argument(parser=read_member, metavar="CODE", help="The member, as XC.")]


def tell(outlook: "Outlook", *, dry_run: bool) -> None:
    """Print what is proposed now (or would be), and who has to sign it."""
    typer.echo("\n".join(sentences_of(outlook)))
    if dry_run:
        typer.echo("This was a dry run: nothing was changed.")


def sentences_of(outlook: "Outlook") -> list[str]:
    """A proposal in plain sentences."""
    if outlook.version is None:
        return ["Nothing is proposed: the directory in effect says it already."]
    missing = [code for code in outlook.signers if code not in outlook.signed_by]
    lines = [f"Version {outlook.version} of the directory is proposed:"]
    lines += [f"  {change}" for change in outlook.changes]
    lines.append(
        f"It comes into effect when {outlook.quorum} of {', '.join(outlook.signers)} have signed it"
        " (`symbolon node federation sign`)."
    )
    if outlook.signed_by:
        lines.append(f"{', '.join(outlook.signed_by)} signed; {', '.join(missing)} did not yet.")
    return lines
