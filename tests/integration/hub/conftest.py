"""A hub on a real PostgreSQL, with three simulated member states."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from tests.simulators.hub_members import FEDERATION, SimulatedMember, body_of, purposes_of
from tests.simulators.operator_bench import OperatorBench, three_operators

from symbolon.exercise.ports import free_ports
from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import Hub, initialise, open_hub
from symbolon.hub.bootstrap.worker import blind_comparator, build_worker_services, open_comparator
from symbolon.hub.domain.hits import Hit
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.jobs.tasks import WorkerServices
from symbolon.hub.ports import Comparator
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.matching.identifier_types import BirthDate, Document, DocumentType, PersonName, RecordIdentifiers
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import Alert, FederationDirectory, Purpose, Sealed, StepTaken, Welcome
from symbolon.protocol.references import HitId, MemberCode
from symbolon.runtime.home import PartyHome
from symbolon.runtime.sql_loader import Query

FreshDatabase = Callable[[str], str]
_WAITING_FOR_TURN = Query(
    "waiting_for_turn", "for a test", "select count(*) from pg_locks where locktype = 'advisory' and not granted"
)


@dataclass(slots=True)
class HubBench:
    """A hub's services without web and broker, and three members."""

    hub: Hub
    api: ApiServices
    worker: WorkerServices
    members: dict[str, SimulatedMember]
    welcomes: dict[str, Welcome]
    wake_ups: list[None] = field(default_factory=list)
    new_comparator: Callable[[], Comparator] | None = None
    operators: OperatorRoom | None = None

    def indexed(self) -> int:
        """How many encodings can be compared: in the worker's memory, or at each of three operators."""
        if self.operators is None:
            return len(cast(Any, self.worker.refresh_index).job._finder)  # what is in memory, nobody tells
        [records] = {each.records for each in self.operators.status().values()}
        return records

    def another_worker(self) -> WorkerServices:
        """A worker that starts now."""
        assert self.new_comparator is not None
        return build_worker_services(self.hub, self.new_comparator())

    @property
    def amara(self) -> SimulatedMember:
        return self.members["XA"]

    @property
    def belanu(self) -> SimulatedMember:
        return self.members["XB"]

    @property
    def cassor(self) -> SimulatedMember:
        return self.members["XC"]

    def submit(self, member: SimulatedMember, *items: Any) -> Any:
        return self.api.accept_submission(member.code, member.submission(*items))

    def mail(self, member: SimulatedMember) -> Any:
        return self.api.list_deliveries(member.code, 100)

    def purposes(self, member: SimulatedMember) -> list[Purpose]:
        """What waits for a member, oldest first."""
        return purposes_of(self.mail(member))

    def acknowledge_all(self, *members: SimulatedMember) -> None:
        """Nothing waits for these (or any) members any more."""
        for member in members or self.members.values():
            waiting = self.mail(member)
            if waiting:
                envelope = member.acknowledgement(*(each.delivery_id for each in waiting))
                self.api.acknowledge_deliveries(member.code, envelope)

    def proposal(self) -> FederationDirectory:
        """The version that is proposed."""
        with self.hub.store.work() as work:
            proposed = work.directory.proposal()
        assert proposed is not None
        return proposed

    def directory(self) -> FederationDirectory:
        """The version in effect."""
        with self.hub.store.work() as work:
            known = work.directory.in_effect()
        assert known is not None
        return known

    def sign(self, code: str) -> None:
        """One member signs what is proposed."""
        member = self.members[code]
        self.api.approve_directory(member.code, member.approval(self.proposal()))

    def co_sign(self, *codes: str) -> None:
        """These members sign what is proposed; it is in effect afterwards."""
        version = self.proposal().version
        for code in codes:
            self.sign(code)
        assert self.directory().version == version

    def now(self) -> datetime:
        return datetime.now(UTC)

    def waiting_for(self, code: str) -> int:
        """How many deliveries wait for a member, however it stands."""
        return next(member.undelivered for member in self.hub.show_status()().members if member.code == code)

    def waits_for_turn(self) -> bool:
        """Whether a transaction waits for its turn at the records."""
        with self.hub.database.transaction() as tx:
            return int(tx.fetch_value(_WAITING_FOR_TURN)) > 0

    def sealed(self, sender: SimulatedMember, recipient: SimulatedMember, purpose: Purpose) -> Any:
        """A message that the hub cannot read, about no hit."""
        body = Sealed(
            hit_id=None, recipient_key_id=recipient.sealing_key.key_id, suite="test", ciphertext=b"only for you"
        )
        return sender.envelope(body, purpose, recipient.code)

    def acts(self) -> list[AuditAct]:
        """What the audit log says was done, in its order."""
        self.worker.sequence_audit()
        with self.hub.database.transaction() as tx:
            return [entry.leaf.act for entry in self.hub.audit_log.entries(tx)]

    def alerts(self, member: SimulatedMember) -> list[Alert]:
        return self.messages(member, Alert)

    def told(self, member: SimulatedMember) -> list[Event]:
        """Of which steps the hub told a member, oldest first."""
        return [taken.event for taken in self.messages(member, StepTaken)]

    def hit(self, hit_id: HitId) -> Hit:
        """A hit as the hub has it."""
        with self.hub.store.work() as work:
            return work.hits.lock(hit_id)

    def messages(self, member: SimulatedMember, kind: Any) -> list[Any]:
        mail = self.mail(member)
        return [
            body_of(each.envelope, kind)
            for each, purpose in zip(mail, purposes_of(mail), strict=True)
            if purpose is kind.PURPOSE
        ]


