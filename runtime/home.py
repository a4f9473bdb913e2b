"""A party's home folder: keys, certificates, secrets and the settings file, readable by their owner alone.

::

    HOME/
      keys/       the party's private keys and linkage keys, each file sealed under the node key
      tls/        certificates and their private keys
      secrets/    passwords, and the node key unless a setting names another place
      node.toml   or hub.toml: the settings
      restore-unfinished    only while a restore fills the database, or broke off there
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.sealed_files import FileSealer, is_sealed
from symbolon.runtime.secret_files import opened_secret, read_secret, replace_secret, write_new_secret

if sys.platform != "win32":
    import fcntl

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class PartyHome:
    """The folder of one party. Nothing is read or made until it is asked for."""

    path: Path

    @property
    def keys(self) -> "SecretFolder":
        """Private keys and linkage keys, sealed."""
        folder = self.path / "keys"

        def nothing_sealed() -> bool:
            plain = SecretFolder(folder)
            return not any(is_sealed(read_secret(plain.file(name))) for name in plain.names())

        sealer = FileSealer(lambda: key_service_of(self.path, os.environ, nothing_sealed=nothing_sealed))
        return SecretFolder(folder, sealer)

    @property
    def tls(self) -> "SecretFolder":
        """Certificates and their private keys."""
        return SecretFolder(self.path / "tls")

    @property
    def secrets(self) -> "SecretFolder":
        """Passwords, and the node key."""
        return SecretFolder(self.path / "secrets")

    @property
    def restore_mark(self) -> Path:
        """The file that lies here from before a restore fills the database until it noted what it did."""
        return self.path / "restore-unfinished"

    def refuse_unfinished_restore(self) -> None:
        """Raise :class:`ConfigurationMistake` where a restore broke off: nothing may act on half of one."""
        if self.restore_mark.exists():
            raise ConfigurationMistake(
                f"The restore of {self.path} was broken off: give the same `restore` command again, and it goes on."
            )

    def settings_file(self, role: str) -> Path:
        """The settings file of ``role`` ("node" or "hub")."""
        return self.path / f"{role}.toml"

    def create(self) -> None:
        """Make the folder and its parts, for the owner alone; those that exist stay as they are."""
        for folder in (self.path, self.keys.path, self.tls.path, self.secrets.path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write_settings(self, role: str, text: str) -> None:
        """Write the settings file. Raises :class:`ConfigurationMistake` when it exists already."""
        write_new_secret(self.settings_file(role), text.encode())


@dataclass(frozen=True, slots=True)
class SecretFolder:
    """A folder of files that only their owner may read; with a `sealer`, they are sealed on disk as well."""

    path: Path
    sealer: FileSealer | None = field(default=None, compare=False, repr=False)

    def file(self, name: str) -> Path:
        """Where the file of this name lies. Raises :class:`ConfigurationMistake` for a name that could leave here."""
        if not _FILE_NAME.fullmatch(name):
            raise ConfigurationMistake("A file name in a party's home has letters, digits, '.', '_' and '-' only.")
        return self.path / name

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return self.file(name).is_file()

    def names(self) -> tuple[str, ...]:
        """The files that are there, in order."""
        if not self.path.is_dir():
            return ()
        return tuple(sorted(entry.name for entry in self.path.iterdir() if _FILE_NAME.fullmatch(entry.name)))

    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises :class:`ConfigurationMistake` when it is absent, when others than its owner may read or write it, or when
        it is sealed under another key than this party's.
        """
        content = read_secret(self.file(name))
        return self.sealer.open(content, self._place(name)) if self.sealer and is_sealed(content) else content

    def private_file(self, name: str) -> Path:
        """Where a file lies that somebody else will read (such as a TLS library), after the checks of :meth:`read`."""
        file = self.file(name)
        with opened_secret(file):
            return file

    def write(self, name: str, content: bytes) -> None:
        """Write a new file, whole and on disk or not at all, for the owner alone.

        Raises :class:`ConfigurationMistake` when it exists: a key is never overwritten.
        """
        with self.one_writer():
            write_new_secret(self.file(name), self._as_stored(name, content))

    def replace(self, name: str, content: bytes) -> None:
        """Write a file in place of what is there, whole or not at all, for the owner alone. Never for a key in use."""
        with self.one_writer():
            replace_secret(self.file(name), self._as_stored(name, content))

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        """Let no other process, nor thread, write or remove a file of this folder while the block runs.

        Not to be taken twice by one: within the block, only :meth:`seal_again_alone` changes files.
        """
        if sys.platform == "win32":
            yield
            return
        with os.fdopen(os.open(self.path / ".lock", os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def without_sealing(self) -> "SecretFolder":
        """The same folder for files as they lie on disk: to take them along as they are."""
        return replace(self, sealer=None)

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no fault."""
        with self.one_writer():
            self.file(name).unlink(missing_ok=True)

    def seal_again_alone(self) -> int:
        """Seal every file of this folder under the newest node key: what lies open, and what an older key wrapped.

        Called within :meth:`one_writer`, since a file that is removed meanwhile would come back. Each file is replaced
        whole, so that this may be broken off and repeated; how many files.
        """
        names = self.names()
        for name in names:
            replace_secret(self.file(name), self._as_stored(name, self.read(name)))
        return len(names)

    def seal_what_lies_open(self) -> int:
        """Seal the files that an older release left in clear; how many."""
        names = [name for name in self.names() if not is_sealed(read_secret(self.file(name)))]
        for name in names:
            self.replace(name, self.read(name))
        return len(names)

    def _as_stored(self, name: str, content: bytes) -> bytes:
        return content if self.sealer is None else self.sealer.seal(content, self._place(name))

    def _place(self, name: str) -> str:
        return f"{self.path.name}/{name}"
