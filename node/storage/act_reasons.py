"""Reasons of acts on hits in PostgreSQL, their words sealed."""

from typing import Final
from uuid import UUID

from symbolon.node.domain.hits import ActReason
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "act_reasons")


class PostgresActReasons:
    """Reasons within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, reason_id: UUID, hit_id: HitId, reason: ActReason) -> None:
        """Keep why somebody did something about a hit."""
        self._tx.execute(
            QUERIES["add_reason"],
            reason_id=reason_id,
            hit_id=hit_id,
            login=reason.login,
            act=reason.action,
            sealed_text=self._vault.seal(reason.text.encode(), _place(reason_id)),
            given_at=reason.given_at,
        )

    def of_hit(self, hit_id: HitId) -> tuple[ActReason, ...]:
        """The reasons about a hit, in their order."""
        return tuple(
            ActReason(
                HitAction(row["act"]),
                row["login"],
                self._vault.open(bytes(row["sealed_text"]), _place(row["reason_id"])).decode(),
                row["given_at"],
            )
            for row in self._tx.fetch_all(QUERIES["list_reasons"], hit_id=hit_id)
        )


def _place(reason_id: UUID) -> Place:
    return Place("act_reason", "sealed_text", str(reason_id))
