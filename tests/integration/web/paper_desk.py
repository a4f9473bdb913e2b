"""A desk of paper: a node's services kept in memory, with a hit in every state, so that each page can be seen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import httpx
from tests.integration.web.paper_api import PaperApi
from tests.integration.web.paper_drafts import PaperDrafts
from tests.integration.web.paper_keeping import PaperFiles, paper_retention
from tests.integration.web.paper_watch import PaperWatch

from symbolon.hub.domain.epochs import MemberProgress
from symbolon.hub.domain.members import Standing as HubStanding
from symbolon.hub.domain.status import (
    DayCount,
    DirectoryStatus,
    EpochStatus,
    HubStatus,
    MemberStatus,
    RecordCount,
    StateCount,
    WorkerStatus,
)
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.contacts import AskedBefore
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.expiry import expiry_board
from symbolon.node.domain.extra_fields import FieldProposal
from symbolon.node.domain.forms import InformationForm, ReplyForm, RequestForm
from symbolon.node.domain.hit_views import ClockView, ExchangeView, SideTrack, TimelineEntry
from symbolon.node.domain.hits import AgreementLine, HitSummary, HitView, IdentifierLine, OwnRecord, VoteView
from symbolon.node.domain.justification import JustificationNeeded, ViewReason, Visit
from symbolon.node.domain.membership import Membership, ProposalView
from symbolon.node.domain.messages import HitMessage, StoredMessage, exchange_of
from symbolon.node.domain.pairs_standing import Contact, PairsStanding
from symbolon.node.errors import Forbidden, InvalidDraft, NotFound
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.show_federation import FederationView
from symbolon.protocol.directory_changes import DirectoryChange, DirectoryChangeKind
from symbolon.protocol.exchange_terms import NO_MARKS, Caveat, MeetingStatus, ProtectionMarks, Tlp
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import Event, HitAction, JointState, SideState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages import (
    Clarification,
    EpochProgress,
    ExtraFieldProposal,
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    MeetingProposal,
    Member,
    MemberCard,
    MemberStanding,
    Note,
    Reply,
    Request,
    directory_fingerprint,
)
from symbolon.protocol.references import (
    HitId,
    MeetingId,
    MemberCode,
    MessageId,
    NoteId,
    ProposalId,
    RequestId,
    new_hit_id,
    new_record_reference,
    new_request_id,
)

PASSWORD = "quiet harbour lantern 7"
PEOPLE = {
    "mara": ("focal_point", "Mara Okonedo"),
    "ines": ("protection_officer", "Ines Duarte"),
    "ivo": ("investigator", "Ivo Lange"),
    "aya": ("authoriser", "Aya Sato"),
    "adam": ("administrator", "Adam Rask"),
    "una": ("auditor", "Una Weir"),
    "omar": ("operator", "Omar Haddad"),
}
"""One person for each role: the auditors of a node and of the hub are called alike."""
MEMBER_NAMES = {MemberCode("XA"): "Amara", MemberCode("XB"): "Belanu", MemberCode("XC"): "Cassor"}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class StoppedClock:
    """A clock that the test moves."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, span: timedelta) -> None:
        self.moment += span


def hit_id(number: int) -> HitId:
    return new_hit_id(UUID(int=number))


def request_id(number: int) -> RequestId:
    return new_request_id(UUID(int=1000 + number))


PERSON_LINES = (
    IdentifierLine(IdentifierKind.NAME, "Nguyễn Văn Thành"),
    IdentifierLine(IdentifierKind.NAME, "阮文成"),
    IdentifierLine(IdentifierKind.BIRTH_DATE, "1987-04"),
    IdentifierLine(IdentifierKind.DOCUMENT, "passport VNM C1234567"),
    IdentifierLine(IdentifierKind.PHONE, "+84 912 345 678"),
    IdentifierLine(IdentifierKind.NATIONALITY, "VNM"),
)
AGREEMENT = (
    AgreementLine(IdentifierKind.NAME, Agreement.AGREE),
    AgreementLine(IdentifierKind.BIRTH_DATE, Agreement.AGREE),
    AgreementLine(IdentifierKind.DOCUMENT, Agreement.DISAGREE),
    AgreementLine(IdentifierKind.PHONE, Agreement.AGREE),
    AgreementLine(IdentifierKind.PLACE, Agreement.UNKNOWN),
    AgreementLine(IdentifierKind.VESSEL, Agreement.UNKNOWN),
)


