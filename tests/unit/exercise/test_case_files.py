"""The three files of the case say what the story says, and the truth names records that are in them."""

import csv
import json
import tomllib
from datetime import UTC, datetime

import pytest

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.case.story import CASE_RECORDS
from symbolon.exercise.fiction import STATES
from symbolon.exercise.state_files import write_state_file
from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.domain.records import RecordContent
from symbolon.protocol.messages_focal_points import Competence, DeskKind
from symbolon.protocol.references import MemberCode


def read_back(state: MemberCode) -> dict[str, RecordContent]:
    mapping = parse_mapping(tomllib.loads((CASE_FOLDER / f"{state.lower()}.toml").read_text(encoding="utf-8")))
    text = (CASE_FOLDER / f"{state.lower()}.csv").read_bytes().decode(mapping.file.encoding)
    reader = RowReader(mapping)
    contents: dict[str, RecordContent] = {}
    for line, cells in enumerate(csv.DictReader(text.splitlines(), delimiter=mapping.file.delimiter), start=2):
        content = reader.read(Row(line, cells))
        assert isinstance(content, RecordContent), content
        contents[content.local_id] = content
    return contents


@pytest.mark.parametrize("state", STATES)
def test_the_committed_file_is_what_the_story_writes(state: MemberCode) -> None:
    assert (CASE_FOLDER / f"{state.lower()}.csv").read_bytes() == write_state_file(state, CASE_RECORDS[state])


@pytest.mark.parametrize("state", STATES)
def test_the_mapping_reads_every_row_of_its_file_as_the_story_means_it(state: MemberCode) -> None:
    contents = read_back(state)
    for record in CASE_RECORDS[state]:
        content = contents[record.local_id]
        assert (content.kind, content.category) == (record.kind, record.category)
        assert (content.offence_group, content.urgency) == (record.offence_group, record.urgency)
        assert content.review_date == record.review_date
        assert content.comparable_with == record.comparable_with
        born = content.identifiers.birth_date
        assert (born is None) == (record.born is None)
        if born is not None and record.born is not None:
            assert (born.year, born.month, born.day) == (record.born.year, record.born.month, record.born.day)
        assert [phone.e164 for phone in content.identifiers.phones] == [phone for phone in (record.phone,) if phone]


def test_the_truth_names_records_of_two_states_that_are_in_the_files() -> None:
    truth = json.loads((CASE_FOLDER / "truth.json").read_text(encoding="utf-8"))
    contents = {state: read_back(state) for state in STATES}
    for entry in truth["hits"] + truth["never"]:
        (left, left_id), (right, right_id) = entry["records"]
        assert left != right
        assert left_id in contents[left]
        assert right_id in contents[right]


def test_no_loaded_file_tells_which_records_belong_together() -> None:
    numbers = [record.local_id for records in CASE_RECORDS.values() for record in records]
    for state in STATES:
        own = {record.local_id for record in CASE_RECORDS[state]}
        text = (CASE_FOLDER / f"{state.lower()}.csv").read_bytes()
        assert not [number for number in numbers if number not in own and number.encode() in text]


@pytest.mark.parametrize("state", STATES)
def test_a_states_desks_can_be_signed_and_somebody_is_there_at_every_hour(state: MemberCode) -> None:
    draft = read_toml((CASE_FOLDER / f"{state.lower()}-desks.toml").read_text(encoding="utf-8"))
    directory = draft.as_directory(state, 1, datetime(2027, 4, 14, 3, 0, tzinfo=UTC))
    assert {desk.kind for desk in directory.desks} == {DeskKind.FOCAL_POINT, DeskKind.DEPUTY}
    (night,) = (desk for desk in directory.desks if desk.kind is DeskKind.DEPUTY)
    assert {(each.opens, each.closes) for each in night.hours} == {(0, 24 * 60)}
    assert {each.weekday for each in night.hours} == set(range(7))
    assert {Competence.MINORS, Competence.TRAFFICKING} <= {
        each for desk in directory.desks for each in desk.competences
    }
