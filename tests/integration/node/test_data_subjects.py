"""Answering data subjects, over a real database: found, exported, corrected, erased, and proved from the log."""

import json
from dataclasses import replace

import pytest
from tests.integration.node.conftest import FOCAL_POINT, HEADER, PROTECTION_OFFICER, NodeUnderTest, Pair

from symbolon.matching.identifiers import parse_birth_date
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.data_subjects import DataSubjectKind, FoundBy, SubjectQuery
from symbolon.node.domain.records import Publication
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.services.answer_data_subject import ExportForm
from symbolon.protocol.audit_log import AuditAct, Leaf, leaf_hash
from symbolon.protocol.references import LeafId

AUTHORISER = Actor("aut", frozenset({Role.AUTHORISER}))
SOMCHAI = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,AA1234567"
MALEE = "A-2,C-2,Malee Srisai,2004-01-09,victim,all,,BB7654321"
OTHERS = (
    "A-3,C-1,Nguyen Van Thanh,1987-04-02,suspect,all,,CC0000001",
    "A-4,C-3,Somchai Jaidee,1961-11-30,suspect,all,,DD0000002",
)
BY_NAME = SubjectQuery(name="Somchai Jaidee", birth_date="1990-05-03")


def _import(node: NodeUnderTest, *rows: str) -> None:
    node.import_text("\n".join((HEADER, *rows, "")))


def _found(node: NodeUnderTest, query: SubjectQuery, actor: Actor = FOCAL_POINT) -> list[tuple[str, FoundBy]]:
    found = node.services.retention.find_data_subject(actor, query)
    return [(record.local_id, record.found_by) for record in found]


def test_a_person_is_found_by_name_and_date_of_birth_together(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI, *OTHERS)
    assert _found(pair.xa, BY_NAME) == [("A-1", FoundBy.NAME_AND_DATE)]


def test_a_name_is_found_in_another_spelling(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI, *OTHERS)
    assert _found(pair.xa, replace(BY_NAME, name="Somchay JAIDEE")) == [("A-1", FoundBy.NAME_AND_DATE)]


def test_a_person_is_found_by_a_documents_number_even_misread(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI, *OTHERS)
    assert _found(pair.xa, SubjectQuery(document_number="AA 1234567")) == [("A-1", FoundBy.DOCUMENT)]
    assert _found(pair.xa, SubjectQuery(document_number="AAI234S67")) == [("A-1", FoundBy.DOCUMENT)]


def test_a_person_is_found_by_the_states_own_id(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI, *OTHERS)
    assert _found(pair.xa, SubjectQuery(local_id="A-3")) == [("A-3", FoundBy.LOCAL_ID)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (SubjectQuery(), "name"),
        (SubjectQuery(name="Somchai Jaidee"), "birth_date"),
        (SubjectQuery(birth_date="1990-05-03"), "name"),
        (SubjectQuery(name="Somchai Jaidee", birth_date="yesterday"), "birth_date"),
        (SubjectQuery(document_number="12"), "document_number"),
    ],
)
def test_a_query_that_says_too_little_names_its_field(pair: Pair, query: SubjectQuery, field: str) -> None:
    with pytest.raises(InvalidDraft) as refused:
        pair.xa.services.retention.find_data_subject(FOCAL_POINT, query)
    assert refused.value.field == field


def test_a_protected_record_is_found_by_the_protection_officer_alone(pair: Pair) -> None:
    query = SubjectQuery(name="Malee Srisai", birth_date="2004-01-09")
    _import(pair.xa, SOMCHAI)
    without = pair.xa.services.retention.find_data_subject(FOCAL_POINT, query)
    _import(pair.xa, MALEE)
    assert pair.xa.services.retention.find_data_subject(FOCAL_POINT, query) == without == ()
    assert _found(pair.xa, query, PROTECTION_OFFICER) == [("A-2", FoundBy.NAME_AND_DATE)]


def test_the_log_of_a_search_is_the_same_with_and_without_a_protected_record(pair: Pair) -> None:
    query = SubjectQuery(name="Malee Srisai", birth_date="2004-01-09")
    _import(pair.xa, SOMCHAI)
    pair.xa.services.retention.find_data_subject(FOCAL_POINT, query)
    _import(pair.xa, MALEE)
    pair.xa.services.retention.find_data_subject(FOCAL_POINT, query)
    without, with_it = pair.xa.leaves(AuditAct.DATA_SUBJECT_SEARCHED)
    assert without == with_it == {"records": 0, "by": "name-and-date"}


