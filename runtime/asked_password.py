"""A person's password on the command line: from a file, or asked for twice; never an argument, which others can see."""

from pathlib import Path
from typing import Annotated

import typer

from symbolon.runtime.errors import ConfigurationMistake

PasswordFileOption = Annotated[
    Path | None, typer.Option("--password-file", help="A file with the password; without it, it is asked for.")
]


def ask_password(file: Path | None) -> str:
    """What ``file`` holds, without the line break at its end, or what is typed.

    Raises :class:`ConfigurationMistake` when the file cannot be read.
    """
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationMistake(
            f"The password file {file} cannot be read: name a text file, or leave --password-file out."
        ) from None
