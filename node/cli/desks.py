"""Desks: who to call now, the own focal points, signs of life, clocks that run out, notices."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.cli.app import AsOption, HomeOption, JsonOption, app, hub_services, open_node
from symbolon.node.domain.desk_lines import channel_line, read_day
from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.desks import BookAge, DeskQuery
from symbolon.node.services.edit_focal_points import NOTHING_SEEN
from symbolon.protocol.focal_points import CallQuery, Reached
from symbolon.protocol.messages_focal_points import Competence
from symbolon.protocol.references import parse_desk_id, parse_member_code, parse_ping_id

focal_points = typer.Typer(no_args_is_help=True, help="All states' desks, and our own.")
app.add_typer(focal_points, name="focal-points")
interests = typer.Typer(no_args_is_help=True, help="Records of which you are told each new hit and each change.")
app.add_typer(interests, name="follow")

LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", help="A language as en, bn, zh-Hant; the best first.")
]


@app.command()
def call(
    home: HomeOption,
    member: Annotated[str, typer.Argument(help="The state, such as XB.")],
    login: AsOption,
    about: Annotated[Competence, typer.Option(help="What it is about.")] = Competence.GENERAL,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom to call in another state now, from what this node keeps: it works while the hub is away."""
    with open_node(home) as node:
        query = CallQuery(about, tuple(language or ()))
        answer = node.services.watch.who_to_call(node.actor(login), parse_member_code(member), query)
    if as_json:
        calls = [
            {
                "desk": each.desk.desk_id,
                "title": each.desk.title,
                "reached": each.reached.value,
                "liveness": each.liveness.value,
                "shares_language": each.shares_language,
                "is_competent": each.is_competent,
                "opens_at": None if each.opens_at is None else each.opens_at.isoformat(),
                "channels": [channel_line(channel) for channel in each.desk.channels],
            }
            for each in answer.calls
        ]
        heard = None if answer.age is None else answer.age.heard_at.isoformat()
        typer.echo(json.dumps({"member": answer.member, "heard_at": heard, "calls": calls}, ensure_ascii=False))
        return
    _print_age(answer.age, is_old=answer.is_old)
    for place, each in enumerate(answer.calls, 1):
        when = f", opens {each.opens_at.isoformat(timespec='minutes')}" if each.opens_at is not None else ""
        marks = "" if each.shares_language else f", speaks {' '.join(each.desk.languages)}"
        marks += "" if each.is_competent else ", for other subjects"
        there = {Reached.AT_THE_DESK: "at the desk", Reached.ON_DUTY: "on duty", Reached.CLOSED: "closed"}[each.reached]
        typer.echo(f"{place}. {each.desk.title}: {there}{when}, {each.liveness.value}{marks}")
        for channel in each.desk.channels:
            typer.echo(f"     {channel_line(channel)}")


