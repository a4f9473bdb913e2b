"""The services of a node, built from what they need."""

from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema
from symbolon.node.bootstrap.exchange import build_exchange, by_name
from symbolon.node.bootstrap.hooks import build_hooks
from symbolon.node.bootstrap.retention import KeepersTasks, RetentionTools, build_files, build_keeper, build_retention
from symbolon.node.domain.messages import MESSAGE_TYPES
from symbolon.node.ports.outside import Draws, HubClient, LinkageKeys, MemberKeys
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.acknowledge_hit import AcknowledgeHit
from symbolon.node.services.advance_ceremonies import AdvanceCeremonies
from symbolon.node.services.agree_fields import AnswerExtraFields, ProposeExtraFields, ShowExtraFields
from symbolon.node.services.agree_pair import AgreePair, ReceivePairProfile
from symbolon.node.services.answer_ping import AnswerPing, ReceivePing
from symbolon.node.services.api_administration import ApiAdministration
from symbolon.node.services.cast_vote import CastVote
from symbolon.node.services.ceremony import HoldCeremony
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.deliver_batches import DeliverBatches
from symbolon.node.services.deliver_outbox import DeliverOutbox
from symbolon.node.services.edit_focal_points import EditFocalPoints, PublishFocalPoints
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.end_hit import CloseHit, ReopenHit
from symbolon.node.services.escalate_clocks import EscalateDueClocks
from symbolon.node.services.federation import JoinFederation, RefreshDirectory
from symbolon.node.services.follow_record import FollowRecord
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.node.services.form_batch import FormBatch
from symbolon.node.services.hold_for_safety import HoldForSafety
from symbolon.node.services.hub_line import HubLine
from symbolon.node.services.import_records import ImportRecords
from symbolon.node.services.keep_focal_points import KeepFocalPoints
from symbolon.node.services.kept_deliveries import ListDeliveries, RetryDeliveries
from symbolon.node.services.list_escalations import ListEscalations
from symbolon.node.services.list_hits import ListHits
from symbolon.node.services.list_records import ListRecords
from symbolon.node.services.manage_api_clients import ManageApiClients
from symbolon.node.services.manage_webhooks import ManageWebhooks
from symbolon.node.services.move_attachments import MoveAttachments
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.obtain_tokens import ObtainTokens
from symbolon.node.services.publish_records import PublishRecords
from symbolon.node.services.read_clocks import read_clocks
from symbolon.node.services.receive_alert import ReceiveAlert
from symbolon.node.services.receive_deliveries import ReceiveDeliveries, TakeMessage
from symbolon.node.services.receive_epoch_receipt import ReceiveEpochReceipt
from symbolon.node.services.receive_escalation import ReceiveEscalation
from symbolon.node.services.receive_key_message import ReceiveKeyMessage, ReceiveLinkageKey
from symbolon.node.services.receive_message import ReceiveExchangeMessage
from symbolon.node.services.receive_openings import ReceiveHandleNotice, ReceiveOpenings
from symbolon.node.services.receive_operator_erasure import ReceiveOperatorErasure
from symbolon.node.services.receive_pairs import ReceivePairs
from symbolon.node.services.receive_proposal import ReceiveProposal
from symbolon.node.services.receive_steps import (
    ReceiveSafetyHold,
    ReceiveSideNotice,
    ReceiveStanding,
    ReceiveStepTaken,
)
from symbolon.node.services.receive_vote import ReceiveVote
from symbolon.node.services.receive_withdrawal_receipt import ReceiveWithdrawalReceipt
from symbolon.node.services.reconcile_node import ReconcileNode, WorkersSteps
from symbolon.node.services.reconcile_with_hub import ReconcileWithHub
from symbolon.node.services.reencode_records import ReencodeRecords
from symbolon.node.services.release_hold import ReleaseHold
from symbolon.node.services.report_progress import ReportProgress
from symbolon.node.services.reseal_message import ResealMessage
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.node.services.rotate_keys import RotateKeys, ShowKeys
from symbolon.node.services.run_ceremony import CeremonyTools
from symbolon.node.services.send_canaries import SendCanaries
from symbolon.node.services.send_step import SendSealed, TakeOwnStep
from symbolon.node.services.set_notices import SetNotices
from symbolon.node.services.share_again import ShareAgain
from symbolon.node.services.share_encodings import ShareEncodings
from symbolon.node.services.show_expiry import ShowExpiry
from symbolon.node.services.show_federation import ConfirmDirectory, ShowFederation
from symbolon.node.services.show_focal_points import ShowFocalPoints, WhoToCall
from symbolon.node.services.show_hit import ShowHit
from symbolon.node.services.show_status import ShowStatus
from symbolon.node.services.sign_directory import SignDirectory
from symbolon.node.services.tell_pairs import EVERY, TellPairs
from symbolon.node.services.tell_stale_desks import TellStaleDesks
from symbolon.node.services.triage_hit import AssignHit, Recommend
from symbolon.node.services.view_hit import GiveJustification, ViewHit
from symbolon.node.services.watch_services import WatchServices
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.protocol.messages import Purpose


