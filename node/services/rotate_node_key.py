"""Puts a new node key in the place of the present one: everything that it wraps is wrapped again."""

from dataclasses import dataclass

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.errors import Forbidden
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.database import Database
from symbolon.runtime.home import SecretFolder
from symbolon.runtime.key_services import KeyService
from symbolon.runtime.vault import count_data_keys, wrap_data_keys_again


@dataclass(frozen=True, slots=True)
class RotationReport:
    """How many data keys and key files are wrapped under the new key, or would be."""

    data_keys: int
    key_files: int


class RotateNodeKey:
    """May be killed at any point and given again: until its end both keys open, and only then the old one is dropped.

    A new data key begins as well. What was sealed before stays under the older one, which the new node key wraps.
    """

    def __init__(
        self,
        database: Database,
        keys: SecretFolder,
        key_service: KeyService,
        unit_of_work: UnitOfWork,
        draws: Draws,
    ) -> None:
        self._database = database
        self._keys = keys
        self._key_service = key_service
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, *, rehearse: bool = False) -> RotationReport:
        """Rotate.

        Raises:
            Forbidden: the actor does not administer the node.
            ConfigurationMistake: the key cannot be read, or its file not be written; says what to do.

        """
        if not actor.permits(Right.MANAGE_NODE):
            raise Forbidden("Rotating the node key is the node administrator's act.")
        if rehearse:
            with self._database.transaction() as tx:
                return RotationReport(count_data_keys(tx, self._key_service), len(self._keys.names()))
        # What another process seals or removes waits: it would lie under the old key, or come back.
        with self._keys.one_writer():
            self._key_service.begin_rotation()
            with self._database.transaction() as tx:
                data_keys = wrap_data_keys_again(tx, self._key_service, self._draws.now())
            key_files = self._keys.seal_again_alone()
            self._key_service.end_rotation()
        with self._unit_of_work.begin() as work:
            detail = {"data_keys": data_keys, "key_files": key_files}
            work.audit.record(AuditAct.NODE_KEY_ROTATED, actor.login, None, detail)
        return RotationReport(data_keys, key_files)
