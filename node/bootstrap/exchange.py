"""The services from a confirmed hit to its closed exchange, built from a node's tools."""

from dataclasses import fields
from typing import Any

from symbolon.node.gateway.pack_pdf import PdfPackPrinter
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.approve_draft import ApproveDraft
from symbolon.node.services.ask_onward_use import AskOnwardUse
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.exchange_services import ExchangeServices
from symbolon.node.services.find_asked_before import FindAskedBefore, NoteContact
from symbolon.node.services.hold_meeting import AnswerMeeting, GiveMeetingToCalendar, ProposeMeeting
from symbolon.node.services.list_drafts import ListDrafts, ShowDraft
from symbolon.node.services.pass_on import PassOn
from symbolon.node.services.prefill_forms import PrefillInformation, PrefillReply, PrefillRequest
from symbolon.node.services.print_pack import PrintPack
from symbolon.node.services.return_draft import DiscardDraft, ReturnDraft
from symbolon.node.services.save_draft import SaveDraft
from symbolon.node.services.send_step import SendSealed, SendStep
from symbolon.node.services.submit_draft import SubmitDraft
from symbolon.node.services.take_direct_step import (
    AskClarification,
    DecideRequest,
    GiveFeedback,
    GoFormal,
    RecallRequest,
)


def build_exchange(unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> ExchangeServices:
    """Wire them."""
    send_step, send_sealed = SendStep(draws, correspondence), SendSealed(draws, correspondence)
    printer = PdfPackPrinter()
    return ExchangeServices(
        prefill_request=PrefillRequest(unit_of_work, draws),
        prefill_reply=PrefillReply(unit_of_work, draws),
        prefill_information=PrefillInformation(unit_of_work, draws),
        save_draft=SaveDraft(unit_of_work, draws),
        submit_draft=SubmitDraft(unit_of_work, draws),
        approve_draft=ApproveDraft(unit_of_work, draws, correspondence),
        return_draft=ReturnDraft(unit_of_work),
        discard_draft=DiscardDraft(unit_of_work),
        list_drafts=ListDrafts(unit_of_work),
        show_draft=ShowDraft(unit_of_work, draws),
        decide_request=DecideRequest(unit_of_work, draws, send_step),
        ask_clarification=AskClarification(unit_of_work, draws, send_step),
        recall_request=RecallRequest(unit_of_work, draws, send_step),
        go_formal=GoFormal(unit_of_work, draws, send_step),
        give_feedback=GiveFeedback(unit_of_work, draws, send_step),
        propose_meeting=ProposeMeeting(unit_of_work, draws, send_sealed),
        answer_meeting=AnswerMeeting(unit_of_work, draws, send_sealed),
        meeting_calendar=GiveMeetingToCalendar(unit_of_work, draws),
        ask_onward_use=AskOnwardUse(unit_of_work, draws, send_sealed),
        pass_on=PassOn(unit_of_work, draws, printer),
        print_pack=PrintPack(unit_of_work, draws, printer),
        asked_before=FindAskedBefore(unit_of_work, draws),
        note_contact=NoteContact(unit_of_work, draws),
    )


def by_name(group: ExchangeServices) -> dict[str, Any]:
    """The services of a group by their names, as `DeskServices`, which has the same ones, takes them."""
    return {each.name: getattr(group, each.name) for each in fields(group)}
