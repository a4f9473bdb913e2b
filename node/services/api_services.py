"""Everything that the API calls, as one value; made in bootstrap over one unit of work that joins transactions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symbolon.node.services.act_once import ActOnce
from symbolon.node.services.admit_client import AdmitClient
from symbolon.node.services.carry_cases import ExportCase, ImportCase, KnownRecords
from symbolon.node.services.list_records import ListRecords
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.publish_records import PublishRecords
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.node.services.take_upload import TakeUpload
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.runtime.audit_store import RecordedLeaf


@dataclass(frozen=True, slots=True)
class ApiServices:
    """The services of the pages, those of the commands about records, and what the API alone has."""

    desk: DeskServices
    list_records: ListRecords
    publish_records: PublishRecords
    revise_record: ReviseRecord
    withdraw_records: WithdrawRecords
    known_records: KnownRecords
    export_case: ExportCase
    import_case: ImportCase
    uploads: TakeUpload
    admit: AdmitClient
    act_once: ActOnce
    officers: Callable[[], Mapping[str, frozenset[str]]]
    """Who may be assigned a hit: the logins of this node that are not disabled, each with its roles."""
    own_leaves: Callable[[str, int], tuple[RecordedLeaf, ...]]
    """Arguments: login, how many; what the audit log holds of its acts, the newest first."""