def meeting_id(number: int) -> MeetingId:
    return MeetingId(str(UUID(int=3000 + number)))


def a_request(number: int) -> Request:
    return Request(
        request_id=request_id(number),
        hit_id=hit_id(number),
        purpose="To learn where the subject crossed the border.",
        relevance="The same organiser appears in two of our cases.",
        facts="Forced labour on fishing vessels; the subject recruits.",
        questions=("Which vessel was used in January?", "Who may be called about the case?"),
        why_this_state="Belanu holds the other half.",
        urgency=Urgency.U2,
        urgency_reason="A departure is expected within days.",
        need_by=date(2026, 3, 9),
        channel=Channel.INFORMAL,
        intended_use=IntendedUse.INTELLIGENCE,
        legal_basis="Bali Process, regional cooperation framework",
        handling_code=HandlingCode.H1,
        requested_at=START - timedelta(hours=3),
        tlp=Tlp.AMBER,
        caveats=(Caveat.NO_CONTACT_WITH_SUBJECT,),
    )


def a_reply(number: int) -> Reply:
    return Reply(
        request_id=request_id(number),
        hit_id=hit_id(number),
        answers=("The vessel <b>Marlin Star</b>, since renamed.", "The duty desk, at any hour."),
        source_reliability=SourceReliability.B,
        information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
        caveats="Not to be quoted in court.",
        handling_code=HandlingCode.H1,
        delete_by=date(2026, 9, 1),
        replied_at=START - timedelta(minutes=20),
        onward_sharing=(MemberCode("XC"),),
        marks=ProtectionMarks(non_punishment=True, minor=False, victim_risk="Relatives are watched."),
    )


def a_clarification(number: int) -> Clarification:
    return Clarification(
        request_id(number), hit_id(number), "Which January do you mean?", HandlingCode.H2, NO_MARKS, START
    )


def a_note(number: int) -> Note:
    text = "We shall call before we do anything."
    note_id = NoteId(str(UUID(int=2000 + number)))
    return Note(note_id, hit_id(number), None, text, HandlingCode.H2, Tlp.AMBER, NO_MARKS, START)


def a_meeting(number: int) -> MeetingProposal:
    return MeetingProposal(
        meeting_id=meeting_id(number),
        hit_id=hit_id(number),
        sequence=0,
        status=MeetingStatus.TENTATIVE,
        agenda="How we go on.",
        starts_at=START + timedelta(days=2),
        ends_at=START + timedelta(days=2, hours=1),
        zone="Asia/Bangkok",
        attendees=("Focal point of Belanu",),
        link="Room 4",
        minutes_digest=None,
        handling_code=HandlingCode.H1,
        marks=NO_MARKS,
        proposed_at=START - timedelta(hours=1),
    )


def stored(message: HitMessage, direction: Direction, at: datetime, sent_by: str | None = None) -> StoredMessage:
    number = sha256(repr((type(message).__name__, at)).encode()).digest()[:16]
    return StoredMessage(
        message_id=MessageId(str(UUID(bytes=number))),
        hit_id=message.hit_id,
        exchange_id=exchange_of(message),
        direction=direction,
        message=message,
        at=at,
        sent_by=sent_by,
    )


def an_exchange(
    number: int, state: JointState, thread: tuple[StoredMessage, ...], actions: tuple[HitAction, ...], asked_by: str
) -> ExchangeView:
    due = START + timedelta(hours=5)
    clock = ClockName.FEEDBACK if state is JointState.FEEDBACK_DUE else ClockName.RESPOND
    whose = "XB" if asked_by == "XA" and clock is ClockName.RESPOND else "XA"
    return ExchangeView(
        exchange_id=request_id(number),
        receiver=MemberCode(asked_by),
        is_information=False,
        urgency=Urgency.U2,
        state=state,
        version=len(thread),
        since=START - timedelta(hours=3),
        thread=thread,
        withheld=1 if state is JointState.FEEDBACK_DUE else 0,
        clocks=(ClockView(clock, MemberCode(whose), due, stands_still=state is JointState.CLARIFY),),
        actions=actions,
    )