@dataclass(frozen=True, slots=True)
class NodeTools:
    """What the services of a node are built from; `name` is the state's, as it stands on its card."""

    unit_of_work: UnitOfWork
    draws: Draws
    linkage_keys: LinkageKeys
    keys: MemberKeys
    correspondence: Correspondence
    ceremony: CeremonyTools
    name: str
    pairs_every: timedelta = EVERY
    """At which intervals the other members are told of pairs, where the hub learns of none."""

    @property
    def tell_pairs(self) -> TellPairs:
        """Tells them."""
        return TellPairs(self.unit_of_work, self.draws, self.correspondence, self.pairs_every)


@dataclass(frozen=True, slots=True)
class NodeServices(DeskServices):
    """All services of a node that need no hub; the pages need (and should ask for) no more than `DeskServices`."""

    show_hit: ShowHit
    """Without asking for a reason: for the node's own use, never for somebody's eyes."""
    import_records: ImportRecords
    publish_records: PublishRecords
    revise_record: ReviseRecord
    withdraw_records: WithdrawRecords
    list_records: ListRecords
    keep_and_purge: KeepersTasks
    reencode_records: ReencodeRecords
    join_federation: JoinFederation
    show_federation: ShowFederation
    """Gives the history of the directory as well."""
    confirm_directory: ConfirmDirectory
    ceremony: HoldCeremony
    advance_ceremonies: AdvanceCeremonies
    show_keys: ShowKeys
    show_status: ShowStatus
    escalate_due_clocks: EscalateDueClocks
    tell_stale_desks: TellStaleDesks
    list_deliveries: ListDeliveries
    retry_deliveries: RetryDeliveries


@dataclass(frozen=True, slots=True)
class HubServices:
    """The services that talk to the hub: the worker's, and those of the commands that wait for its answer."""

    deliver_outbox: DeliverOutbox
    receive_deliveries: ReceiveDeliveries
    refresh_directory: RefreshDirectory
    keep_focal_points: KeepFocalPoints
    sign_directory: SignDirectory
    rotate_keys: RotateKeys
    report_progress: ReportProgress
    move_attachments: MoveAttachments
    reconcile_node: ReconcileNode
    reconcile_with_hub: ReconcileWithHub


