"""Makes a sealed backup of this node: its home, and one consistent picture of its database."""

from pathlib import Path

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.errors import Forbidden
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import MemberCode
from symbolon.runtime.backup import Manifest, make_backup
from symbolon.runtime.backup_container import Lock
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

ROLE = "node"


class MakeBackup:
    """The node may work on meanwhile: what happens after the database's picture is not in the backup."""

    def __init__(self, home: PartyHome, code: MemberCode, conninfo: str, tools: PostgresTools) -> None:
        self._home = home
        self._code = code
        self._conninfo = conninfo
        self._tools = tools

    def __call__(self, actor: Actor, unit_of_work: UnitOfWork, draws: Draws, lock: Lock, out: Path) -> int:
        """Write the backup; how many bytes it has.

        Raises:
            Forbidden: the actor does not administer the node.
            BackupRefused: it cannot be made; says why.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("A backup is the node administrator's act: it holds all that the node has.")
        with unit_of_work.begin() as work:
            membership = work.directory.membership()
        manifest = Manifest(
            role=ROLE,
            code=self._code,
            federation="" if membership is None else membership.federation,
            exercise=membership is not None and membership.exercise,
            made_at=draws.now(),
            home=str(self._home.path.resolve()),
        )
        written = make_backup(self._home, self._conninfo, manifest, self._tools, lock, out)
        with unit_of_work.begin() as work:
            work.audit.record(AuditAct.BACKUP_MADE, actor.login, None, {"bytes": written})
        return written
