"""A desk of paper: a node's services kept in memory, with a hit in every state, so that each page can be seen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import httpx

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
from symbolon.node.domain.expiry import expiry_board
from symbolon.node.domain.hits import (
    AgreementLine,
    Direction,
    HitSummary,
    HitView,
    IdentifierLine,
    OwnRecord,
    ReplyDraft,
    ReplyView,
    RequestDraft,
    RequestView,
    VoteView,
)
from symbolon.node.domain.justification import JustificationNeeded, ViewReason, Visit
from symbolon.node.domain.membership import Membership, ProposalView
from symbolon.node.errors import Forbidden, InvalidDraft, NotFound
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.show_federation import FederationView
from symbolon.protocol.directory_changes import DirectoryChange, DirectoryChangeKind
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    HoldRuling,
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
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.messages import (
    EpochProgress,
    FederationDirectory,
    FederationPolicies,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
    directory_fingerprint,
)
from symbolon.protocol.references import HitId, MemberCode, RequestId, new_hit_id, new_record_reference, new_request_id

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


def a_request(number: int, direction: Direction, reply: ReplyView | None = None) -> RequestView:
    return RequestView(
        request_id=request_id(number),
        direction=direction,
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
        reply=reply,
    )


A_REPLY = ReplyView(
    answers=("The vessel <b>Marlin Star</b>, since renamed.", "The duty desk, at any hour."),
    source_reliability=SourceReliability.B,
    information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
    caveats="Not to be quoted in court.",
    handling_code=HandlingCode.H1,
    delete_by=date(2026, 9, 1),
    replied_at=START - timedelta(minutes=20),
)


@dataclass
class PaperHit:
    """One hit of the desk of paper; the actions are those of whoever has the rights."""

    view: HitView
    actions: tuple[HitAction, ...]


@dataclass
class PaperDesk:
    """Stands in for a node's services. It keeps the rules that pages must not have to know."""

    clock: StoppedClock
    hits: dict[HitId, PaperHit] = field(default_factory=dict)
    acknowledged: list[HitId] = field(default_factory=list)
    votes: list[tuple[HitId, Verdict, str]] = field(default_factory=list)
    requests: list[tuple[HitId, RequestDraft]] = field(default_factory=list)
    replies: list[tuple[RequestId, ReplyDraft]] = field(default_factory=list)
    rulings: list[tuple[HitId, HoldRuling]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    reasons: list[tuple[HitId, Visit, ViewReason, str]] = field(default_factory=list)

    def services(self) -> DeskServices:
        return DeskServices(
            list_hits=PaperInbox(self),
            view_hit=PaperViewing(self),
            give_justification=self.give_justification,
            acknowledge_hit=self.acknowledge_hit,
            cast_vote=self.cast_vote,
            open_request=self.open_request,
            answer_request=self.answer_request,
            release_hold=self.release_hold,
            show_expiry=lambda: expiry_board(DIRECTORY, MemberCode("XA"), self.clock.now().date()),
            show_federation=lambda: FEDERATION_VIEW,
        )

    def add(
        self,
        number: int,
        state: JointState,
        side: SideState,
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
            side_state=side,
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
            requests=(),
        )
        self.hits[summary.hit_id] = PaperHit(
            replace(view, **view_changes),  # type: ignore[arg-type]  # fields of the view, by name
            actions,
        )
        return summary.hit_id

    def _seen_by(self, actor: Actor, paper: PaperHit) -> HitView:
        view = paper.view
        if not actor.permits_on_hit(Right.VIEW_HITS, protected=view.summary.protected):
            raise NotFound("there is no such hit in your queue")
        actions = paper.actions if actor.permits(Right.CAST_VOTE) else ()
        return replace(view, summary=replace(view.summary, actions=actions))

    def list_hits(self, actor: Actor) -> tuple[HitSummary, ...]:
        if not actor.permits(Right.VIEW_HITS):
            raise Forbidden("your roles do not include the inbox")
        return tuple(
            self._seen_by(actor, paper).summary
            for paper in self.hits.values()
            if actor.permits_on_hit(Right.VIEW_HITS, protected=paper.view.summary.protected)
        )

    def show_hit(self, actor: Actor, wanted: HitId) -> HitView:
        if wanted not in self.hits:
            raise NotFound("there is no such hit in your queue")
        return self._seen_by(actor, self.hits[wanted])

    def give_justification(self, actor: Actor, wanted: HitId, visit: Visit, reason: ViewReason, text: str) -> None:
        self.show_hit(actor, wanted)
        self.reasons.append((wanted, visit, reason, text))

    def acknowledge_hit(self, actor: Actor, wanted: HitId) -> None:
        self.show_hit(actor, wanted)
        self.acknowledged.append(wanted)

    def cast_vote(self, actor: Actor, wanted: HitId, verdict: Verdict, reason: str) -> None:
        view = self.show_hit(actor, wanted)
        if verdict is not Verdict.SAME and not reason:
            raise InvalidDraft("reason", "say why, so that the other side can follow it")
        self.votes.append((wanted, verdict, reason))
        paper = self.hits[wanted]
        vote = VoteView(view.round, verdict, reason, self.clock.now(), actor.login)
        summary = replace(paper.view.summary, side_state=SideState.VOTED)
        self.hits[wanted] = PaperHit(replace(paper.view, summary=summary, own_votes=(vote,)), ())

    def open_request(self, actor: Actor, wanted: HitId, draft: RequestDraft) -> RequestId:
        self.show_hit(actor, wanted)
        self.requests.append((wanted, draft))
        return new_request_id(uuid4())

    def answer_request(self, _actor: Actor, wanted: RequestId, draft: ReplyDraft) -> None:
        self.replies.append((wanted, draft))

    def release_hold(self, actor: Actor, wanted: HitId, ruling: HoldRuling) -> None:
        self.show_hit(actor, wanted)
        self.rulings.append((wanted, ruling))


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
)