def test_nobody_searches_without_the_office(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.services.retention.find_data_subject(AUTHORISER, BY_NAME)


def test_a_protected_record_is_exported_corrected_and_erased_by_the_protection_officer_alone(pair: Pair) -> None:
    _import(pair.xa, MALEE)
    reference = pair.xa.record("A-2").reference
    identifiers = pair.xa.record("A-2").content.identifiers
    services = pair.xa.services.retention
    for refused in (
        lambda: services.export_data_subject(FOCAL_POINT, reference, ExportForm.JSON),
        lambda: services.correct_data_subject(FOCAL_POINT, reference, identifiers),
        lambda: services.erase_data_subject(FOCAL_POINT, reference),
        lambda: services.list_data_subject_acts.proofs(FOCAL_POINT, reference),
    ):
        with pytest.raises(NotFound):
            refused()
    services.erase_data_subject(PROTECTION_OFFICER, reference)
    assert services.list_data_subject_acts(FOCAL_POINT) == ()
    assert len(services.list_data_subject_acts(PROTECTION_OFFICER)) == 1


def test_an_export_holds_the_record_for_a_program_and_for_a_person(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI)
    reference = pair.xa.record("A-1").reference
    held = json.loads(pair.xa.services.retention.export_data_subject(FOCAL_POINT, reference, ExportForm.JSON))
    assert held["record"]["local_id"] == "A-1"
    assert held["record"]["identifiers"]["names"][0]["text"] == "Somchai Jaidee"
    text = pair.xa.services.retention.export_data_subject(FOCAL_POINT, reference, ExportForm.TEXT).decode()
    assert "local id: A-1" in text
    assert "Somchai Jaidee" in text
    (exported, *_) = pair.xa.services.retention.list_data_subject_acts(FOCAL_POINT)
    assert (exported.kind, exported.login) == (DataSubjectKind.EXPORTED, "fp")


def test_a_correction_is_a_version_of_its_own_at_the_hub_too(pair: Pair) -> None:
    reference = pair.xa.publish(SOMCHAI)
    identifiers = replace(pair.xa.record("A-1").content.identifiers, birth_date=parse_birth_date("1991-05-03"))
    pair.xa.services.retention.correct_data_subject(FOCAL_POINT, reference, identifiers)
    pair.xa.deliver()
    record = pair.xa.record("A-1")
    assert (record.version, record.hub_version, record.content.identifiers) == (2, 2, identifiers)
    with pytest.raises(InvalidDraft):
        pair.xa.services.retention.correct_data_subject(FOCAL_POINT, reference, identifiers)


def test_an_erased_record_is_withdrawn_and_leaves_no_word_of_its_subject(pair: Pair) -> None:
    reference = pair.xa.publish(SOMCHAI)
    report = pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    pair.exchange()
    assert report.counts["records"] == 1
    (row,) = [row for row in pair.xa.rows("record") if str(row["reference"]) == reference]
    assert (row["publication"], row["local_id"], row["case_id"]) == (Publication.WITHDRAWN, f"erased-{reference}", None)
    assert pair.xa.rows("case_file") == []
    for table in ("record", "audit_leaf", "outbox_item", "outbox_batch", "data_subject_act", "case_file"):
        text = repr(pair.xa.rows(table))
        assert not any(word in text for word in ("Somchai", "1990-05-03", "AA1234567", "'A-1'", "C-1"))
    assert _found(pair.xa, BY_NAME) == []


def test_an_erased_record_is_found_in_no_list_and_cannot_be_erased_twice(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI)
    reference = pair.xa.record("A-1").reference
    pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    with pytest.raises(NotFound):
        pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    with pytest.raises(NotFound):
        pair.xa.services.retention.show_review(FOCAL_POINT, reference)
    _import(pair.xa, SOMCHAI)
    assert pair.xa.record("A-1").reference != reference


def test_a_legal_hold_stops_an_erasure(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI)
    reference = pair.xa.record("A-1").reference
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="Court order")
    with pytest.raises(NotAllowedNow):
        pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)


def test_the_proof_of_an_erasure_can_be_checked_by_anybody_and_names_nobody(pair: Pair) -> None:
    _import(pair.xa, SOMCHAI)
    reference = pair.xa.record("A-1").reference
    pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    with pair.xa.database.transaction() as tx:
        pair.xa.audit_log.sequence(tx)
    (erased,) = [
        proof
        for proof in pair.xa.services.retention.list_data_subject_acts.proofs(FOCAL_POINT, reference)
        if proof.act == "data-subject-erased"
    ]
    (row,) = [row for row in pair.xa.rows("audit_leaf") if str(row["leaf_id"]) == erased.leaf_id]
    leaf = Leaf(
        LeafId(str(row["leaf_id"])),
        row["recorded_at"],  # type: ignore[arg-type]  # a row is untyped
        AuditAct(row["act"]),
        str(row["actor"]),
        str(row["subject"]),
        row["detail"],  # type: ignore[arg-type]  # a row is untyped
    )
    assert leaf_hash(leaf).hex() == erased.leaf_hash
    assert erased.place is not None
    assert erased.chain_hash in {bytes(place["chain_hash"]).hex() for place in pair.xa.rows("audit_place")}  # type: ignore[arg-type]
    assert "Somchai" not in repr(row)
