"""Throws away files that an officer's browser began to send and did not end."""

from symbolon.node.domain.attachments import ABANDONED_AFTER
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork


class TidyFiles:
    """Part of the worker's round: a process that was killed in an upload leaves its chunks behind."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self) -> int:
        """Throw them away; how many."""
        with self._unit_of_work.begin() as work:
            return work.attachments.forget_abandoned(self._draws.now() - ABANDONED_AFTER)
