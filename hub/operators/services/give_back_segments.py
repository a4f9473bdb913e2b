"""What closed epochs and expelled members leave behind at an operator is given back: descriptions and files of rows."""

from symbolon.hub.operators.services.held_rows import RowsInUse
from symbolon.hub.operators.services.know_directory import KnowDirectory
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.protocol.messages_membership import FederationDirectory, MemberStanding
from symbolon.protocol.messages_operators import SegmentDescription


class GiveBackSegments:
    """Run now and then: which epochs are closed and who is expelled, the operator reads in the directory itself."""

    def __init__(self, store: OperatorStore, rows: RowsInUse, directory: KnowDirectory) -> None:
        self._store = store
        self._rows = rows
        self._directory = directory

    def __call__(self) -> int:
        """Give back the segments that nothing lies in any more; how many."""
        directory = self._directory.newest()
        if directory is None:
            return 0
        with self._rows.reading() as held:
            ended = [number for number, each in held.described.items() if _is_over(each, directory)]
            if held.stands_still or not ended:
                return 0
            with self._store.work() as work:
                if not work.segments.empty(ended):
                    return 0
        with self._rows.changing() as held:
            with self._store.work() as work:
                if work.lock_progress() != held.number or held.stands_still:
                    return 0
                given_back = work.segments.give_back(ended)
            for segment in given_back:
                held.described.pop(segment, None)
                held.segments.remove(segment)
        return len(given_back)


def _is_over(segment: SegmentDescription, directory: FederationDirectory) -> bool:
    if segment.epoch < directory.oldest_epoch.epoch:
        return True
    owner = directory.member_of(segment.owner)
    return owner is not None and owner.standing is MemberStanding.EXPELLED
