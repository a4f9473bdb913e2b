"""Desks, clocks, agreements and notices of the desk of paper: the node's own rules over values kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.agreements import KeptProfile, PairDraft, PairView, next_profile, time_lines
from symbolon.node.domain.desk_text import DirectoryDraft, read_toml, write_toml
from symbolon.node.domain.desks import (
    BookAge,
    CallAnswer,
    DeskQuery,
    DutyLine,
    FocalPointView,
    KeptDirectory,
    OwnDirectory,
    Ping,
    duty_lines,
    lines_of,
)
from symbolon.node.domain.escalations import Escalation, EscalationLine, may_see
from symbolon.node.domain.interests import USUAL_INTEREST, Interest, InterestLine
from symbolon.node.domain.notices import NoticePreference
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.services.watch_services import WatchServices
from symbolon.protocol.focal_points import CallQuery, who_to_call
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.messages_focal_points import DeskLife, SignedFocalPoints
from symbolon.protocol.messages_pairs import PairSignature, SignedPairProfile
from symbolon.protocol.references import DeskId, HitId, KeyId, MemberCode, PingId, new_hit_id, new_record_reference

XA, XB = MemberCode("XA"), MemberCode("XB")
PING = PingId(str(UUID(int=77)))
DESKS = """
valid_until = 2026-12-31
holidays = [2026-03-26]

[[desk]]
id = "national"
kind = "focal-point"
title = "National desk"
competences = ["general", "trafficking"]
languages = ["en"]
zone = "Asia/Dhaka"
hours = ["Mon-Fri 09:00-17:00"]
channels = ["phone: +880 2 5550 100", "secure-mail: desk@belanu.test | AB12 CD34", "interpol-i24-7: NCB Belanu"]
deputy = "children"

[[desk]]
id = "children"
kind = "deputy"
title = "Children's <b>desk</b>"
competences = ["minors"]
languages = ["bn", "en"]
zone = "Asia/Dhaka"
hours = ["Mon-Fri 09:00-17:00"]
channels = ["phone: +880 2 5550 300"]

