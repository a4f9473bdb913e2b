"""What a run tells people and programs: progress, a table of the hits, where to sign in, and one JSON object."""

import json
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import STATE_NAMES
from symbolon.exercise.hub_party import OPERATOR
from symbolon.exercise.operator_party import BODIES
from symbolon.exercise.people import ROLES, Post
from symbolon.exercise.run import RunResult
from symbolon.exercise.truth import FoundHit, Verification
from symbolon.protocol.messages import Opening


class ShownProgress:
    """Progress on a terminal (or as plain lines where there is none). Use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._step = ""
        self._task = self._bars.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def step(self, what: str) -> None:
        """A new part of the run begins."""
        self._step = what
        self._console.print(f"[bold]•[/] {what}")
        self._bars.reset(self._task, total=None, description=what)

    def count(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""
        self._bars.update(self._task, completed=done, total=total, description=f"{self._step}: {what}")


def show_result(console: Console, result: RunResult) -> None:
    """The table of the hits, and whether all is as it should be."""
    table = Table(title="Hits", title_justify="left")
    for heading in ("states", "their own records", "likeness", "kinds that agree", "state"):
        table.add_column(heading)
    for hit in sorted(result.hits, key=lambda hit: sorted(hit.records)):
        table.add_row(*_hit_row(hit))
    console.print(table)
    verification = result.verification
    console.print(
        f"{verification.found} of {verification.expected} expected hits, {verification.false_hits} false; "
        f"{verification.alerts_delivered} of {verification.alerts_expected} alerts; "
        f"first hit after {result.first_hit_ms} ms, everything matched after {result.matched_s:.1f} s."
    )
    console.print(_end("An exchange was closed with its outcome on both sides", is_so=result.exchange_closed))
    console.print(_end("A victim's hit was held, and the protection officers' alone", is_so=result.held_victim))
    for complaint in verification.complaints:
        console.print(f"[bold red]✗[/] {complaint}")


def show_trust(console: Console, federation: Federation) -> None:
    """What the members rely on, as the first of them has it: who signed the directory, and the key that all hold."""
    witness, *_others = federation.nodes.values()
    newest = witness.signed_versions()[-1]
    console.print(
        f"Version {newest.version} of the directory ({newest.fingerprint}) is signed by {', '.join(newest.signed_by)}."
    )
    for epoch, check in witness.key_checks().items():
        console.print(f"The linkage key of epoch {epoch}, check value {check}, was made by all and never at the hub.")
    if federation.operators:
        bodies = ", ".join(BODIES[operator.place] for operator in federation.operators)
        console.print(f"Compared blind by {bodies}: neither they nor the hub saw an encoding or a score.")
        if federation.opening is Opening.RECEIVERS:
            console.print(
                "What is alike opened towards the members alone: the hub learned no pair, and nobody which kinds agree."
            )
    else:
        console.print("Compared openly: the hub holds every encoding, and is trusted not to attack them.")


def show_addresses(console: Console, federation: Federation) -> None:
    """Where the pages are, and who may sign in with what."""
    table = Table(title="Pages (the browser will warn: each desk has a certificate of its own)", title_justify="left")
    for heading in ("desk", "address", "office", "login", "password"):
        # What is cut off nobody can type in.
        table.add_column(heading, overflow="fold")
    for node in federation.nodes.values():
        for post, credentials in node.people.items():
            desk = (node.name, node.desk_url) if post is Post.FOCAL_POINT else ("", "")
            office = ROLES[post].value.replace("_", " ")
            table.add_row(*desk, office, credentials.login, credentials.password)
    hub = federation.hub
    table.add_row("Hub", hub.desk_url, "operator", OPERATOR, hub.operator_password)
    console.print(table)
    console.print("The hit on the van (AM-0106, BEL-2206) waits for you: sign in on both sides, vote, ask, answer.")
    console.print("Mail is off: no mail server is part of an exercise. `smtp_host` in a node.toml turns it on.")
    console.print(
        f"For commands and drills (docs/guides/drills.md), the parties' homes: export RUN={federation.servers.folder}"
    )


def as_json(verification: Verification, result: RunResult | None, startup_s: float, total_s: float) -> str:
    """The run in one line of JSON."""
    return json.dumps(
        {
            "ok": result is not None and result.ok,
            "hits_expected": verification.expected,
            "hits_found": verification.found,
            "false_hits": verification.false_hits,
            "alerts_delivered": verification.alerts_delivered,
            "alerts_expected": verification.alerts_expected,
            "replies_opened": 0 if result is None else result.replies_opened,
            "exchange_closed": result is not None and result.exchange_closed,
            "held_victim": result is not None and result.held_victim,
            "first_hit_ms": 0 if result is None else result.first_hit_ms,
            "matched_s": 0 if result is None else round(result.matched_s, 2),
            "startup_s": round(startup_s, 2),
            "total_s": round(total_s, 2),
        }
    )


def _end(what: str, *, is_so: bool) -> str:
    return f"[bold green]✓[/] {what}." if is_so else f"[bold red]✗[/] Not shown: {what}."


def _hit_row(hit: FoundHit) -> Sequence[str]:
    sides = sorted(hit.records)
    return (
        " – ".join(STATE_NAMES[state] for state, _ in sides),
        " – ".join(local_id for _, local_id in sides),
        hit.band,
        ", ".join(sorted(kind.replace("_", " ") for kind in hit.agree)),
        hit.state.lower(),
    )