ACTION_RIGHTS = {
    HitAction.ACKNOWLEDGE: Right.ACKNOWLEDGE_HIT,
    HitAction.ASSIGN: Right.ASSIGN_HIT,
    HitAction.RECOMMEND: Right.RECOMMEND,
    HitAction.VOTE: Right.CAST_VOTE,
    HitAction.REFUSE: Right.REFUSE_REQUEST,
    HitAction.RELEASE: Right.RELEASE_HOLD,
    HitAction.CLOSE_HOLD: Right.RELEASE_HOLD,
    HitAction.SAFETY_HOLD: Right.HOLD_FOR_SAFETY,
    HitAction.LIFT_SAFETY_HOLD: Right.HOLD_FOR_SAFETY,
    HitAction.CLOSE: Right.END_HIT,
    HitAction.REOPEN: Right.REOPEN_HIT,
}
"""Which right each act needs; every other one needs that of drafting."""


def open_to(actor: Actor, actions: tuple[HitAction, ...]) -> tuple[HitAction, ...]:
    rights = (ACTION_RIGHTS.get(action, Right.DRAFT_RELEASE) for action in actions)
    return tuple(action for action, right in zip(actions, rights, strict=True) if actor.permits(right))


class PaperHit:
    """One hit of the desk of paper, with the actions of whoever has every right."""

    def __init__(self, view: HitView) -> None:
        self.view = view


