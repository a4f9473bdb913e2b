"""Who keeps the node key: the 32 bytes, outside the database, that every data key and every key file is wrapped under.

Two adapters of one port: a file that only its owner may read, and a program that asks an external key service (a
hardware module, a cloud's key management). The hub keeps its own in the same way, under settings of its own name.
"""

import os
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.secret_files import read_secret, replace_secret, write_new_secret

KEY_BYTES: Final = 32
DEFAULT_FILE: Final = "node-key"
"""The name of the key's file in the home's ``secrets/``, where no setting says otherwise."""
_NONCE_BYTES: Final = 12
_KEY_ID_BYTES: Final = 8
_LABEL: Final = b"symbolon/1 wrapped data key\n"
_PROGRAM_PATIENCE_S: Final = 30.0
_LARGEST_WRAPPED: Final = 8_192


class KeyService(Protocol):
    """Wraps data keys under a key that this process never writes anywhere. Raises `ConfigurationMistake`."""

    def wrap(self, data_key: bytes) -> bytes:
        """A data key of 32 bytes, wrapped: only this service opens it."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key."""
        ...

    def begin_rotation(self) -> None:
        """From now on wrap under a new key; what older ones wrapped still opens. May be repeated after a crash."""
        ...

    def end_rotation(self) -> None:
        """Nothing is wrapped under the older keys any more: forget them."""
        ...


