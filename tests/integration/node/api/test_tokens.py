"""Tokens: shown once, kept as a digest, counted only while they count; and who may be a client at all."""

from datetime import timedelta

import pytest
from tests.integration.node.api.conftest import NO_RELEASE, ApiDesk, Program
from tests.integration.node.conftest import ADMINISTRATOR, FOCAL_POINT, PROTECTION_OFFICER

from symbolon.node.domain.actors import Role
from symbolon.node.domain.api_clients import ClientDraft, ClientMistake, Scope
from symbolon.node.errors import Forbidden
from symbolon.node.web.api import access
from symbolon.protocol.audit_log import AuditAct


def test_a_token_is_kept_as_a_digest_alone(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    assert program.get("/client").json()["login"] == "client:cases"
    secret = program.token.rsplit(".", 1)[1]
    assert all(secret not in str(row) for row in desk.node.rows("api_client"))


@pytest.mark.parametrize("token", ["-", "x", "symbolon.0.0", "symbolon." + "0" * 32 + "." + "A" * 43])
def test_what_is_no_token_opens_nothing(desk: ApiDesk, token: str) -> None:
    refused = Program(desk.http, token).get("/hits")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_changed_secret_opens_nothing(desk: ApiDesk) -> None:
    token = desk.program("cases", Role.FOCAL_POINT).token
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert Program(desk.http, other).get("/client").status_code == 401


def test_a_revoked_token_opens_nothing_at_once(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    assert program.get("/client").status_code == 200
    desk.clients.revoke(ADMINISTRATOR, "cases")
    assert program.get("/client").status_code == 401
    assert len(desk.node.leaves(AuditAct.CLIENT_REVOKED)) == 1


def test_a_token_ends_by_itself(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    desk.node.draws.later(days=31)
    assert program.get("/client").status_code == 401


def test_a_cookie_opens_nothing_here(desk: ApiDesk) -> None:
    assert desk.http.get("/api/v1/hits", headers={"Cookie": "session=anything"}).status_code == 401


def test_who_asks_too_often_is_told_how_long_to_wait(desk: ApiDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    monkeypatch.setattr(access.Pace, "take", lambda *_: 7)
    refused = program.get("/client")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "7"


def test_wrong_tokens_slow_down_where_they_come_from(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    statuses = [Program(desk.http, "wrong").get("/client").status_code for _ in range(access.WRONG_A_MINUTE + 1)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    desk.node.draws.later(minutes=1)
    assert program.get("/client").status_code == 200


def test_what_a_client_had_no_right_to_ask_for_leaves_a_leaf(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.INVESTIGATOR, scopes=frozenset({Scope.HITS_READ}))
    assert program.get("/records").status_code == 403
    assert desk.node.leaves(AuditAct.ACCESS_REFUSED) == [{"route": "/api/v1/records"}]


def test_a_client_reads_its_own_acts_and_nobody_elses(desk: ApiDesk) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    desk.hit()
    program.get("/hits")
    leaves = program.get("/audit").json()
    assert {leaf["leaf"]["actor"] for leaf in leaves} == {"client:cases"}


def test_an_administrator_alone_makes_clients(desk: ApiDesk) -> None:
    draft = ClientDraft("cases", frozenset({Role.FOCAL_POINT}), NO_RELEASE, desk.node.draws.now() + timedelta(days=1))
    with pytest.raises(Forbidden):
        desk.clients.add(FOCAL_POINT, draft)
    with pytest.raises(Forbidden):
        desk.clients.grant_protected(ADMINISTRATOR, "cases")


def test_a_name_is_given_once(desk: ApiDesk) -> None:
    desk.program("cases", Role.FOCAL_POINT)
    desk.clients.revoke(ADMINISTRATOR, "cases")
    with pytest.raises(ClientMistake):
        desk.program("cases", Role.FOCAL_POINT)


def test_the_protected_scope_counts_once_a_protection_officer_gave_it(desk: ApiDesk) -> None:
    program = desk.program("shelter", Role.PROTECTION_OFFICER)
    assert program.get("/client").json()["roles"] == []
    assert program.get("/hits").status_code == 403
    desk.clients.grant_protected(PROTECTION_OFFICER, "shelter")
    assert program.get("/client").json()["roles"] == ["protection_officer"]
    assert program.get("/hits").status_code == 200
