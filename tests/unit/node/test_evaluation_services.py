"""Evaluation through the production encoder: what it measures, and what bad input does to it."""

from functools import cache

import numpy as np
import pytest

from symbolon.matching.identifiers import (
    Document,
    DocumentType,
    PersonName,
    RecordIdentifiers,
    parse_birth_date,
    parse_nationality,
    parse_sex,
)
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.services.evaluate_link import EvaluateLink, FileRecord, LinkEvaluation
from symbolon.node.services.evaluate_load import TWO_VARIATIONS, YEAR_ONLY, EvaluateLoad
from symbolon.node.services.evaluate_names import EvaluateNames, NamePair, NamesEvaluation
from symbolon.node.services.evaluate_search import EvaluateSearch, NamedPerson
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation, NameCell
from symbolon.node.services.evaluation_report import link_report, names_report

NAMES = ("Rafiqul Islam", "Somchai Jaidee", "Aung Kyaw Zaw", "Nguyen Thi Lan", "Siti Aminah", "Gurung Kamala")
NO_NAMES = {
    "empty": "",
    "white space": "  \t ",
    "only a particle": "bin",
    "only a title": "Dr.",
    "only digits": "1234567",
    "ten thousand characters": "a" * 10_000,
    "ten thousand words": "Ali " * 2_500,
    "control characters": "\x00\x01\x02",
    "bidi marks": "\u202e\u202d\u2066",
    "emoji": "🙂🙂🙂",
}


@cache
def encoding(key: bytes = b"test") -> EncodingForEvaluation:
    return EncodingForEvaluation(LinkageSchema.from_bytes(schema_bytes()), key)


def pair(first: str, second: str, same_person: bool, group: str = "") -> NamePair:
    return NamePair(NameCell(first), NameCell(second), same_person, group)


def evaluated(*pairs: NamePair, by_group: bool = False) -> NamesEvaluation:
    return EvaluateNames(encoding(), np.random.default_rng(1))(pairs, by_group)


def all_pairs() -> list[NamePair]:
    return [pair(one, other.upper(), one == other, one[:1]) for one in NAMES for other in NAMES]


def person(number: int, name: str, born: str = "", **others: object) -> FileRecord:
    date = parse_birth_date(born) if born else None
    return FileRecord(str(number), RecordIdentifiers(names=(PersonName(name),), birth_date=date, **others))  # type: ignore[arg-type]  # as given


def people_of(names: tuple[str, ...]) -> list[FileRecord]:
    return [person(number, name, f"198{number}-0{number + 1}-1{number}") for number, name in enumerate(names)]


def linked(left: list[FileRecord], right: list[FileRecord], truth: list[tuple[str, str]]) -> LinkEvaluation:
    return EvaluateLink(encoding())(left, right, truth)


def test_the_same_name_in_capitals_is_recalled_and_others_are_not() -> None:
    found = evaluated(*all_pairs())
    assert found.overall.ranking is not None
    assert found.overall.ranking.recall_at_1pct_fpr == 1.0
    assert found.overall.recall == 1.0
    assert found.overall.false_positive_rate == 0.0


def test_groups_are_measured_each_of_its_own() -> None:
    found = evaluated(*all_pairs(), by_group=True)
    assert {name: quality.positives for name, quality in found.groups.items()} == {
        "A": 1,
        "G": 1,
        "N": 1,
        "R": 1,
        "S": 2,
    }


@pytest.mark.parametrize("text", NO_NAMES.values(), ids=NO_NAMES.keys())
def test_what_is_no_name_is_refused_and_matches_nothing_itself_included(text: str) -> None:
    found = evaluated(pair(text, text, True), *(pair(text, name, False) for name in NAMES))
    assert found.overall.recall == 0.0
    assert found.overall.false_positive_rate == 0.0
    assert sum(found.refused.values()) == 1


