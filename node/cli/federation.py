"""The directory that the members sign together: show, sign, confirm, history."""

import json
from typing import Annotated, Any

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import DryRunOption, HomeOption, JsonOption, app, hub_services, open_node
from symbolon.node.domain.membership import ProposalView
from symbolon.protocol.directory_changes import DirectoryChange
from symbolon.protocol.messages_comparison import OperatorCard, operator_card_fingerprint
from symbolon.protocol.references import MemberCode, parse_member_code

federation_app = typer.Typer(no_args_is_help=True, help="Who the members are, as they signed it together.")
app.add_typer(federation_app, name="federation")


@federation_app.command()
def show(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show the newest version of the directory, and what is proposed. Its fingerprint is the same at every member."""
    with open_node(home) as node:
        view = node.services.show_federation()
        directory = view.directory
        members = () if directory is None else directory.members
        if as_json:
            shown: dict[str, Any] = {
                "federation": view.membership.federation,
                "exercise": view.membership.exercise,
                "confirmed": view.membership.is_confirmed,
                "version": 0 if directory is None else directory.version,
                "fingerprint": view.fingerprint,
                "members": {each.code: each.standing.value for each in members},
                "epochs": [] if directory is None else [each.epoch for each in directory.epochs],
                "comparison": None if directory is None else directory.comparison.mode.value,
                "operators": [] if directory is None else [_operator(card) for card in directory.comparison.operators],
                "proposal": None if view.proposal is None else _proposal(view.proposal),
            }
            typer.echo(json.dumps(shown, ensure_ascii=False))
            return
        typer.echo(f"{view.membership.federation}{' (exercise)' if view.membership.exercise else ''}")
        if directory is None:
            typer.echo("The members have not signed the first directory yet.")
        else:
            typer.echo(f"version {directory.version}, issued {directory.issued_at:%Y-%m-%d %H:%M}  {view.fingerprint}")
            for member in members:
                typer.echo(f"  {member.code}  {member.standing.value:<9}  {member.name}")
            for epoch in directory.epochs:
                typer.echo(f"  epoch {epoch.epoch}, linkage schema {epoch.schema_id}")
            for card in directory.comparison.operators:
                typer.echo(f"  operator {card.place} compares blind: {card.name}  {operator_card_fingerprint(card)}")
            typer.echo(f"  {directory.policies.signing_quorum} members sign a new version")
        if directory is not None and not view.membership.is_confirmed:
            typer.echo(
                "Nobody here has compared this directory with another member: have its officer read out the fingerprint"
                " of the same version, then run `symbolon node federation confirm`."
            )
        if view.proposal is not None:
            _print_proposal(view.proposal)


@federation_app.command()
def sign(
    home: HomeOption,
    compared: Annotated[
        list[str] | None,
        typer.Option("--compared", metavar="CODE=FINGERPRINT", help="A card as its officer read it out; repeatable."),
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Sign the proposed version, once every new card in it was compared with the member itself."""
    fingerprints = dict(_compared(each) for each in compared or ())
    with open_node(home) as node, hub_services(node) as services:
        report = services.sign_directory(COMMAND, fingerprints, dry_run=dry_run)
        _print_proposal(report.proposal)
        if dry_run:
            typer.echo("Nothing was signed: this was a dry run.")
        elif not report.signed:
            typer.echo("There is nothing for this node to sign: it has signed, or has no say in this version.")
        elif report.in_effect:
            typer.echo(f"Signed: version {report.proposal.version} is in effect.")
        else:
            typer.echo(f"Signed: version {report.proposal.version} waits for other members.")


@federation_app.command()
def confirm(
    home: HomeOption,
    fingerprint: Annotated[str, typer.Argument(help="What another member's `federation show` gives, as read out.")],
) -> None:
    """Say that the directory here is the one that another member has: after joining a federation that exists."""
    with open_node(home) as node:
        directory = node.services.confirm_directory(COMMAND, fingerprint)
        typer.echo(f"Version {directory.version} is the one that the other member has.")


@federation_app.command()
def history(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show every version of the directory: who signed it, and what it changed."""
    with open_node(home) as node:
        for version in node.services.show_federation.history():
            if as_json:
                shown = {
                    "version": version.version,
                    "digest": version.digest,
                    "issued_at": version.issued_at.isoformat(),
                    "signed_by": version.signed_by,
                    "changes": [_change(change) for change in version.changes],
                }
                typer.echo(json.dumps(shown, ensure_ascii=False))
                continue
            typer.echo(f"version {version.version}, {version.issued_at:%Y-%m-%d %H:%M}  {version.fingerprint}")
            typer.echo(f"  signed by {', '.join(version.signed_by)}")
            for change in version.changes:
                typer.echo(f"  {change.text}")


def _operator(card: OperatorCard) -> dict[str, Any]:
    return {"place": card.place, "name": card.name, "fingerprint": operator_card_fingerprint(card)}


def _compared(text: str) -> tuple[MemberCode, str]:
    code, equals, fingerprint = text.partition("=")
    if not equals:
        raise typer.BadParameter("write CODE=FINGERPRINT, as in XC=0a1b…", param_hint="--compared")
    return parse_member_code(code.strip()), fingerprint


def _print_proposal(proposal: ProposalView) -> None:
    typer.echo(f"proposed: version {proposal.version}  {proposal.fingerprint}")
    for change in proposal.changes:
        typer.echo(f"  {change.text}")
    signed = ", ".join(proposal.signed_by) or "nobody"
    typer.echo(f"  {proposal.quorum} signatures are needed of {', '.join(proposal.signers)}; signed by {signed}")
    for card in proposal.to_compare:
        typer.echo(f"  compare the card of {card.member}: {card.fingerprint}")
    if proposal.waits_for_this_node:
        typer.echo("  this node has not signed: `symbolon node federation sign`")


def _proposal(proposal: ProposalView) -> dict[str, Any]:
    return {
        "version": proposal.version,
        "fingerprint": proposal.fingerprint,
        "changes": [_change(change) for change in proposal.changes],
        "signed_by": proposal.signed_by,
        "signers": proposal.signers,
        "quorum": proposal.quorum,
        "to_compare": {card.member: card.fingerprint for card in proposal.to_compare},
        "waits_for_this_node": proposal.waits_for_this_node,
    }


def _change(change: DirectoryChange) -> dict[str, Any]:
    return {"kind": change.kind.value, "member": change.member, "epoch": change.epoch, "text": change.text}
