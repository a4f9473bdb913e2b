import pytest

from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.domain.records import Publication
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.audit_store import AuditFilter

from .conftest import FOCAL_POINT, HEADER, Pair

GOOD = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,+66812345678;+66812345679,"
BAD_DATE = "A-2,C-1,Nok Suk,1990-19-03,suspect,all,,"


def csv_text(*rows: str) -> str:
    return "\n".join((HEADER, *rows, ""))


def test_a_good_file_is_taken_whole(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text(GOOD, "A-2,C-1,Nok Suk,1990,suspect,all,,"))
    assert (report.outcome, report.new, report.bad_rows) == (ImportOutcome.TAKEN, 2, 0)
    assert len(pair.xa.record("A-1").content.identifiers.phones) == 2


def test_a_file_with_a_bad_row_is_not_taken_and_the_report_says_where_and_what_to_do(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text(GOOD, BAD_DATE))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    assert pair.xa.rows("record") == []
    (problem,) = report.problems
    assert (problem.row, problem.column) == (3, "born")
    assert "month" in problem.what
    assert "YYYY" in problem.what_to_do
    assert "1990" not in problem.what


def test_good_rows_are_taken_only_at_an_explicit_word(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text(GOOD, BAD_DATE), choices=ImportChoices(good_rows_only=True))
    assert (report.outcome, report.new, report.bad_rows) == (ImportOutcome.TAKEN_IN_PART, 1, 1)
    assert [row["local_id"] for row in pair.xa.rows("record")] == ["A-1"]


def test_the_same_file_again_changes_nothing_and_references_stay(pair: Pair) -> None:
    pair.xa.import_text(csv_text(GOOD))
    before = pair.xa.rows("record")
    report = pair.xa.import_text(csv_text(GOOD))
    assert (report.outcome, report.unchanged) == (ImportOutcome.NOTHING_NEW, 1)
    assert pair.xa.rows("record") == before


def test_a_changed_row_is_a_problem_until_it_is_taken_as_a_revision(pair: Pair) -> None:
    pair.xa.import_text(csv_text(GOOD))
    reference = pair.xa.record("A-1").reference
    changed = csv_text(GOOD.replace("Jaidee", "Jaidii"))
    refused = pair.xa.import_text(changed)
    assert refused.outcome is ImportOutcome.NOT_TAKEN
    assert "--revise" in refused.problems[0].what_to_do
    taken = pair.xa.import_text(changed, choices=ImportChoices(revise_changed=True))
    assert (taken.revised, pair.xa.record("A-1").version) == (1, 2)
    assert pair.xa.record("A-1").reference == reference


def test_two_rows_with_one_id_are_reported(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text(GOOD, GOOD))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    assert "line 2" in report.problems[0].what


def test_a_missing_column_is_reported_with_the_nearest_one(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text(GOOD).replace("passport", "pasport_no"))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    assert "did you mean the column “pasport_no”" in report.problems[0].what_to_do


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "สมชาย ใจดี"),
        ("utf-8-sig", "สมชาย ใจดี"),
        ("tis-620", "สมชาย ใจดี"),
        ("cp874", "สมชาย ใจดี"),
        ("gbk", "王小明"),
        ("cp1256", "محمد علي"),
        ("utf-16", "王小明"),
    ],
)
def test_national_encodings_are_read(pair: Pair, encoding: str, name: str) -> None:
    report = pair.xa.import_text(csv_text(f"A-1,,{name},1990,suspect,all,,"), encoding=encoding)
    assert report.outcome is ImportOutcome.TAKEN
    assert pair.xa.record("A-1").content.identifiers.names[0].text == name


def test_bytes_of_another_encoding_are_reported_by_row_and_column(pair: Pair) -> None:
    file = pair.xa.folder / "mixed.csv"
    file.write_bytes(csv_text(GOOD).encode() + b"A-2,,\xca\xc1,1990,suspect,all,,\n")
    from symbolon.node.domain.import_mapping_parser import parse_mapping
    from symbolon.node.gateway.csv_rows import CsvRows

    from .conftest import MAPPING

    mapping = parse_mapping(MAPPING)
    report = pair.xa.services.import_records(FOCAL_POINT, mapping, CsvRows(file, mapping.file), ImportChoices())
    (problem,) = report.problems
    assert (problem.row, problem.column) == (3, "name")


