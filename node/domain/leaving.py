"""Exactly what leaves: the message that a form becomes, and the digest by which a second officer approves it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DraftForm,
    InformationForm,
    NoteForm,
    OnwardDecisionForm,
    ReplyForm,
    RequestForm,
)
from symbolon.protocol.canonical import JsonObject, canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.disclosure_rules import marks_to_send
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.messages import (
    AttachmentReference,
    ClarificationAnswer,
    Note,
    OnwardUseDecision,
    OnwardUseRequest,
    OnwardUseToken,
    Reply,
    Request,
    SpontaneousInformation,
)
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, MemberCode, NoteId, RequestId

Leaving = Request | ClarificationAnswer | Reply | SpontaneousInformation | Note | OnwardUseToken | OnwardUseDecision
"""What a draft becomes; a leave for onward use is approved before its state signs it, so as its bare token."""

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a message goes, and under which ids; ``note_id`` is used by a note alone.

    ``asked`` is what an onward-use decision answers.
    """

    federation: str
    sender: MemberCode
    recipient: MemberCode
    hit_id: HitId
    exchange_id: RequestId | None
    note_id: NoteId
    marks: ProtectionMarks
    """Those that the hit has by itself, or that either side said before: a message adds to them, and drops none."""
    asked: OnwardUseRequest | None = None


_PURPOSES: Final[dict[type, Purpose]] = {
    RequestForm: Purpose.REQUEST,
    ClarificationAnswerForm: Purpose.CLARIFICATION_ANSWER,
    ReplyForm: Purpose.REPLY,
    InformationForm: Purpose.SPONTANEOUS_INFORMATION,
    NoteForm: Purpose.NOTE,
    OnwardDecisionForm: Purpose.ONWARD_USE_DECISION,
}
_FORMS: Final = {purpose: form for form, purpose in _PURPOSES.items()}


def purpose_of(form: DraftForm) -> Purpose:
    """The purpose of the message that a form becomes."""
    return _PURPOSES[type(form)]


def form_of(purpose: Purpose) -> type[DraftForm]:
    """The form of a purpose that goes by draft."""
    return _FORMS[purpose]


def attachments_of(form: DraftForm) -> tuple[AttachmentReference, ...]:
    """The files that go with a form's message."""
    return () if isinstance(form, ClarificationAnswerForm | OnwardDecisionForm) else form.attachments


def leaving(form: DraftForm, to: Departure, at: datetime) -> Leaving:
    """The message that a form becomes when it is released at this moment."""
    match form:
        case RequestForm():
            return _request(form, to, at)
        case ReplyForm():
            return _reply(form, to, at)
        case InformationForm():
            return _information(form, to, at)
        case ClarificationAnswerForm():
            return ClarificationAnswer(
                request_id=_exchange(to),
                hit_id=to.hit_id,
                answer=form.answer,
                handling_code=form.handling_code,
                marks=marks_to_send(form.marks, to.marks),
                answered_at=at,
            )
        case NoteForm():
            return Note(
                note_id=to.note_id,
                hit_id=to.hit_id,
                reply_to=form.reply_to,
                text=form.text,
                handling_code=form.handling_code,
                tlp=form.tlp,
                marks=marks_to_send(form.marks, to.marks),
                written_at=at,
            )
        case OnwardDecisionForm():
            return _onward_decision(form, to, at)


def digest_of(form: DraftForm, to: Departure) -> str:
    """The SHA-256, in hexadecimal, of what would leave and to whom, with its files; the moment is no part of it."""
    whole: JsonObject = {
        "attachments": [to_wire(each) for each in attachments_of(form)],
        "message": to_wire(leaving(form, to, _NO_TIME)),
        "purpose": purpose_of(form).value,
        "recipient": to.recipient,
    }
    return sha256(canonical_bytes(whole)).hexdigest()


def _request(form: RequestForm, to: Departure, at: datetime) -> Request:
    return Request(
        request_id=_exchange(to),
        hit_id=to.hit_id,
        purpose=form.purpose,
        relevance=form.relevance,
        facts=form.facts,
        questions=form.questions,
        why_this_state=form.why_this_state,
        urgency=form.urgency,
        urgency_reason=form.urgency_reason,
        need_by=form.need_by,
        channel=form.channel,
        intended_use=form.intended_use,
        legal_basis=form.legal_basis,
        handling_code=form.handling_code,
        requested_at=at,
        offence_group=form.offence_group,
        subject_category=form.subject_category,
        subject_role=form.subject_role,
        tlp=form.tlp,
        onward_sharing=form.onward_sharing,
        caveats=form.caveats,
        marks=marks_to_send(form.marks, to.marks),
        languages=form.languages,
        contacts=form.contacts,
        attachments=form.attachments,
    )


def _reply(form: ReplyForm, to: Departure, at: datetime) -> Reply:
    return Reply(
        request_id=_exchange(to),
        hit_id=to.hit_id,
        answers=form.answers,
        source_reliability=form.source_reliability,
        information_accuracy=form.information_accuracy,
        caveats=form.caveats,
        handling_code=form.handling_code,
        delete_by=form.delete_by,
        replied_at=at,
        extent=form.extent,
        released=form.released,
        may_be_evidence=form.may_be_evidence,
        tlp=form.tlp,
        onward_sharing=form.onward_sharing,
        caveat_codes=form.caveat_codes,
        marks=marks_to_send(form.marks, to.marks),
        attachments=form.attachments,
    )


def _information(form: InformationForm, to: Departure, at: datetime) -> SpontaneousInformation:
    return SpontaneousInformation(
        request_id=_exchange(to),
        hit_id=to.hit_id,
        information=form.information,
        relevance=form.relevance,
        urgency=form.urgency,
        source_reliability=form.source_reliability,
        information_accuracy=form.information_accuracy,
        released=form.released,
        handling_code=form.handling_code,
        tlp=form.tlp,
        onward_sharing=form.onward_sharing,
        caveats=form.caveats,
        delete_by=form.delete_by,
        may_be_evidence=form.may_be_evidence,
        marks=marks_to_send(form.marks, to.marks),
        attachments=form.attachments,
        informed_at=at,
    )


def _onward_decision(form: OnwardDecisionForm, to: Departure, at: datetime) -> OnwardUseToken | OnwardUseDecision:
    if not form.granted or to.asked is None or form.expires_on is None:
        return OnwardUseDecision(form.onward_use_id, to.hit_id, None, at)
    return OnwardUseToken(
        onward_use_id=form.onward_use_id,
        federation=to.federation,
        hit_id=to.hit_id,
        exchange_id=to.asked.exchange_id,
        originator=to.sender,
        holder=to.recipient,
        recipients=to.asked.recipients,
        use=to.asked.use,
        as_evidence=to.asked.as_evidence,
        content_digest=to.asked.content_digest,
        issued_at=at,
        expires_on=form.expires_on,
    )


def _exchange(to: Departure) -> RequestId:
    if to.exchange_id is None:
        raise TypeError("a step of an exchange names its exchange")
    return to.exchange_id
