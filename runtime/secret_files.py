"""Files that only their owner may read, written whole and on disk or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from symbolon.runtime.errors import ConfigurationMistake

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret(file: Path, *, is_private: bool = True) -> bytes:
    """The content of a file.

    Raises :class:`ConfigurationMistake` when it is absent or unreadable, or, with `is_private`, when others than its
    owner may read or write it.
    """
    with opened_secret(file, is_private=is_private) as opened:
        return opened.read()


@contextmanager
def opened_secret(file: Path, *, is_private: bool = True) -> Iterator[BinaryIO]:
    """The file, opened for reading, after the checks of :func:`read_secret`."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if is_private and os.name == "posix" and mode & _OTHERS:
                raise ConfigurationMistake(
                    f"{file} may be read or changed by others (mode {mode:03o}): run 'chmod 600' on it, "
                    "and replace the key if somebody else could have seen it."
                )
            yield opened
    except FileNotFoundError:
        raise ConfigurationMistake(f"{file} is missing: run the role's init command first.") from None
    except PermissionError:
        raise ConfigurationMistake(f"{file} cannot be read: run this as the account that owns it.") from None


def write_new_secret(file: Path, content: bytes) -> None:
    """Write a new file. Raises :class:`ConfigurationMistake` when it exists: a key is never overwritten."""
    draft = _written_beside(file, content)
    try:
        # A link, unlike a rename, fails when the name is taken.
        os.link(draft, file)
    except FileExistsError:
        raise ConfigurationMistake(f"{file} exists already and is not overwritten: move it away first.") from None
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def replace_secret(file: Path, content: bytes) -> None:
    """Write a file in place of what is there. Raises `OSError` where the folder cannot be written."""
    _written_beside(file, content).replace(file)
    _sync_folder(file.parent)


def _written_beside(file: Path, content: bytes) -> Path:
    # mkstemp makes the file with mode 600; the leading dot keeps drafts out of a folder's list of names.
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
