"""The pages over a real database of accounts and real TLS, with a desk of paper behind them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from tests.e2e.browser import browser
from tests.integration.web.paper_clocks import PaperClocks
from tests.integration.web.paper_desk import (
    MEMBER_NAMES,
    PASSWORD,
    PEOPLE,
    PaperDesk,
    StoppedClock,
    Visitor,
    a_status,
    filled_desk,
)
from tests.integration.web.stand_in import Present, StandIn

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.hub.bootstrap import people as hub_people
from symbolon.hub.web.desk_app import create_desk_app
from symbolon.node.bootstrap import people as node_people
from symbolon.node.web.app import create_app
from symbolon.runtime import accounts
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.certificates import issue_server_certificate, new_authority
from symbolon.runtime.database import Database
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.migrations import migrate
from symbolon.runtime.pages import Desk
from symbolon.runtime.registry import PeopleSettings, Registry
from symbolon.runtime.sql_loader import Query
from symbolon.runtime.tls_protocol import PeerCertificateProtocol
from symbolon.runtime.vault import DataKeys, Vault

__all__ = ["browser"]


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def paper_desk(clock: StoppedClock) -> PaperDesk:
    return filled_desk(clock)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: EmbeddedPostgres) -> Iterator[Database]:
    """One database for all tests of the pages: each begins with the same accounts, and without a session."""
    conninfo = postgres_server.create_party("web_desk")
    migrate(conninfo, "symbolon.runtime")
    with Database(conninfo) as database:
        with database.transaction() as tx:
            for login, (role, name) in PEOPLE.items():
                accounts.add_user(tx, login, PASSWORD, [role], name)
            # Hashing takes its time: done once, put back before each test.
            tx.execute(Query("keep_accounts", "", "create table account_at_start as select * from account"))
        yield database
    postgres_server.drop_party("web_desk")


@pytest.fixture
def database(migrated_database: Database) -> Database:
    with migrated_database.transaction() as tx:
        tx.execute(Query("empty", "", "truncate account, sign_in_login, sign_in_source cascade"))
        tx.execute(Query("put_back", "", "insert into account select * from account_at_start"))
    return migrated_database


@pytest.fixture
def leaves_since(database: Database) -> Callable[[], list[dict[str, object]]]:
    """What came into the audit log since the test began, in its order."""

    def leaves(after: int) -> list[dict[str, object]]:
        query = Query("look", "", "select * from audit_leaf where arrival > %(after)s order by arrival")
        with database.transaction() as tx:
            return [dict(row) for row in tx.fetch_all(query, after=after)]

    start = max((int(str(leaf["arrival"])) for leaf in leaves(0)), default=0)
    return lambda: leaves(start)


@pytest.fixture
def registry(database: Database, clock: StoppedClock) -> Registry:
    """An exercise's people, who may do without a second factor."""
    return Registry(
        database=database,
        clock=clock,
        audit=HashChainAuditLog(clock, uuid4),
        vault=Vault(lambda: DataKeys({1: bytes(32)}, bytes(32))),
        rules=node_people.RULES,
        party="Amara (XA)",
        settings=PeopleSettings(second_factor_is_optional=True, token_lifetime=timedelta(minutes=15)),
        is_exercise=lambda: True,
    )


@pytest.fixture
def live_registry(registry: Registry) -> Registry:
    """The same people where nobody signs in without a second factor."""
    return replace(registry, is_exercise=lambda: False)


@pytest.fixture
def gatekeeper(registry: Registry) -> Gatekeeper:
    return Gatekeeper(registry)


@dataclass(frozen=True)
class StandingApp:
    """An application that serves one test after the other, each with its own services and people."""

    app: FastAPI
    services: Present
    people: Present

    @contextmanager
    def serving(self, services: object, people: Registry) -> Iterator[FastAPI]:
        """The application, with these behind it."""
        self.services.thing, self.people.thing = services, people
        yield self.app
        self.services.thing = self.people.thing = None


def standing_app(make: Callable[[Any, Any], FastAPI]) -> StandingApp:
    services, people = Present(), Present()
    return StandingApp(make(StandIn(services), StandIn(people)), services, people)


@pytest.fixture(scope="session")
def standing_node_apps() -> dict[bool, StandingApp]:
    """The desk of a node: in an exercise, and not."""

    def of(*, exercise: bool) -> StandingApp:
        desk = Desk("XA", "Amara", "focal point desk", exercise=exercise)
        return standing_app(lambda services, people: create_app(services, people, desk, lambda: MEMBER_NAMES))

    return {exercise: of(exercise=exercise) for exercise in (True, False)}


@pytest.fixture
def node_app(
    standing_node_apps: dict[bool, StandingApp], paper_desk: PaperDesk, registry: Registry
) -> Iterator[FastAPI]:
    with standing_node_apps[True].serving(paper_desk.services(), registry) as app:
        yield app


@pytest.fixture
def live_app(
    standing_node_apps: dict[bool, StandingApp], paper_desk: PaperDesk, live_registry: Registry
) -> Iterator[FastAPI]:
    with standing_node_apps[False].serving(paper_desk.services(), live_registry) as app:
        yield app


@pytest.fixture
def paper_clocks(clock: StoppedClock) -> PaperClocks:
    return PaperClocks(clock)


@dataclass(frozen=True)
class HubPapers:
    """What a hub's desk shows."""

    status: Callable[[], Any]
    clocks: PaperClocks


@pytest.fixture(scope="session")
def standing_hub_app() -> StandingApp:
    desk = Desk("hub", "Hub", "status", exercise=True)
    return standing_app(lambda papers, people: create_desk_app(papers.status, papers.clocks, people, desk))


@pytest.fixture
def hub_app(
    standing_hub_app: StandingApp, registry: Registry, clock: StoppedClock, paper_clocks: PaperClocks
) -> Iterator[FastAPI]:
    people = replace(registry, rules=hub_people.RULES, party="hub")
    with standing_hub_app.serving(HubPapers(lambda: a_status(clock.now()), paper_clocks), people) as app:
        yield app


@pytest.fixture
def visit(serve_over_tls: Callable[[FastAPI], str]) -> Iterator[Callable[[FastAPI], Visitor]]:
    clients: list[httpx.Client] = []

    def visit(app: FastAPI) -> Visitor:
        client = httpx.Client(
            base_url=serve_over_tls(app),
            headers={"Accept": "text/html"},
            verify=False,  # noqa: S501 - a certificate of a moment ago, on the loopback
            follow_redirects=True,
        )
        clients.append(client)
        return Visitor(client)

    yield visit
    for client in clients:
        client.close()


@pytest.fixture
def serve_over_tls(tmp_path: Path) -> Iterator[Callable[[FastAPI], str]]:
    """Serves an application behind TLS on a free port of the loopback and gives its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []
    now = datetime.now(UTC)
    pair = issue_server_certificate(new_authority("test authority", now), ["127.0.0.1", "localhost"], now)
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(pair.certificate_pem)
    key.write_bytes(pair.private_key_pem)

    def serve(app: FastAPI) -> str:
        config = uvicorn.Config(
            app,
            "127.0.0.1",
            0,
            http=PeerCertificateProtocol,
            log_config=None,
            lifespan="off",
            ssl_certfile=str(certificate),
            ssl_keyfile=str(key),
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        running.append((server, thread))
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"https://127.0.0.1:{port}"

    yield serve
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
