"""A party's backup: its home and one consistent picture of its database, in one sealed file.

In the container lie sections, one after the other: ``manifest``, ``database`` (pg_dump's custom format), and each file
of the home as ``home/<folder>/<name>``. The home is read after the database: no row names a key that
the backup lacks. A restore reads the whole container before it writes anything.
"""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.backup_container import BackupRefused, Lock, Unlock, read_container, write_container
from symbolon.runtime.backup_sections import BrokenSections, read_sections, write_section
from symbolon.runtime.database import Database
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import DEFAULT_FILE as NODE_KEY_FILE
from symbolon.runtime.postgres_tools import PostgresTools, is_filled, refuse_filled
from symbolon.runtime.secret_files import replace_secret
from symbolon.runtime.vault import wrapped_data_keys

_FOLDERS: Final = ("keys", "tls", "secrets")
_MANIFEST: Final = "manifest"
_DATABASE: Final = "database"
_HOME: Final = "home/"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Whose backup this is, of when, and where its home was (paths in its settings are taken along)."""

    role: str
    code: str
    federation: str
    exercise: bool
    made_at: datetime
    home: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose backup it must be, as whoever restores it says: nobody's data end up under another's name."""

    role: str
    federation: str
    exercise: bool

    def refuse_another(self, manifest: Manifest) -> None:
        """Raise `BackupRefused` where the backup is another's."""
        if manifest.role != self.role:
            raise BackupRefused(f"This is the backup of a {manifest.role}: restore it with `symbolon {manifest.role}`.")
        if manifest.exercise != self.exercise:
            kinds = ("live data", "an exercise")
            raise BackupRefused(
                f"This is the backup of {kinds[manifest.exercise]}, and you said {kinds[self.exercise]}: "
                "the two never meet."
            )
        if manifest.federation != self.federation:
            raise BackupRefused(
                "This backup is of another federation than the one of --federation: take the right file, or correct "
                "the name."
            )


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where a party is restored to. `settings` take the place of those in its settings file; None removes one."""

    home: PartyHome
    conninfo: Callable[[PartyHome], str]
    """Reads the connection string from the settings of the home, once it is written."""
    settings: Mapping[str, str | None]


def make_backup(home: PartyHome, conninfo: str, manifest: Manifest, tools: PostgresTools, lock: Lock, out: Path) -> int:
    """Write the sealed backup; how many bytes it has.

    It is written beside its place and moved there when it is whole and on disk. Raises `BackupRefused`.
    """
    if out.exists():
        raise BackupRefused("The file of --out exists already, and a backup is never overwritten: name another one.")
    try:
        descriptor, draft = tempfile.mkstemp(prefix=".backup-", dir=out.parent)
    except OSError:
        raise BackupRefused("The file of --out cannot be written: name a file in a folder that is there.") from None
    try:
        with os.fdopen(descriptor, "wb") as opened:
            written = write_container(_pieces(home, conninfo, manifest, tools), opened, lock)
            opened.flush()
            os.fsync(opened.fileno())
        Path(draft).replace(out)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return written


def check_backup(file: Path, unlock: Unlock) -> Manifest:
    """Read the backup from end to end; whose it is. Raises `BackupRefused` where anything of it was changed."""
    with _sections(file, unlock) as sections:
        manifest: Manifest | None = None
        names = set()
        for name, pieces in sections:
            names.add(name)
            content = b"".join(pieces) if name == _MANIFEST else _drained(pieces)
            if name == _MANIFEST:
                manifest = _manifest(content)
    if manifest is None or _DATABASE not in names:
        raise BackupRefused("This backup holds no party: it was made by another program.")
    return manifest


def restore_backup(file: Path, unlock: Unlock, expected: Expected, place: NewPlace, tools: PostgresTools) -> Manifest:
    """Restore a party into a new home and an empty database: all of it, or nothing.

    From before the database is filled, the home bears a mark by which nothing opens it; :func:`finish_restore` takes it
    away when the caller has noted what followed. Broken off in between, the same call goes on from there.

    Raises `BackupRefused`, or `ConfigurationMistake` where the settings of the new place cannot be used.
    """
    manifest = check_backup(file, unlock)
    expected.refuse_another(manifest)
    folder = place.home.path
    mark = canonical_bytes(to_wire(manifest))
    if place.home.restore_mark.is_file():
        if place.home.restore_mark.read_bytes() != mark:
            raise BackupRefused("Another backup's restore into this home was broken off: go on with that one.")
        if is_filled(place.conninfo(place.home)):
            return manifest
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused("The folder of --home is not empty, and a restore never mixes with what is there.")
    try:
        if not place.home.restore_mark.is_file():
            _restore_home(file, unlock, manifest, place)
            for name in place.home.keys.names():
                # Shows that the key service has this party's key, before anything depends on it.
                place.home.keys.read(name)
        conninfo = place.conninfo(place.home)
        refuse_filled(conninfo)
        replace_secret(place.home.restore_mark, mark)
        with _sections(file, unlock) as sections:
            for name, pieces in sections:
                if name == _DATABASE:
                    tools.restore(conninfo, pieces)
                else:
                    _drained(pieces)
    except BaseException:
        # Half of a party must not look like one.
        for part in (*_FOLDERS, f"{manifest.role}.toml", place.home.restore_mark.name):
            path = folder / part
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    return manifest


def finish_restore(home: PartyHome) -> None:
    """Let the party be opened: what a restore has to note is noted."""
    home.restore_mark.unlink(missing_ok=True)


def _pieces(home: PartyHome, conninfo: str, manifest: Manifest, tools: PostgresTools) -> Iterator[bytes]:
    yield from write_section(_MANIFEST, (canonical_bytes(to_wire(manifest)),))
    keys_before = _keys_at_rest(home, conninfo)
    yield from write_section(_DATABASE, tools.dump(conninfo))
    settings = home.settings_file(manifest.role)
    if settings.is_file():
        yield from write_section(f"{_HOME}{settings.name}", (settings.read_bytes(),))
    for folder in _FOLDERS:
        # As they lie on disk: what is sealed under the node key stays sealed under it.
        for file in sorted((home.path / folder).iterdir()):
            if file.is_file() and not file.name.startswith("."):
                yield from write_section(f"{_HOME}{folder}/{file.name}", (file.read_bytes(),))
    # Last of all: what was rotated in between would lie here under one key, and there under another.
    if _keys_at_rest(home, conninfo) != keys_before:
        raise BackupRefused("The node key was rotated while the backup was made: make it again.")


def _keys_at_rest(home: PartyHome, conninfo: str) -> tuple[bytes | None, tuple[bytes, ...]]:
    """The node key, where it lies in the home, and every data key as it is wrapped, wherever the node key lies."""
    node_key = home.secrets.read(NODE_KEY_FILE) if home.secrets.has(NODE_KEY_FILE) else None
    with Database(conninfo, application_name="symbolon backup", max_size=1) as database, database.transaction() as tx:
        return node_key, wrapped_data_keys(tx)


def _restore_home(file: Path, unlock: Unlock, manifest: Manifest, place: NewPlace) -> None:
    place.home.create()
    folders = {
        "keys": place.home.keys.without_sealing(),
        "tls": place.home.tls,
        "secrets": place.home.secrets,
    }
    settings_name = f"{_HOME}{manifest.role}.toml"
    with _sections(file, unlock) as sections:
        for name, pieces in sections:
            if not name.startswith(_HOME):
                _drained(pieces)
                continue
            content = b"".join(pieces)
            if name == settings_name:
                place.home.write_settings(manifest.role, _settings(content, manifest, place))
                continue
            folder, _slash, file_name = name.removeprefix(_HOME).partition("/")
            if folder not in folders:
                raise BackupRefused("This backup holds files of another place than a party's home.")
            folders[folder].write(file_name, content)


def _settings(content: bytes, manifest: Manifest, place: NewPlace) -> str:
    table: dict[str, Any] = tomllib.loads(content.decode())
    before, after = f"{manifest.home}{os.sep}", f"{place.home.path.resolve()}{os.sep}"
    for name, value in table.items():
        if isinstance(value, str) and value.startswith(before):
            table[name] = after + value.removeprefix(before)
    for name, given in place.settings.items():
        if given is None:
            table.pop(name, None)
        else:
            table[name] = given
    # A JSON string, number or boolean is a TOML one.
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in table.items())


def _manifest(content: bytes) -> Manifest:
    try:
        return from_wire(Manifest, parse_json(content))
    except MalformedMessage:
        raise BackupRefused("This backup was made by another release: restore it with that one.") from None


class _sections:  # noqa: N801 - reads as a verb where it is used
    """The sections of a backup, while its file is open."""

    def __init__(self, file: Path, unlock: Unlock) -> None:
        self._file = file
        self._unlock = unlock

    def __enter__(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        try:
            self._opened = self._file.open("rb")
        except OSError:
            raise BackupRefused("The backup cannot be read: give a file that is there.") from None
        return read_sections(read_container(self._opened, self._unlock))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._opened.close()
        if isinstance(error, BrokenSections):
            raise BackupRefused("This backup was made by another release: restore it with that one.") from None


def _drained(pieces: Iterable[bytes]) -> bytes:
    for _piece in pieces:
        pass
    return b""
