"""Wires what keeps, purges and moves: reviews, data subjects, files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.answer_data_subject import (
    CorrectDataSubject,
    EraseDataSubject,
    ExportDataSubject,
    ListDataSubjectActs,
)
from symbolon.node.services.ask_for_purges import AskForPurges
from symbolon.node.services.attach_file import AttachFile, RemoveAttachment
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.find_data_subject import FindDataSubject
from symbolon.node.services.list_purges import ListPurges
from symbolon.node.services.name_in_draft import NameInDraft
from symbolon.node.services.on_its_own import each_on_its_own
from symbolon.node.services.open_attachment import ListAttachments, OpenAttachment
from symbolon.node.services.purge_hit import CarryOutPurges, PurgeHit, PurgePlace
from symbolon.node.services.renew_record import KeepHeldRecords, RenewRecord
from symbolon.node.services.retention_services import FileServices, RetentionServices
from symbolon.node.services.review_records import ListReviews, ShowReview
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.node.services.save_draft import SaveDraft
from symbolon.node.services.send_step import SendSealed
from symbolon.node.services.set_legal_hold import SetLegalHold
from symbolon.node.services.tidy_files import TidyFiles
from symbolon.node.services.withdraw_record import WithdrawRecord
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.protocol.exchange_terms import PurgedPlace
from symbolon.protocol.references import HitId


def _told_of(work: Work, hit_id: HitId) -> int:
    """What own systems and officers were told of a hit, or were to be; of its end they still hear."""
    return work.webhooks.forget_hit(hit_id) + work.notices.forget_hit(hit_id)


PLACES_ELSEWHERE: Final[Mapping[PurgedPlace, PurgePlace]] = {PurgedPlace.CACHES: _told_of}
"""What other rooms of the node keep about a hit, and how it is thrown away."""


@dataclass(frozen=True, slots=True)
class RetentionTools:
    """What these services are built from, besides each other."""

    unit_of_work: UnitOfWork
    draws: Draws
    correspondence: Correspondence
    revise_record: ReviseRecord
    withdraw_records: WithdrawRecords
    schema: LinkageSchema


@dataclass(frozen=True, slots=True)
class KeepersTasks:
    """What the worker does by itself in each of its rounds."""

    keep_held_records: KeepHeldRecords
    ask_for_purges: AskForPurges
    carry_out_purges: CarryOutPurges
    tidy_files: TidyFiles

    def __call__(self) -> int:
        """One round; how many things were done. What one of them meets does not keep the others."""
        return each_on_its_own((self.keep_held_records, self.ask_for_purges, self.carry_out_purges, self.tidy_files))


def build_retention(tools: RetentionTools) -> RetentionServices:
    """The services of the pages and commands about keeping."""
    work, draws = tools.unit_of_work, tools.draws
    purge_hit = PurgeHit(draws, PLACES_ELSEWHERE)
    return RetentionServices(
        list_reviews=ListReviews(work, draws),
        show_review=ShowReview(work, draws),
        renew_record=RenewRecord(work, draws, tools.revise_record),
        withdraw_record=WithdrawRecord(work, draws, tools.withdraw_records),
        set_legal_hold=SetLegalHold(work, draws),
        list_purges=ListPurges(work, draws),
        find_data_subject=FindDataSubject(work, draws, tools.schema),
        export_data_subject=ExportDataSubject(work, draws),
        correct_data_subject=CorrectDataSubject(work, draws, tools.revise_record),
        erase_data_subject=EraseDataSubject(work, draws, tools.withdraw_records, _ask_for_purges(tools), purge_hit),
        list_data_subject_acts=ListDataSubjectActs(work),
    )


def build_files(tools: RetentionTools) -> FileServices:
    """The services of the pages about files."""
    work, draws = tools.unit_of_work, tools.draws
    return FileServices(
        attach_file=AttachFile(work, draws),
        list_attachments=ListAttachments(work, draws),
        open_attachment=OpenAttachment(work, draws),
        remove_attachment=RemoveAttachment(work),
        name_in_draft=NameInDraft(work, SaveDraft(work, draws)),
    )


def build_keeper(tools: RetentionTools) -> KeepersTasks:
    """What the worker does."""
    work, draws = tools.unit_of_work, tools.draws
    send_sealed = SendSealed(draws, tools.correspondence)
    return KeepersTasks(
        keep_held_records=KeepHeldRecords(work, draws, tools.revise_record),
        ask_for_purges=_ask_for_purges(tools),
        carry_out_purges=CarryOutPurges(work, draws, PurgeHit(draws, PLACES_ELSEWHERE), send_sealed),
        tidy_files=TidyFiles(work, draws),
    )


def _ask_for_purges(tools: RetentionTools) -> AskForPurges:
    send_sealed = SendSealed(tools.draws, tools.correspondence)
    return AskForPurges(tools.unit_of_work, tools.draws, send_sealed, tools.correspondence.code)
