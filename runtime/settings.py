"""Settings of a role: its TOML file, overridden by environment variables (``SYMBOLON_`` and the name in capitals).

A role's own ``settings.py`` reads what it needs through :class:`SettingsReader` into a frozen dataclass and then calls
:meth:`SettingsReader.refuse_unknown`. Every mistake is one sentence that names the setting and says what to do.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import ProgrammingError

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome

PREFIX: Final = "SYMBOLON_"


class SettingsReader:
    """Reads settings one by one from a table and the environment, and remembers which names it was asked for."""

    def __init__(self, table: Mapping[str, object], environment: Mapping[str, str], origin: str) -> None:
        """``origin`` is how the table is called in messages, usually the file's path."""
        self._table = table
        self._environment = environment
        self._origin = origin
        self._asked: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it must be set."""
        value = self._find(name)
        if value is None:
            if default is None:
                raise ConfigurationMistake(
                    f"The setting '{name}' is missing: write it in {self._origin} or set {PREFIX}{name.upper()}."
                )
            return default
        if not isinstance(value, str) or not value.strip():
            raise self._mistake(name, "a text that is not empty")
        return value.strip()

    def optional_text(self, name: str) -> str | None:
        """A text, or None when it is not set."""
        return None if self._find(name) is None else self.text(name)

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        """A whole number between ``lowest`` and ``highest``."""
        value = self._find(name)
        if value is None:
            return default
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise self._mistake(name, f"a whole number from {lowest} to {highest}")
        return value

    def port(self, name: str, default: int) -> int:
        """A TCP port; 0 lets the system choose a free one."""
        return self.number(name, default, lowest=0, highest=65535)

    def optional_port(self, name: str) -> int | None:
        """A TCP port, or None when it is not set."""
        return None if self._find(name) is None else self.port(name, 0)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._find(name)
        if value is None:
            return default
        if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
            return value.strip().lower() == "true"
        if not isinstance(value, bool):
            raise self._mistake(name, "true or false")
        return value

    def path(self, name: str, default: Path) -> Path:
        """A file or folder."""
        text = self.optional_text(name)
        return default if text is None else Path(text).expanduser()

    def optional_secret_of_file(self, name: str) -> str | None:
        """The secret in the file that a setting names, or None when it is not set.

        As with the database's password, the file may be a container's secret: its mode is not checked.
        """
        file = self.optional_text(name)
        return None if file is None else self._read_secret(name, Path(file))

    def https_url(self, name: str) -> str:
        """An address that begins with https://, without a path, a query or a trailing slash."""
        text = self.text(name).rstrip("/")
        try:
            parts = urlsplit(text)
            complete = parts.scheme == "https" and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            complete = False
        if not complete or parts.path or parts.query or parts.fragment or parts.username:
            raise self._mistake(name, "an address such as https://hub.example:8443")
        return text

    def database_conninfo(self) -> str:
        """The connection string of ``database``, with the password of the file ``database_password_file`` if set.

        The password file is named by whoever runs the party and may be a container's secret, whose mode the container
        sets: its mode is not checked.
        """
        conninfo = self.text("database")
        try:
            parameters = conninfo_to_dict(conninfo)
        except ProgrammingError:
            raise self._mistake("database", "a connection string such as 'host=localhost dbname=symbolon'") from None
        password_file = self.optional_text("database_password_file")
        if password_file is None:
            return conninfo
        if "password" in parameters:
            raise ConfigurationMistake(
                "The setting 'database' has a password and 'database_password_file' names another: remove the first."
            )
        return make_conninfo(conninfo, password=self._read_secret("database_password_file", Path(password_file)))

    def refuse_unknown(self) -> None:
        """Refuse a name in the file that nobody asked for: a slip in its spelling, most likely."""
        unknown = sorted(set(self._table) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise ConfigurationMistake(
                f"{self._origin} has a setting '{unknown[0]}' that does not exist; known are {known}."
            )

    def _find(self, name: str) -> object | None:
        self._asked.add(name)
        from_environment = self._environment.get(PREFIX + name.upper())
        return self._table.get(name) if from_environment is None else from_environment

    def _mistake(self, name: str, expected: str) -> ConfigurationMistake:
        variable = PREFIX + name.upper()
        place = f"the environment ({variable})" if variable in self._environment else self._origin
        # The value is not repeated: it may be a secret.
        return ConfigurationMistake(f"The setting '{name}' in {place} must be {expected}.")

    def _read_secret(self, name: str, file: Path) -> str:
        try:
            secret = file.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigurationMistake(f"The setting '{name}' names a file that cannot be read: {file}.") from None
        if not secret:
            raise ConfigurationMistake(f"The setting '{name}' names an empty file: {file}.")
        return secret


def open_settings(home: PartyHome, role: str, environment: Mapping[str, str]) -> SettingsReader:
    """The settings of ``role``; without a file, the environment alone.

    Raises :class:`ConfigurationMistake` when the file cannot be read.
    """
    file = home.settings_file(role)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        table = {}
    except (OSError, UnicodeDecodeError):
        raise ConfigurationMistake(f"The settings file {file} cannot be read as UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationMistake(f"The settings file {file} is not valid TOML: {error}.") from None
    return SettingsReader(table, environment, str(file))
