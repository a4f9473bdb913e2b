"""The API's services: those of the pages over a unit of work that joins transactions, and what the API alone has."""

from dataclasses import replace

from symbolon.node.bootstrap.services import NodeTools, build_services
from symbolon.node.services.act_once import ActOnce
from symbolon.node.services.admit_client import AdmitClient
from symbolon.node.services.api_services import ApiServices
from symbolon.node.services.carry_cases import ExportCase, ImportCase, KnownRecords
from symbolon.node.services.take_upload import TakeUpload
from symbolon.node.storage.joined_work import JoinedUnitOfWork
from symbolon.runtime.audit_store import AuditFilter, RecordedLeaf
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.registry import Registry


def build_api_services(tools: NodeTools, joined: JoinedUnitOfWork, registry: Registry) -> ApiServices:
    """Wire what the API calls; ``tools`` are the node's own, over which ``joined`` lays its transactions."""
    services = build_services(replace(tools, unit_of_work=joined))
    draws = tools.draws

    def officers() -> dict[str, frozenset[str]]:
        people = PeopleOffice(registry).list()
        return {account.login: account.roles for account in people if account.disabled_at is None}

    def own_leaves(login: str, limit: int) -> tuple[RecordedLeaf, ...]:
        with registry.database.transaction() as tx:
            return registry.audit.query(tx, AuditFilter(actor=login, limit=limit))

    return ApiServices(
        desk=services,
        list_records=services.list_records,
        publish_records=services.publish_records,
        revise_record=services.revise_record,
        withdraw_records=services.withdraw_records,
        known_records=KnownRecords(joined),
        export_case=ExportCase(joined, draws),
        import_case=ImportCase(joined, draws, services.revise_record),
        uploads=TakeUpload(joined, draws, services.files.attach_file),
        admit=AdmitClient(joined, draws),
        act_once=ActOnce(joined, draws),
        officers=officers,
        own_leaves=own_leaves,
    )
