"""Backup and restore of a node: what their commands call."""

import os
from pathlib import Path

from symbolon.node.bootstrap.opening import COMMAND, Node, open_node
from symbolon.node.services.make_backup import ROLE, MakeBackup
from symbolon.node.services.rotate_node_key import RotateNodeKey
from symbolon.node.settings import load_settings
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.backup import Expected, Manifest, NewPlace, finish_restore, restore_backup
from symbolon.runtime.backup_container import Lock, Unlock
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.postgres_tools import PostgresTools


def back_up(node: Node, lock: Lock, out: Path) -> int:
    """Write a sealed backup of the node; how many bytes it has."""
    settings = node.settings
    make = MakeBackup(node.home, settings.code, settings.conninfo, PostgresTools(settings.postgres_tools))
    return make(COMMAND, node.unit_of_work, node.draws, lock, out)


def restore(file: Path, unlock: Unlock, expected: Expected, place: NewPlace, tools: PostgresTools) -> Manifest:
    """Restore a node, and note that it has to agree with its hub before it works.

    Raises:
        BackupRefused: the backup, the home or the database is not as it must be; nothing was restored.

    """
    manifest = restore_backup(file, unlock, expected, place, tools)
    node = open_node(place.home, "restore")
    with node.database, node.unit_of_work.begin() as work:
        work.reconciliation.note_restored(manifest.made_at, node.draws.now())
        if work.directory.membership() is None:
            # A node that joined no federation has nobody to agree with.
            work.reconciliation.note_reconciled(node.draws.now())
        detail = {"backup_made_at": manifest.made_at.isoformat(timespec="seconds")}
        work.audit.record(AuditAct.BACKUP_RESTORED, COMMAND.login, None, detail)
    finish_restore(place.home)
    return manifest


def conninfo_of(home: PartyHome) -> str:
    """The connection string of the settings that lie in a home."""
    return load_settings(home, os.environ).conninfo


def rotate_node_key(node: Node) -> RotateNodeKey:
    """The service that puts a new node key in the place of the present one."""
    key_service = key_service_of(node.home.path, os.environ)
    return RotateNodeKey(node.database, node.home.keys, key_service, node.unit_of_work, node.draws)


__all__ = ["ROLE", "back_up", "conninfo_of", "restore", "rotate_node_key"]
