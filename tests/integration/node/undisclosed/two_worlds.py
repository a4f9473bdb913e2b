"""The same node twice, drawn from the same chance at the same moments: once as it is, once with protected records too.

What is done about protected records draws from a stream of its own, so that every id, key and time of the general ones
is the same in both worlds.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.integration.node.asking import REPLY, REQUEST, answer, ask, release
from tests.integration.node.conftest import (
    FOCAL_POINT,
    HEADER,
    MAPPING,
    NodeUnderTest,
    Pair,
    SettableDraws,
    founded,
    new_hub,
    new_node,
)

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.attachments import FileToAttach
from symbolon.node.domain.forms import ContactForm, MeetingForm, NoteForm
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.node.domain.notices import Manner, NoticePreference
from symbolon.node.domain.retention import RenewalReason, WithdrawalGround
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.protocol.handling import HandlingCode, HoldRuling, Verdict
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages_exchange import AttachmentReference
from symbolon.protocol.references import HitId, RecordReference, RequestId
from symbolon.runtime import certificates

START = datetime(2031, 5, 5, 9, 0, tzinfo=UTC)
LOOKED_AT = START + timedelta(days=12)
"""When the worlds are compared: clocks of holds and purges have run out by then."""
MARA, AYA = Actor("mara", frozenset({Role.FOCAL_POINT})), Actor("aya", frozenset({Role.AUTHORISER}))
INES, IVY = (Actor(login, frozenset({Role.PROTECTION_OFFICER})) for login in ("ines", "ivy"))
GENERAL, PROTECTED = (MARA, AYA), (INES, IVY)
OTHERS = {
    "mara": Role.FOCAL_POINT,
    "dina": Role.FOCAL_POINT,
    "ivo": Role.INVESTIGATOR,
    "aya": Role.AUTHORISER,
    "adam": Role.ADMINISTRATOR,
    "una": Role.AUDITOR,
}
"""Everybody at the node who may not know of a protected record."""
PEOPLE = {**OTHERS, "ines": Role.PROTECTION_OFFICER, "ivy": Role.PROTECTION_OFFICER, "tova": Role.INVESTIGATOR}
FILE = b"%PDF-1.7\n" + bytes(range(256)) * 40
VISIT = Visit("a visit")


class Chance:
    """What the system's source of randomness gives, by streams: the same in every world."""

    def __init__(self) -> None:
        self.stream = "general"
        self._drawn: Counter[str] = Counter()

    def urandom(self, count: int) -> bytes:
        self._drawn[self.stream] += 1
        seed = f"{self.stream} {self._drawn[self.stream]}".encode()
        return b"".join(sha256(seed + bytes([block])).digest() for block in range(count // 32 + 1))[:count]

    @contextmanager
    def of(self, stream: str) -> Iterator[None]:
        before, self.stream = self.stream, stream
        yield
        self.stream = before


class StandingDraws(SettableDraws):
    """A clock that stands until the story moves it."""

    def now(self) -> datetime:
        return self.moment

    def jitter(self) -> float:
        return 0.5


class SameCertificates:
    """OpenSSL draws for itself: what it drew in the first world is drawn again in the others."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._kept: dict[tuple[str, int], Any] = {}
        self._calls: Counter[str] = Counter()
        for name in ("new_private_key", "new_signing_request", "issue_client_certificate"):
            patch.setattr(certificates, name, self._again(name, getattr(certificates, name)))

    def again(self) -> None:
        self._calls.clear()

    def _again(self, name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any) -> Any:
            self._calls[name] += 1
            key = (name, self._calls[name])
            if key not in self._kept:
                self._kept[key] = make(*arguments)
            return self._kept[key]

        return made


@dataclass
class Ids:
    """The ids of one kind of record: what somebody might guess."""

    references: list[RecordReference] = field(default_factory=list)
    local_ids: list[str] = field(default_factory=list)
    hits: list[HitId] = field(default_factory=list)
    exchanges: list[RequestId] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)


@dataclass
class World:
    """One of the two."""

    pair: Pair
    chance: Chance
    general: Ids = field(default_factory=Ids)
    protected: Ids = field(default_factory=Ids)

    @property
    def node(self) -> NodeUnderTest:
        return self.pair.xa

    @property
    def draws(self) -> SettableDraws:
        return self.pair.draws

    @contextmanager
    def scene(self, stream: str) -> Iterator[None]:
        """A part of the story, which draws from a stream of its own."""
        with self.chance.of(stream):
            yield

    def then(self) -> None:
        """Let everything arrive, a second later."""
        self.draws.moment += timedelta(seconds=1)
        self.pair.exchange()

    def keep(self) -> None:
        for _ in range(3):
            for node in (self.pair.xa, self.pair.xb):
                node.services.keep_and_purge()
                node.hub_services.move_attachments()
            self.pair.exchange()

    def publish(self, node: NodeUnderTest, row: str, by: Actor) -> RecordReference:
        """Import one row and publish it, in somebody's own name."""
        self.write(node, row, by)
        local_id = row.split(",")[0]
        node.services.publish_records(by, [local_id])
        node.deliver()
        return node.record(local_id).reference

    def write(self, node: NodeUnderTest, row: str, by: Actor) -> None:
        file = node.folder / f"{node.code}-{row.split(',')[0]}.csv"
        file.write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
        mapping = parse_mapping({**MAPPING, "file": {"encoding": "utf-8"}})
        report = node.services.import_records(by, mapping, CsvRows(file, mapping.file), ImportChoices())
        assert not report.problems, report.problems


def begin(conninfos: dict[str, str], folder: Path, authority: certificates.KeyAndCertificate, chance: Chance) -> World:
    """Two nodes of a founded federation, without a record; the first has its people."""
    draws = StandingDraws()
    draws.moment = START
    with chance.of("founding"):
        hub = new_hub(draws)
        made = [_node(code, hub, draws, conninfos[code], folder) for code in ("XA", "XB")]
        founded(hub, made, authority)
        for node in made:
            node.keys.add(LinkageKey.generate(1, bytes(32)))
    return World(Pair(hub, made[0], made[1], draws), chance)


def _node(code: str, hub: Any, draws: SettableDraws, conninfo: str, folder: Path) -> NodeUnderTest:
    return new_node(code, hub, draws, conninfo, folder)


def tell(world: World, *, with_protected: bool) -> None:
    """The whole story; what concerns protected records is left out where they are not."""
    wishes(world)
    scenes: list[tuple[str, Callable[[World], None]]] = [
        ("general", beginning),
        ("protected", protected_exchange),
        ("general", withdrawal),
        ("protected", protected_withdrawals),
        ("general", more),
        ("protected", protected_rest),
        ("general", ending),
    ]
    for hour, (stream, scene) in enumerate(scenes, start=1):
        # Each at its own time, whether or not what is left out takes some.
        world.draws.moment = START + timedelta(hours=hour)
        if stream == "general" or with_protected:
            with world.scene(stream):
                scene(world)
    world.draws.moment = LOOKED_AT
    with world.chance.of("general"):
        # Neither time nor chance of what the worker does for others may depend on what it does for the officer.
        world.node.services.escalate_due_clocks()


def wishes(world: World) -> None:
    with world.scene("founding"):
        for login, role in PEOPLE.items():
            preference = NoticePreference(
                login=login,
                address=f"{login}@amara.test",
                manner=Manner.AT_ONCE,
                digest_at=480,
                quiet_from=None,
                quiet_until=None,
                zone="UTC",
                wake_for_life=True,
                since=START,
            )
            world.node.services.watch.notices.save(Actor(login, frozenset({role})), preference)


def beginning(world: World) -> None:
    """A hit that comes to an exchange both ways, with files, a meeting, a note, and a draft that waits."""
    xa, xb, ids = world.pair.xa, world.pair.xb, world.general
    ours = world.publish(xa, "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,", MARA)
    theirs = world.publish(xb, "B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,", FOCAL_POINT)
    hit_id = world.pair.hub.match(("XA", ours), ("XB", theirs))
    world.then()
    ids.references.append(ours)
    ids.local_ids.append("A-1")
    exchange(world, hit_id, GENERAL, ids)
    xa.services.watch.follow_record.set(MARA, "A-1")
    world.publish(xa, "A-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,", MARA)
    other = world.publish(xb, "B-2,C-1,Nok Sukjai,1985-02-11,suspect,all,,", FOCAL_POINT)
    ids.hits.append(world.pair.hub.match(("XA", xa.record("A-2").reference), ("XB", other)))
    world.then()


def exchange(world: World, hit_id: HitId, officers: tuple[Actor, Actor], ids: Ids) -> None:
    """Both say that it is the same person, ask each other, and answer; the first side's officers are given."""
    xa, xb = world.pair.xa, world.pair.xb
    drafter, approver = officers
    xa.services.acknowledge_hit(drafter, hit_id)
    xa.services.cast_vote(drafter, hit_id, Verdict.SAME, "the same scar")
    xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "the same scar")
    world.then()
    attachment = xa.services.files.attach_file(
        drafter, hit_id, FileToAttach(None, "statement.pdf", "", HandlingCode.H2), iter([FILE])
    )
    form = replace(REQUEST, attachments=(AttachmentReference(attachment, sha256(FILE).hexdigest()),))
    asked = ask(xa, hit_id, form, officers)
    world.then()
    xb.services.decide_request(FOCAL_POINT, hit_id, asked, _accept())
    answer(xb, hit_id, asked)
    world.then()
    back = ask(xb, hit_id)
    world.then()
    for node in (xa, xb, xa, xb):
        node.hub_services.move_attachments()
    meeting = xa.services.propose_meeting(
        drafter,
        hit_id,
        MeetingForm("How we go on", START + timedelta(days=30), START + timedelta(days=31), "UTC", ("A. Officer",)),
    )
    note = xa.services.save_draft(
        drafter, hit_id, None, NoteForm(text="Call first.", handling_code=HandlingCode.H1), None
    )
    release(xa, note, drafter, approver)
    waiting = xa.services.save_draft(drafter, hit_id, back, REPLY, None)
    xa.services.submit_draft(drafter, waiting)
    begun = xa.services.save_draft(drafter, hit_id, None, REQUEST, None)
    xa.services.note_contact(drafter, hit_id, ContactForm("telephone", "desk of XB", date(2031, 4, 1)))
    world.then()
    ids.hits.append(hit_id)
    ids.exchanges += [asked, back]
    ids.drafts += [note, waiting, begun]
    ids.attachments.append(attachment)
    ids.meetings.append(meeting)


def _accept() -> Any:
    from symbolon.node.domain.forms import DecisionForm
    from symbolon.protocol.exchange_terms import RequestRuling

    return DecisionForm(RequestRuling.ACCEPT)


def withdrawal(world: World) -> None:
    """A record with an exchange is taken back, and the other side purges."""
    _taken_back(world, "A-3", "B-3", "suspect", GENERAL, world.general)


def _taken_back(
    world: World, ours: str, theirs: str, category: str, officers: tuple[Actor, Actor], ids: Ids, *, purged: bool = True
) -> None:
    xa, xb = world.pair.xa, world.pair.xb
    name = f"Anan {ours}"
    reference = world.publish(xa, f"{ours},C-2,{name},1991-01-0{ours[-1]},{category},all,,", officers[0])
    other = world.publish(xb, f"{theirs},C-2,{name},1991-01-0{ours[-1]},suspect,all,,", FOCAL_POINT)
    protected = category == "victim"
    hit_id = _raised(world, reference, other, protected=protected)
    exchange(world, hit_id, officers, ids)
    ids.references.append(reference)
    ids.local_ids.append(ours)
    xa.services.retention.withdraw_record(officers[0], reference, WithdrawalGround.NO_LONGER_NEEDED, "It is over.")
    if purged:
        world.then()
        world.keep()
    else:
        xa.deliver()
        xa.receive()
        xa.services.keep_and_purge()


def _raised(world: World, ours: RecordReference, theirs: RecordReference, *, protected: bool) -> HitId:
    if not protected:
        hit_id = world.pair.hub.match(("XA", ours), ("XB", theirs))
        world.then()
        return hit_id
    hit_id = world.pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    world.then()
    world.node.services.release_hold(INES, hit_id, HoldRuling.RELEASE)
    world.then()
    return hit_id


def protected_exchange(world: World) -> None:
    """A victim, a person of the same case, whose hit comes to an exchange; then held for her safety."""
    xa, xb, ids = world.pair.xa, world.pair.xb, world.protected
    ours = world.publish(xa, "A-9,C-1,Nguyen Thi Mai,1999-02-01,victim,all,,", INES)
    theirs = world.publish(xb, "B-9,C-1,Nguyen Thi Mai,1999-02-01,suspect,all,,", FOCAL_POINT)
    hit_id = _raised(world, ours, theirs, protected=True)
    exchange(world, hit_id, PROTECTED, ids)
    ids.references.append(ours)
    ids.local_ids.append("A-9")
    services = xa.services
    services.give_justification(INES, hit_id, VISIT, ViewReason.PROTECT, "She is asked for.")
    services.view_hit(INES, hit_id, VISIT)
    services.watch.follow_record.set(INES, "A-9")
    services.retention.set_legal_hold(INES, ours, holds=True, reason="A court asks for her file.")
    services.retention.renew_record(INES, ours, date(2031, 6, 1), RenewalReason.PERSON_IN_DANGER, "She is not safe.")
    services.hold_for_safety(INES, hit_id, True, "Relatives are watched.")
    world.then()


def protected_withdrawals(world: World) -> None:
    """Two more that are taken back: one whose holder has purged, one whose holder has not."""
    _taken_back(world, "A-8", "B-8", "victim", PROTECTED, world.protected)
    _taken_back(world, "A-7", "B-7", "victim", PROTECTED, world.protected, purged=False)


def more(world: World) -> None:
    """General ones after the protected ones: whatever counts on counts alike."""
    xa = world.pair.xa
    world.write(xa, "A-5,C-1,Lek Thongdee,1979-11-20,,all,,", MARA)
    reference = world.publish(xa, "A-6,C-5,Lek Thongdee,1979-11-20,witness,all,,", MARA)
    xa.services.retention.set_legal_hold(AYA, reference, holds=True, reason="A court asks.")
    world.general.references.append(reference)
    world.general.local_ids.append("A-6")
    world.then()


def protected_rest(world: World) -> None:
    """A minor's hit that waits on hold, one that is not published, and one that was refused by its own case."""
    xa, xb, ids = world.pair.xa, world.pair.xb, world.protected
    held = world.publish(xa, "A-10,C-9,Dao Srisuk,2019-03-04,minor,all,,", INES)
    other = world.publish(xb, "B-10,C-9,Dao Srisuk,2019-03-04,suspect,all,,", FOCAL_POINT)
    ids.hits.append(world.pair.hub.match(("XA", held), ("XB", other), JointState.HELD, ("XA",)))
    world.write(xa, "A-11,C-9,Ploy Srisuk,2001-03-04,victim,all,,", INES)
    ids.references += [held, xa.record("A-11").reference]
    ids.local_ids += ["A-10", "A-11"]
    world.then()


def ending(world: World) -> None:
    """The last word is a general one."""
    hit_id = world.general.hits[-1]
    world.node.services.files.list_attachments(MARA, world.general.hits[0], VISIT)
    assert hit_id
    world.then()