@dataclass
class PaperDesk:
    """Stands in for a node's services. It keeps the rules that pages must not have to know."""

    clock: StoppedClock
    hits: dict[HitId, PaperHit] = field(default_factory=dict)
    acts: list[tuple[Any, ...]] = field(default_factory=list)
    """What the pages had done: the name of each service and its arguments, but for the actor."""
    looks: list[str] = field(default_factory=list)
    reasons: list[tuple[HitId, Visit, ViewReason, str]] = field(default_factory=list)
    hints: tuple[AskedBefore, ...] = ()

    def __post_init__(self) -> None:
        self.drafts = PaperDrafts(self.clock.now, self.show_hit)
        self.watch = PaperWatch(self.clock.now)
        self.api = PaperApi(self.clock)

    def services(self) -> DeskServices:
        drafts = self.drafts
        return DeskServices(
            list_hits=PaperInbox(self),
            view_hit=PaperViewing(self),
            give_justification=self.give_justification,
            acknowledge_hit=self._noting("acknowledge_hit"),
            assign_hit=self._noting("assign_hit"),
            recommend=self._noting("recommend"),
            cast_vote=self.cast_vote,
            propose_extra_fields=self._noting("propose_extra_fields"),
            answer_extra_fields=self._noting("answer_extra_fields"),
            show_extra_fields=self._noting("show_extra_fields"),
            release_hold=self._noting("release_hold"),
            hold_for_safety=self._noting("hold_for_safety", sees=False),
            close_hit=cast("Any", self._noting("close_hit")),
            reopen_hit=self._noting("reopen_hit"),
            prefill_request=lambda actor, hit, _visit: RequestForm(urgency=self.show_hit(actor, hit).summary.urgency),
            prefill_reply=self.prefill_reply,
            prefill_information=lambda _actor, _hit, _visit: InformationForm(),
            save_draft=drafts.save,
            submit_draft=drafts.submit,
            approve_draft=drafts.approve,
            return_draft=drafts.give_back,
            discard_draft=drafts.discard,
            list_drafts=drafts.list,
            show_draft=drafts.show,
            decide_request=self._noting("decide_request"),
            ask_clarification=self._noting("ask_clarification"),
            recall_request=self._noting("recall_request"),
            go_formal=self._noting("go_formal"),
            give_feedback=self._noting("give_feedback"),
            propose_meeting=self._noting("propose_meeting"),
            answer_meeting=self._noting("answer_meeting"),
            meeting_calendar=lambda *_: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
            ask_onward_use=self._noting("ask_onward_use"),
            pass_on=lambda *_: b"%PDF-1.7",
            print_pack=lambda *_: b"%PDF-1.7",
            asked_before=lambda _actor, _hit, _visit: self.hints,
            note_contact=self._noting("note_contact"),
            show_expiry=lambda: expiry_board(DIRECTORY, MemberCode("XA"), self.clock.now().date()),
            show_federation=lambda: FEDERATION_VIEW,
            retention=paper_retention(),
            files=PaperFiles(PaperViewing(self)).services(),
            watch=self.watch.services(),
            api=self.api.services(),
        )

    def done(self, name: str) -> list[tuple[Any, ...]]:
        """With what a service was called, each time."""
        return [act[1:] for act in self.acts if act[0] == name]

    def _noting(self, name: str, *, sees: bool = True) -> Callable[..., Any]:
        def note(actor: Actor, wanted: HitId, *arguments: object) -> None:
            if sees:
                self.show_hit(actor, wanted)
            self.acts.append((name, wanted, *arguments))

        return note

    def add(
        self,
        number: int,
        state: JointState,
        on_our_side: SideState,
        actions: tuple[HitAction, ...] = (),
        **changes: object,
    ) -> HitId:
        own_kind = RecordKind.PERSON
        summary = HitSummary(
            hit_id=hit_id(number),
            counterpart=MemberCode("XB"),
            own_reference=new_record_reference(UUID(int=5000 + number)),
            own_record_kind=own_kind,
            own_local_id=f"P-{number:04}",
            own_case_id="2026/118",
            joint_state=state,
            side_state=on_our_side,
            band=Band.PROBABLE,
            agreement=AGREEMENT,
            urgency=Urgency.U2,
            counterpart_offence_group=OffenceGroup.SMUGGLING,
            counterpart_record_kind=RecordKind.PERSON,
            alerted_at=START - timedelta(hours=number),
            due_at=START + timedelta(hours=number * 3, minutes=12),
            protected=False,
            non_punishment=False,
            exercise=True,
            actions=actions,
        )
        view_changes = {name: changes.pop(name) for name in tuple(changes) if name in HitView.__dataclass_fields__}
        view = HitView(
            summary=replace(summary, **changes),  # type: ignore[arg-type]  # fields of the summary, by name
            own=MemberCode("XA"),
            own_record=OwnRecord(
                reference=summary.own_reference,
                local_id=summary.own_local_id,
                case_id=summary.own_case_id,
                kind=own_kind,
                category=SubjectCategory.SUSPECT,
                offence_group=OffenceGroup.TRAFFICKING_LABOUR,
                version=2,
                identifiers=PERSON_LINES,
            ),
            round=1,
            own_votes=(),
            counterpart_votes=(),
            side=SideTrack(None, None, "", None, None, None),
            marks=NO_MARKS,
            timeline=(TimelineEntry(Event.ALERTED, None, MemberCode("hub"), summary.alerted_at, is_pending=False),),
        )
        self.hits[summary.hit_id] = PaperHit(
            replace(view, **view_changes)  # type: ignore[arg-type]  # fields of the view, by name
        )
        return summary.hit_id

    def change(self, wanted: HitId, **changes: object) -> None:
        """Let a hit move on by itself, as the other side makes it."""
        paper = self.hits[wanted]
        summary = replace(paper.view.summary, **changes)  # type: ignore[arg-type]  # fields of the summary, by name
        paper.view = replace(paper.view, summary=summary)

    def _seen_by(self, actor: Actor, paper: PaperHit) -> HitView:
        view = paper.view
        if not actor.permits_on_hit(Right.VIEW_HITS, protected=view.summary.protected):
            raise NotFound("There is no such hit in your queue.")
        exchanges = tuple(replace(each, actions=open_to(actor, each.actions)) for each in view.exchanges)
        summary = replace(view.summary, actions=open_to(actor, view.summary.actions))
        return replace(view, summary=summary, exchanges=exchanges)

    def list_hits(self, actor: Actor) -> tuple[HitSummary, ...]:
        if not actor.permits(Right.VIEW_HITS):
            raise Forbidden("Your role does not include the inbox.")
        return tuple(
            self._seen_by(actor, paper).summary
            for paper in self.hits.values()
            if actor.permits_on_hit(Right.VIEW_HITS, protected=paper.view.summary.protected)
        )

    def show_hit(self, actor: Actor, wanted: HitId) -> HitView:
        if wanted not in self.hits:
            raise NotFound("There is no such hit in your queue.")
        return self._seen_by(actor, self.hits[wanted])

    def give_justification(self, actor: Actor, wanted: HitId, visit: Visit, reason: ViewReason, text: str) -> None:
        self.show_hit(actor, wanted)
        self.reasons.append((wanted, visit, reason, text))

    def cast_vote(self, actor: Actor, wanted: HitId, verdict: Verdict, reason: str) -> None:
        view = self.show_hit(actor, wanted)
        if verdict is not Verdict.SAME and not reason:
            raise InvalidDraft("reason", "Say in a few words why: the other side reads it once both have voted.")
        self.acts.append(("cast_vote", wanted, verdict, reason))
        paper = self.hits[wanted]
        vote = VoteView(view.round, verdict, reason, self.clock.now(), actor.login)
        summary = replace(paper.view.summary, side_state=SideState.VOTED, actions=())
        paper.view = replace(paper.view, summary=summary, own_votes=(vote,))

    def prefill_reply(self, actor: Actor, wanted: HitId, exchange: RequestId, _visit: Visit) -> ReplyForm:
        (found,) = (each for each in self.show_hit(actor, wanted).exchanges if each.exchange_id == exchange)
        (request,) = (each.message for each in found.thread if isinstance(each.message, Request))
        return ReplyForm(answers=("",) * len(request.questions))


