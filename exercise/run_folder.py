"""Where a run keeps its files, and the account that its servers run as when the run itself is root's."""

import os
import pwd
import stat
import tempfile
from pathlib import Path
from typing import Final

from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.supervisor import Account

# Accounts that every Debian, Fedora or macOS has at least one of; PostgreSQL refuses to run as root.
_UNPRIVILEGED: Final = ("postgres", "nobody", "daemon")


def make_run_folder() -> Path:
    """A new folder for one run, with a short path (a unix socket's path has at most about 100 characters).

    Others may pass through it, so that a server under another account finds its own part, but not look around.
    """
    folder = Path(tempfile.mkdtemp(prefix="symbolon-"))
    folder.chmod(0o711)
    return folder


def server_account() -> Account | None:
    """The account for servers that refuse to run as root; None when this process is not root: they run as itself."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ExerciseError(f"PostgreSQL does not run as root, and there is no account of {', '.join(_UNPRIVILEGED)} here.")


def may_enter(account: Account | None, folder: Path) -> bool:
    """Whether ``account`` may pass through ``folder`` and every folder above it. None: this process's own account."""
    if account is None:
        return os.access(folder, os.X_OK)
    return all(_may_pass(account, part) for part in (folder, *folder.parents))


def _may_pass(account: Account, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