def filled_desk(clock: StoppedClock) -> PaperDesk:
    """A hit in each state that a page tells apart."""
    desk = PaperDesk(clock)
    same = VoteView(1, Verdict.SAME, "Same passport in our file.", START - timedelta(hours=5), "mara")
    same_too = replace(same, voter=None, reason="The phone is his.")
    both = {"own_votes": (same,), "counterpart_votes": (same_too,)}
    vote = (HitAction.ACKNOWLEDGE, HitAction.VOTE)
    desk.add(
        1,
        JointState.ALERTED,
        SideState.WAITING,
        vote,
        urgency=Urgency.U1,
        band=Band.STRONG,
        due_at=START + timedelta(minutes=41),
    )
    desk.add(2, JointState.ALERTED, SideState.ACKED, (HitAction.VOTE,), due_at=START - timedelta(minutes=65))
    desk.add(3, JointState.ALERTED, SideState.VOTED, due_at=None, own_votes=(same,), counterpart=MemberCode("XC"))
    desk.add(
        4,
        JointState.NEEDS_MORE,
        SideState.ACKED,
        (HitAction.VOTE,),
        round=2,
        urgency=Urgency.U3,
        own_votes=(replace(same, verdict=Verdict.UNSURE),),
        counterpart_votes=(same_too,),
    )
    desk.add(5, JointState.CONFIRMED, SideState.VOTED, (HitAction.REQUEST,), due_at=None, **both)
    desk.add(
        6,
        JointState.REQUESTED,
        SideState.VOTED,
        (HitAction.ANSWER,),
        requests=(a_request(6, Direction.RECEIVED),),
        **both,
    )
    desk.add(
        7, JointState.RESPONDED, SideState.VOTED, due_at=None, requests=(a_request(7, Direction.SENT, A_REPLY),), **both
    )
    desk.add(
        8,
        JointState.HELD,
        SideState.WAITING,
        (HitAction.RELEASE, HitAction.CLOSE),
        protected=True,
        non_punishment=True,
        urgency=Urgency.U1,
    )
    desk.add(
        9,
        JointState.NOT_SAME,
        SideState.VOTED,
        due_at=None,
        own_votes=(replace(same, verdict=Verdict.DIFFERENT),),
        counterpart_votes=(replace(same_too, verdict=Verdict.DIFFERENT),),
    )
    return desk


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

    def send(self, form_page: str, path: str, **fields: str) -> httpx.Response:
        token = hidden_field(self.client.get(form_page).text, "csrf_token")
        return self.client.post(path, data={"csrf_token": token, **fields}, follow_redirects=False)


def hidden_field(html: str, name: str) -> str:
    before = f'name="{name}" value="'
    start = html.index(before) + len(before)
    return html[start : html.index('"', start)]