@focal_points.command("show")
def show_desks(
    home: HomeOption,
    login: AsOption,
    member: Annotated[str | None, typer.Option(help="Only this state.")] = None,
    about: Annotated[Competence | None, typer.Option(help="Only desks for this subject.")] = None,
    language: Annotated[str, typer.Option(help="Only desks that speak this language.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the desks of all states as this node keeps them, and how old that is."""
    with open_node(home) as node:
        wanted = DeskQuery(None if member is None else parse_member_code(member), about, language)
        view = node.services.watch.show_focal_points(node.actor(login), wanted)
    if not as_json:
        _print_age(view.age, is_old=view.is_old)
    for refused in view.refused:
        typer.echo(f"! version {refused.version} of the desks of {refused.member} is not used: {refused.problem.title}")
    for line in view.lines:
        desk = line.desk
        if as_json:
            shown = {
                "member": line.member,
                "desk": desk.desk_id,
                "title": desk.title,
                "kind": desk.kind.value,
                "competences": [each.value for each in desk.competences],
                "languages": list(desk.languages),
                "channels": [channel_line(channel) for channel in desk.channels],
                "liveness": line.liveness.value,
                "is_outdated": line.is_outdated,
            }
            typer.echo(json.dumps(shown, ensure_ascii=False))
            continue
        subjects = " ".join(each.value for each in desk.competences)
        typer.echo(
            f"{line.member}  {desk.desk_id}  {desk.title}  ({subjects}; {' '.join(desk.languages)})  {line.liveness}"
        )
        for channel in desk.channels:
            typer.echo(f"      {channel_line(channel)}")


@focal_points.command()
def publish(
    home: HomeOption,
    login: AsOption,
    file: Annotated[Path | None, typer.Argument(help="A TOML file as `export` writes it; left out: the draft.")] = None,
) -> None:
    """Sign our desks with the state's key and send them to the hub, which hands them to every state."""
    with open_node(home) as node:
        actor = node.actor(login)
        if file is not None:
            node.services.watch.edit_focal_points.save(actor, read_toml(_read(file)), NOTHING_SEEN)
        version = node.services.watch.publish_focal_points(actor)
        typer.echo(f"Version {version} is signed and on its way to the hub.")


@focal_points.command()
def export(home: HomeOption, login: AsOption) -> None:
    """Print our desks as TOML, to be changed and published again."""
    with open_node(home) as node:
        typer.echo(node.services.watch.edit_focal_points.show(node.actor(login)).toml, nl=False)


@focal_points.command()
def fetch(home: HomeOption) -> None:
    """Fetch what is new of all states' desks from the hub now; the worker does so by itself."""
    with open_node(home) as node, hub_services(node) as services:
        typer.echo(f"{services.keep_focal_points()} states published something newer.")


@focal_points.command()
def staff(
    home: HomeOption,
    login: AsOption,
    desk: Annotated[str, typer.Argument(help="The desk's short name.")],
    logins: Annotated[list[str] | None, typer.Argument(help="Who works there; left out: nobody is entered.")] = None,
) -> None:
    """Say who works at one of our desks; nobody outside this node learns it."""
    with open_node(home) as node:
        node.services.watch.edit_focal_points.staff(node.actor(login), parse_desk_id(desk), logins or [])
        typer.echo("Saved.")


@focal_points.command()
def alive(
    home: HomeOption,
    login: AsOption,
    ping: Annotated[str | None, typer.Argument(help="The question's id; left out: what waits is listed.")] = None,
) -> None:
    """Answer the hub's question whether somebody is at a desk of yours."""
    with open_node(home) as node:
        actor = node.actor(login)
        if ping is not None:
            node.services.watch.answer_ping(actor, parse_ping_id(ping))
            typer.echo("The hub is told that somebody is there.")
            return
        for each in node.services.watch.answer_ping.open_to(actor):
            typer.echo(f"{each.ping_id}  {each.desk_id}  answer by {each.answer_by.isoformat(timespec='minutes')}")


@app.command()
def clocks(home: HomeOption, login: AsOption, as_json: JsonOption = False) -> None:
    """List our clocks that have used three quarters of their time, or all of it."""
    with open_node(home) as node:
        for line in node.services.watch.list_escalations(node.actor(login)):
            each = line.escalation
            due = "stands still" if each.due_at is None else each.due_at.isoformat(timespec="minutes")
            if as_json:
                shown = {"hit": each.hit_id, "exchange": each.exchange_id, "clock": each.clock.value, "due_at": due}
                shown |= {"level": each.level.value, "watcher": each.watcher.value, "state": line.joint_state.value}
                typer.echo(json.dumps(shown))
                continue
            typer.echo(
                f"{each.hit_id}  {line.counterpart}  {line.joint_state.value}  {line.urgency.value}"
                f"  {each.clock.value}: {each.level.value}, due {due}, told {each.watcher.value}"
            )


@interests.command("set")
def set_interest(
    home: HomeOption,
    record: Annotated[str, typer.Argument(help="The record's number in your own files, or its reference.")],
    login: AsOption,
    until: Annotated[str | None, typer.Option(help="The last day, as 2027-03-31; left out: ninety days.")] = None,
) -> None:
    """Follow a record: it ends by itself."""
    ends = None if until is None else datetime.combine(read_day(until, "--until"), time.max, UTC)
    with open_node(home) as node:
        node.services.watch.follow_record.set(node.actor(login), record, ends)
        typer.echo("You are told of each new hit on this record, and of each change.")


@interests.command("end")
def end_interest(
    home: HomeOption,
    record: Annotated[str, typer.Argument(help="The record's number in your own files, or its reference.")],
    login: AsOption,
) -> None:
    """Follow a record no more."""
    with open_node(home) as node:
        node.services.watch.follow_record.end(node.actor(login), record)
        typer.echo("You are no longer told of this record.")


@interests.command("list")
def list_interests(home: HomeOption, login: AsOption) -> None:
    """List the records that you follow, the first to end first."""
    with open_node(home) as node:
        for line in node.services.watch.follow_record.list(node.actor(login)):
            typer.echo(f"{line.local_id}  until {line.interest.until.date().isoformat()}")


def _print_age(age: BookAge | None, *, is_old: bool) -> None:
    if age is None:
        typer.echo("The hub has not been heard yet: no other state's desk is known here.")
        return
    mark = "! The hub was not heard for a day or longer. " if is_old else ""
    typer.echo(f"{mark}Last heard from the hub {age.heard_at.isoformat(timespec='minutes')}.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter(f"{path.name} cannot be read as UTF-8 text") from None
