"""Nodes with databases of their own, and a hub in memory between them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Literal
from tests.simulators.hub_in_memory import FEDERATION, HubClientInMemory, HubInMemory

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap.opening import PACKAGE
from symbolon.node.bootstrap.services import (
    HubServices,
    NodeServices,
    NodeTools,
    build_hub_services,
    build_services,
    schema_bytes,
)
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices, ImportReport
from symbolon.node.domain.records import Record
from symbolon.node.gateway.ceremony_files import CeremonyFiles
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.rotate_keys import card_of_generation
from symbolon.node.services.run_ceremony import CeremonyTools
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import FederationDirectory, MemberCard, Welcome, welcome_fingerprint
from symbolon.protocol.references import HitId, MemberCode, RecordReference
from symbolon.runtime import certificates
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.migrations import migrate
from symbolon.runtime.vault import open_vault

FOCAL_POINT = Actor("fp", frozenset({Role.FOCAL_POINT}))
PROTECTION_OFFICER = Actor("vpo", frozenset({Role.PROTECTION_OFFICER}))
ADMINISTRATOR = Actor("admin", frozenset({Role.ADMINISTRATOR}))

MAPPING = {
    "record": {
        "local_id": "id",
        "case": "case",
        "kind": "person",
        "category": {"column": "role"},
        "comparable_with": {"column": "share", "default": "all"},
    },
    "fields": {
        "names": ["name"],
        "birth_date": "born",
        "phones": [{"column": "phone", "separator": ";"}],
        "documents": [{"type": "passport", "issuer": "XA", "number": "passport"}],
    },
}
HEADER = "id,case,name,born,role,share,phone,passport"


class SettableDraws:
    """Time that a test moves; randomness from the system."""

    def __init__(self) -> None:
        self.moment = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def later(self, **span: float) -> None:
        self.moment += timedelta(**span)

    def uuid(self) -> UUID:
        return uuid4()

    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def jitter(self) -> float:
        return 0.5


@dataclass
class NodeUnderTest:
    code: MemberCode
    services: NodeServices
    hub_services: HubServices
    database: Database
    unit_of_work: PostgresUnitOfWork
    audit_log: HashChainAuditLog
    client: HubClientInMemory
    keys: LinkageKeyFiles
    correspondence: Correspondence
    tools: NodeTools
    draws: SettableDraws
    folder: Path
    conninfo: str

    @property
    def home(self) -> PartyHome:
        return PartyHome(self.folder / self.code)

    @property
    def member_keys(self) -> MemberKeyFiles:
        return MemberKeyFiles(self.home, self.code)

    def card(self, generation: int = 1) -> MemberCard:
        """The node's card with a generation of its keys."""
        keys = next(each for each in self.member_keys.generations() if each.number == generation)
        card = card_of_generation(self.member_keys, keys, (self.code, str(self.code)))
        assert card is not None
        return card

    def directory(self) -> FederationDirectory:
        with self.unit_of_work.begin() as work:
            found = work.directory.find()
        assert found is not None
        return found

    def leaves(self, act: AuditAct) -> list[object]:
        """The details of the audit log's leaves about an act, oldest first."""
        rows = sorted(self.rows("audit_leaf"), key=lambda row: str(row["recorded_at"]))
        return [row["detail"] for row in rows if row["act"] == act]

    def restart(self) -> None:
        """Go on as a new process would, that knows nothing but what is stored."""
        self.services = build_services(self.tools)
        self.hub_services = build_hub_services(self.tools, self.client)

    def import_text(self, text: str, *, encoding: str = "utf-8", choices: ImportChoices | None = None) -> ImportReport:
        file = self.folder / f"{self.code}.csv"
        file.write_bytes(text.encode(encoding))
        mapping = parse_mapping({**MAPPING, "file": {"encoding": encoding}})
        source = CsvRows(file, mapping.file)
        return self.services.import_records(FOCAL_POINT, mapping, source, choices or ImportChoices())

    def publish(self, row: str) -> RecordReference:
        """Import one row, publish it and deliver it."""
        self.import_text(f"{HEADER}\n{row}\n", choices=ImportChoices(revise_changed=True))
        self.services.publish_records(FOCAL_POINT)
        self.deliver()
        return self.record(row.split(",")[0]).reference

    def deliver(self) -> None:
        self.hub_services.deliver_outbox()

    def receive(self) -> None:
        self.hub_services.receive_deliveries(0)

    def record(self, local_id: str) -> Record:
        with self.unit_of_work.begin() as work:
            found = work.records.find_by_local_id(local_id)
        assert found is not None
        return found

    def rows(self, table: str) -> list[dict[str, object]]:
        """In the order of writing where the table counts it, else in none: pages that were emptied are filled again."""
        with psycopg.connect(self.conninfo, row_factory=dict_row) as connection:
            counts = connection.execute(_COUNTS, {"table": table}).fetchone()
            order = SQL(" order by {}").format(Identifier(counts["attname"])) if counts else SQL("")
            return connection.execute(SQL("select * from {}").format(Identifier(table)) + order).fetchall()


