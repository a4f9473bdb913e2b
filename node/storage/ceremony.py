"""The steps of linkage-key ceremonies in PostgreSQL."""

from datetime import datetime
from typing import Final

from symbolon.node.domain.ceremony import Step, StepDone
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "ceremony")
# Any constant will do, as long as every process of a node takes the same.
_CEREMONY_LOCK: Final = 0x43455245


class PostgresCeremony:
    """Ceremonies within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def lock(self, epoch: int) -> None:
        """Be the only one who changes the ceremony of this epoch, until the transaction ends."""
        self._tx.fetch_value(QUERIES["lock_epoch"], lock=_CEREMONY_LOCK, epoch=epoch)

    def note(self, epoch: int, attempt: int, step: Step, member: MemberCode | None, now: datetime) -> bool:
        """Note a step; False where it was done before."""
        row = self._tx.fetch_one(
            QUERIES["note_step"], epoch=epoch, attempt=attempt, step=step, member=member or "", done_at=now
        )
        return row is not None

    def forget_told(self, member: MemberCode) -> None:
        """Let everything that was told to a member be told again."""
        self._tx.execute(QUERIES["forget_told"], member=member)

    def steps(self, epoch: int) -> tuple[StepDone, ...]:
        """What this node did for an epoch's key, in order."""
        return tuple(
            StepDone(
                row["attempt"], Step(row["step"]), MemberCode(row["member"]) if row["member"] else None, row["done_at"]
            )
            for row in self._tx.fetch_all(QUERIES["list_steps"], epoch=epoch)
        )

    def has_unsent(self) -> bool:
        """Whether anything said in a ceremony still waits to go out."""
        return bool(self._tx.fetch_value(QUERIES["count_unsent"]))