@pytest.fixture
def hub_home(tmp_path: Path) -> PartyHome:
    return PartyHome(tmp_path / "hub")


@pytest.fixture
def api_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def initialised_hub(
    fresh_database: FreshDatabase, hub_home: PartyHome, broker_url: str, api_port: int
) -> Iterator[Hub]:
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION,
        "exercise": True,
        "database": fresh_database("hub"),
        "broker": broker_url,
        "hub_url": "https://localhost:8443",
        "api_port": api_port,
        "desk_port": 0,
    }
    hub = initialise(hub_home, HubDraft(FEDERATION, settings, ("localhost", "127.0.0.1")))
    hub.database.close()
    hub = open_hub(hub_home, "test", connections=12)
    yield hub
    hub.database.close()


@pytest.fixture
def comparison() -> str:
    """Which comparator the hub has: "open", unless a module of tests asks for both by `pytestmark = BOTH`."""
    return "open"


@pytest.fixture
def operators(
    comparison: str, tmp_path: Path, fresh_database: FreshDatabase
) -> Iterator[tuple[OperatorBench, OperatorRoom] | None]:
    """Three operators, and a room of the hub to ask them in; None where comparison is open."""
    if comparison == "open":
        yield None
        return
    folder = tmp_path / "operators"
    folder.mkdir()
    with three_operators(folder, fresh_database, FEDERATION) as bench:
        room = bench.room()
        yield bench, room
        room.close()


@pytest.fixture
def founding(initialised_hub: Hub, operators: tuple[OperatorBench, OperatorRoom] | None) -> HubBench:
    """A hub that has no members yet."""
    hub = initialised_hub
    wake_ups: list[None] = []
    wake = WakeUps(match=lambda: wake_ups.append(None), clear_away=lambda: None)

    def new_comparator() -> Comparator:
        return open_comparator(hub) if operators is None else blind_comparator(hub, operators[1], recompute_one_in=3)

    intake = OpenEncodings if operators is None else BlindEncodings
    api = build_api_services(hub, intake(hub.linkage_schemas()), wake)
    worker = build_worker_services(hub, new_comparator())
    return HubBench(hub, api, worker, {}, {}, wake_ups, new_comparator, operators and operators[1])


@pytest.fixture
def bench(founding: HubBench, operators: tuple[OperatorBench, OperatorRoom] | None) -> HubBench:
    """A federation of three members."""
    enrol = founding.hub.enrol_member()
    for code in ("XA", "XB", "XC"):
        member = founding.members[code] = SimulatedMember(MemberCode(code))
        member.share = None if operators is None else operators[0].share_item
        founding.welcomes[code] = enrol(member.enrolment_request(), None)
    founding.co_sign(*founding.members)
    founding.acknowledge_all()
    return founding


@pytest.fixture
def person() -> RecordIdentifiers:
    return RecordIdentifiers(
        names=(PersonName("Somchai Rattanakosin"),),
        birth_date=BirthDate(1988, 4, 17),
        documents=(Document(DocumentType.PASSPORT, "XAA", "A1234567"),),
    )


@pytest.fixture
def somebody_else() -> RecordIdentifiers:
    return RecordIdentifiers(names=(PersonName("Nguyen Van Anh"),), birth_date=BirthDate(1970, 12, 3))
