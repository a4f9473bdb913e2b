"""Makes a sealed backup of the hub: its home, and one consistent picture of its database."""

from pathlib import Path

from symbolon.hub.ports import Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.backup import Manifest, make_backup
from symbolon.runtime.backup_container import Lock
from symbolon.runtime.clock import Clock
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

ROLE = "hub"


class MakeBackup:
    """The use case of `symbolon hub backup`. The hub works on meanwhile."""

    def __init__(self, store: Store, home: PartyHome, conninfo: str, tools: PostgresTools, clock: Clock) -> None:
        self._store = store
        self._home = home
        self._conninfo = conninfo
        self._tools = tools
        self._clock = clock

    def __call__(self, lock: Lock, out: Path) -> int:
        """Write the backup; how many bytes it has. Raises `BackupRefused`."""
        with self._store.work() as work:
            federation = work.members.federation()
        manifest = Manifest(
            role=ROLE,
            code=HUB,
            federation=federation.name,
            exercise=federation.exercise,
            made_at=self._clock.now(),
            home=str(self._home.path.resolve()),
        )
        written = make_backup(self._home, self._conninfo, manifest, self._tools, lock, out)
        with self._store.work() as work:
            work.audit(AuditAct.BACKUP_MADE, HUB, None, {"bytes": written})
        return written
