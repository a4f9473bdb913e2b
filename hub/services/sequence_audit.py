"""Audit leaves that were written in their acts' transactions get their places in the log."""

from typing import Protocol

from symbolon.hub.ports import Store
from symbolon.runtime.database import Transaction


class Sequencer(Protocol):
    """The half of the audit log that gives places."""

    def sequence(self, tx: Transaction) -> int:
        """Give places to leaves that have none; how many. One sequencer at a time, by the log's own lock."""
        ...


class SequenceAudit:
    """Run about once a second."""

    def __init__(self, store: Store, sequencer: Sequencer) -> None:
        self._store = store
        self._sequencer = sequencer

    def __call__(self) -> int:
        """How many leaves got their place."""
        with self._store.work() as work:
            return self._sequencer.sequence(work.transaction)
