"""A person's password on the command line: from a file; never an argument, which others can see."""

from pathlib import Path

from symbolon.runtime.errors import ConfigurationMistake


def read_password(file: Path) -> str:
    """What ``file`` holds, without the line break at its end. Raises :class:`ConfigurationMistake`."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationMistake(f"The password file {file} cannot be read: name a text file.") from None
