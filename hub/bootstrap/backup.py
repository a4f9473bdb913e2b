"""Backup and restore of a hub: what their commands call."""

import os
from pathlib import Path
from uuid import uuid4

from symbolon.hub.bootstrap.opening import CLOCK, Hub, open_hub
from symbolon.hub.domain.reconciliation import OpenReconciliation
from symbolon.hub.services.begin_reconciliation import BeginReconciliation
from symbolon.hub.services.make_backup import ROLE, MakeBackup
from symbolon.hub.services.put_directory_in_effect import PutDirectoryInEffect
from symbolon.hub.services.reconcile_hub import ProceedWithout
from symbolon.hub.services.take_history import TakeHistory
from symbolon.hub.settings import load_settings
from symbolon.runtime.backup import Expected, Manifest, NewPlace, finish_restore, restore_backup
from symbolon.runtime.backup_container import Lock, Unlock
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools


def back_up(hub: Hub, lock: Lock, out: Path) -> int:
    """Write a sealed backup of the hub; how many bytes it has."""
    tools = PostgresTools(hub.settings.postgres_tools)
    return MakeBackup(hub.store, hub.home, hub.settings.database, tools, CLOCK)(lock, out)


def restore(
    file: Path, unlock: Unlock, expected: Expected, place: NewPlace, tools: PostgresTools
) -> tuple[Manifest, OpenReconciliation | None]:
    """Restore a hub under a new incarnation, and whom it waits for before it compares again.

    Raises:
        BackupRefused: the backup, the home or the database is not as it must be; nothing was restored.

    """
    manifest = restore_backup(file, unlock, expected, place, tools)
    hub = open_hub(place.home, "restore")
    with hub.database:
        begin = BeginReconciliation(hub.store, hub.finish_reconciliation(), CLOCK, uuid4)
        waiting = begin(manifest.made_at)
    finish_restore(place.home)
    return manifest, waiting


def proceed_without(hub: Hub) -> ProceedWithout:
    """The service that shows whom a restored hub waits for, and stops waiting."""
    return ProceedWithout(hub.store, hub.finish_reconciliation(), CLOCK)


def take_history(hub: Hub) -> TakeHistory:
    """The service that takes the versions of the directory which came after the backup."""
    return TakeHistory(hub.store, PutDirectoryInEffect(hub.post_message()), CLOCK)


def conninfo_of(home: PartyHome) -> str:
    """The connection string of the settings that lie in a home."""
    return load_settings(home, os.environ).database


__all__ = ["ROLE", "back_up", "conninfo_of", "proceed_without", "restore", "take_history"]
