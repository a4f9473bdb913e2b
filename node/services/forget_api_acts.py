"""Forgets what the API keeps for a day: acts under a key, and files that never came whole."""

from symbolon.node.domain import api_acts, api_uploads
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork


class ForgetApiActs:
    """What is older than a day is gone."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self) -> int:
        """Forget; how many there were."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            return work.api_acts.forget(now - api_acts.KEPT_FOR) + work.uploads.forget(now - api_uploads.KEPT_FOR)
