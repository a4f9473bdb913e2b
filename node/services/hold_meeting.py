"""Meetings of both sides' officers: proposes and changes one, answers the other side's, and gives it to a calendar."""

from datetime import UTC
from hashlib import sha256
from typing import Final

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.form_rules import check_meeting
from symbolon.node.domain.forms import MeetingForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.meetings import Meeting, meetings_of
from symbolon.node.domain.restricted import why_not_exported
from symbolon.node.errors import Forbidden, NodeError, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import MeetingStatus
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MeetingId, new_meeting_id

_WORDS_IN_CALENDAR: Final = frozenset({HandlingCode.H0, HandlingCode.H1})
"""The codes under which agenda and attendees may go into an officer's calendar, which others may read."""

_PRODUCT: Final = "-//Symbolon//Node//EN"
_STATUS: Final = {
    MeetingStatus.TENTATIVE: "TENTATIVE",
    MeetingStatus.CONFIRMED: "CONFIRMED",
    MeetingStatus.CANCELLED: "CANCELLED",
    # RFC 5545, section 3.8.1.11, has no word for a meeting that was held.
    MeetingStatus.HELD: "CONFIRMED",
}


class ProposeMeeting:
    """The same meeting with a higher sequence is a change of it, by either side; the minutes are named by a digest."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId, form: MeetingForm) -> MeetingId:
        """Send the proposal, or the change; returns the meeting's id.

        Raises:
            InvalidDraft: a field needs a change.
            NotFound: there is no such hit or meeting. So do the other classes here.

        """
        check_meeting(form)
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.MEETING)
            sequence = 0
            meeting_id = form.meeting_id or new_meeting_id(self._draws.uuid())
            if form.meeting_id is not None:
                sequence = _find(work, hit, form.meeting_id).proposal.sequence + 1
            proposal = MeetingProposal(
                meeting_id=meeting_id,
                hit_id=hit_id,
                sequence=sequence,
                status=form.status,
                agenda=form.agenda,
                starts_at=form.starts_at,
                ends_at=form.ends_at,
                zone=form.zone,
                attendees=form.attendees,
                link=form.link,
                minutes_digest=sha256(form.minutes.encode()).hexdigest() if form.minutes else None,
                handling_code=form.handling_code,
                marks=marks_of(work, hit),
                proposed_at=whole_milliseconds(self._draws.now()),
            )
            self._send_sealed(work, hit, proposal, actor.login)
        return meeting_id


class AnswerMeeting:
    """Comes to the meeting that the other side proposed, or does not."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, actor: Actor, hit_id: HitId, meeting_id: MeetingId, accepted: bool) -> None:
        """Send the answer to the newest word on the meeting.

        Raises:
            NotAllowedNow: the newest word is this side's own.

        """
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.MEETING)
            meeting = _find(work, hit, meeting_id)
            if meeting.stored.direction is not Direction.RECEIVED:
                raise NotAllowedNow("This side proposed the meeting as it stands: the other side answers.")
            answer = MeetingAnswer(meeting_id, hit_id, meeting.proposal.sequence, accepted, now)
            self._send_sealed(work, hit, answer, actor.login)


class GiveMeetingToCalendar:
    """A calendar lies open to others than the hit's officers: the stricter codes leave time, place and no word."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, meeting_id: MeetingId) -> bytes:
        """The meeting as an iCalendar object (RFC 5545), its times in UTC.

        Raises:
            NodeError: its handling does not let this actor take it out.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            hit = work.hits.find(hit_id)
            if hit is None or not may_see(actor, hit):
                raise NotFound("There is no such hit in your queue.")
            if not actor.offices_on_hit(protected=hit.protected):
                raise Forbidden("Who has no office on this hit takes nothing of it out.")
            meeting = _find(work, hit, meeting_id)
            officers = officers_of(work, hit)
            refusal = why_not_exported(meeting.stored, hit, actor, officers, (Export.PRINT, now.date()))
            if refusal is not None:
                raise NodeError(Problem.NOT_DISCLOSED, refusal)
            work.audit.record(AuditAct.CALENDAR_EXPORTED, actor.login, hit_id, {"meeting": meeting_id})
        return _calendar(meeting.proposal, hit)


def _calendar(proposal: MeetingProposal, hit: Hit) -> bytes:
    # Imported here: every command loads this service, and few write a calendar.
    from icalendar import CLASS, STATUS, Calendar, Event

    exercise = "EXERCISE " if hit.exercise else ""
    words = f"Handling code {proposal.handling_code.value}."
    if proposal.handling_code in _WORDS_IN_CALENDAR:
        words = f"{words}\n{proposal.agenda}\nAttendees: {', '.join(proposal.attendees)}"
    entry = Event.new(
        uid=f"{proposal.meeting_id}@symbolon.invalid",
        sequence=proposal.sequence,
        stamp=proposal.proposed_at.astimezone(UTC),
        start=proposal.starts_at.astimezone(UTC),
        end=proposal.ends_at.astimezone(UTC),
        status=STATUS(_STATUS[proposal.status]),
        classification=CLASS.CONFIDENTIAL,
        summary=f"{exercise}{proposal.handling_code.value}: meeting with {hit.counterpart}",
        description=words,
        location=proposal.link or None,
    )
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _find(work: Work, hit: Hit, meeting_id: MeetingId) -> Meeting:
    meetings = meetings_of(work.messages.of_hit(hit.hit_id))
    found = next((each for each in meetings if each.proposal.meeting_id == meeting_id), None)
    if found is None:
        raise NotFound("There is no such meeting about this hit.")
    return found
