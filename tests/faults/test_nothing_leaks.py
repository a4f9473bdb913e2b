"""No identifier in clear and no linkage key gets where it must not be: traffic, hub's database and disk, any log."""

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.faults.recording_proxy import RecordingProxy
from tests.faults.rounds import wait_until

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.case.story import CASE_RECORDS
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU, FictionalRecord
from symbolon.exercise.node_party import ExerciseNode
from symbolon.exercise.party import LOOPBACK
from symbolon.exercise.ports import free_ports
from symbolon.exercise.state_desk import ANSWER, QUESTION, REASON, StateDesk
from symbolon.hub.bootstrap.opening import default_schema
from symbolon.hub.services.initialise_hub import AUTHORITY_CERTIFICATE, AUTHORITY_KEY
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.certificates import KeyAndCertificate, issue_server_certificate
from symbolon.runtime.tls import TlsFiles, client_context, mutual_server_context

STATES = (AMARA, BELANU)
HITS = 4
SEALED_AT_REST = (SubjectCategory.VICTIM, SubjectCategory.WITNESS, SubjectCategory.MINOR)
SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Traces:
    """What a whole run left behind, by where it lay."""

    traffic: bytes
    hub_database: bytes
    hub_disk: bytes
    hub_environments: bytes
    logs: bytes
    linkage_key: bytes
    node_database: bytes
    """The one place where identifiers may be: the search must find them there."""

    def everything(self) -> dict[str, bytes]:
        return {
            "traffic": self.traffic,
            "hub database": self.hub_database,
            "hub disk": self.hub_disk,
            "hub environments": self.hub_environments,
            "logs": self.logs,
        }


@pytest.fixture(scope="module")
def traces() -> Iterator[Traces]:
    with ExitStack() as stack:
        federation = stack.enter_context(Federation({AMARA: "Amara", BELANU: "Belanu"}))
        proxies = {code: stack.enter_context(proxy_of(federation, code)) for code in STATES}
        federation.start({code: f"https://{LOOPBACK}:{proxy.port}" for code, proxy in proxies.items()})
        play(federation)
        supervisor, folder = federation.servers.supervisor, federation.servers.folder
        yield Traces(
            traffic=b"".join(proxy.recorded() for proxy in proxies.values()),
            hub_database=rows_of(federation.servers.postgres.superuser_conninfo("hub")),
            hub_disk=b"".join(files_below(folder / "hub")) + b"".join(files_below(folder / "mq")),
            hub_environments=b"".join(
                Path(f"/proc/{supervisor.pid(name)}/environ").read_bytes()
                for name in ("hub-web", "hub-worker", "hub-beat")
            ),
            logs=b"".join(files_below(federation.servers.logs)),
            linkage_key=linkage_key_of(federation.nodes[AMARA]),
            node_database=rows_of(federation.servers.postgres.superuser_conninfo("xa")),
        )


def proxy_of(federation: Federation, code: MemberCode) -> RecordingProxy:
    """Between one node and the hub; it holds what no real attacker has: a certificate of both sides."""
    hub_tls, hub_keys = federation.hub.home.tls, federation.hub.home.keys
    authority = KeyAndCertificate(hub_keys.read(AUTHORITY_KEY), hub_tls.read(AUTHORITY_CERTIFICATE))
    issued = issue_server_certificate(authority, (LOOPBACK,), datetime.now(UTC))
    folder = federation.servers.folder
    files = TlsFiles(folder / f"proxy-{code}.pem", folder / f"proxy-{code}-key.pem")
    files.certificate.write_bytes(issued.certificate_pem)
    files.private_key.write_bytes(issued.private_key_pem)
    as_node = client_context(MemberKeyFiles(federation.nodes[code].home, code).tls_files(1), federation.hub.authority)
    (port,) = free_ports(1)
    as_hub = mutual_server_context(files, federation.hub.authority)
    return RecordingProxy(port, federation.hub.api_port, as_hub, as_node)


def play(federation: Federation) -> None:
    """The case between two states: hits, votes, a request and its reply."""
    for code in STATES:
        node = federation.nodes[code]
        node.import_file(CASE_FOLDER / f"{code.lower()}.csv", CASE_FOLDER / f"{code.lower()}.toml")
        node.publish()
    with ExitStack() as stack:
        desks = [stack.enter_context(federation.nodes[code].desk()) for code in STATES]

        def is_confirmed(desk: StateDesk) -> bool:
            states = [entry.state for entry in desk.work_through()]
            return len(states) == HITS and set(states) == {JointState.CONFIRMED}

        def are_confirmed() -> bool:
            confirmed = [is_confirmed(desk) for desk in desks]
            return all(confirmed)

        wait_until("the confirmation of all hits", are_confirmed)
        hit_id = next(entry.hit_id for entry in desks[0].queue() if entry.own_record == "AM-0101")
        desks[0].ask(hit_id)
        wait_until("the request's arrival", lambda: desks[1].answer(hit_id))
        wait_until("the reply's arrival", lambda: desks[0].holds_answer(hit_id))