@dataclass
class Pair:
    hub: HubInMemory
    xa: NodeUnderTest
    xb: NodeUnderTest
    draws: SettableDraws

    def exchange(self) -> None:
        """Let everything that is due go out and come in, at both nodes."""
        for _ in range(3):
            for node in (self.xa, self.xb):
                node.deliver()
                node.receive()

    def hit(self) -> HitId:
        """A general hit that both sides were told of."""
        ours = self.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
        theirs = self.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
        hit_id = self.hub.match(("XA", ours), ("XB", theirs))
        self.exchange()
        return hit_id


@dataclass
class Trio:
    """Three nodes: two of them are a quorum."""

    hub: HubInMemory
    xa: NodeUnderTest
    xb: NodeUnderTest
    xc: NodeUnderTest
    draws: SettableDraws

    @property
    def nodes(self) -> tuple[NodeUnderTest, ...]:
        return self.xa, self.xb, self.xc

    def exchange(self, *nodes: NodeUnderTest, times: int = 3) -> None:
        """Let everything that is due go out and come in, at all nodes or at some."""
        for _ in range(times):
            for node in nodes or self.nodes:
                node.services.advance_ceremonies()
                node.deliver()
                node.receive()

    def refresh(self, *nodes: NodeUnderTest) -> None:
        for node in nodes or self.nodes:
            node.hub_services.refresh_directory()


STATES = ("XA", "XB", "XC")