def test_bytes_that_are_not_of_the_encoding_are_refused() -> None:
    broken = NameCell("Am\ufffdna Begum", readable=False)
    found = evaluated(NamePair(broken, broken, True))
    assert found.overall.recall == 0.0
    assert list(found.refused.values()) == [1]


def test_control_and_bidi_characters_in_a_name_do_not_count() -> None:
    found = evaluated(pair("Rafiqul\u202e \u0007Islam", "Rafiqul Islam", True))
    assert found.scores.tolist() == [1.0]


def test_a_name_in_mixed_scripts_is_compared_by_each_word() -> None:
    found = evaluated(pair("Rafiqul ইসলাম", "Rafiqul Islam", True), pair("Rafiqul ইসলাম", "Somchai Jaidee", False))
    assert found.overall.recall == 1.0
    assert found.overall.false_positive_rate == 0.0


def test_the_right_person_is_found_first() -> None:
    corpus = [NamedPerson(str(number), NameCell(name)) for number, name in enumerate(NAMES)]
    found = EvaluateSearch(encoding())([NamedPerson("2", NameCell("AUNG KYAW ZAW"))], corpus)
    assert (found.hit_at_1, found.hit_at_10) == (1.0, 1.0)


def test_a_person_with_several_names_is_found_by_any_of_them() -> None:
    corpus = [NamedPerson("1", NameCell("Somchai Jaidee")), NamedPerson("1", NameCell("Rafiqul Islam"))]
    found = EvaluateSearch(encoding())([NamedPerson("1", NameCell("Rafiqul Islam"))], corpus)
    assert found.hit_at_1 == 1.0


def test_a_namesake_that_scores_as_high_counts_as_a_miss() -> None:
    corpus = [NamedPerson("1", NameCell("Rafiqul Islam")), NamedPerson("2", NameCell("Rafiqul Islam"))]
    found = EvaluateSearch(encoding())([NamedPerson("1", NameCell("Rafiqul Islam"))], corpus)
    assert (found.hit_at_1, found.hit_at_10) == (0.0, 1.0)


def test_one_who_is_not_in_the_corpus_and_one_without_a_name_are_misses() -> None:
    queries = [NamedPerson("9", NameCell("Rafiqul Islam")), NamedPerson("1", NameCell(""))]
    found = EvaluateSearch(encoding())(queries, [NamedPerson("1", NameCell("Rafiqul Islam"))])
    assert (found.hit_at_1, found.hit_at_10) == (0.0, 0.0)


def test_no_queries_give_no_share() -> None:
    assert EvaluateSearch(encoding())([], []).hit_at_1 is None


def test_people_in_both_files_are_linked() -> None:
    people = people_of(NAMES)
    found = linked(people, people[::-1], [(record.id, record.id) for record in people])
    assert (found.all_pairs.f1, found.one_to_one.f1, found.best_all_pairs.f1, found.best_one_to_one.f1) == (1, 1, 1, 1)


def test_a_double_in_the_other_file_is_an_error_among_all_pairs_but_not_one_to_one() -> None:
    people = people_of(NAMES)
    double = FileRecord("double", people[0].identifiers)
    found = linked(people, [*people, double], [(record.id, record.id) for record in people])
    assert found.all_pairs.precision == pytest.approx(6 / 7)
    assert found.one_to_one.precision == 1.0


def test_records_that_are_left_over_find_each_other_though_they_are_little_alike() -> None:
    people = people_of(NAMES)
    left = [*people, person(90, "Madeline Bradshaw", "1919-09-15")]
    right = [*people, person(90, "Madeline Jeffries", "1981-02-22")]
    found = linked(left, right, [(record.id, record.id) for record in left])
    assert found.all_pairs.recall < 1
    assert (found.one_to_one.recall, found.one_to_one.precision) == (1, 1)


def test_a_pair_that_the_files_do_not_hold_is_left_out_of_the_truth() -> None:
    people = people_of(NAMES)
    found = linked(people, people, [("0", "0"), ("0", "elsewhere")])
    assert (found.positives, found.outside) == (1, 1)


