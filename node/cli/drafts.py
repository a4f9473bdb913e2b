"""What leaves a state, from a terminal: one officer drafts, another sees exactly what leaves, and approves it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.cli.app import AsOption, HomeOption, app, open_node
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import DraftForm, InformationForm, ReplyForm, RequestForm
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.node.errors import NotFound
from symbolon.protocol.canonical import JsonValue, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.references import parse_hit_id, parse_request_id

HitArgument = Annotated[str, typer.Argument(help="The hit's id.")]
DraftArgument = Annotated[str, typer.Argument(help="The draft's id.")]
FormArgument = Annotated[
    Path,
    typer.Argument(help="A JSON file with each field of the form, as `symbolon node blank-form` prints them."),
]
_WAITS = "It waits for a second officer: `symbolon node show-draft`, then `symbolon node approve`."


@app.command()
def request(home: HomeOption, hit_id: HitArgument, form: FormArgument, login: AsOption) -> None:
    """Draft a request about a confirmed hit, and submit it to a second officer."""
    _submit(home, login, (hit_id, None), from_wire(RequestForm, _read(form)))


@app.command()
def inform(home: HomeOption, hit_id: HitArgument, form: FormArgument, login: AsOption) -> None:
    """Draft information that nobody asked for, and submit it to a second officer."""
    _submit(home, login, (hit_id, None), from_wire(InformationForm, _read(form)))


@app.command()
def reply(
    home: HomeOption,
    hit_id: HitArgument,
    exchange: Annotated[str, typer.Argument(help="The request's id.")],
    form: FormArgument,
    login: AsOption,
) -> None:
    """Draft the answer to a request, and submit it to a second officer."""
    _submit(home, login, (hit_id, exchange), from_wire(ReplyForm, _read(form)))


@app.command()
def blank_form(kind: Annotated[str, typer.Argument(help="request, reply or information.")]) -> None:
    """Print an empty form, with every field that a file must have."""
    forms: dict[str, DraftForm] = {"request": RequestForm(), "reply": ReplyForm(), "information": InformationForm()}
    if kind not in forms:
        raise typer.BadParameter("say request, reply or information")
    typer.echo(json.dumps(to_wire(forms[kind]), ensure_ascii=False, indent=2))


@app.command()
def drafts(home: HomeOption, login: AsOption) -> None:
    """List the drafts that you may see, those that wait for you first."""
    with open_node(home) as node:
        for line in node.services.list_drafts(node.actor(login)):
            acts = ", ".join(action.value for action in line.actions) or "nothing now"
            typer.echo(
                f"{line.draft_id}  {line.purpose.value}  {line.state.value}  to {line.counterpart}"
                f"  by {line.drafted_by}  you may: {acts}"
            )


@app.command()
def show_draft(
    home: HomeOption,
    draft_id: DraftArgument,
    login: AsOption,
    because: Annotated[ViewReason | None, typer.Option(help="Why you look at a victim's or minor's hit.")] = None,
    note: Annotated[str, typer.Option(help="The same in your own words, without a name; kept sealed.")] = "",
) -> None:
    """Show exactly what leaves with a draft, and its digest. A protected hit's needs --because, --note."""
    with open_node(home) as node:
        actor, visit = node.actor(login), Visit(f"command {node.draws.uuid()}")
        if because is not None:
            line = next((each for each in node.services.list_drafts(actor) if each.draft_id == draft_id), None)
            if line is None:
                raise NotFound("There is no such draft in your queue.")
            node.services.give_justification(actor, line.hit_id, visit, because, note)
        view = node.services.show_draft(actor, DraftId(draft_id), visit)
        typer.echo(f"to {view.line.counterpart}: {view.line.purpose.value}, {view.line.state.value}")
        if view.leaves is not None:
            typer.echo(json.dumps(to_wire(view.leaves), ensure_ascii=False, indent=2))
        typer.echo(f"on every page: {view.page_mark or '-'}")
        typer.echo(f"digest: {view.content_digest or 'not complete yet'}")


@app.command()
def approve(
    home: HomeOption,
    draft_id: DraftArgument,
    digest: Annotated[str, typer.Argument(help="The digest that `show-draft` printed: nothing else leaves.")],
    login: AsOption,
) -> None:
    """Approve a draft that another officer wrote: what the digest names leaves."""
    with open_node(home) as node:
        node.services.approve_draft(node.actor(login), DraftId(draft_id), digest)
        typer.echo("It is on its way.")


@app.command()
def return_draft(
    home: HomeOption,
    draft_id: DraftArgument,
    login: AsOption,
    remark: Annotated[str, typer.Option(help="What is to be changed.")],
) -> None:
    """Give a draft back to who wrote it."""
    with open_node(home) as node:
        node.services.return_draft(node.actor(login), DraftId(draft_id), remark)
        typer.echo("It is back with its drafter.")


def _submit(home: Path, login: str, place: tuple[str, str | None], form: DraftForm) -> None:
    hit_id, exchange = place
    with open_node(home) as node:
        actor = node.actor(login)
        exchange_id = None if exchange is None else parse_request_id(exchange)
        draft_id = node.services.save_draft(actor, parse_hit_id(hit_id), exchange_id, form, None)
        node.services.submit_draft(actor, draft_id)
        typer.echo(f"{draft_id}\n{_WAITS}")


def _read(path: Path) -> JsonValue:
    try:
        return parse_json(path.read_bytes())
    except OSError:
        raise typer.BadParameter(f"{path.name} cannot be opened") from None
