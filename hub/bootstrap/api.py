"""The use cases of the members' API, wired."""

from dataclasses import dataclass
from uuid import uuid4

from symbolon.hub.bootstrap.comparison import TokensByDirectory
from symbolon.hub.bootstrap.opening import CLOCK, Hub
from symbolon.hub.domain.members import MAY_SIGN
from symbolon.hub.ports import EncodingIntake, WakeUp
from symbolon.hub.services.accept_submission import AcceptSubmission
from symbolon.hub.services.acknowledge_deliveries import AcknowledgeDeliveries
from symbolon.hub.services.admit_batches import AdmitBatches
from symbolon.hub.services.agree_pair_profile import AgreePairProfile, ShowPairProfiles
from symbolon.hub.services.answer_batch import AnswerBatch
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.approve_directory import ApproveDirectory
from symbolon.hub.services.decide_hold import DecideHold
from symbolon.hub.services.declare_pair import DeclarePair
from symbolon.hub.services.deposit_vote import DepositVote
from symbolon.hub.services.describe_federation import DescribeFederation, ShowProposal
from symbolon.hub.services.desk_services import AttachmentServices, DeskServices
from symbolon.hub.services.end_pair import EndPair
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.identify_member import IdentifyMember
from symbolon.hub.services.list_deliveries import ListDeliveries
from symbolon.hub.services.note_acknowledgement import NoteAcknowledgement
from symbolon.hub.services.note_epoch_progress import NoteEpochProgress
from symbolon.hub.services.note_opening_problem import NoteOpeningProblem
from symbolon.hub.services.note_proof_of_life import NoteProofOfLife
from symbolon.hub.services.offer_attachment import OfferAttachment, ShowAttachmentProgress
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.order_safety_hold import OrderSafetyHold
from symbolon.hub.services.publish_focal_points import PublishFocalPoints
from symbolon.hub.services.put_directory_in_effect import PutDirectoryInEffect
from symbolon.hub.services.reconcile_hub import NoteReconciled, TakeKnownHits, TakeKnownRecords
from symbolon.hub.services.reconcile_member import ListHoldings, Redeliver
from symbolon.hub.services.reconciliation_services import ReconciliationServices
from symbolon.hub.services.reconsider_pair import ReconsiderPairs
from symbolon.hub.services.relay_chunks import HandOutChunk, NoteAttachmentReceived, TakeChunk
from symbolon.hub.services.relay_message import RelayMessage
from symbolon.hub.services.relay_tokens import RelayTokens, TokenDesk
from symbolon.hub.services.rotate_keys import ProposeNewCard, RotateKeys
from symbolon.hub.services.show_focal_points import ShowFocalPoints
from symbolon.hub.services.take_step import TakeStep
from symbolon.hub.services.withdraw_records import WithdrawRecords


@dataclass(frozen=True, slots=True)
class WakeUps:
    """Tell the workers that something waits to be compared, or to be erased."""

    match: WakeUp
    clear_away: WakeUp