def test_records_that_are_too_weak_are_counted_and_match_nothing() -> None:
    nobody = [FileRecord("x", RecordIdentifiers()), *people_of(NAMES)]
    found = linked(nobody, nobody, [("x", "x")])
    assert found.all_pairs.recall == 0.0
    assert sum(found.refused.values()) == 2


def test_the_same_document_links_people_whose_names_say_nothing() -> None:
    document = Document(DocumentType.PASSPORT, "BD", "BX0123456")
    left = [person(0, "Rafiqul Islam", "1980-01-01", documents=(document,))]
    right = [person(0, "Somchai Jaidee", "1999-09-09", documents=(document,))]
    assert linked(left, right, [("0", "0")]).all_pairs.f1 == 1.0


def test_empty_files_are_measured_as_nothing() -> None:
    found = linked([], [], [])
    assert (found.all_pairs.f1, found.best_one_to_one.f1) == (0.0, 0.0)


def test_a_population_is_measured_by_kind_of_record() -> None:
    found = EvaluateLoad(encoding(), seed=1)(population=2_000, queries=200)
    assert found.overall.queries == 200
    assert found.kinds[YEAR_ONLY].queries == 50
    assert sum(quality.queries for kind, quality in found.kinds.items() if kind != YEAR_ONLY) == 200
    assert found.kinds[TWO_VARIATIONS].queries > 50
    assert found.overall.recall > 0.5
    assert found.overall.false_alerts_per_1000 < 100


def test_the_same_seed_measures_the_same_population() -> None:
    first, second = (EvaluateLoad(encoding(), seed=2)(population=500, queries=50) for _ in range(2))
    assert first == second


def test_more_queries_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="no more queries than people"):
        EvaluateLoad(encoding(), seed=1)(population=10, queries=11)


def test_the_report_of_names_lists_the_worst_misses_and_false_hits() -> None:
    report = names_report(
        evaluated(pair("Rafiqul Islam", "Somchai Jaidee", True), pair("Siti Aminah", "Siti Aminah", False))
    )
    misses, false_hits = report.tables[:2]
    assert [row[1:3] for row in misses.rows] == [("Rafiqul Islam", "Somchai Jaidee")]
    assert [row[1:3] for row in false_hits.rows] == [("Siti Aminah", "Siti Aminah")]
    assert sum(report.histogram.same) == sum(report.histogram.other) == 1


def test_the_report_of_names_states_how_sure_its_measures_are() -> None:
    pairs = [pair("Siti Aminah", "Siti Aminah", True), pair("Siti Aminah", "Somchai Jaidee", False)]
    figures = dict(names_report(evaluated(*pairs)).figures)
    assert figures["Recall at 1 % false positives"] == "1.0000 (1.0000 to 1.0000)"
    one_sided = dict(names_report(evaluated(pairs[0])).figures)
    assert "Recall at 1 % false positives" not in one_sided


def test_the_report_of_links_counts_false_hits_by_language_sex_and_nationality() -> None:
    told = {"sex": parse_sex("F"), "nationality": parse_nationality("MY")}
    left = [person(0, "Siti Aminah", "1990-05-04", **told), person(1, "สมชาย ใจดี", "1980-01-02")]
    right = [person(0, "Siti Aminah", "1990-05-04")]
    report = link_report(linked(left, right, [("1", "0")]), left, right)
    tables = {table.title: table.rows for table in report.tables}
    assert tables["False hits by sex"] == (("F", "1", "1", "1000.0"), ("not given", "1", "0", "0.0"))
    assert ("MY", "1", "1", "1000.0") in tables["False hits by nationality"]
    assert {row[0] for row in tables["False hits by language"]} == {"latin", "thai"}
    assert tables["Worst misses"][0][0] == "far below"
    assert "Siti Aminah · 1990-05-04 · MY · F" in tables["Worst false hits"][0]
