"""Reasons for looking at protected hits, in PostgreSQL; the words sealed."""

from datetime import datetime
from typing import Final

from symbolon.node.domain.justification import Justification, ViewReason, Visit
from symbolon.protocol.references import HitId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "justifications")


class PostgresJustifications:
    """Reasons within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, justification: Justification) -> None:
        """Keep a reason."""
        place = Place("justification", "sealed_text", str(justification.justification_id))
        self._tx.execute(
            QUERIES["add_justification"],
            justification_id=justification.justification_id,
            hit_id=justification.hit_id,
            login=justification.login,
            visit=justification.visit.name,
            reason=justification.reason.value,
            sealed_text=self._vault.seal(justification.text.encode(), place),
            given_at=justification.given_at,
        )

    def newest(self, visit: Visit, hit_id: HitId, since: datetime) -> ViewReason | None:
        """The reason that was given last in a visit, for this hit and after this moment."""
        found = self._tx.fetch_value(QUERIES["find_newest_reason"], visit=visit.name, hit_id=hit_id, since=since)
        return None if found is None else ViewReason(str(found))
