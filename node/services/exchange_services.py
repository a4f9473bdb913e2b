"""What officers do about a confirmed hit, as part of `DeskServices`: drafts and releases, steps, meetings, onward use.

Each field is a service that can be called with the actor first. What a draft's officers may not know of, they are told
does not exist (`NotFound`); a form that needs a change raises `InvalidDraft`, which names its field.
"""

from collections.abc import Callable
from dataclasses import dataclass

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.contacts import AskedBefore, ContactId
from symbolon.node.domain.draft_views import DraftLine, DraftView
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import (
    ContactForm,
    DecisionForm,
    DraftForm,
    FeedbackForm,
    InformationForm,
    MeetingForm,
    OnwardForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.domain.justification import Visit
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.references import HitId, MeetingId, MemberCode, OnwardUseId, RequestId


@dataclass(frozen=True, slots=True)
class ExchangeServices:
    """Everything from a confirmed hit to its closed exchange."""

    prefill_request: Callable[[Actor, HitId, Visit], RequestForm]
    """From the own record, its case and what agrees; never more than the hit knows."""
    prefill_reply: Callable[[Actor, HitId, RequestId, Visit], ReplyForm]
    """One empty answer to each question, and nothing released."""
    prefill_information: Callable[[Actor, HitId, Visit], InformationForm]
    save_draft: Callable[[Actor, HitId, RequestId | None, DraftForm, DraftId | None], DraftId]
    """Arguments: actor, hit, exchange (None where the form opens one, or belongs to none), form, draft to change."""
    submit_draft: Callable[[Actor, DraftId], None]
    approve_draft: Callable[[Actor, DraftId, str], None]
    """The digest is the one of the `DraftView` that the officer saw: anything else is not released."""
    return_draft: Callable[[Actor, DraftId, str], None]
    discard_draft: Callable[[Actor, DraftId], None]
    list_drafts: Callable[[Actor], tuple[DraftLine, ...]]
    show_draft: Callable[[Actor, DraftId, Visit], DraftView]
    decide_request: Callable[[Actor, HitId, RequestId, DecisionForm], None]
    ask_clarification: Callable[[Actor, HitId, RequestId, str, HandlingCode], None]
    recall_request: Callable[[Actor, HitId, RequestId, RecallReason], None]
    go_formal: Callable[[Actor, HitId, RequestId, FormalChannel, str], None]
    give_feedback: Callable[[Actor, HitId, RequestId, FeedbackForm], None]
    propose_meeting: Callable[[Actor, HitId, MeetingForm], MeetingId]
    answer_meeting: Callable[[Actor, HitId, MeetingId, bool], None]
    meeting_calendar: Callable[[Actor, HitId, MeetingId], bytes]
    """The meeting as an iCalendar file (RFC 5545), `text/calendar`."""
    ask_onward_use: Callable[[Actor, HitId, RequestId, OnwardForm], OnwardUseId]
    pass_on: Callable[[Actor, HitId, RequestId, MemberCode, Visit], bytes]
    """What may be passed on to that state, as a PDF; refused (`not-disclosed`) without its originator's leave."""
    print_pack: Callable[[Actor, HitId, Export, Visit], bytes]
    """The hit and its exchanges as a PDF; `Export.EVIDENCE` holds only what its originator permits as evidence.

    A protected hit needs a reason of this visit, as its page does: `JustificationNeeded`.
    """
    asked_before: Callable[[Actor, HitId, Visit], tuple[AskedBefore, ...]]
    """Own exchanges about the same subject, on any other hit, and contacts that were entered by hand."""
    note_contact: Callable[[Actor, HitId, ContactForm], ContactId]
