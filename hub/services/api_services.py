"""What the hub does for its members, as one value that the web edge is given."""

from dataclasses import dataclass

from symbolon.hub.services.accept_submission import AcceptSubmission
from symbolon.hub.services.acknowledge_deliveries import AcknowledgeDeliveries
from symbolon.hub.services.approve_directory import ApproveDirectory
from symbolon.hub.services.decide_hold import DecideHold
from symbolon.hub.services.declare_pair import DeclarePair
from symbolon.hub.services.deposit_vote import DepositVote
from symbolon.hub.services.describe_federation import DescribeFederation, ShowProposal
from symbolon.hub.services.desk_services import AttachmentServices, DeskServices
from symbolon.hub.services.end_pair import EndPair
from symbolon.hub.services.identify_member import IdentifyMember
from symbolon.hub.services.list_deliveries import ListDeliveries
from symbolon.hub.services.note_acknowledgement import NoteAcknowledgement
from symbolon.hub.services.note_epoch_progress import NoteEpochProgress
from symbolon.hub.services.note_opening_problem import NoteOpeningProblem
from symbolon.hub.services.order_safety_hold import OrderSafetyHold
from symbolon.hub.services.reconciliation_services import ReconciliationServices
from symbolon.hub.services.relay_message import RelayMessage
from symbolon.hub.services.relay_tokens import RelayTokens
from symbolon.hub.services.rotate_keys import RotateKeys
from symbolon.hub.services.take_step import TakeStep
from symbolon.hub.services.withdraw_records import WithdrawRecords


@dataclass(frozen=True, slots=True)
class ApiServices:
    """One use case for each address of the API."""

    identify_member: IdentifyMember
    describe_federation: DescribeFederation
    show_proposal: ShowProposal
    approve_directory: ApproveDirectory
    rotate_keys: RotateKeys
    note_epoch_progress: NoteEpochProgress
    accept_submission: AcceptSubmission
    withdraw_records: WithdrawRecords
    relay_tokens: RelayTokens
    declare_pair: DeclarePair
    end_pair: EndPair
    note_opening_problem: NoteOpeningProblem
    deposit_vote: DepositVote
    relay_message: RelayMessage
    take_step: TakeStep
    note_acknowledgement: NoteAcknowledgement
    decide_hold: DecideHold
    order_safety_hold: OrderSafetyHold
    list_deliveries: ListDeliveries
    acknowledge_deliveries: AcknowledgeDeliveries
    reconciliation: ReconciliationServices
    desks: DeskServices
    attachments: AttachmentServices
