"""The matrix of rights: every address for every kind of client, and the description of each."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.integration.node.api.conftest import ApiDesk, Program, api_of

from symbolon.node.domain.actors import RIGHTS, Role
from symbolon.node.domain.api_clients import Scope
from symbolon.node.web.api.app import PREFIX, document
from symbolon.node.web.api.rows import API, ApiRule
from symbolon.runtime.authorisation import UnguardedRoutes, enforce, routes_of

ZERO = str(UUID(int=0))
KINDS: tuple[tuple[str, tuple[Role, ...], frozenset[Scope] | None], ...] = (
    ("focal", (Role.FOCAL_POINT,), None),
    ("looker", (Role.INVESTIGATOR,), None),
    ("shelter", (Role.PROTECTION_OFFICER,), None),
    ("releaser", (Role.AUTHORISER,), None),
    ("backoffice", (Role.ADMINISTRATOR,), None),
    ("oversight", (Role.AUDITOR,), None),
    ("reader", (Role.FOCAL_POINT,), frozenset({Scope.HITS_READ})),
    ("ungranted", (Role.PROTECTION_OFFICER,), None),
)


def address_of(template: str) -> str:
    for name in ("member",):
        template = template.replace(f"{{{name}}}", "XB")
    while "{" in template:
        begin, end = template.index("{"), template.index("}")
        template = template[:begin] + ZERO + template[end + 1 :]
    return template


def may(rule: ApiRule, roles: frozenset[Role], scopes: frozenset[Scope]) -> bool:
    rights = frozenset().union(*(RIGHTS[role] for role in roles))
    return (rule.scope is None or rule.scope in scopes) and (not rule.any_of or bool(rule.any_of & rights))


@pytest.fixture
def programs(desk: ApiDesk) -> dict[str, Program]:
    made = {}
    for name, roles, scopes in KINDS:
        if name == "shelter":
            made[name] = desk.protected_program(name)
        else:
            made[name] = desk.program(name, *roles, scopes=scopes)
    return made


def test_every_address_admits_exactly_those_whose_scope_and_role_have_it(
    desk: ApiDesk, programs: dict[str, Program]
) -> None:
    wrong = []
    for (method, template), rule in API.items():
        if rule.is_public:
            continue
        for name, program in programs.items():
            client = program.get("/client").json()
            roles, scopes = frozenset(map(Role, client["roles"])), frozenset(map(Scope, client["scopes"]))
            status = program.ask(method, address_of(template)).status_code
            if (status != 403) != may(rule, roles, scopes) or status >= 500:
                wrong.append((method, template, name, status))
            desk.node.draws.later(seconds=1)
        if Program(desk.http, "none").ask(method, address_of(template)).status_code != 401:
            wrong.append((method, template, "nobody", 0))
        desk.node.draws.later(minutes=1)
    assert wrong == []


def test_a_route_without_a_row_keeps_the_api_from_starting(desk: ApiDesk) -> None:
    app = api_of(desk.node)
    table = {(method, f"{PREFIX}{address}"): rule for (method, address), rule in API.items()}
    table.pop(("GET", f"{PREFIX}/hits"))
    bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    bare.router.routes.extend(app.router.routes)
    with pytest.raises(UnguardedRoutes):
        enforce(bare, table, lambda *_: None)
    assert ("GET", f"{PREFIX}/hits") in routes_of(bare)


def test_every_address_is_described_with_an_example_of_its_body(desk: ApiDesk) -> None:
    served = desk.http.get("/api/v1/openapi.json").json()
    assert served == json.loads(json.dumps(document()))
    described = {
        (method.upper(), path.removeprefix(PREFIX)) for path, methods in served["paths"].items() for method in methods
    }
    assert described == set(API) - {("GET", "/openapi.json")}
    for methods in served["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
            for kind, media in operation.get("requestBody", {}).get("content", {}).items():
                assert kind != "application/json" or media == {"schema": {}} or media["example"]


def test_the_copy_of_the_description_is_the_one_that_is_served() -> None:
    copy = Path(__file__).parents[4] / "docs" / "guides" / "openapi.json"
    assert json.loads(copy.read_text(encoding="utf-8")) == json.loads(json.dumps(document()))
