"""The group of commands, which each module adds its own to."""

from typing import Final

import typer

app: Final = typer.Typer(no_args_is_help=True, help="The neutral hub: members, comparison, relay.")
