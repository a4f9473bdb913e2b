"""What a node's command line says to its administrator and to officers in their own names, in a world that stands."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from tests.integration.node.undisclosed.two_worlds import Ids, World
from tests.thoroughness import dealt
from typer.testing import CliRunner

from symbolon.node.bootstrap import opening
from symbolon.node.cli import app
from symbolon.node.settings import ROLE
from symbolon.runtime.clock import Clock

AS = ("mara", "dina", "ivo", "aya", "adam", "una")


def commands(protected: Ids) -> list[tuple[str, ...]]:
    """Every command that lists, counts, shows or searches; and acts on a protected record by whoever guesses its id."""
    listing = [
        ("status",),
        ("status", "--json"),
        ("records",),
        ("records", "--json"),
        ("records", "--csv", "--sort", "case"),
        ("records", "--unpublished"),
        ("records", "--refused"),
        ("records", "--publication", "published", "--json"),
        ("records", "--publication", "withdrawn", "--json"),
        ("records", "--category-not-set"),
        ("records", "--case", "C-9"),
        ("records", "--review-before", "2040-01-01"),
        ("deliveries",),
        ("deliveries", "--refused", "--json"),
        ("expiry",),
        ("ceremony", "status"),
        ("receipts", "A-8"),
        ("receipts", "A-9"),
        ("receipts", "A-10"),
    ]
    for place, login in enumerate(AS):
        named = ("--as", login)
        own: list[tuple[str, ...]] = [
            ("records", "--json", *named),
            ("inbox", *named),
            ("inbox", "--json", *named),
            ("drafts", *named),
            ("clocks", *named),
            ("clocks", "--json", *named),
            ("purges", *named),
            ("purges", "--json", *named),
            ("purges", "--csv", *named),
            ("retention", "list", "--due", "all", *named),
            ("retention", "list", "--due", "on-hold", "--json", *named),
            ("retention", "list", "--case", "C-9", "--due", "all", "--csv", *named),
            ("follow", "list", *named),
            ("data-subject", "find", "--name", "Nguyen Thi Mai", "--born", "1999-02-01", "--json", *named),
            ("data-subject", "find", "--local-id", "A-9", *named),
            ("show", protected.hits[0], *named),
            ("acknowledge", protected.hits[-1], *named),
            ("vote", protected.hits[-1], "SAME", "--reason", "as I see it", *named),
            ("show-draft", protected.drafts[0], *named),
        ]
        for local_id in ("A-9", "A-8", "A-10", "A-11"):
            own += [
                ("revise", local_id, "--urgency", "U1", *named),
                ("revise", local_id, "--category", "suspect", *named),
                ("withdraw", local_id, *named),
                ("publish", local_id, *named),
                ("retention", "hold", local_id, "--text", "A court asks.", *named),
                ("follow", "set", local_id, *named),
                ("data-subject", "erase", local_id, "--yes", *named),
            ]
        own += [("withdraw", "--case", "C-9", *named), ("publish", "--case", "C-9", *named)]
        listing += dealt(own, place, len(AS), rounds=2, seed="commands")
    for local_id in ("A-9", "A-10", "A-11"):
        listing += [
            ("revise", local_id, "--category", "suspect"),
            ("withdraw", local_id),
            ("publish", local_id),
        ]
    return [*listing, ("publish",), ("status", "--json"), ("records", "--json")]


@contextmanager
def _logging_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level


def said(world: World, wanted: list[tuple[str, ...]], patch: pytest.MonkeyPatch) -> dict[tuple[str, ...], str]:
    """What each command prints, and its exit code."""

    class Standing(Clock):
        def now(self):  # type: ignore[no-untyped-def]
            return world.draws.now()

    patch.setattr(opening, "SystemClock", Standing)
    home, node = world.node.home, world.node
    home.write_settings(ROLE, f'code = "XA"\nname = "Amara"\ndatabase = "{node.conninfo}"\n')
    answers: dict[tuple[str, ...], str] = {}
    with _logging_kept():
        for number, command in enumerate(wanted):
            with world.chance.of(f"command {number}"):
                result = CliRunner().invoke(app, [*command, "--home", str(home.path)], prog_name="node")
            error = "" if result.exception is None else f"{type(result.exception).__name__}: {result.exception}"
            answers[(str(number), *command)] = f"{result.exit_code}\n{result.output}\n{error}"
    return answers
