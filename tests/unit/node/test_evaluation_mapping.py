import pytest

from symbolon.matching.identifiers import BirthDate
from symbolon.node.domain.evaluation_mapping import EvaluationMapping, parse_evaluation_mapping
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.errors import MappingMistake

RIGHT = {"id": "number", "fields": {"name": "full_name"}}


def mapped(left: dict[str, object]) -> EvaluationMapping:
    return parse_evaluation_mapping({"left": left, "right": RIGHT})


def names_read(fields: dict[str, object], cells: dict[str, str]) -> list[str]:
    mapping = mapped({"id": "id", "fields": fields})
    identifiers, _ = RowReader(mapping.left).read_identifiers(Row(2, cells))
    return [name.text for name in identifiers.names]


def test_given_and_family_name_make_one_name() -> None:
    fields = {"family_name": "surname", "given_name": "first"}
    assert names_read(fields, {"first": "Amina", "surname": "Begum"}) == ["Amina Begum"]


def test_whole_names_stand_beside_the_name_of_parts() -> None:
    fields = {"given_name": "first", "name": ["alias"], "full_name": "other"}
    assert names_read(fields, {"first": "Amina", "alias": "Mina", "other": "Moni"}) == ["Amina", "Mina", "Moni"]


def test_a_cell_that_cannot_be_read_is_left_out_and_told() -> None:
    mapping = mapped({"id": "id", "fields": {"name": "name", "birth_date": "born"}})
    identifiers, problems = RowReader(mapping.left).read_identifiers(Row(2, {"name": "Amina", "born": "in spring"}))
    assert identifiers.birth_date is None
    assert [problem.what for problem in problems] == ["this is not a date that can be read"]


def test_an_impossible_date_of_a_file_is_compared_as_written() -> None:
    mapping = mapped({"id": "id", "fields": {"name": "name", "birth_date": "born"}})
    identifiers, problems = RowReader(mapping.left).read_identifiers(Row(2, {"name": "Amina", "born": "1990-02-31"}))
    assert identifiers.birth_date == BirthDate(1990, 2, 31)
    assert not problems


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"left": RIGHT}, "[right] lacks id"),
        ({"left": {"fields": {"name": "n"}}, "right": RIGHT}, "[left] lacks id"),
        ({"left": {"id": "id"}, "right": RIGHT}, "[left.fields] is empty"),
        (
            {"left": {"id": "id", "fields": {"nme": "n"}}, "right": RIGHT},
            "of [left]: [fields] has an unknown entry nme",
        ),
        ({"left": {"id": "id", "fields": {"given_name": 3}}, "right": RIGHT}, "must be the name of a column"),
        ({"left": {"id": "id", "field": {}}, "right": RIGHT}, "[left] has an unknown entry field"),
        ({"left": RIGHT, "right": RIGHT, "centre": {}}, "unknown entry centre"),
    ],
)
def test_a_mistake_is_told_with_its_place(document: dict[str, object], told: str) -> None:
    with pytest.raises(MappingMistake) as refused:
        parse_evaluation_mapping(document)
    assert told in refused.value.sentence