def rows_of(conninfo: str) -> bytes:
    """Every value of every table."""
    values: list[bytes] = []
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("select * from {}").format(sql.Identifier(schema, table))
            for row in connection.execute(query):
                values += (value if isinstance(value, bytes) else str(value).encode() for value in row)
    return b"\n".join(values)


def files_below(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


def linkage_key_of(node: ExerciseNode) -> bytes:
    (name,) = [name for name in node.home.keys.names() if "linkage" in name]
    return node.home.keys.read(name)


def planted(record: FictionalRecord) -> set[str]:
    """What identifies the record's subject, in the spellings that a program might pass on."""
    ship = (record.vessel.name, record.vessel.imo) if record.vessel else ()
    texts = {record.native_name, record.latin_name, record.passport, record.account, record.handle, *ship}
    texts |= {record.plate, record.plate.replace(" ", ""), record.phone.removeprefix("+44"), record.local_id}
    texts |= {word for name in (record.native_name, record.latin_name) for word in name.split()}
    if record.born is not None and record.born.month is not None and record.born.day is not None:
        born = record.born
        texts |= {f"{born.year}-{born.month:02d}-{born.day:02d}", f"{born.day:02d}/{born.month:02d}/{born.year + 543}"}
    return {text for text in texts if len(text) >= SHORTEST}


def names_of_case(state: MemberCode, *, protected: bool) -> set[str]:
    """The names in the state's case file, of those whose records are sealed there or of the others."""
    return {
        record.native_name
        for record in CASE_RECORDS[state]
        if record.native_name and (record.category in SEALED_AT_REST) is protected
    }


def in_all_spellings(content: bytes) -> bytes:
    """The content, once more in lower case, and with everything that could be base64 or hexadecimal read."""
    parts = [content, content.lower()]
    for token in set(re.findall(rb"[A-Za-z0-9_+/-]{8,}", content)):
        plain = token.replace(b"-", b"+").replace(b"_", b"/")
        plain = plain[:-1] if len(plain) % 4 == 1 else plain
        parts.append(base64.b64decode(plain + b"=" * (-len(plain) % 4)))
        if len(token) % 2 == 0 and re.fullmatch(rb"[0-9a-fA-F]+", token):
            parts.append(bytes.fromhex(token.decode()))
    return b"\n".join(parts)


def test_the_run_left_the_traces_that_are_searched(traces: Traces) -> None:
    assert b"POST /v1/submissions" in traces.traffic
    assert b"ciphertext" in traces.traffic
    assert b"PATH=" in traces.hub_environments
    assert b"symbolon" in traces.hub_disk
    assert b'"event": "request"' in traces.logs
    assert len(traces.linkage_key) >= 32
    assert len(traces.hub_database) > 10_000


def found_in(content: bytes, texts: set[str]) -> set[str]:
    searched = in_all_spellings(content)
    return {text for text in texts if text.encode() in searched or text.lower().encode() in searched}


def without_the_published_schema(database: bytes) -> bytes:
    """The hub's database without the linkage schema that it serves to all, whose list of common words holds names."""
    schema, _ = default_schema()
    assert schema in database
    return database.replace(schema, b"")


def test_the_search_finds_identifiers_where_they_may_be(traces: Traces) -> None:
    names = names_of_case(AMARA, protected=False)
    assert found_in(traces.node_database, names) == names
    assert found_in(base64.urlsafe_b64encode(traces.node_database), names) == names
    assert found_in(traces.node_database.hex().encode(), names) == names


def test_a_victims_name_lies_in_clear_not_even_in_the_database_of_its_own_node(traces: Traces) -> None:
    names = names_of_case(AMARA, protected=True)
    assert names
    assert found_in(traces.node_database, names) == set()


def test_no_identifier_is_anywhere_but_at_its_own_node(traces: Traces) -> None:
    identifiers = {text for state in STATES for record in CASE_RECORDS[state] for text in planted(record)}
    said = {REASON, QUESTION, ANSWER, "Recruitment for forced labour"}
    assert len(identifiers) > 30
    searched = traces.everything() | {"hub database": without_the_published_schema(traces.hub_database)}
    assert {where: found_in(content, identifiers | said) for where, content in searched.items()} == {
        where: set() for where in searched
    }


def test_a_name_planted_in_the_hubs_database_is_found_though_the_published_schema_is_left_out(traces: Traces) -> None:
    schema, _ = default_schema()
    for planted_name in ("Hossain", "Hafiz", "hafiz", "Somchai"):
        for spelled in (planted_name.encode(), base64.urlsafe_b64encode(f"{planted_name} Islam".encode())):
            leaking = traces.hub_database + b"\n" + spelled + b"\n" + schema
            assert found_in(without_the_published_schema(leaking), {planted_name}) == {planted_name}


def test_the_linkage_key_is_nowhere_but_at_the_nodes(traces: Traces) -> None:
    key = traces.linkage_key[-32:]
    for where, content in traces.everything().items():
        assert key not in in_all_spellings(content), where
