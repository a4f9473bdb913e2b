"""To every other program the API answers byte for byte the same, whether or not a victim's record and hit are there."""

import re
from uuid import UUID

import pytest
from tests.integration.node.api.conftest import ApiDesk, Program
from tests.integration.node.api.test_rights_by_api import address_of
from tests.integration.node.conftest import PROTECTION_OFFICER
from tests.integration.node.hit_stories import confirmed

from symbolon.node.domain.actors import Role
from symbolon.node.web.api.rows import API
from symbolon.protocol.references import HitId

OTHERS = (Role.FOCAL_POINT, Role.INVESTIGATOR, Role.AUTHORISER, Role.ADMINISTRATOR, Role.AUDITOR)
BY_ITSELF = re.compile(r'"request_id": ?"[^"]*"')
LISTS = tuple(
    address
    for method, address in API
    if method == "GET" and "{" not in address and address not in ("/openapi.json", "/audit")
)
QUERIES = {
    "/hits": ("?show=all", "?show=all&overlay=protected", "?show=all&sort=newest&limit=1"),
    "/records": ("", "?case=C-V", "?sort=changed", "?publication=published,queued,unpublished"),
    "/reviews": ("?due=all", "?due=all&case=C-V"),
    "/who-to-call": ("?member=XB&competence=trafficking",),
    "/cases/export": ("?case_id=C-V", "?case_id=C-1&format=csv", "?case_id=C-1"),
}


def said(answer: object) -> tuple[int, str]:
    text: str = answer.text  # type: ignore[attr-defined]  # an answer of httpx
    return answer.status_code, BY_ITSELF.sub("", text)  # type: ignore[attr-defined]  # as above


def told(program: Program, about: HitId) -> dict[str, tuple[int, str]]:
    """Everything that a program can read without naming what it may not know of."""
    addresses = [f"{address}{query}" for address in LISTS for query in QUERIES.get(address, ("",))]
    addresses += [
        f"/hits/{about}",
        f"/hits/{about}/asked-before",
        f"/hits/{about}/files",
        f"/hits/{about}/request-form",
    ]
    answers = {address: said(program.get(address)) for address in addresses}
    for query in ({"local_id": "V-1"}, {"name": "Malee Sukjai", "birth_date": "1999-01-02"}):
        answers[str(query)] = said(program.post("/data-subjects/search", query))
    return answers


def victims_hit(desk: ApiDesk) -> HitId:
    """A protected record, published and hit, and released by its officer."""
    pair = desk.pair
    pair.xa.import_text("id,case,name,born,role,share,phone,passport\nV-1,C-V,Malee Sukjai,1999-01-02,victim,all,,\n")
    pair.xa.services.publish_records(PROTECTION_OFFICER)
    pair.xa.deliver()
    ours = pair.xa.record("V-1").reference
    theirs = pair.xb.publish("B-V,C-9,Malee Sukjai,1999-01-02,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.exchange()
    return hit_id


@pytest.mark.parametrize("role", OTHERS)
def test_no_list_count_search_or_export_tells_of_a_protected_record(desk: ApiDesk, role: Role) -> None:
    program, general = desk.program("other", role), confirmed(desk.pair)
    before = told(program, general)
    protected = victims_hit(desk)
    after = told(program, general)
    shelter = desk.protected_program("shelter")
    assert protected in shelter.get("/hits?show=all").text
    assert {address for address in before if before[address] != after[address]} == set()


@pytest.mark.parametrize("role", OTHERS)
def test_a_protected_id_is_answered_as_one_that_was_never_given(desk: ApiDesk, role: Role) -> None:
    program, protected = desk.program("other", role), victims_hit(desk)
    reference = desk.node.record("V-1").reference
    unknown = str(UUID(int=7))
    differing = []
    for method, template in API:
        if "{hit_id}" not in template and "{reference}" not in template:
            continue
        there = template.replace("{hit_id}", protected).replace("{reference}", reference)
        nowhere = template.replace("{hit_id}", unknown).replace("{reference}", unknown)
        answers = [said(program.ask(method, address_of(address))) for address in (there, nowhere)]
        if answers[0] != answers[1]:
            differing.append((method, template, answers))
        desk.node.draws.later(seconds=1)
    assert differing == []


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.INVESTIGATOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("address", ["/records/revise", "/records/withdraw", "/records/publish", "/interests"])
def test_a_protected_local_id_is_answered_as_an_unknown_one(desk: ApiDesk, role: Role, address: str) -> None:
    program = desk.program("other", role)
    victims_hit(desk)
    bodies = [
        {"/records/revise": {"local_id": name, "urgency": "U1"}, "/interests": {"record": name}}.get(
            address, {"local_ids": [name]}
        )
        for name in ("V-1", "V-0")
    ]
    there, nowhere = (said(program.post(address, body)) for body in bodies)
    assert there == nowhere


def test_a_protected_hit_is_shown_to_its_officers_program_for_a_reason_alone(desk: ApiDesk) -> None:
    protected = victims_hit(desk)
    shelter = desk.protected_program("shelter")
    refused = shelter.get(f"/hits/{protected}")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:symbolon:problem:justification-needed")
    assert shelter.post(f"/hits/{protected}/acknowledge").status_code == 403
    why = {"reason": "check-hit", "text": "the night desk asks"}
    assert shelter.post(f"/hits/{protected}/justification", why).status_code == 204
    assert shelter.get(f"/hits/{protected}").status_code == 200
    desk.node.draws.later(minutes=16)
    assert shelter.get(f"/hits/{protected}").status_code == 403
