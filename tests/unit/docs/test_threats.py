"""The document of threats names controls and tests that are there, for every actor that it lists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "THREATS.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
SECTIONS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL))


def rows_of(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_shows_a_control_exists(file: str, name: str) -> None:
    assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_actor_has_its_threats() -> None:
    actors = TEXT.split("## Who may attack")[1].split("##")[0]
    named = {row[0].lower() for row in rows_of(actors)}
    assert named == {section.lower() for section in SECTIONS}
    assert len(named) == 13


@pytest.mark.parametrize("actor", SECTIONS)
def test_every_threat_has_a_control_in_a_file_and_a_test_that_shows_it(actor: str) -> None:
    rows = rows_of(SECTIONS[actor])
    assert rows
    for threat, control, shown_by in rows:
        files = re.findall(r"`([a-z]+/[\w/]+\.py)`", control)
        assert files, threat
        assert [file for file in files if not (ROOT / file).is_file()] == []
        assert re.search(r"`tests/[\w/]+\.py::\w+`", shown_by), threat


def test_no_test_is_named_without_its_file() -> None:
    assert re.findall(r"`(test_\w+)`", TEXT) == []