class FileKeyService:
    """A file of lines of 64 hexadecimal digits: the first key wraps, all of them unwrap.

    AES-256-GCM with random nonces; the wrapped key begins with which key wrapped it (8 bytes of its SHA-256).
    """

    def __init__(
        self,
        file: Path,
        *,
        is_private: bool = True,
        may_create: Callable[[], bool] = lambda: False,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`is_private`: refuse a file that others may read (not for a container's secret, whose mode is not ours).

        `may_create`: whether a missing file may be made, since nothing is wrapped under the key that is missing.
        """
        self._file = file
        self._is_private = is_private
        self._may_create = may_create
        self._random_bytes = random_bytes

    def wrap(self, data_key: bytes) -> bytes:
        """The data key under the file's first key."""
        if not self._file.exists() and self._may_create():
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new_secret(self._file, _line(self._random_bytes(KEY_BYTES)))
        newest = self._keys()[0]
        nonce = self._random_bytes(_NONCE_BYTES)
        return _key_id(newest) + nonce + AESGCM(newest).encrypt(nonce, data_key, _LABEL)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key."""
        key_id, nonce = wrapped[:_KEY_ID_BYTES], wrapped[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        key = next((each for each in self._keys() if _key_id(each) == key_id), None)
        if key is None:
            raise ConfigurationMistake(
                f"The key in {self._file} is not the one that this party's data were sealed under: put the file back "
                "that was there before, or restore it from a backup."
            )
        try:
            return AESGCM(key).decrypt(nonce, wrapped[_KEY_ID_BYTES + _NONCE_BYTES :], _LABEL)
        except (InvalidTag, ValueError):
            raise ConfigurationMistake(
                "A wrapped data key was changed where it is stored: restore this party from a backup."
            ) from None

    def begin_rotation(self) -> None:
        """Put a new key before the present one, unless a rotation that was broken off, or somebody, did so already."""
        keys = self._keys()
        if len(keys) > 1:
            return
        try:
            replace_secret(self._file, b"".join(map(_line, (self._random_bytes(KEY_BYTES), *keys))))
        except OSError:
            raise ConfigurationMistake(
                f"{self._file} cannot be written from here: write a new key (64 hexadecimal digits) as its first line, "
                "keep the old one below it, and give the command again."
            ) from None

    def end_rotation(self) -> None:
        """Keep the newest key alone."""
        keys = self._keys()
        if len(keys) == 1:
            return
        try:
            replace_secret(self._file, _line(keys[0]))
        except OSError:
            raise ConfigurationMistake(
                f"Everything is wrapped under the new key now, but {self._file} cannot be written from here: "
                "remove every line but its first."
            ) from None

    def _keys(self) -> Sequence[bytes]:
        lines = read_secret(self._file, is_private=self._is_private).split()
        try:
            keys = [bytes.fromhex(line.decode("ascii")) for line in lines]
        except ValueError:
            keys = []
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ConfigurationMistake(
                f"{self._file} must hold a key of 64 hexadecimal digits, and after a rotation that was broken off "
                "the older one in a second line."
            )
        return keys


class ProgramKeyService:
    """A program that gets `wrap` or `unwrap` as its last argument, bytes on standard input, and answers with bytes.

    It must answer within half a minute and end with status 0. `unwrap` gives back the very 32 bytes that `wrap` got.
    """

    def __init__(self, setting: str, command: str) -> None:
        """`setting` is the setting's name, for messages; `command` is split as a shell would, and run without one."""
        self._setting = setting
        try:
            self._command = tuple(shlex.split(command))
        except ValueError:
            self._command = ()
        if not self._command:
            raise ConfigurationMistake(f"The setting '{setting}' must be a program with its arguments.")

    def wrap(self, data_key: bytes) -> bytes:
        """What the program makes of a data key."""
        wrapped = self._ask("wrap", data_key)
        if not wrapped or len(wrapped) > _LARGEST_WRAPPED or data_key in wrapped:
            raise self._mistake("answered `wrap` with nothing, with too much, or with the key itself")
        return wrapped

    def unwrap(self, wrapped: bytes) -> bytes:
        """What the program makes of a wrapped one."""
        data_key = self._ask("unwrap", wrapped)
        if len(data_key) != KEY_BYTES:
            raise self._mistake(f"answered `unwrap` with {len(data_key)} bytes where {KEY_BYTES} are expected")
        return data_key

    def begin_rotation(self) -> None:
        """The key service has its new key already: everything is wrapped again, under what it wraps with now."""

    def end_rotation(self) -> None:
        """The older key may be retired at the key service."""

    def _ask(self, act: str, content: bytes) -> bytes:
        try:
            # The command is the administrator's own setting.
            answer = subprocess.run(  # noqa: S603
                (*self._command, act), input=content, capture_output=True, timeout=_PROGRAM_PATIENCE_S, check=False
            )
        except FileNotFoundError:
            raise self._mistake("is not there: give its full path") from None
        except OSError:
            raise self._mistake("cannot be run: check its mode") from None
        except subprocess.TimeoutExpired:
            raise self._mistake(f"did not answer `{act}` within {_PROGRAM_PATIENCE_S:g} s") from None
        if answer.returncode != 0:
            # Its words are not repeated: they may hold what it was given.
            raise self._mistake(f"ended with status {answer.returncode} when asked to {act} a key: run it by hand")
        return answer.stdout

    def _mistake(self, what: str) -> ConfigurationMistake:
        return ConfigurationMistake(f"The program of the setting '{self._setting}' {what}.")


def key_service_of(
    home: Path, environment: Mapping[str, str], *, nothing_sealed: Callable[[], bool] = lambda: False
) -> KeyService:
    """The key service that a party's settings name: `node_key_file`, `node_key_command`, or (hub) `hub_key_…`.

    Without either: the file `secrets/node-key` of the home, which is made when `nothing_sealed` yet.
    Raises `ConfigurationMistake` where both are named.
    """
    role, table = _settings_of(home)
    found = {kind: _setting(table, environment, f"{role}_key_{kind}") for kind in ("file", "command")}
    if found["file"] and found["command"]:
        raise ConfigurationMistake(
            f"The settings '{role}_key_file' and '{role}_key_command' name two places of one key: remove one of them."
        )
    if found["command"]:
        return ProgramKeyService(f"{role}_key_command", found["command"])
    if found["file"]:
        return FileKeyService(Path(found["file"]).expanduser(), is_private=False, may_create=nothing_sealed)
    return FileKeyService(home / "secrets" / DEFAULT_FILE, may_create=nothing_sealed)


def _settings_of(home: Path) -> tuple[str, Mapping[str, object]]:
    for role in ("node", "hub", "operator"):
        file = home / f"{role}.toml"
        if file.is_file():
            try:
                return role, tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                raise ConfigurationMistake(f"The settings file {file} cannot be read as TOML.") from None
    # A party that is set up by its environment alone.
    role = "hub" if "SYMBOLON_HUB_KEY_FILE" in os.environ or "SYMBOLON_HUB_KEY_COMMAND" in os.environ else "node"
    return role, {}


def _setting(table: Mapping[str, object], environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(f"SYMBOLON_{name.upper()}", table.get(name))
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationMistake(f"The setting '{name}' must be a text that is not empty.")
    return value.strip()


def _key_id(key: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"symbolon/1 node key id\n" + key)
    return digest.finalize()[:_KEY_ID_BYTES]


def _line(key: bytes) -> bytes:
    return key.hex().encode("ascii") + b"\n"
