"""A party's home folder: keys, certificates, secrets and the settings file, readable by their owner alone.

::

    HOME/
      keys/       the party's private keys and linkage keys
      tls/        certificates and their private keys
      secrets/    passwords
      node.toml   or hub.toml: the settings
"""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from symbolon.runtime.errors import ConfigurationMistake

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class PartyHome:
    """The folder of one party. Nothing is read or made until it is asked for."""

    path: Path

    @property
    def keys(self) -> "SecretFolder":
        """Private keys and linkage keys."""
        return SecretFolder(self.path / "keys")

    @property
    def tls(self) -> "SecretFolder":
        """Certificates and their private keys."""
        return SecretFolder(self.path / "tls")

    @property
    def secrets(self) -> "SecretFolder":
        """Passwords."""
        return SecretFolder(self.path / "secrets")

    def settings_file(self, role: str) -> Path:
        """The settings file of ``role`` ("node" or "hub")."""
        return self.path / f"{role}.toml"

    def create(self) -> None:
        """Make the folder and its parts, for the owner alone; those that exist stay as they are."""
        for folder in (self.path, self.keys.path, self.tls.path, self.secrets.path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write_settings(self, role: str, text: str) -> None:
        """Write the settings file. Raises :class:`ConfigurationMistake` when it exists already."""
        _write_new(self.settings_file(role), text.encode())


@dataclass(frozen=True, slots=True)
class SecretFolder:
    """A folder of files that only their owner may read."""

    path: Path

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

        Raises :class:`ConfigurationMistake` when it is absent, or when others than its owner may read or write it.
        """
        with _opened_secret(self.file(name)) as opened:
            return opened.read()

    def private_file(self, name: str) -> Path:
        """Where a file lies that somebody else will read (such as a TLS library), after the checks of :meth:`read`."""
        file = self.file(name)
        with _opened_secret(file):
            return file

    def write(self, name: str, content: bytes) -> None:
        """Write a new file, whole and on disk or not at all, for the owner alone.

        Raises :class:`ConfigurationMistake` when it exists: a key is never overwritten.
        """
        _write_new(self.file(name), content)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file in place of what is there, whole or not at all, for the owner alone. Never for a key."""
        file = self.file(name)
        _written_beside(file, content).replace(file)
        _sync_folder(self.path)


@contextmanager
def _opened_secret(file: Path) -> Iterator[BinaryIO]:
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if os.name == "posix" and mode & _OTHERS:
                raise ConfigurationMistake(
                    f"{file} may be read or changed by others (mode {mode:03o}): run 'chmod 600' on it, "
                    "and replace the key if somebody else could have seen it."
                )
            yield opened
    except FileNotFoundError:
        raise ConfigurationMistake(f"{file} is missing: run the role's init command first.") from None
    except PermissionError:
        raise ConfigurationMistake(f"{file} cannot be read: run this as the account that owns it.") from None


def _write_new(file: Path, content: bytes) -> None:
    draft = _written_beside(file, content)
    try:
        # A link, unlike a rename, fails when the name is taken.
        os.link(draft, file)
    except FileExistsError:
        raise ConfigurationMistake(f"{file} exists already and is not overwritten: move it away first.") from None
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def _written_beside(file: Path, content: bytes) -> Path:
    # mkstemp makes the file with mode 600; the leading dot keeps drafts out of names().
    descriptor, draft = tempfile.mkstemp(prefix=".draft-", dir=file.parent)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return Path(draft)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
