"""The API of a node with a real database, over real TLS, in the hands of programs of several kinds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.integration.node.conftest import ADMINISTRATOR, PROTECTION_OFFICER, NodeUnderTest, Pair
from tests.integration.web.conftest import serve_over_tls

from symbolon.node.bootstrap import people
from symbolon.node.bootstrap.api import build_api_services
from symbolon.node.domain.actors import Role
from symbolon.node.domain.api_clients import ClientDraft, Scope
from symbolon.node.services.manage_api_clients import ManageApiClients
from symbolon.node.storage.joined_work import JoinedUnitOfWork
from symbolon.node.web.api.app import create_api
from symbolon.protocol.references import HitId
from symbolon.runtime.registry import PeopleSettings, Registry
from symbolon.runtime.vault import Vault

__all__ = ["serve_over_tls"]

NO_RELEASE = frozenset(Scope) - {Scope.RELEASE, Scope.PROTECTED}
NO_DRAFTS = frozenset(Scope) - {Scope.DRAFTS, Scope.PROTECTED}


def vault_of(node: NodeUnderTest) -> Vault:
    return node.unit_of_work._vault


def joined_of(node: NodeUnderTest) -> JoinedUnitOfWork:
    return JoinedUnitOfWork(node.database, node.audit_log, vault_of(node))


def registry_of(node: NodeUnderTest) -> Registry:
    return Registry(
        database=node.database,
        clock=node.draws,
        audit=node.audit_log,
        vault=vault_of(node),
        rules=people.RULES,
        party=node.code,
        settings=PeopleSettings(second_factor_is_optional=True, token_lifetime=timedelta(minutes=15)),
        is_exercise=lambda: True,
    )


def api_of(node: NodeUnderTest) -> FastAPI:
    return create_api(build_api_services(node.tools, joined_of(node), registry_of(node)), node.draws)


@dataclass
class Program:
    """A client of the API with its token."""

    http: httpx.Client
    token: str = field(repr=False)

    def ask(self, method: str, address: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        content = None if body is None else {"json": body}
        if isinstance(body, bytes):
            content = {"content": body}
        return self.http.request(method, f"/api/v1{address}", headers=sent, **(content or {}))

    def get(self, address: str, **headers: str) -> Any:
        return self.ask("GET", address, None, headers)

    def post(self, address: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        return self.ask("POST", address, body, headers)


@dataclass
class ApiDesk:
    """A pair of nodes, and the API of the first."""

    pair: Pair
    http: httpx.Client

    @property
    def node(self) -> NodeUnderTest:
        return self.pair.xa

    @property
    def clients(self) -> ManageApiClients:
        return ManageApiClients(self.node.unit_of_work, self.node.draws)

    def program(self, name: str, *roles: Role, scopes: frozenset[Scope] | None = None) -> Program:
        """A new client with these roles; every scope that such a client may have, unless others are named."""
        wanted = scopes
        if wanted is None:
            wanted = NO_DRAFTS if Role.AUTHORISER in roles else NO_RELEASE
            if Role.PROTECTION_OFFICER in roles:
                wanted |= {Scope.PROTECTED}
        expires_at = self.node.draws.now() + timedelta(days=30)
        token = self.clients.add(ADMINISTRATOR, ClientDraft(name, frozenset(roles), wanted, expires_at))
        return Program(self.http, token)

    def protected_program(self, name: str) -> Program:
        """A client whom a protection officer lets see victims' hits."""
        program = self.program(name, Role.PROTECTION_OFFICER)
        self.clients.grant_protected(PROTECTION_OFFICER, name)
        return program

    def hit(self) -> HitId:
        return self.pair.hit()


@pytest.fixture
def desk(pair: Pair, serve_over_tls: Callable[[FastAPI], str]) -> Iterator[ApiDesk]:
    base = serve_over_tls(api_of(pair.xa))
    with httpx.Client(base_url=base, verify=False, timeout=30) as http:  # noqa: S501 - a certificate of a moment ago
        yield ApiDesk(pair, http)