@dataclass
class PaperInbox:
    """The inbox of the desk of paper; the desk notes why its list was read."""

    desk: PaperDesk

    def __call__(self, actor: Actor) -> tuple[HitSummary, ...]:
        return self._look("page", actor)

    def export(self, actor: Actor, wanted: Callable[[HitSummary], bool]) -> tuple[HitSummary, ...]:
        return tuple(filter(wanted, self._look("export", actor)))

    def refresh(self, actor: Actor) -> tuple[HitSummary, ...]:
        return self._look("refresh", actor)

    def mark(self, actor: Actor) -> str:
        return sha256(repr((self.desk.list_hits(actor), self.desk.clock.now())).encode()).hexdigest()

    def _look(self, kind: str, actor: Actor) -> tuple[HitSummary, ...]:
        self.desk.looks.append(kind)
        return self.desk.list_hits(actor)


@dataclass
class PaperViewing:
    """A look at a hit of the desk of paper: a protected one needs a reason of this visit."""

    desk: PaperDesk

    def __call__(self, actor: Actor, wanted: HitId, visit: Visit) -> HitView:
        view = self.desk.show_hit(actor, wanted)
        given = any((hit, when) == (wanted, visit) for hit, when, *_ in self.desk.reasons)
        if view.summary.protected and not given:
            raise JustificationNeeded
        return view

    again = __call__


def a_member(code: str, name: str, standing: MemberStanding, keys_until: date, certificate_until: date) -> Member:
    card = MemberCard(MemberCode(code), name, bytes([len(code)]) * 32, code.encode().ljust(32, b"."), None, "ab" * 32)
    return Member(card, standing, START - timedelta(days=300), keys_until, certificate_until, ())


DIRECTORY = FederationDirectory(
    federation="exercise-paper",
    exercise=True,
    version=3,
    previous_digest="cd" * 32,
    issued_at=START - timedelta(days=40),
    hub_signing_key=bytes(32),
    members=(
        a_member("XA", "Amara", MemberStanding.ACTIVE, date(2026, 4, 20), date(2026, 3, 6)),
        a_member("XB", "Belanu", MemberStanding.ACTIVE, date(2027, 1, 31), date(2026, 3, 1)),
        a_member("XC", "Cassor", MemberStanding.SUSPENDED, date(2026, 3, 30), date(2026, 12, 1)),
    ),
    epochs=(LinkageEpoch(1, "symbolon-2026-2", "ef" * 32), LinkageEpoch(2, "symbolon-2026-2", "ef" * 32)),
    policies=FederationPolicies(2, 730, 397),
)
FEDERATION_VIEW = FederationView(
    membership=Membership("exercise-paper", True, bytes(32), is_confirmed=False),
    directory=DIRECTORY,
    fingerprint=directory_fingerprint(DIRECTORY),
    proposal=ProposalView(
        version=4,
        fingerprint=directory_fingerprint(DIRECTORY),
        changes=(DirectoryChange(DirectoryChangeKind.MEMBER_EXPELLED, "XC (Cassor) is expelled."),),
        signed_by=(MemberCode("XB"),),
        signers=(MemberCode("XA"), MemberCode("XB")),
        quorum=2,
        to_compare=(),
        waits_for_this_node=True,
    ),
    comparison="blind, by three operators; what is alike opens towards the members alone, and the hub learns no pair",
    past_hub=PairsStanding(1, 0, 2, 1, 0, (Contact(MemberCode("XB"), START, None),)),
    warnings=("Openings that could not be opened: 1.",),
)


TALK = (HitAction.REQUEST, HitAction.INFORM, HitAction.NOTE, HitAction.MEETING)
ON_ANY_HIT = (HitAction.SAFETY_HOLD,)


