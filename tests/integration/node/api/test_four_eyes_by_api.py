"""What leaves is drafted by one principal and released by another, and one of the two is a person."""

import pytest
from tests.integration.node.api.conftest import ApiDesk, Program
from tests.integration.node.asking import AUTHORISER, REQUEST
from tests.integration.node.conftest import FOCAL_POINT
from tests.integration.node.hit_stories import confirmed

from symbolon.node.domain.actors import Role
from symbolon.node.domain.api_clients import ClientMistake, Scope
from symbolon.node.web.api.values import as_json

REQUEST_BODY = {"kind": "request", "form": as_json(REQUEST)}


def drafted_by(program: Program, hit_id: str) -> str:
    made = program.post(f"/hits/{hit_id}/drafts", REQUEST_BODY)
    assert made.status_code == 201, made.text
    draft_id: str = made.json()["draft_id"]
    assert program.post(f"/hits/{hit_id}/drafts/{draft_id}/submit").status_code == 204
    return draft_id


def test_what_a_program_drafted_a_person_releases(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    drafted_by(desk.program("cases", Role.FOCAL_POINT), hit_id)
    (line,) = desk.node.services.list_drafts(AUTHORISER)
    shown = desk.node.services.show_draft(AUTHORISER, line.draft_id)
    assert shown.content_digest is not None
    desk.node.services.approve_draft(AUTHORISER, line.draft_id, shown.content_digest)
    desk.pair.exchange()
    (exchange,) = desk.pair.xb.services.show_hit(FOCAL_POINT, hit_id).exchanges
    assert exchange.state.value == "REQUESTED"


def test_what_a_program_drafted_no_program_releases(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    draft_id = drafted_by(desk.program("cases", Role.FOCAL_POINT), hit_id)
    releaser = desk.program("releaser", Role.AUTHORISER)
    shown = releaser.get(f"/hits/{hit_id}/releases/{draft_id}").json()
    said = {"content_digest": shown["content_digest"]}
    refused = releaser.post(f"/hits/{hit_id}/releases/{draft_id}/approve", said)
    assert refused.status_code == 403
    assert "let a person release it" in refused.json()["detail"]


def test_what_a_person_drafted_a_program_releases_as_it_saw_it(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    draft_id = desk.node.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)
    desk.node.services.submit_draft(FOCAL_POINT, draft_id)
    releaser = desk.program("releaser", Role.AUTHORISER)
    address = f"/hits/{hit_id}/releases/{draft_id}"
    assert releaser.post(f"{address}/approve", {"content_digest": "0" * 64}).status_code == 409
    digest = releaser.get(address).json()["content_digest"]
    assert releaser.post(f"{address}/approve", {"content_digest": digest}).status_code == 204


@pytest.mark.parametrize(
    ("roles", "scopes"),
    [
        ((Role.FOCAL_POINT, Role.AUTHORISER), {Scope.HITS_READ}),
        ((Role.PROTECTION_OFFICER,), {Scope.DRAFTS, Scope.RELEASE, Scope.PROTECTED}),
        ((Role.FOCAL_POINT,), {Scope.PROTECTED}),
        ((Role.PROTECTION_OFFICER,), {Scope.HITS_READ}),
        ((Role.ADMINISTRATOR, Role.FOCAL_POINT), {Scope.HITS_READ}),
    ],
)
def test_no_client_has_what_is_to_be_apart(desk: ApiDesk, roles: tuple[Role, ...], scopes: set[Scope]) -> None:
    with pytest.raises(ClientMistake):
        desk.program("cases", *roles, scopes=frozenset(scopes))
