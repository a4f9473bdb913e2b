"""Two nodes with databases of their own, and a hub in memory between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.simulators.hub_in_memory import HubClientInMemory, HubInMemory

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap.opening import PACKAGE
from symbolon.node.bootstrap.services import HubServices, NodeServices, build_hub_services, build_services, schema_bytes
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices, ImportReport
from symbolon.node.domain.records import Record
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.services.correspondence import Correspondence, NodeIdentity
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.keys import LinkageKey, SealingKey, SigningKey
from symbolon.protocol.messages import MemberCard
from symbolon.protocol.references import HitId, MemberCode, RecordReference
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.vault import open_vault
from symbolon.runtime.migrations import migrate

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
        return uuid4().bytes * 2 if count == 32 else uuid4().bytes[:count]

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
    draws: SettableDraws
    folder: Path
    conninfo: str

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
        with psycopg.connect(self.conninfo, row_factory=dict_row) as connection:
            return connection.execute(f"select * from {table}").fetchall()  # noqa: S608


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


@pytest.fixture(scope="session")
def node_databases(postgres_server: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """A migrated database for each node, made once; `pair` empties them."""
    names = {code: f"node_pair_{code.lower()}" for code in ("XA", "XB")}
    conninfos = {code: postgres_server.create_party(name) for code, name in names.items()}
    for conninfo in conninfos.values():
        migrate(conninfo, PACKAGE)
    yield conninfos
    for name in names.values():
        postgres_server.drop_party(name)


def _emptied(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        tables = [row[0] for row in connection.execute("select tablename from pg_tables where schemaname = 'public'")]
        data = [table for table in tables if not table.endswith("_version")]
        # The owner may do what the append-only triggers keep everybody else from.
        for table in ("audit_leaf", "audit_place"):
            connection.execute(f"alter table {table} disable trigger user")
        connection.execute(f"truncate {', '.join(data)} restart identity cascade")
        for table in ("audit_leaf", "audit_place"):
            connection.execute(f"alter table {table} enable trigger user")
    return conninfo


@pytest.fixture
def pair(node_databases: dict[str, str], tmp_path: Path) -> Iterator[Pair]:
    draws = SettableDraws()
    schema = schema_bytes()
    hub = HubInMemory(LinkageSchema.from_bytes(schema).id, schema_digest(schema), draws.now)
    linkage_key = LinkageKey.generate(1, bytes(32))
    nodes = [_node(code, hub, draws, _emptied(node_databases[code]), tmp_path) for code in ("XA", "XB")]
    for node in nodes:
        node.services.join_federation("admin", hub.directory(), node.correspondence._identity)
        node.keys.add(linkage_key)
    yield Pair(hub, nodes[0], nodes[1], draws)
    for node in nodes:
        node.database.close()


def _node(code: str, hub: HubInMemory, draws: SettableDraws, conninfo: str, folder: Path) -> NodeUnderTest:
    database = Database(conninfo, application_name=f"test {code}", max_size=3)
    audit_log = HashChainAuditLog(draws, uuid4)
    home = PartyHome(folder / code)
    home.create()
    home.keys.write("a-key-of-tests", b"with it the node key is made")
    vault = open_vault(database, key_service_of(home.path, {}), draws.now())
    unit_of_work = PostgresUnitOfWork(database, audit_log, vault)
    keys = LinkageKeyFiles(home.keys)
    identity = NodeIdentity(
        MemberCode(code), SigningKey.generate(draws.random_bytes(32)), SealingKey.generate(draws.random_bytes(32))
    )
    hub.enrol(
        MemberCard(
            MemberCode(code),
            code,
            identity.signing_key.public.to_bytes(),
            identity.sealing_key.public.to_bytes(),
            "0" * 64,
        )
    )
    correspondence = Correspondence(identity)
    client = hub.client(code)
    return NodeUnderTest(
        code=MemberCode(code),
        services=build_services(unit_of_work, draws, keys, correspondence),
        hub_services=build_hub_services(unit_of_work, draws, correspondence, client),
        database=database,
        unit_of_work=unit_of_work,
        audit_log=audit_log,
        client=client,
        keys=keys,
        correspondence=correspondence,
        draws=draws,
        folder=folder,
        conninfo=conninfo,
    )
