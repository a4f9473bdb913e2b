"""Canaries of blind comparison in PostgreSQL."""

from collections.abc import Collection
from typing import Final

from symbolon.node.domain.canaries import CanaryGroup, SentCanary
from symbolon.protocol.messages import CanaryForm
from symbolon.protocol.references import RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "canaries")


class PostgresCanaries:
    """Canaries within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def sent(self, group: CanaryGroup) -> frozenset[tuple[int, CanaryForm]]:
        """Numbers and forms of those that are among such records."""
        rows = self._tx.fetch_all(QUERIES["find_sent"], **_columns(group))
        return frozenset((row["number"], CanaryForm(row["form"])) for row in rows)

    def keep(self, canaries: Collection[SentCanary]) -> None:
        """Note that the hub took them."""
        self._tx.execute_many(
            QUERIES["keep_canary"],
            [
                {
                    **_columns(canary.group),
                    "reference": canary.reference,
                    "number": canary.number,
                    "form": canary.form.value,
                    "sent_at": canary.sent_at,
                }
                for canary in canaries
            ],
        )

    def forget(self, references: Collection[RecordReference]) -> None:
        """Forget those of them that are canaries: they are erased."""
        self._tx.execute(QUERIES["forget_canaries"], references=list(references))

    def forget_all_but(self, epochs: Collection[int]) -> None:
        """Forget those of other epochs; of no epochs, all."""
        self._tx.execute(QUERIES["forget_epochs"], epochs=sorted(epochs))


def _columns(group: CanaryGroup) -> dict[str, object]:
    return {
        "epoch": group.epoch,
        "namespace": group.namespace.value,
        "mode": group.comparable_with.mode.value,
        "members": sorted(group.comparable_with.members),
        "filled": group.filled,
    }