def filled_desk(clock: StoppedClock) -> PaperDesk:
    """A hit in each state that a page tells apart."""
    desk = PaperDesk(clock)
    same = VoteView(1, Verdict.SAME, "Same passport in our file.", START - timedelta(hours=5), "mara")
    same_too = replace(same, voter=None, reason="The phone is his.")
    both = {"own_votes": (same,), "counterpart_votes": (same_too,)}
    side = (HitAction.ASSIGN, HitAction.VOTE, *ON_ANY_HIT)
    checked = SideTrack("ivo", Verdict.SAME, "The scar is in our file too.", "ivo", START, START - timedelta(hours=1))
    desk.add(
        1,
        JointState.ALERTED,
        SideState.WAITING,
        (HitAction.ACKNOWLEDGE, *side),
        urgency=Urgency.U1,
        band=Band.STRONG,
        due_at=START + timedelta(minutes=41),
    )
    desk.add(
        2,
        JointState.ALERTED,
        SideState.VERIFYING,
        (HitAction.RECOMMEND, *side),
        due_at=START - timedelta(minutes=65),
        side=checked,
        assigned_to="ivo",
        is_escalated=True,
    )
    desk.add(3, JointState.ALERTED, SideState.VOTED, due_at=None, own_votes=(same,), counterpart=MemberCode("XC"))
    desk.add(
        4,
        JointState.NEEDS_MORE,
        SideState.ACKED,
        (HitAction.PROPOSE_FIELD, HitAction.ANSWER_FIELD, HitAction.SHOW_FIELD, *side),
        round=2,
        urgency=Urgency.U3,
        own_votes=(replace(same, verdict=Verdict.UNSURE),),
        counterpart_votes=(same_too,),
        proposals=(
            FieldProposal(a_proposal(4, IdentifierKind.BIRTH_DATE), Direction.SENT, True, False, None),
            FieldProposal(a_proposal(5, IdentifierKind.DOCUMENT), Direction.RECEIVED, None, False, None),
        ),
    )
    desk.add(
        5,
        JointState.CONFIRMED,
        SideState.VOTED,
        (*TALK, HitAction.CLOSE, *ON_ANY_HIT),
        due_at=None,
        notes=(stored(a_note(5), Direction.SENT, START, "mara"),),
        others=(stored(a_meeting(5), Direction.RECEIVED, START - timedelta(hours=1)),),
        **both,
    )
    asked = stored(a_request(6), Direction.RECEIVED, START - timedelta(hours=3))
    answer = (HitAction.ACCEPT, HitAction.REFUSE, HitAction.CLARIFY, HitAction.REPLY)
    desk.add(
        6,
        JointState.REQUESTED,
        SideState.VOTED,
        (*answer, *TALK),
        due_at=START + timedelta(hours=5),
        exchanges=(an_exchange(6, JointState.REQUESTED, (asked,), answer, "XB"),),
        **both,
    )
    ours = stored(a_request(7), Direction.SENT, START - timedelta(hours=3), "mara")
    reply = stored(a_reply(7), Direction.RECEIVED, START - timedelta(minutes=20))
    desk.add(
        7,
        JointState.FEEDBACK_DUE,
        SideState.VOTED,
        (HitAction.FEEDBACK, *TALK),
        due_at=None,
        exchanges=(an_exchange(7, JointState.FEEDBACK_DUE, (ours, reply), (HitAction.FEEDBACK,), "XA"),),
        marks=a_reply(7).marks,
        non_punishment=True,
        **both,
    )
    desk.add(
        8,
        JointState.HELD,
        SideState.WAITING,
        (HitAction.RELEASE, HitAction.CLOSE_HOLD, *ON_ANY_HIT),
        protected=True,
        non_punishment=True,
        urgency=Urgency.U1,
    )
    desk.add(
        9,
        JointState.NOT_SAME,
        SideState.VOTED,
        (HitAction.CLOSE,),
        due_at=None,
        own_votes=(replace(same, verdict=Verdict.DIFFERENT),),
        counterpart_votes=(replace(same_too, verdict=Verdict.DIFFERENT),),
    )
    unclear = stored(a_request(10), Direction.SENT, START - timedelta(hours=3), "mara")
    which = stored(a_clarification(10), Direction.RECEIVED, START)
    clarify = (HitAction.ANSWER_CLARIFICATION, HitAction.RECALL)
    desk.add(
        10,
        JointState.CLARIFY,
        SideState.VOTED,
        (*clarify, *TALK),
        exchanges=(an_exchange(10, JointState.CLARIFY, (unclear, which), clarify, "XA"),),
        **both,
    )
    refused = stored(a_request(11), Direction.SENT, START - timedelta(hours=3), "mara")
    after = (HitAction.FORMAL_ROUTE, HitAction.CLOSE)
    desk.add(
        11,
        JointState.REFUSED,
        SideState.VOTED,
        (*after, *TALK),
        exchanges=(an_exchange(11, JointState.REFUSED, (refused,), after, "XA"),),
        **both,
    )
    desk.add(12, JointState.CLOSED, SideState.VOTED, (HitAction.REOPEN,), due_at=None, **both)
    return desk


