import tomllib

import pytest

from symbolon.node.domain import import_mapping
from symbolon.node.domain.import_mapping import FieldGroup, missing_columns
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import RowProblem
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.domain.records import RecordContent
from symbolon.node.errors import MappingMistake
from symbolon.protocol.handling import ComparableWith, RecordKind, SubjectCategory

SMALL = {"record": {"local_id": "id", "kind": "person"}, "fields": {"names": "name"}}


def documented_example() -> str:
    guide = import_mapping.__doc__ or ""
    lines = guide.split("::\n", 1)[1].splitlines()
    return "\n".join(line.removeprefix("    ") for line in lines if not line.strip() or line.startswith("    "))


def read(mapping: dict[str, object], **cells: str) -> RecordContent | tuple[RowProblem, ...]:
    return RowReader(parse_mapping(mapping)).read(Row(2, cells))


def test_the_documented_example_is_a_mapping() -> None:
    mapping = parse_mapping(tomllib.loads(documented_example()))
    assert mapping.file.encoding == "tis-620"
    assert {field.group for field in mapping.fields} == set(FieldGroup)
    assert mapping.record.comparable_with.default == "except XC"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"record": {"kind": "person"}}, "local_id"),
        ({"fields": {}}, "map at least one"),
        ({"fields": {"nmaes": "name"}}, "did you mean names"),
        ({"file": {"delimiter": ";;"}}, "one character"),
        ({"file": {"calendar": "lunar"}}, "buddhist"),
        ({"fields": {"documents": [{"number": "no"}]}}, "lacks type"),
        ({"fields": {"birth_date": ["a", "b"]}}, "one entry"),
        ({"fields": {"names": {"column": "a", "columns": ["b"]}}}, "either column"),
        ({"record": {**SMALL["record"], "review_date": {"days": 0}}}, "3650"),
        ({"record": {**SMALL["record"], "comparable_with": {"only": []}}}, "list of states"),
    ],
)
def test_a_mistake_in_a_mapping_says_where_and_what_to_write(change: dict[str, object], words: str) -> None:
    with pytest.raises(MappingMistake, match=words):
        parse_mapping({**SMALL, **change})


def test_a_missing_column_is_suggested_by_likeness() -> None:
    ((column, what_to_do),) = missing_columns(parse_mapping(SMALL), ("id", "Name of person"))
    assert column == "name"
    assert "Name of person" in what_to_do


def test_a_plain_code_is_a_fixed_value_and_a_column_is_translated() -> None:
    mapping = {
        **SMALL,
        "record": {**SMALL["record"], "category": {"column": "role", "values": {"เด็ก": "minor"}}},
    }
    content = read(mapping, id="1", name="Somchai Jaidee", role="เด็ก")
    assert isinstance(content, RecordContent)
    assert (content.kind, content.category) == (RecordKind.PERSON, SubjectCategory.MINOR)


def test_an_empty_category_is_no_category_and_an_unknown_code_is_a_problem() -> None:
    mapping = {**SMALL, "record": {**SMALL["record"], "category": {"column": "role"}}}
    empty = read(mapping, id="1", name="Somchai", role="")
    assert isinstance(empty, RecordContent)
    assert empty.category is None
    problems = read(mapping, id="1", name="Somchai", role="boss")
    assert isinstance(problems, tuple)
    assert "boss" not in problems[0].what


def test_every_problem_of_a_row_is_told_at_once() -> None:
    mapping = {**SMALL, "fields": {"names": "name", "birth_date": "born", "nationality": "nat"}}
    problems = read(mapping, id="", name="Somchai", born="yesterday", nat="Nowhere")
    assert isinstance(problems, tuple)
    assert {problem.column for problem in problems} == {"id", "born", "nat"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("all", ComparableWith.all_members()),
        ("only XA XB", ComparableWith.only("XA", "XB")),  # type: ignore[arg-type]
        ("except XC", ComparableWith.all_but("XC")),  # type: ignore[arg-type]
        ("XA, XB", ComparableWith.only("XA", "XB")),  # type: ignore[arg-type]
    ],
)
def test_the_states_to_compare_with_are_read(cell: str, expected: ComparableWith) -> None:
    mapping = {**SMALL, "record": {**SMALL["record"], "comparable_with": {"column": "share"}}}
    content = read(mapping, id="1", name="Somchai", share=cell)
    assert isinstance(content, RecordContent)
    assert content.comparable_with == expected


@pytest.mark.parametrize("cell", ["", "all XA", "only", "everybody", "except hub"])
def test_states_that_cannot_be_read_refuse_the_row(cell: str) -> None:
    mapping = {**SMALL, "record": {**SMALL["record"], "comparable_with": {"column": "share"}}}
    assert isinstance(read(mapping, id="1", name="Somchai", share=cell), tuple)


def test_parts_of_a_date_in_three_columns_are_put_together_as_far_as_they_go() -> None:
    mapping = {**SMALL, "fields": {"names": "name", "birth_date": {"year": "y", "month": "m", "day": "d"}}}
    content = read(mapping, id="1", name="Somchai", y="1990", m="5", d="")
    assert isinstance(content, RecordContent)
    birth_date = content.identifiers.birth_date
    assert birth_date is not None
    assert (birth_date.year, birth_date.month, birth_date.day) == (1990, 5, None)


def test_the_same_content_has_the_same_digest_and_any_other_has_not() -> None:
    first, again = read(SMALL, id="1", name="Somchai"), read(SMALL, id="1", name="Somchai")
    other = read(SMALL, id="1", name="Somchay")
    assert isinstance(first, RecordContent)
    assert isinstance(again, RecordContent)
    assert isinstance(other, RecordContent)
    assert first.digest() == again.digest() != other.digest()