def build_api_services(hub: Hub, intake: EncodingIntake, wake: WakeUps, tokens: TokenDesk | None = None) -> ApiServices:
    """The use cases of the members' API; `tokens` None: the operators are those that were added at this hub."""
    tokens = TokensByDirectory(hub) if tokens is None else tokens
    store, post = hub.store, hub.post_message()
    open_envelope = OpenEnvelope(hub.identity)
    answer = AnswerBatch(store, AdmitBatches(), open_envelope, hub.sign_message(), CLOCK)
    change_hits = hub.change_hits()
    hand_over = HandOverVotes(post)
    enter = hub.enter_step()
    return ApiServices(
        identify_member=IdentifyMember(store),
        describe_federation=DescribeFederation(store, hub.sign_message(), CLOCK),
        show_proposal=ShowProposal(store, hub.sign_message(), CLOCK),
        approve_directory=ApproveDirectory(
            store, OpenEnvelope(hub.identity, MAY_SIGN), PutDirectoryInEffect(post), wake.clear_away, CLOCK
        ),
        rotate_keys=RotateKeys(
            store,
            open_envelope,
            hub.sign_message(),
            ProposeNewCard(hub.certificate_office(), hub.draft_directory()),
            CLOCK,
        ),
        note_epoch_progress=NoteEpochProgress(store, open_envelope, CLOCK),
        accept_submission=AcceptSubmission(answer, intake, change_hits, ReconsiderPairs(enter), wake.match),
        withdraw_records=WithdrawRecords(answer, EraseRecords(intake, change_hits), wake.match),
        relay_tokens=RelayTokens(
            store, open_envelope, tokens, hub.sign_message(), CLOCK, daily_tokens=hub.settings.daily_tokens
        ),
        declare_pair=DeclarePair(store, open_envelope, change_hits, post, CLOCK, uuid4, exercise=hub.identity.exercise),
        end_pair=EndPair(store, open_envelope, EraseRecords(intake, change_hits), CLOCK),
        note_opening_problem=NoteOpeningProblem(store, open_envelope, CLOCK),
        deposit_vote=DepositVote(store, open_envelope, hand_over, CLOCK),
        relay_message=RelayMessage(store, open_envelope, enter, post, CLOCK),
        take_step=TakeStep(store, open_envelope, enter, CLOCK),
        note_acknowledgement=NoteAcknowledgement(store, open_envelope, post, CLOCK),
        decide_hold=DecideHold(store, open_envelope, enter, hand_over, CLOCK),
        order_safety_hold=OrderSafetyHold(store, open_envelope, post, hand_over, CLOCK),
        list_deliveries=ListDeliveries(store, CLOCK),
        acknowledge_deliveries=AcknowledgeDeliveries(store, open_envelope, CLOCK),
        reconciliation=_reconciliation_services(hub, open_envelope, wake),
        desks=_desk_services(hub, open_envelope),
        attachments=_attachment_services(hub, open_envelope),
    )


def _reconciliation_services(hub: Hub, open_envelope: OpenEnvelope, wake: WakeUps) -> ReconciliationServices:
    store, sign = hub.store, hub.sign_message()
    return ReconciliationServices(
        list_holdings=ListHoldings(store, sign, CLOCK),
        redeliver=Redeliver(store, open_envelope, sign, CLOCK),
        take_known_records=TakeKnownRecords(store, open_envelope, sign, CLOCK),
        take_known_hits=TakeKnownHits(store, open_envelope, CLOCK),
        note_reconciled=NoteReconciled(store, open_envelope, hub.finish_reconciliation(), CLOCK, wake.match),
    )


def _desk_services(hub: Hub, open_envelope: OpenEnvelope) -> DeskServices:
    store, sign = hub.store, hub.sign_message()
    return DeskServices(
        publish_focal_points=PublishFocalPoints(store, open_envelope, CLOCK),
        show_focal_points=ShowFocalPoints(store, sign, CLOCK),
        note_proof_of_life=NoteProofOfLife(store, open_envelope, CLOCK),
        agree_pair_profile=AgreePairProfile(store, open_envelope, hub.post_message(), CLOCK),
        show_pair_profiles=ShowPairProfiles(store, sign, CLOCK),
    )


def _attachment_services(hub: Hub, open_envelope: OpenEnvelope) -> AttachmentServices:
    store, sign = hub.store, hub.sign_message()
    return AttachmentServices(
        offer=OfferAttachment(store, open_envelope, sign, CLOCK, hub.settings.attachment_quota),
        show_progress=ShowAttachmentProgress(store, sign, CLOCK),
        take_chunk=TakeChunk(store, CLOCK),
        hand_out_chunk=HandOutChunk(store, CLOCK),
        note_received=NoteAttachmentReceived(store, open_envelope, CLOCK),
    )