def a_proposal(number: int, kind: IdentifierKind) -> ExtraFieldProposal:
    proposal = ProposalId(str(UUID(int=4000 + number)))
    return ExtraFieldProposal(proposal, hit_id(4), (kind,), "It would settle it.", START - timedelta(hours=1))


def a_status(now: datetime) -> HubStatus:
    return HubStatus(
        at=now,
        members=(
            a_member_status("XA", "Amara", now, now - timedelta(seconds=9), 0),
            a_member_status("XB", "Belanu", now, now - timedelta(seconds=21), 3),
            a_member_status("XC", "Cassor", now, None, 0),
        ),
        records=(
            RecordCount(MemberCode("XA"), RecordKind.PERSON, 2012),
            RecordCount(MemberCode("XB"), RecordKind.PERSON, 2008),
            RecordCount(MemberCode("XB"), RecordKind.VESSEL, 4),
        ),
        pending_comparisons=17,
        oldest_pending_at=now - timedelta(seconds=70),
        hits_by_day=(DayCount(now.date(), 5), DayCount(now.date() - timedelta(days=3), 2)),
        hits_by_state=(StateCount(JointState.ALERTED, 6), StateCount(JointState.HELD, 1)),
        workers=(WorkerStatus("w1", now - timedelta(seconds=2), 0),),
        directory=DirectoryStatus(3, 4, (MemberCode("XB"),), 2),
        epochs=(EpochStatus(1, "symbolon-2026-2", None, None), EpochStatus(2, "symbolon-2026-2", None, None)),
        progress=(
            MemberProgress(MemberCode("XA"), 2, EpochProgress(2, True, bytes(16), 2012, 840), now, 2012, 840),
            MemberProgress(MemberCode("XB"), 2, None, None, 2012, 0),
        ),
    )


def a_member_status(code: str, name: str, now: datetime, last_seen: datetime | None, undelivered: int) -> MemberStatus:
    return MemberStatus(
        code=MemberCode(code),
        name=name,
        standing=HubStanding.ACTIVE,
        standing_since=now - timedelta(days=300),
        keys_expire_on=now.date() + timedelta(days=25),
        certificate_expires_on=now.date() + timedelta(days=300),
        last_seen=last_seen,
        undelivered=undelivered,
        oldest_undelivered_at=None,
    )


class Visitor:
    """A person with a browser that knows cookies and forms, and no JavaScript."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def sign_in(self, login: str, password: str = PASSWORD) -> "Visitor":
        page = self.client.get("/sign-in")
        answer = self.client.post(
            "/sign-in",
            data={"login": login, "password": password, "form_token": hidden_field(page.text, "form_token")},
            follow_redirects=False,
        )
        assert answer.status_code == 303, answer.status_code
        return self

    def justify(self, hit: HitId) -> "Visitor":
        """Say why a protected hit is looked at, as its page asks."""
        answer = self.send(f"/hits/{hit}", f"/hits/{hit}/justification", reason="protect", text="She asked us to.")
        assert answer.status_code == 303, answer.status_code
        return self

    def send(self, form_page: str, path: str, **fields: object) -> httpx.Response:
        """Fill in a form of a page and send it; a field that is a list is a box ticked more than once."""
        page = self.client.get(form_page).text
        hidden = {name: hidden_field(page, name) for name in ("csrf_token", "form_id", "seen", "at") if has(page, name)}
        return self.client.post(path, data={**hidden, **fields}, follow_redirects=False)


def has(html: str, name: str) -> bool:
    return f'name="{name}" value="' in html


def hidden_field(html: str, name: str) -> str:
    before = f'name="{name}" value="'
    start = html.index(before) + len(before)
    return html[start : html.index('"', start)]
