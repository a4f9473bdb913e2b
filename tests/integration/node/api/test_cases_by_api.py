"""Cases out and in, the same again; each mistake with its row and field; what came from others as its handling lets."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.node.api.conftest import ApiDesk
from tests.integration.node.asking import REPLY, REQUEST, answer, ask
from tests.integration.node.conftest import FOCAL_POINT
from tests.integration.node.hit_stories import confirmed

from symbolon.matching.identifiers import PersonName, RecordIdentifiers
from symbolon.node.domain.actors import Role
from symbolon.node.domain.case_files import CaseFile, CaseFormat, read_case, write_case
from symbolon.node.domain.forms import DecisionForm
from symbolon.node.domain.records import RecordContent
from symbolon.protocol.exchange_terms import RequestRuling, Tlp
from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
)
from symbolon.protocol.references import MemberCode

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Co", "Cn")))
CONTENTS = st.builds(
    RecordContent,
    local_id=PRINTABLE.filter(bool).map(lambda text: text[:40]),
    case_id=PRINTABLE.map(lambda text: text[:40]),
    kind=st.sampled_from(RecordKind),
    category=st.none() | st.sampled_from(SubjectCategory),
    offence_group=st.sampled_from(OffenceGroup),
    urgency=st.sampled_from(Urgency),
    review_date=st.none() | st.dates(),
    comparable_with=st.sampled_from(
        [
            ComparableWith.all_members(),
            ComparableWith(ComparisonMode.ONLY, (MemberCode("XB"),)),
            ComparableWith(ComparisonMode.EXCEPT, (MemberCode("XB"), MemberCode("XC"))),
        ]
    ),
    identifiers=st.builds(
        RecordIdentifiers,
        names=st.lists(st.builds(PersonName, PRINTABLE.filter(bool), st.none()), min_size=1, max_size=3).map(tuple),
    ),
)


@pytest.mark.parametrize("form", list(CaseFormat))
@given(records=st.lists(CONTENTS, max_size=4, unique_by=lambda content: content.local_id))
def test_what_was_written_reads_back_the_same(form: CaseFormat, records: list[RecordContent]) -> None:
    read = read_case(write_case(CaseFile("C", tuple(records)), form), form)
    assert read.problems == ()
    assert [content for _, content in read.rows] == records


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_case_goes_out_and_comes_in_at_another_node_exactly(desk: ApiDesk, form: str) -> None:
    desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    exported = program.get(f"/cases/export?case_id=C-1&format={form}")
    assert exported.status_code == 200
    again = program.post(f"/cases/import?format={form}", exported.content)
    assert again.json()["outcome"] == "nothing-new"
    changed = exported.content.replace(b"A-1", b"A-9")
    taken = program.post(f"/cases/import?format={form}", changed).json()
    assert (taken["outcome"], taken["new"]) == ("taken", 1)
    before, after = desk.node.record("A-1").content, desk.node.record("A-9").content
    assert replace(after, local_id="A-1") == before


def test_a_mistake_names_row_and_field_and_nothing_is_taken(desk: ApiDesk) -> None:
    desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    case = json.loads(program.get("/cases/export?case_id=C-1").content)
    (record,) = case["records"]
    case["records"] = [{**record, "local_id": "A-8"}, {**record, "local_id": "A-9", "kind": "ghost"}]
    report = program.post("/cases/import", case).json()
    assert report["outcome"] == "not-taken"
    assert [(each["row"], each["column"]) for each in report["problems"]] == [(2, "kind")]
    assert program.get("/records?case=C-1").json()["items"][0]["local_id"] == "A-1"
    assert len(desk.node.rows("record")) == 1


def test_a_changed_record_is_taken_as_a_revision_only_at_a_word(desk: ApiDesk) -> None:
    desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    case = json.loads(program.get("/cases/export?case_id=C-1").content)
    case["records"][0]["urgency"] = "U1"
    assert program.post("/cases/import", case).json()["outcome"] == "not-taken"
    assert program.post("/cases/import?revise=true", case).json()["revised"] == 1
    assert desk.node.record("A-1").content.urgency is Urgency.U1


def replied(desk: ApiDesk, tlp: Tlp) -> None:
    hit_id = confirmed(desk.pair)
    exchange_id = ask(desk.node, hit_id, REQUEST)
    desk.pair.exchange()
    desk.pair.xb.services.decide_request(FOCAL_POINT, hit_id, exchange_id, DecisionForm(RequestRuling.ACCEPT))
    desk.pair.exchange()
    answer(desk.pair.xb, hit_id, exchange_id, replace(REPLY, tlp=tlp))
    desk.pair.exchange()


def test_what_another_state_gave_leaves_as_its_handling_lets_it(desk: ApiDesk) -> None:
    replied(desk, Tlp.AMBER)
    program = desk.program("cases", Role.FOCAL_POINT)
    exported = program.get("/cases/export?case_id=C-1")
    assert [each["purpose"] for each in exported.json()["received"]] == ["reply"]
    assert "In the harbour" in exported.text


def test_what_is_red_stays_where_it_is(desk: ApiDesk) -> None:
    replied(desk, Tlp.RED)
    program = desk.program("cases", Role.FOCAL_POINT)
    hits = program.get("/hits?show=all").json()["items"]
    shown = program.get(f"/hits/{hits[0]['hit_id']}")
    exported = program.get("/cases/export?case_id=C-1")
    assert exported.json()["received"] == []
    assert "In the harbour" not in exported.text + shown.text
    assert shown.json()["exchanges"][0]["withheld"] == 1


def test_an_administrators_program_exports_no_case(desk: ApiDesk) -> None:
    desk.hit()
    assert desk.program("backoffice", Role.ADMINISTRATOR).get("/cases/export?case_id=C-1").status_code == 403


def test_a_protected_record_is_its_officers_alone(desk: ApiDesk) -> None:
    desk.node.import_text("id,case,name,born,role,share,phone,passport\nV-1,C-V,Malee,1999-01-01,victim,all,,\n")
    general, shelter = desk.program("cases", Role.FOCAL_POINT), desk.protected_program("shelter")
    assert general.get("/cases/export?case_id=C-V").status_code == 404
    assert shelter.get("/cases/export?case_id=C-V").status_code == 200
