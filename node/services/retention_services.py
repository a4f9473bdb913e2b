"""What officers do about keeping, purging and files, as parts of `DeskServices`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.actors import Actor
from symbolon.node.domain.attachments import AttachmentLine
from symbolon.node.domain.data_subjects import ErasureReport, FoundRecord, SubjectQuery
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.purges import PurgeLine
from symbolon.node.domain.records import RevisionEffect
from symbolon.node.domain.retention import RecordReview, RenewalReason, ReviewLine, ReviewQuery, WithdrawalGround
from symbolon.node.services.answer_data_subject import ExportForm, ListDataSubjectActs
from symbolon.node.services.attach_file import AttachFile
from symbolon.node.services.open_attachment import OpenedFile
from symbolon.node.services.set_legal_hold import SetLegalHold
from symbolon.node.services.withdraw_records import WithdrawalReport
from symbolon.protocol.references import AttachmentId, HitId, RecordReference


@dataclass(frozen=True, slots=True)
class RetentionServices:
    """Reviews, legal holds, purges, data subjects. What an actor may not know of is told not to exist (`NotFound`)."""

    list_reviews: Callable[[Actor, ReviewQuery], tuple[ReviewLine, ...]]
    show_review: Callable[[Actor, RecordReference], RecordReview]
    renew_record: Callable[[Actor, RecordReference, date, RenewalReason, str], None]
    """Arguments: actor, record, last day, reason, and the reason in words."""
    withdraw_record: Callable[[Actor, RecordReference, WithdrawalGround, str], WithdrawalReport]
    """Arguments: actor, record, ground, and the ground in words."""
    set_legal_hold: SetLegalHold
    list_purges: Callable[[Actor], tuple[PurgeLine, ...]]
    find_data_subject: Callable[[Actor, SubjectQuery], tuple[FoundRecord, ...]]
    export_data_subject: Callable[[Actor, RecordReference, ExportForm], bytes]
    correct_data_subject: Callable[[Actor, RecordReference, RecordIdentifiers], RevisionEffect]
    erase_data_subject: Callable[[Actor, RecordReference], ErasureReport]
    list_data_subject_acts: ListDataSubjectActs


@dataclass(frozen=True, slots=True)
class FileServices:
    """Files of a hit: attached, listed, opened, taken away before they leave."""

    attach_file: AttachFile
    list_attachments: Callable[[Actor, HitId, Visit], tuple[AttachmentLine, ...]]
    open_attachment: Callable[[Actor, HitId, AttachmentId, Visit], OpenedFile]
    remove_attachment: Callable[[Actor, HitId, AttachmentId], None]
    name_in_draft: Callable[[Actor, HitId, AttachmentId, DraftId], None]
    """The file leaves with the draft, once a second officer releases that."""