def test_buddhist_years_partial_dates_and_native_digits_are_read(pair: Pair) -> None:
    pair.xa.import_text(csv_text("A-1,,Somchai Jaidee,๒๕๓๓-๐๕,suspect,all,,", "A-2,,Nok Sukjai,2533,suspect,all,,"))
    first, second = (pair.xa.record(local_id).content.identifiers.birth_date for local_id in ("A-1", "A-2"))
    assert first is not None
    assert second is not None
    assert (first.year, first.month, second.year, second.month) == (1990, 5, 1990, None)


def test_a_list_of_states_that_cannot_be_read_refuses_the_row_and_never_means_all(pair: Pair) -> None:
    report = pair.xa.import_text(csv_text("A-1,,Somchai Jaidee,1990,suspect,nobody,,"))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    assert report.problems[0].column == "share"


@pytest.mark.parametrize("case", ["C" * 9_000, "C-\x1b1"])
def test_a_case_id_that_cannot_be_used_is_reported_by_row_and_column(pair: Pair, case: str) -> None:
    report = pair.xa.import_text(csv_text(GOOD, f"A-2,{case},Nok Suk,1990,suspect,all,,"))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    (problem,) = report.problems
    assert (problem.row, problem.column) == (3, "case")
    assert "200 printable characters" in problem.what_to_do


def test_a_list_of_too_many_states_is_reported_by_row_and_column(pair: Pair) -> None:
    codes = " ".join(f"{first}{second}" for first in "ABCDEFGHIJ" for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    report = pair.xa.import_text(csv_text(f"A-1,,Somchai Jaidee,1990,suspect,except {codes},,"))
    (problem,) = report.problems
    assert (problem.row, problem.column) == (2, "share")
    assert "at most 250" in problem.what_to_do


def test_a_record_without_category_is_kept_listed_and_not_published(pair: Pair) -> None:
    pair.xa.import_text(csv_text("A-1,,Somchai Jaidee,1990-05-03,,all,,", GOOD.replace("A-1", "A-2")))
    report = pair.xa.services.publish_records(FOCAL_POINT)
    assert (report.queued, report.without_category) == (1, ("A-1",))
    assert pair.xa.record("A-1").publication is Publication.UNPUBLISHED


def test_a_record_with_too_little_is_refused_with_what_to_do_and_blocks_nothing(pair: Pair) -> None:
    pair.xa.import_text(csv_text("A-1,,Al,,suspect,all,,", GOOD.replace("A-1", "A-2")))
    report = pair.xa.services.publish_records(FOCAL_POINT)
    assert report.queued == 1
    assert report.refused[0].local_id == "A-1"
    assert report.refused[0].what_to_do
    assert pair.xa.record("A-1").publication is Publication.REFUSED


def test_every_import_leaves_a_leaf_that_names_nobody(pair: Pair) -> None:
    pair.xa.import_text(csv_text(GOOD))
    pair.xa.import_text(csv_text(BAD_DATE))
    with pair.xa.database.transaction() as tx:
        taken = pair.xa.audit_log.query(tx, AuditFilter(act=AuditAct.RECORDS_IMPORTED))
        refused = pair.xa.audit_log.query(tx, AuditFilter(act=AuditAct.IMPORT_REFUSED))
    assert len(taken) == len(refused) == 1
    assert "Somchai" not in repr(pair.xa.rows("audit_leaf"))
    assert "A-1" not in repr(pair.xa.rows("audit_leaf"))


def test_two_thousand_records_are_imported_encoded_and_queued_in_one_go(pair: Pair) -> None:
    rows = [
        f"A-{number},C-{number % 50},Somchai Jaidee {chr(97 + number % 26)}{chr(97 + number // 26 % 26)}a,"
        f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9},suspect,all,,P{number:07d}"
        for number in range(2000)
    ]
    report = pair.xa.import_text(csv_text(*rows))
    published = pair.xa.services.publish_records(FOCAL_POINT)
    assert (report.new, published.queued) == (2000, 2000)
