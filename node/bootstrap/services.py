"""The services of a node, built from what they need."""

from dataclasses import dataclass
from importlib import resources

from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE
from symbolon.node.ports.outside import Draws, HubClient, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.acknowledge_hit import AcknowledgeHit
from symbolon.node.services.answer_request import AnswerRequest
from symbolon.node.services.cast_vote import CastVote
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.deliver_outbox import DeliverOutbox
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.federation import JoinFederation, RefreshDirectory
from symbolon.node.services.import_records import ImportRecords
from symbolon.node.services.kept_deliveries import ListDeliveries, RetryDeliveries
from symbolon.node.services.linkage_key import (
    AcceptLinkageKey,
    CreateLinkageKey,
    ReceiveLinkageKey,
    ShareLinkageKey,
)
from symbolon.node.services.list_hits import ListHits
from symbolon.node.services.list_records import ListRecords
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.open_request import OpenRequest
from symbolon.node.services.publish_records import PublishRecords
from symbolon.node.services.receive_alert import ReceiveAlert
from symbolon.node.services.receive_deliveries import ReceiveDeliveries, TakeMessage
from symbolon.node.services.receive_exchange import ReceiveReply, ReceiveRequest
from symbolon.node.services.receive_notice import ReceiveNotice
from symbolon.node.services.receive_vote import ReceiveVote
from symbolon.node.services.receive_withdrawal_receipt import ReceiveWithdrawalReceipt
from symbolon.node.services.release_hold import ReleaseHold
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.node.services.show_hit import ShowHit
from symbolon.node.services.show_status import ShowStatus
from symbolon.node.services.trust_member import TrustMember
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.protocol.messages import Purpose


@dataclass(frozen=True, slots=True)
class NodeServices(DeskServices):
    """All services of a node that need no hub; the pages need (and should ask for) no more than `DeskServices`."""

    import_records: ImportRecords
    publish_records: PublishRecords
    revise_record: ReviseRecord
    withdraw_records: WithdrawRecords
    list_records: ListRecords
    create_linkage_key: CreateLinkageKey
    share_linkage_key: ShareLinkageKey
    accept_linkage_key: AcceptLinkageKey
    trust_member: TrustMember
    join_federation: JoinFederation
    show_status: ShowStatus
    list_deliveries: ListDeliveries
    retry_deliveries: RetryDeliveries


@dataclass(frozen=True, slots=True)
class HubServices:
    """The services that talk to the hub: the worker's."""

    deliver_outbox: DeliverOutbox
    receive_deliveries: ReceiveDeliveries
    refresh_directory: RefreshDirectory


def schema_bytes() -> bytes:
    """The linkage schema that this program encodes under."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


def build_services(
    unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys, correspondence: Correspondence
) -> NodeServices:
    """Wire everything that needs no hub."""
    encode_record = EncodeRecord(schema_bytes(), linkage_keys)
    revise_record = ReviseRecord(unit_of_work, draws, encode_record)
    return NodeServices(
        list_hits=ListHits(unit_of_work, draws),
        show_hit=ShowHit(unit_of_work),
        acknowledge_hit=AcknowledgeHit(unit_of_work),
        cast_vote=CastVote(unit_of_work, draws, correspondence),
        open_request=OpenRequest(unit_of_work, draws, correspondence),
        answer_request=AnswerRequest(unit_of_work, draws, correspondence),
        release_hold=ReleaseHold(unit_of_work, draws),
        import_records=ImportRecords(unit_of_work, draws, revise_record),
        publish_records=PublishRecords(unit_of_work, draws, encode_record),
        revise_record=revise_record,
        withdraw_records=WithdrawRecords(unit_of_work, draws),
        list_records=ListRecords(unit_of_work),
        create_linkage_key=CreateLinkageKey(unit_of_work, draws, linkage_keys),
        share_linkage_key=ShareLinkageKey(unit_of_work, draws, linkage_keys, correspondence),
        accept_linkage_key=AcceptLinkageKey(unit_of_work, draws, linkage_keys, correspondence),
        trust_member=TrustMember(unit_of_work, draws),
        join_federation=JoinFederation(unit_of_work, draws),
        show_status=ShowStatus(unit_of_work, draws, linkage_keys),
        list_deliveries=ListDeliveries(unit_of_work),
        retry_deliveries=RetryDeliveries(unit_of_work),
    )


def build_hub_services(
    unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence, hub: HubClient
) -> HubServices:
    """Wire what talks to the hub."""
    takers: dict[Purpose, TakeMessage] = {
        Purpose.ALERT: ReceiveAlert(),
        Purpose.HIT_NOTICE: ReceiveNotice(),
        Purpose.VOTE: ReceiveVote(draws, correspondence),
        Purpose.REQUEST: ReceiveRequest(draws, correspondence),
        Purpose.REPLY: ReceiveReply(draws, correspondence),
        Purpose.LINKAGE_KEY: ReceiveLinkageKey(draws),
        Purpose.WITHDRAWAL_RECEIPT: ReceiveWithdrawalReceipt(draws),
    }
    refresh_directory = RefreshDirectory(unit_of_work, draws, hub, correspondence)
    return HubServices(
        deliver_outbox=DeliverOutbox(unit_of_work, draws, hub, correspondence),
        receive_deliveries=ReceiveDeliveries(unit_of_work, draws, hub, correspondence, takers, refresh_directory),
        refresh_directory=refresh_directory,
    )