def schema_bytes() -> bytes:
    """The linkage schema that a new federation begins with."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


def all_schema_bytes() -> tuple[bytes, ...]:
    """Every linkage schema that this program brings: an epoch names the one that is used under it."""
    package, _ = DEFAULT_SCHEMA_RESOURCE
    files = (entry for entry in resources.files(package).iterdir() if entry.name.endswith(".json"))
    return tuple(entry.read_bytes() for entry in sorted(files, key=lambda entry: entry.name))


def build_services(tools: NodeTools, schemas: tuple[bytes, ...] | None = None) -> NodeServices:
    """Wire everything that needs no hub; `schemas` None: those that this program brings."""
    unit_of_work, draws, correspondence = tools.unit_of_work, tools.draws, tools.correspondence
    own = correspondence.code
    encode_record = EncodeRecord(schemas or all_schema_bytes(), tools.linkage_keys)
    revise_record = ReviseRecord(unit_of_work, draws, encode_record)
    withdraw_records = WithdrawRecords(unit_of_work, draws)
    schema = LinkageSchema.from_bytes(schema_bytes())
    keeping = RetentionTools(unit_of_work, draws, correspondence, revise_record, withdraw_records, schema)
    show_hit = ShowHit(unit_of_work, draws, read_clocks)
    send_sealed, take_own_step = SendSealed(draws, correspondence), TakeOwnStep(draws)
    return NodeServices(
        **by_name(build_exchange(unit_of_work, draws, correspondence)),
        list_hits=ListHits(unit_of_work, draws, read_clocks),
        show_hit=show_hit,
        view_hit=ViewHit(unit_of_work, draws, show_hit),
        give_justification=GiveJustification(unit_of_work, draws),
        acknowledge_hit=AcknowledgeHit(unit_of_work, draws),
        assign_hit=AssignHit(unit_of_work, draws),
        recommend=Recommend(unit_of_work, draws),
        cast_vote=CastVote(unit_of_work, draws, correspondence),
        propose_extra_fields=ProposeExtraFields(unit_of_work, draws, send_sealed),
        answer_extra_fields=AnswerExtraFields(unit_of_work, draws, send_sealed),
        show_extra_fields=ShowExtraFields(unit_of_work, draws, send_sealed),
        release_hold=ReleaseHold(unit_of_work, draws, tools.tell_pairs.at_once),
        hold_for_safety=HoldForSafety(unit_of_work, draws),
        close_hit=CloseHit(unit_of_work, take_own_step),
        reopen_hit=ReopenHit(unit_of_work, draws, take_own_step),
        import_records=ImportRecords(unit_of_work, draws, revise_record),
        publish_records=PublishRecords(unit_of_work, draws, encode_record),
        revise_record=revise_record,
        withdraw_records=withdraw_records,
        list_records=ListRecords(unit_of_work),
        reencode_records=ReencodeRecords(unit_of_work, draws, encode_record),
        join_federation=JoinFederation(unit_of_work, draws, tools.keys, correspondence),
        retention=build_retention(keeping),
        files=build_files(keeping),
        keep_and_purge=build_keeper(keeping),
        show_federation=ShowFederation(unit_of_work, draws, own, tools.pairs_every),
        confirm_directory=ConfirmDirectory(unit_of_work, draws),
        ceremony=HoldCeremony(unit_of_work, tools.ceremony),
        advance_ceremonies=AdvanceCeremonies(unit_of_work, tools.ceremony),
        show_keys=ShowKeys(unit_of_work, tools.keys, (own, tools.name)),
        show_expiry=ShowExpiry(unit_of_work, draws, own),
        show_status=ShowStatus(unit_of_work, draws, tools.linkage_keys, encode_record, own, tools.pairs_every),
        watch=_watch_services(tools),
        api=ApiAdministration(ManageApiClients(unit_of_work, draws), ManageWebhooks(unit_of_work, draws)),
        escalate_due_clocks=EscalateDueClocks(unit_of_work, draws, own),
        tell_stale_desks=TellStaleDesks(unit_of_work, draws, own),
        list_deliveries=ListDeliveries(unit_of_work),
        retry_deliveries=RetryDeliveries(unit_of_work),
    )


def _watch_services(tools: NodeTools) -> WatchServices:
    unit_of_work, draws, correspondence = tools.unit_of_work, tools.draws, tools.correspondence
    return WatchServices(
        show_focal_points=ShowFocalPoints(unit_of_work, draws),
        who_to_call=WhoToCall(unit_of_work, draws),
        edit_focal_points=EditFocalPoints(unit_of_work, draws, correspondence),
        publish_focal_points=PublishFocalPoints(unit_of_work, draws, correspondence),
        answer_ping=AnswerPing(unit_of_work, draws),
        list_escalations=ListEscalations(unit_of_work),
        follow_record=FollowRecord(unit_of_work, draws),
        notices=SetNotices(unit_of_work, draws),
        agree_pair=AgreePair(unit_of_work, draws, correspondence),
    )


def build_hub_services(tools: NodeTools, hub: HubClient, schemas: tuple[bytes, ...] | None = None) -> HubServices:
    """Wire what talks to the hub."""
    unit_of_work, draws, correspondence = tools.unit_of_work, tools.draws, tools.correspondence
    line = HubLine(unit_of_work, draws, hub, correspondence)
    hear = ReceiveKeyMessage(tools.ceremony)
    hooks = build_hooks(draws)
    follow_steps = FollowSteps(draws, TakeOwnStep(draws), hooks.after_step)
    receive_message = ReceiveExchangeMessage(correspondence, follow_steps, hooks.after_receipt)
    encode_record = EncodeRecord(schemas or all_schema_bytes(), tools.linkage_keys)
    takers: dict[Purpose, TakeMessage] = {
        Purpose.ALERT: ReceiveAlert(draws, correspondence.code),
        Purpose.STEP_TAKEN: ReceiveStepTaken(follow_steps),
        Purpose.SIDE_NOTICE: ReceiveSideNotice(),
        Purpose.SAFETY_HOLD_NOTICE: ReceiveSafetyHold(draws, follow_steps),
        Purpose.HIT_STANDING: ReceiveStanding(follow_steps),
        Purpose.VOTE: ReceiveVote(correspondence, follow_steps),
        **dict.fromkeys(MESSAGE_TYPES, receive_message),
        Purpose.KEY_COMMITMENT: hear,
        Purpose.KEY_REVEAL: hear,
        Purpose.KEY_CONFIRMATION: hear,
        Purpose.LINKAGE_KEY: ReceiveLinkageKey(tools.ceremony),
        Purpose.WITHDRAWAL_RECEIPT: ReceiveWithdrawalReceipt(draws),
        Purpose.EPOCH_ERASURE_RECEIPT: ReceiveEpochReceipt(tools.linkage_keys),
        Purpose.OPERATOR_ERASURE_RECEIPT: ReceiveOperatorErasure(correspondence.code, draws),
        Purpose.NOT_COMPARED: ShareAgain(draws, encode_record),
        Purpose.DIRECTORY_PROPOSAL: ReceiveProposal(draws),
        Purpose.HANDLE_NOTICE: ReceiveHandleNotice(),
        Purpose.SEALED_OPENINGS: ReceiveOpenings(
            draws, correspondence.code, tools.keys, encode_record.schema, tools.pairs_every
        ),
        Purpose.PAIRS_FOUND: ReceivePairs(draws, correspondence, tools.pairs_every),
        Purpose.PROOF_OF_LIFE_PING: ReceivePing(draws),
        Purpose.PAIR_PROFILE: ReceivePairProfile(draws, correspondence.code),
        Purpose.ESCALATION_NOTICE: ReceiveEscalation(draws),
    }
    refresh_directory = RefreshDirectory(unit_of_work, draws, hub, correspondence)
    reseal_message = ResealMessage(tools.ceremony)
    reconcile_with_hub = ReconcileWithHub(unit_of_work, draws, hub, correspondence, encode_record)
    share_encodings = ShareEncodings(encode_record.schema, correspondence, draws)
    send_canaries = SendCanaries(encode_record.schema, tools.linkage_keys, draws)
    form_batch = FormBatch(unit_of_work, draws, share_encodings, ObtainTokens(line), send_canaries)
    deliver_batch = DeliverBatches(line, form_batch, send_canaries)
    steps = WorkersSteps(
        refresh_directory=refresh_directory,
        reconcile_with_hub=reconcile_with_hub,
        reencode_records=ReencodeRecords(unit_of_work, draws, encode_record),
        deliver_batch=deliver_batch,
    )
    return HubServices(
        deliver_outbox=DeliverOutbox(line, reseal_message, deliver_batch, follow_steps, hooks.after_refusal),
        receive_deliveries=ReceiveDeliveries(line, takers, refresh_directory),
        refresh_directory=refresh_directory,
        keep_focal_points=KeepFocalPoints(line),
        sign_directory=SignDirectory(line, tools.keys, refresh_directory),
        rotate_keys=RotateKeys(line, tools.keys, refresh_directory),
        report_progress=ReportProgress(line, tools.linkage_keys, encode_record),
        move_attachments=MoveAttachments(line),
        reconcile_node=ReconcileNode(unit_of_work, draws, hub, correspondence, steps),
        reconcile_with_hub=reconcile_with_hub,
    )
