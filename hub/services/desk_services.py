"""What the hub does for its members' desks and for their files, as values that the web edge is given."""

from dataclasses import dataclass

from symbolon.hub.services.agree_pair_profile import AgreePairProfile, ShowPairProfiles
from symbolon.hub.services.note_proof_of_life import NoteProofOfLife
from symbolon.hub.services.offer_attachment import OfferAttachment, ShowAttachmentProgress
from symbolon.hub.services.publish_focal_points import PublishFocalPoints
from symbolon.hub.services.relay_chunks import HandOutChunk, NoteAttachmentReceived, TakeChunk
from symbolon.hub.services.show_focal_points import ShowFocalPoints


@dataclass(frozen=True, slots=True)
class DeskServices:
    """One use case for each address about focal points and pair profiles."""

    publish_focal_points: PublishFocalPoints
    show_focal_points: ShowFocalPoints
    note_proof_of_life: NoteProofOfLife
    agree_pair_profile: AgreePairProfile
    show_pair_profiles: ShowPairProfiles


@dataclass(frozen=True, slots=True)
class AttachmentServices:
    """One use case for each address about files."""

    offer: OfferAttachment
    show_progress: ShowAttachmentProgress
    take_chunk: TakeChunk
    hand_out_chunk: HandOutChunk
    note_received: NoteAttachmentReceived
