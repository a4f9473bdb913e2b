"""Lists the node's records without what they say of anybody: how far each has come, and why it stopped."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.errors import Forbidden
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.handling import Namespace, namespace_of


class ListRecords:
    """Lists for those who may change records; of a victim's or minor's the protection officer alone gets a line.

    A list with such records in it leaves a leaf.
    """

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, wanted: RecordFilter) -> tuple[ListedRecord, ...]:
        """Every record that passes the filter and that the actor may know of, in its order."""
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Listing records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            kinds = (False, True) if actor.permits(Right.HANDLE_PROTECTED) else (False,)
            listed = work.records.listed(wanted, kinds)
            protected = sum(_is_protected(record) for record in listed)
            if protected:
                detail: Detail = {"records": len(listed), "protected": protected}
                work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, None, detail)
        return listed


def _is_protected(record: ListedRecord) -> bool:
    return record.category is not None and namespace_of(record.category) is Namespace.PROTECTED