[[duty]]
desk = "children"
from = 2026-03-02T00:00:00+00:00
until = 2026-03-03T00:00:00+00:00
"""


@dataclass
class PaperWatch:
    """What the services keep."""

    now: Callable[[], datetime]
    draft: DirectoryDraft = field(default_factory=lambda: read_toml(DESKS))
    heard_before: timedelta = timedelta(minutes=1)
    children_answer: bool = False
    handed_out: int = 3
    published: list[int] = field(default_factory=list)
    answered: list[tuple[str, PingId]] = field(default_factory=list)
    staffed: list[tuple[DeskId, frozenset[str]]] = field(default_factory=list)
    followed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    wishes: dict[str, NoticePreference] = field(default_factory=dict)
    proposals: dict[MemberCode, KeptProfile] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)

    def services(self) -> WatchServices:
        return cast(
            "WatchServices",
            SimpleNamespace(
                show_focal_points=_Desks(self),
                who_to_call=self.who_to_call,
                edit_focal_points=_Edit(self),
                publish_focal_points=self.publish,
                answer_ping=_Pings(self),
                list_escalations=self.list_escalations,
                follow_record=_Follow(self),
                notices=_Notices(self),
                agree_pair=_Agree(self),
            ),
        )

    @property
    def book(self) -> tuple[KeptDirectory, ...]:
        directory = self.draft.as_directory(XB, 3, datetime(2026, 2, 1, tzinfo=UTC))
        return (KeptDirectory(SignedFocalPoints(directory, KeyId("0" * 16), bytes(64)), directory.issued_at),)

    @property
    def age(self) -> BookAge:
        heard = self.now() - self.heard_before
        return BookAge(heard, heard, 3)

    @property
    def lives(self) -> tuple[DeskLife, ...]:
        asked = datetime(2026, 2, 1, tzinfo=UTC)
        return (DeskLife(XB, DeskId("children"), asked, asked if self.children_answer else None),)

    def who_to_call(self, actor: Actor, member: MemberCode, query: CallQuery) -> CallAnswer:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        if member != XB:
            raise NotFound("No desk of this state is known here: choose a state from the list of focal points.")
        kept, now = self.book[0], self.now()
        calls = who_to_call(kept.directory, self.lives, query, now)
        until = kept.directory.valid_until.isoformat()
        return CallAnswer(member, calls, 3, until, kept.taken_at, self.age, self.age.is_old(now), now)

    def publish(self, actor: Actor) -> int:
        _need(actor, Right.MANAGE_FOCAL_POINTS)
        self.published.append(len(self.published) + 4)
        return self.published[-1]

    def escalate(self, number: int, watcher: Watcher, *, protected: bool) -> HitId:
        hit_id, due = new_hit_id(UUID(int=number)), self.now() - timedelta(hours=1)
        self.escalations.append(
            Escalation(
                hit_id, None, ClockName.TRIAGE, due, EscalationLevel.OVER, watcher, due, due, is_protected=protected
            )
        )
        return hit_id

    def list_escalations(self, actor: Actor) -> tuple[EscalationLine, ...]:
        if not (actor.permits(Right.VIEW_HITS) or actor.permits(Right.VIEW_AUDIT)):
            raise Forbidden("Your role does not include the clocks of hits.")
        return tuple(
            EscalationLine(each, XB, JointState.ALERTED, Urgency.U2, actor.permits(Right.VIEW_HITS))
            for each in self.escalations
            if may_see(actor, each)
        )


@dataclass
class _Desks:
    paper: PaperWatch

    def __call__(self, actor: Actor, query: DeskQuery) -> FocalPointView:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        now, age = self.paper.now(), self.paper.age
        lines = tuple(line for line in lines_of(self.paper.book, self.paper.lives, now) if query.admits(line))
        return FocalPointView(lines, age, age.is_old(now), (), (XB,))

    def roster(self, actor: Actor) -> tuple[DutyLine, ...]:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        return duty_lines(self.paper.book, self.paper.now())


@dataclass
class _Edit:
    paper: PaperWatch

    def show(self, actor: Actor) -> OwnDirectory:
        _need(actor, Right.MANAGE_FOCAL_POINTS)
        toml = write_toml(self.paper.draft)
        return OwnDirectory(
            self.paper.draft, toml, "mark", False, None, self.paper.book[0], self.paper.handed_out, {}, ()
        )

    def save(self, actor: Actor, draft: DirectoryDraft, _seen: str) -> None:
        _need(actor, Right.MANAGE_FOCAL_POINTS)
        draft.as_directory(XA, 4, self.paper.now())
        self.paper.draft = draft

    def staff(self, actor: Actor, desk_id: DeskId, logins: list[str]) -> None:
        _need(actor, Right.MANAGE_FOCAL_POINTS)
        self.paper.staffed.append((desk_id, frozenset(logins)))


@dataclass
class _Pings:
    paper: PaperWatch

    def open_to(self, actor: Actor) -> tuple[Ping, ...]:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        asked = datetime(2026, 3, 1, tzinfo=UTC)
        return (
            ()
            if self.paper.answered
            else (Ping(PING, DeskId("national"), asked, asked + timedelta(days=3), None, None),)
        )

    def __call__(self, actor: Actor, ping_id: PingId) -> None:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        if ping_id != PING:
            raise NotFound("The hub asked no such question: load the list of your desks again.")
        self.paper.answered.append((actor.login, ping_id))


@dataclass
class _Follow:
    paper: PaperWatch

    def set(self, actor: Actor, record: str, until: datetime | None = None) -> None:
        _need(actor, Right.VIEW_HITS)
        self.paper.followed[actor.login, record] = until or self.paper.now() + USUAL_INTEREST

    def end(self, actor: Actor, record: str) -> None:
        _need(actor, Right.VIEW_HITS)
        self.paper.followed.pop((actor.login, record), None)

    def list(self, actor: Actor) -> tuple[InterestLine, ...]:
        _need(actor, Right.VIEW_HITS)
        reference = new_record_reference(UUID(int=5001))
        return tuple(
            InterestLine(Interest(reference, login, until, self.paper.now()), record, "2026/118")
            for (login, record), until in self.paper.followed.items()
            if login == actor.login
        )


@dataclass
class _Notices:
    paper: PaperWatch

    def show(self, actor: Actor) -> NoticePreference | None:
        return self.paper.wishes.get(actor.login)

    def save(self, actor: Actor, wishes: NoticePreference) -> None:
        self.paper.wishes[actor.login] = replace(wishes, login=actor.login)


@dataclass
class _Agree:
    paper: PaperWatch

    def show(self, actor: Actor) -> tuple[PairView, ...]:
        _need(actor, Right.VIEW_FOCAL_POINTS)
        proposal = self.paper.proposals.get(XB)
        times = time_lines(None if proposal is None else proposal.profile)
        ours = proposal is not None and XA in proposal.signers
        return (PairView(XB, None, None, proposal, ours, times),)

    def propose(self, actor: Actor, counterpart: MemberCode, draft: PairDraft) -> int:
        _need(actor, Right.AGREE_PAIR)
        if counterpart != XB:
            raise NotFound("There is no such state to agree with: choose one from the list.")
        profile = next_profile(XA, counterpart, None, draft)
        signed = SignedPairProfile(profile, (PairSignature(XA, KeyId("0" * 16), bytes(64)),))
        self.paper.proposals[counterpart] = KeptProfile(counterpart, signed, False, self.paper.now())
        return profile.version

    def sign(self, actor: Actor, counterpart: MemberCode, digest: str) -> None:
        _need(actor, Right.AGREE_PAIR)
        assert counterpart == XB
        self.paper.signed.append(digest)


def their_proposal(paper: PaperWatch) -> str:
    """The other state proposes to agree on nothing new; the digest of what it proposes."""
    profile = next_profile(XA, XB, None, PairDraft(date(2026, 4, 1), ()))
    signed = SignedPairProfile(profile, (PairSignature(XB, KeyId("0" * 16), bytes(64)),))
    paper.proposals[XB] = KeptProfile(XB, signed, False, paper.now())
    return profile.digest()


def _need(actor: Actor, right: Right) -> None:
    if not actor.permits(right):
        raise Forbidden("Your role does not include this.")
