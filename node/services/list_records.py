"""Lists the node's records without what they say of anybody: how far each has come, and why it stopped."""

from dataclasses import replace
from typing import Final

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.errors import Forbidden
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.handling import Namespace, namespace_of

NOT_NAMED: Final = "(protected)"
"""Stands in the list for the ids of a victim's or minor's record."""


class ListRecords:
    """Lists for those who may change records; a victim's or minor's by name for the protection officer alone.

    A list with such records in it leaves a leaf.
    """

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, wanted: RecordFilter) -> tuple[ListedRecord, ...]:
        """Every record that passes the filter, in its order."""
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Listing records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            listed = work.records.listed(wanted)
            protected = sum(_is_protected(record) for record in listed)
            named = actor.permits(Right.HANDLE_PROTECTED)
            if protected:
                detail: Detail = {"records": len(listed), "protected": protected, "named": named}
                work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, None, detail)
        if named:
            return listed
        return tuple(
            replace(record, local_id=NOT_NAMED, case_id=NOT_NAMED) if _is_protected(record) else record
            for record in listed
        )


def _is_protected(record: ListedRecord) -> bool:
    return record.category is not None and namespace_of(record.category) is Namespace.PROTECTED
