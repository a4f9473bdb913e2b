"""Hits: inbox, show, the side track, votes, holds, closing and reopening."""

import dataclasses
import json
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from symbolon.node.cli.app import AsOption, HomeOption, JsonOption, app, open_node
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.protocol.handling import HoldRuling, IdentifierKind, Verdict
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import parse_hit_id, parse_request_id

HitArgument = Annotated[str, typer.Argument(help="The hit's id.")]


@app.command()
def inbox(home: HomeOption, login: AsOption, as_json: JsonOption = False) -> None:
    """List the hits in your queue, the most pressing first."""
    with open_node(home) as node:
        for hit in node.services.list_hits(node.actor(login)):
            if as_json:
                typer.echo(json.dumps(_plain(hit), ensure_ascii=False))
                continue
            due = "-" if hit.due_at is None else hit.due_at.isoformat(timespec="minutes")
            mark = " PROTECTED" if hit.protected else ""
            typer.echo(
                f"{hit.hit_id}  {hit.counterpart}  {hit.joint_state.value}/{hit.side_state.value}  {hit.band.value}"
                f"  {hit.urgency.value}  due {due}  own {hit.own_local_id}{mark}"
            )


@app.command()
def show(
    home: HomeOption,
    hit_id: HitArgument,
    login: AsOption,
    because: Annotated[ViewReason | None, typer.Option(help="Why you look at a victim's or minor's hit.")] = None,
    note: Annotated[str, typer.Option(help="The same in your own words, without a name; kept sealed.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show one hit: your own record beside what may be known of the other. A protected one needs --because, --note."""
    with open_node(home) as node:
        actor, wanted, visit = node.actor(login), parse_hit_id(hit_id), Visit(f"command {node.draws.uuid()}")
        if because is not None:
            node.services.give_justification(actor, wanted, visit, because, note)
        view = node.services.view_hit(actor, wanted, visit)
        if as_json:
            typer.echo(json.dumps(_plain(view), ensure_ascii=False))
        else:
            _print_hit(view)


@app.command()
def acknowledge(home: HomeOption, hit_id: HitArgument, login: AsOption) -> None:
    """Say that you saw the alert."""
    with open_node(home) as node:
        node.services.acknowledge_hit(node.actor(login), parse_hit_id(hit_id))
        typer.echo("Acknowledged.")


@app.command()
def vote(
    home: HomeOption,
    hit_id: HitArgument,
    verdict: Verdict,
    login: AsOption,
    reason: Annotated[str, typer.Option(help="Why; the other side reads it once both have voted.")] = "",
) -> None:
    """Vote SAME, DIFFERENT or UNSURE; the vote cannot be changed, and stays sealed until the other side has voted."""
    with open_node(home) as node:
        node.services.cast_vote(node.actor(login), parse_hit_id(hit_id), verdict, reason)
        typer.echo("Your vote is cast.")


@app.command()
def assign(
    home: HomeOption, hit_id: HitArgument, officer: Annotated[str, typer.Argument(help="Login.")], login: AsOption
) -> None:
    """Ask an officer to check the hit and to recommend a vote."""
    with open_node(home) as node:
        asked = node.actor(officer)
        node.services.assign_hit(node.actor(login), parse_hit_id(hit_id), asked.login)
        typer.echo("Assigned.")


@app.command()
def recommend(
    home: HomeOption,
    hit_id: HitArgument,
    verdict: Verdict,
    login: AsOption,
    text: Annotated[str, typer.Option(help="What you found; kept sealed, for your own side.")] = "",
) -> None:
    """Recommend a vote to the focal point, as the officer who checked the hit."""
    with open_node(home) as node:
        node.services.recommend(node.actor(login), parse_hit_id(hit_id), verdict, text)
        typer.echo("Your recommendation is kept.")


@app.command()
def propose_fields(
    home: HomeOption,
    hit_id: HitArgument,
    kinds: Annotated[list[IdentifierKind], typer.Argument(help="One to three kinds of identifier.")],
    login: AsOption,
    reason: Annotated[str, typer.Option(help="What they would decide; the other side reads it.")] = "",
) -> None:
    """Propose, before the second vote, that both sides show each other some kinds of identifier."""
    with open_node(home) as node:
        node.services.propose_extra_fields(node.actor(login), parse_hit_id(hit_id), kinds, reason)
        typer.echo("Your proposal is on its way.")


@app.command()
def answer_fields(
    home: HomeOption,
    hit_id: HitArgument,
    login: AsOption,
    agree: Annotated[bool, typer.Option("--agree/--refuse", help="Whether both show them.")],
) -> None:
    """Agree to what the other side proposed to show, or do not."""
    with open_node(home) as node:
        node.services.answer_extra_fields(node.actor(login), parse_hit_id(hit_id), agree)
        typer.echo("Your answer is on its way.")


@app.command()
def show_fields(home: HomeOption, hit_id: HitArgument, login: AsOption) -> None:
    """Show of your own record exactly the kinds that both sides agreed on."""
    with open_node(home) as node:
        node.services.show_extra_fields(node.actor(login), parse_hit_id(hit_id))
        typer.echo("They are on their way.")


@app.command()
def hold_for_safety(
    home: HomeOption,
    hit_id: HitArgument,
    login: AsOption,
    because: Annotated[str, typer.Option(help="Why, without a name; kept sealed.")],
    lift: Annotated[bool, typer.Option("--lift", help="Lift your own side's hold.")] = False,
) -> None:
    """Freeze every disclosure and vote on a hit as the protection officer, or lift that."""
    with open_node(home) as node:
        node.services.hold_for_safety(node.actor(login), parse_hit_id(hit_id), not lift, because)
        typer.echo("The order is on its way to the hub.")


@app.command()
def close(
    home: HomeOption,
    hit_id: HitArgument,
    login: AsOption,
    exchange: Annotated[str | None, typer.Option(help="The id of a refused request that does not go on.")] = None,
) -> None:
    """Close a hit about which nothing more is to be done."""
    with open_node(home) as node:
        wanted = None if exchange is None else parse_request_id(exchange)
        node.services.close_hit(node.actor(login), parse_hit_id(hit_id), wanted)
        typer.echo("It is being closed.")


@app.command()
def reopen(
    home: HomeOption,
    hit_id: HitArgument,
    login: AsOption,
    because: Annotated[str, typer.Option(help="Why, without a name; kept sealed.")],
) -> None:
    """Open a closed or expired hit again, as an authoriser, within ninety days."""
    with open_node(home) as node:
        node.services.reopen_hit(node.actor(login), parse_hit_id(hit_id), because)
        typer.echo("It is being reopened.")


@app.command()
def release(home: HomeOption, hit_id: HitArgument, ruling: HoldRuling, login: AsOption) -> None:
    """Decide on a held hit as the protection officer: release it, or close it."""
    with open_node(home) as node:
        node.services.release_hold(node.actor(login), parse_hit_id(hit_id), ruling)
        typer.echo("The decision is on its way to the hub.")


def _print_hit(view: HitView) -> None:
    summary = view.summary
    typer.echo(f"{summary.hit_id}  {summary.joint_state.value}  with {summary.counterpart}  {summary.band.value}")
    for line in view.agreement:
        typer.echo(f"  {line.kind.value}: {line.agreement.value}")
    typer.echo(f"own record {view.own_record.local_id} (version {view.own_record.version})")
    for identifier in view.own_record.identifiers:
        typer.echo(f"  {identifier.kind.value}: {identifier.text}")
    for whose, votes in (("own", view.own_votes), ("theirs", view.counterpart_votes)):
        for each in votes:
            fate = _not_delivered(each.not_delivered)
            typer.echo(f"vote, round {each.round}, {whose}: {each.verdict.value} {each.reason}{fate}")
    if view.hold_decision is not None:
        typer.echo(f"decision on the hold: {view.hold_decision.value}, on its way to the hub")
    if view.hold_not_delivered is not None and view.hold_decision is None:
        typer.echo(f"decision on the hold{_not_delivered(view.hold_not_delivered)}")
    for exchange in view.exchanges:
        direction = "we receive" if exchange.receiver == view.own else "we give"
        typer.echo(f"exchange {exchange.exchange_id} {exchange.state.value} ({direction}), {exchange.urgency.value}")
        for said in exchange.thread:
            typer.echo(f"  {said.direction.value} {said.purpose.value}{_not_delivered(said.not_delivered)}")
        if exchange.actions:
            typer.echo("  you may: " + ", ".join(action.value for action in exchange.actions))
    typer.echo("you may: " + (", ".join(action.value for action in summary.actions) or "nothing now"))


def _not_delivered(problem: Problem | None) -> str:
    return "" if problem is None else f", not delivered: {problem.title}"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, (datetime, date)) else value
