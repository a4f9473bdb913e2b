"""A node's desk with every form described: no request of anybody is answered with a server error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from tests.fuzz.described_api import attack
from tests.simulators.desk_over_http import DeskOverHttp

from symbolon.node.bootstrap.people import RULES
from symbolon.node.domain.actors import Role
from symbolon.node.domain.justification import ViewReason
from symbolon.node.web.app import create_app
from symbolon.node.web.authorisation import DESK
from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    HoldRuling,
    InformationAccuracy,
    IntendedUse,
    SourceReliability,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import JointState
from symbolon.runtime import accounts
from symbolon.runtime.pages import Desk
from symbolon.runtime.registry import PeopleSettings, Registry
from symbolon.runtime.vault import DataKeys, Vault

from .asking import ask
from .conftest import FOCAL_POINT, NodeUnderTest, Pair

PASSWORD = "quiet harbour lantern 7"
PEOPLE = {role.value: role.value for role in Role}
"""One person for each role, who is called as the role is."""
TEXT: dict[str, Any] = {"type": "string"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}


def one_of(kind: Any) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": [each.value for each in kind]}, TEXT]}


WORDS = ("purpose", "relevance", "facts", "questions", "why_this_state", "urgency_reason", "legal_basis")
REQUEST = {
    **dict.fromkeys(WORDS, TEXT),
    "urgency": one_of(Urgency),
    "need_by": DAY,
    "channel": one_of(Channel),
    "intended_use": one_of(IntendedUse),
    "handling_code": one_of(HandlingCode),
}
REPLY = {
    **dict.fromkeys(("answer-1", "answer-2", "answer-3", "caveats"), TEXT),
    "source_reliability": one_of(SourceReliability),
    "information_accuracy": one_of(InformationAccuracy),
    "handling_code": one_of(HandlingCode),
    "delete_by": DAY,
}
FIELDS: dict[str, dict[str, Any]] = {
    "/sign-in": {"login": one_of(Role), "password": TEXT, "code": TEXT, "then": TEXT},
    "/welcome": {"token": TEXT},
    "/welcome/account": {"token": TEXT, "login": TEXT, "name": TEXT, "password": TEXT, "code": TEXT},
    "/account/password": {"password": TEXT, "new_password": TEXT},
    "/account/second-factor": {"password": TEXT, "code": TEXT},
    "/account/recovery-codes": {"password": TEXT},
    "/people": {"login": TEXT, "name": TEXT, "role": one_of(Role)},
    "/people/{login}/roles": {"role": one_of(Role)},
    "/hits/{hit_id}/justification": {"reason": one_of(ViewReason), "text": TEXT, "then": TEXT},
    "/hits/{hit_id}/vote": {"verdict": one_of(Verdict), "reason": TEXT},
    "/hits/{hit_id}/release": {"ruling": one_of(HoldRuling)},
    "/hits/{hit_id}/request": REQUEST,
    "/hits/{hit_id}/requests/{request_id}/reply": REPLY,
}
"""What each form sends, beside its token; a form that is not here sends nothing else."""
QUERIES = {
    "/inbox": ("show", "country", "urgency", "band", "sort"),
    "/inbox/queue": ("show", "country", "urgency", "band", "sort", "seen"),
    "/inbox.csv": ("show", "country", "urgency", "band", "sort"),
    "/sign-in": ("then",),
    "/audit": ("act", "actor", "subject", "since", "limit"),
}


@dataclass(slots=True)
class Office:
    """A node's desk with its people signed in, a hit, a hit on hold, and a request that waits for its answer."""

    desk: DeskOverHttp
    ids: dict[str, list[str]]


@pytest.fixture
def office(pair: Pair) -> Iterator[Office]:
    hit_id = pair.hit()
    held = held_hit(pair)
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "as I see it")
    pair.exchange()
    request_id = ask(pair.xb, hit_id)
    pair.exchange()
    with DeskOverHttp(desk_app(pair.xa), PASSWORD) as desk:
        desk.sign_in(*PEOPLE)
        # The session that a form would end belongs to none of them.
        ids = {"hit_id": [hit_id, held], "request_id": [request_id], "login": [*PEOPLE], "session_id": [hit_id]}
        yield Office(desk, ids)


def held_hit(pair: Pair) -> str:
    ours = pair.xa.publish("A-9,C-1,Nguyen Thi Mai,1999-02-01,victim,all,,")
    theirs = pair.xb.publish("B-9,C-1,Nguyen Thi Mai,1999-02-01,suspect,all,,")
    held = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, told=("XA",))
    pair.exchange()
    return held


def desk_app(node: NodeUnderTest) -> Any:
    """The node's real pages over its real services, in an exercise that asks for no second factor."""
    registry = Registry(
        database=node.database,
        clock=node.draws,
        audit=node.audit_log,
        vault=Vault(lambda: DataKeys({1: bytes(32)}, bytes(32))),
        rules=RULES,
        party="Amara (XA)",
        settings=PeopleSettings(second_factor_is_optional=True, token_lifetime=timedelta(minutes=15)),
        is_exercise=lambda: True,
    )
    with node.database.transaction() as tx:
        for login, role in PEOPLE.items():
            accounts.add_user(tx, login, PASSWORD, [role], f"The {role}")
    return create_app(node.services, registry, Desk("XA", "Amara", "desk", exercise=True), dict)


def described(ids: dict[str, list[str]]) -> dict[str, Any]:
    """An OpenAPI document of the desk: its routes are the rows of its authorisation table."""
    paths: dict[str, Any] = {}
    for method, path in DESK:
        names = re.findall(r"\{([a-z_]+)\}", path)
        # A plain word instead of an id: what is no address at all, another test looks at.
        inside = [
            parameter("path", name, {"enum": [*ids.get(name, ["symbolon.css"]), "0", "nobody"]}) for name in names
        ]
        asked = [parameter("query", name, TEXT, required=False) for name in QUERIES.get(path, ())]
        operation: dict[str, Any] = {"parameters": inside + asked, "responses": {"200": {"description": "a page"}}}
        if method == "POST":
            form = {"type": "object", "properties": FIELDS.get(path, {"unknown": TEXT})}
            operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        paths.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "A node's desk", "version": "1"}, "paths": paths}


def parameter(where: str, name: str, schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"in": where, "name": name, "required": required, "schema": schema}


def test_no_request_of_anybody_is_answered_with_a_server_error(office: Office) -> None:
    statuses: set[int] = set()

    def send(request: dict[str, Any], data: st.DataObject) -> Any:
        login = data.draw(st.sampled_from([*PEOPLE, None]))
        if login is not None and not office.desk.is_signed_in(login):
            login = None
        fields = request["body"] if isinstance(request["body"], dict) else {}
        tokens = {
            "csrf_token": office.desk.csrf_token(login),
            "form_token": _form_token(office.desk, request["path"], login),
        }
        form = {**{str(name): str(value) for name, value in fields.items()}, **{k: v for k, v in tokens.items() if v}}
        method, query = request["method"], {name: str(value) for name, value in request["query"].items()}
        content = {"data": form} if method.upper() == "POST" else {}
        answer = office.desk.ask(login, method, request["path"], params=query, headers=request["headers"], **content)
        statuses.add(answer.status_code)
        return answer

    tally = attack(described(office.ids), send)
    assert {label for label, _status in tally} == {f"{method} {path}" for method, path in DESK}
    assert statuses >= {200, 303, 404, 422}


def _form_token(desk: DeskOverHttp, path: str, login: str | None) -> str:
    return desk.form_token(login) if path in ("/sign-in", "/welcome", "/welcome/account") else ""