@pytest.fixture(scope="session")
def node_databases(postgres_server: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """A migrated database for each node, made once; who takes one empties it."""
    with databases_to_empty(postgres_server, {code: f"node_pair_{code.lower()}" for code in STATES}) as conninfos:
        yield conninfos


@contextmanager
def databases_to_empty(server: EmbeddedPostgres, names: dict[str, str]) -> Iterator[dict[str, str]]:
    """Migrated databases by state, whose owners may forget what is in them as no owner outside of tests may."""
    conninfos = {code: server.create_party(name) for code, name in names.items()}
    with psycopg.connect(server.superuser_conninfo(), autocommit=True) as connection:
        for code, conninfo in conninfos.items():
            migrate(conninfo, PACKAGE)
            connection.execute(SQL("grant set on parameter {} to {}").format(_REPLICATION, Identifier(names[code])))
    yield conninfos
    with psycopg.connect(server.superuser_conninfo(), autocommit=True) as connection:
        for name in names.values():
            connection.execute(SQL("revoke set on parameter {} from {}").format(_REPLICATION, Identifier(name)))
            server.drop_party(name)


@pytest.fixture(scope="session")
def authority() -> certificates.KeyAndCertificate:
    """Issues the members' certificates."""
    return certificates.new_authority("The authority of tests", datetime(2031, 1, 1, tzinfo=UTC))


_COUNTS = "select attname from pg_attribute where attrelid = to_regclass(%(table)s) and attidentity <> ''"
_REPLICATION = SQL("session_replication_role")


def _emptied(conninfo: str) -> str:
    """Empty the tables that hold something: few do, and truncating a hundred takes longer than most tests."""
    with psycopg.connect(conninfo) as connection:
        found = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        tables = [Identifier(name) for (name,) in found if name not in ("runtime_version", "node_version")]
        holds = [
            SQL("select {} where exists (select from {})").format(Literal(table.as_string()), table) for table in tables
        ]
        filled = connection.execute(SQL(" union all ").join(holds)).fetchall()
        # Neither the triggers that keep everybody from forgetting, nor the order of foreign keys.
        connection.execute("set local session_replication_role = replica")
        for (table,) in filled:
            connection.execute(SQL("delete from {}").format(SQL(table)))
        used = "select schemaname, sequencename from pg_sequences where last_value is not null"
        for place in connection.execute(used).fetchall():
            connection.execute(SQL("alter sequence {} restart").format(Identifier(*place)))
    return conninfo


def new_hub(draws: SettableDraws) -> HubInMemory:
    schema = schema_bytes()
    return HubInMemory(LinkageSchema.from_bytes(schema).id, schema_digest(schema), draws.now)


def founded(hub: HubInMemory, nodes: list[NodeUnderTest], authority: certificates.KeyAndCertificate) -> None:
    """Let the nodes join, found the federation, and learn of it."""
    for node in nodes:
        join(hub, node, authority)
    hub.co_sign()
    for node in nodes:
        node.hub_services.refresh_directory()
    # What told them of it has nothing more to say.
    hub.queues.clear()


def join(hub: HubInMemory, node: NodeUnderTest, authority: certificates.KeyAndCertificate) -> None:
    """Enrol a node at the hub, and hand it its welcome."""
    request = node.member_keys.certificate_request(1).encode()
    certificate = certificates.issue_client_certificate(authority, request, node.code, node.draws.now())
    welcome = Welcome(
        certificate_pem=certificate.decode(),
        ca_pem=authority.certificate_pem.decode(),
        hub_url="https://localhost:1",
        hub_signing_key=hub.signing_key.public.to_bytes(),
        federation=FEDERATION,
        exercise=True,
    )
    node.services.join_federation("admin", welcome, welcome_fingerprint(welcome))
    hub.enrol(node.card(), node.member_keys.generations()[0].signing_key)


@pytest.fixture
def pair(node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate) -> Iterator[Pair]:
    """Two nodes of a founded federation, with the linkage key of its first epoch."""
    draws = SettableDraws()
    hub = new_hub(draws)
    nodes = [new_node(code, hub, draws, node_databases[code], tmp_path) for code in ("XA", "XB")]
    founded(hub, nodes, authority)
    for node in nodes:
        node.keys.add(LinkageKey.generate(1, bytes(32)))
    yield Pair(hub, nodes[0], nodes[1], draws)
    for node in nodes:
        node.database.close()


@pytest.fixture
def trio(node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate) -> Iterator[Trio]:
    """Three nodes of a founded federation, without a linkage key."""
    draws = SettableDraws()
    hub = new_hub(draws)
    nodes = [new_node(code, hub, draws, node_databases[code], tmp_path) for code in STATES]
    founded(hub, nodes, authority)
    yield Trio(hub, nodes[0], nodes[1], nodes[2], draws)
    for node in nodes:
        node.database.close()


def new_node(code: str, hub: HubInMemory, draws: SettableDraws, conninfo: str, folder: Path) -> NodeUnderTest:
    """A node that was set up and joined nothing, in an emptied database."""
    database = Database(_emptied(conninfo), application_name=f"test {code}", max_size=3)
    audit_log = HashChainAuditLog(draws, uuid4)
    home = PartyHome(folder / code)
    home.create()
    home.keys.write("a-key-of-tests", b"with it the node key is made")
    vault = open_vault(database, key_service_of(home.path, {}), draws.now())
    unit_of_work = PostgresUnitOfWork(database, audit_log, vault)
    linkage_keys = LinkageKeyFiles(home.keys)
    member_keys = MemberKeyFiles(home, MemberCode(code))
    member_keys.make(1, draws)
    correspondence = Correspondence(MemberCode(code), member_keys)
    ceremony = CeremonyTools(draws, CeremonyFiles(home.keys), linkage_keys, correspondence)
    tools = NodeTools(unit_of_work, draws, linkage_keys, member_keys, correspondence, ceremony, code)
    client = hub.client(code)
    return NodeUnderTest(
        code=MemberCode(code),
        services=build_services(tools),
        hub_services=build_hub_services(tools, client),
        database=database,
        unit_of_work=unit_of_work,
        audit_log=audit_log,
        client=client,
        keys=linkage_keys,
        correspondence=correspondence,
        tools=tools,
        draws=draws,
        folder=folder,
        conninfo=conninfo,
    )
