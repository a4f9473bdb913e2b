"""Hits and exchanges: inbox, show, acknowledge, vote, request, reply, release."""

import dataclasses
import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from symbolon.node.cli.app import AsOption, HomeOption, JsonOption, app, open_node
from symbolon.node.domain.hits import HitView, ReplyDraft, RequestDraft
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.protocol.canonical import JsonValue, parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import parse_hit_id, parse_request_id

HitArgument = Annotated[str, typer.Argument(help="The hit's id.")]
DraftArgument = Annotated[
    Path, typer.Argument(help="A JSON file with the form's fields, named as the command's help lists them.")
]


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
def request(home: HomeOption, hit_id: HitArgument, draft: DraftArgument, login: AsOption) -> None:
    """Ask the other state about a confirmed hit, end-to-end encrypted.

    Fields: purpose, relevance, facts, questions (a list), why_this_state, urgency, urgency_reason, need_by (a date or
    null), channel, intended_use, legal_basis, handling_code.
    """
    with open_node(home) as node:
        filled_in = from_wire(RequestDraft, _read_draft(draft))
        request_id = node.services.open_request(node.actor(login), parse_hit_id(hit_id), filled_in)
        typer.echo(f"The request {request_id} is on its way.")


@app.command()
def reply(
    home: HomeOption,
    request_id: Annotated[str, typer.Argument(help="The request's id.")],
    draft: DraftArgument,
    login: AsOption,
) -> None:
    """Answer a request, end-to-end encrypted.

    Fields: answers (a list, one to each question), source_reliability, information_accuracy, caveats, handling_code,
    delete_by (a date or null).
    """
    with open_node(home) as node:
        filled_in = from_wire(ReplyDraft, _read_draft(draft))
        node.services.answer_request(node.actor(login), parse_request_id(request_id), filled_in)
        typer.echo("The reply is on its way.")


@app.command()
def release(home: HomeOption, hit_id: HitArgument, ruling: HoldRuling, login: AsOption) -> None:
    """Decide on a held hit as the protection officer: release it, or close it."""
    with open_node(home) as node:
        node.services.release_hold(node.actor(login), parse_hit_id(hit_id), ruling)
        typer.echo("The decision is on its way to the hub.")


def _read_draft(path: Path) -> JsonValue:
    try:
        return parse_json(path.read_bytes())
    except OSError:
        raise typer.BadParameter(f"{path.name} cannot be opened") from None


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
    for asked in view.requests:
        typer.echo(f"request {asked.request_id} ({asked.direction.value}){_not_delivered(asked.not_delivered)}")
        if asked.reply_not_delivered is not None:
            typer.echo(f"  ! our reply{_not_delivered(asked.reply_not_delivered)}")
        for place, question in enumerate(asked.questions):
            typer.echo(f"  ? {question}")
            if asked.reply is not None:
                typer.echo(f"  ! {asked.reply.answers[place] if place < len(asked.reply.answers) else ''}")
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
