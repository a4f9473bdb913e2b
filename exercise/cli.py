"""`symbolon exercise`: a whole federation on this machine, with a fictional case."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.federation import Federation
from symbolon.exercise.population import RECORDS_A_STATE, make_population
from symbolon.exercise.report import ShownProgress, as_json, show_addresses, show_result, show_trust
from symbolon.exercise.run import ExerciseRun, RunResult
from symbolon.exercise.truth import read_truth, verify
from symbolon.protocol.messages import Opening

REFUSED = 1
_RECORDS_OPEN: Final = RECORDS_A_STATE
_RECORDS_BLIND: Final = 500
"""Of a state: three operators, a hub and three nodes share one machine here, and the case is the same."""
LEFT_TO_THE_READER = ("AM-0106", "BEL-2206")
"""The van: a hit that nobody has voted on when the exercise stays up."""

app = typer.Typer(no_args_is_help=True, help="A whole federation on this machine, with a fictional case.")


@app.callback()
def exercise() -> None:
    """Exercise data never meets live data: keys, databases and certificates are made anew for each run."""


@app.command()
def run(
    once: Annotated[
        bool, typer.Option("--once", help="Check the run against the truth, then stop everything.")
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="The hub compares encodings itself; else three operators compare blind.")
    ] = False,
    opening: Annotated[
        Opening, typer.Option(help="Towards whom match bits open when operators compare blind: the hub, or members.")
    ] = Opening.HUB,
    as_one_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, last.")] = False,
) -> None:
    """Start hub and three nodes, play the case, show the hits and stay up until Ctrl-C."""
    if open_ and opening is Opening.RECEIVERS:
        raise typer.BadParameter(
            "A hub that compares openly sees every pair: leave out --open, or --opening receivers.",
            param_hint="--opening",
        )
    began = time.monotonic()
    console = Console(stderr=as_one_json)
    signal.signal(signal.SIGTERM, _stop_as_by_keyboard)
    startup_s = 0.0
    result: RunResult | None = None
    try:
        with ExitStack() as stack:
            drawing = stack.enter_context(ThreadPoolExecutor(1)).submit(
                make_population, records_a_state=_RECORDS_OPEN if open_ else _RECORDS_BLIND
            )
            with ShownProgress(console) as progress:
                progress.step(f"Starting PostgreSQL, broker, hub, three nodes{'' if open_ else ' and three operators'}")
                federation = stack.enter_context(Federation(blind=not open_, opening=opening))
                federation.start_processes()
                progress.step("The members compare their cards and sign the first directory")
                federation.co_sign()
                progress.step("They make the linkage key together: commit, reveal, confirm")
                federation.hold_ceremony()
                progress.step("Each state publishes its focal points, signed")
                federation.publish_desks()
                startup_s = time.monotonic() - began
                leaving = () if once else LEFT_TO_THE_READER
                result = ExerciseRun(federation, drawing.result(), progress, leaving).play()
            show_result(console, result)
            show_trust(console, federation)
            if not once:
                federation.know_desks()
                show_addresses(console, federation)
                _wait_for_keyboard(console)
            console.print("Stopping …")
    except ExerciseError as error:
        console.print(f"[bold red]✗[/] {error}")
    except KeyboardInterrupt:
        # Everything is stopped by now. An exercise that stayed up is ended so; before that, it is broken off.
        if once or result is None:
            raise
    if as_one_json:
        verification = verify(read_truth(), ()) if result is None else result.verification
        typer.echo(as_json(verification, result, startup_s, time.monotonic() - began))
    if result is None or not result.ok:
        raise typer.Exit(REFUSED)


def _wait_for_keyboard(console: Console) -> None:
    console.print("Everything stays up until Ctrl-C.")
    threading.Event().wait()


def _stop_as_by_keyboard(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
