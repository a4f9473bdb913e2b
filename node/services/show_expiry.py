"""Shows when keys and certificates end, the nearest first."""

from symbolon.node.domain.expiry import ExpiryLine, expiry_board
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.references import MemberCode


class ShowExpiry:
    """The expiry board; nothing is on it before the founding."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, own: MemberCode) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._own = own

    def __call__(self) -> tuple[ExpiryLine, ...]:
        """The board today."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        return () if directory is None else expiry_board(directory, self._own, self._draws.now().date())
