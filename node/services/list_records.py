"""Lists the node's records without what they say of anybody: how far each has come, and why it stopped."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.errors import Forbidden
from symbolon.node.ports.storage import UnitOfWork


class ListRecords:
    """Lists for those who may change records."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, wanted: RecordFilter) -> tuple[ListedRecord, ...]:
        """Every record that passes the filter, in its order."""
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Listing records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            return work.records.listed(wanted)
