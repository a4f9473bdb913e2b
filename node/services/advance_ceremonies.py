"""Does by itself what the rules of a ceremony allow: shows contributions, keeps the key, tells others of it."""

from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.run_ceremony import CeremonyRun, CeremonyTools


class AdvanceCeremonies:
    """The worker's step, for every epoch that the directory lists."""

    def __init__(self, unit_of_work: UnitOfWork, tools: CeremonyTools) -> None:
        self._unit_of_work = unit_of_work
        self._tools = tools

    def __call__(self) -> int:
        """Advance each ceremony; how many epochs there are."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        if directory is None:
            return 0
        for epoch in directory.epochs:
            with self._unit_of_work.begin() as work:
                CeremonyRun(self._tools, work, directory, epoch.epoch).advance()
        return len(directory.epochs)
