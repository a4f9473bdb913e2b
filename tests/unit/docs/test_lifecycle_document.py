"""docs/LIFECYCLE.md shows the table that the code has."""

import re
from pathlib import Path

from symbolon.protocol.lifecycle import STEPS, Event, JointState
from symbolon.protocol.lifecycle_diagram import lifecycle_diagram, lifecycle_rows

DOCUMENT = (Path(__file__).parents[3] / "docs" / "LIFECYCLE.md").read_text(encoding="utf-8")


def test_the_diagram_is_the_one_that_the_table_gives() -> None:
    assert re.findall(r"^```mermaid\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL) == [lifecycle_diagram()]


def test_every_step_stands_in_the_document_as_in_the_table() -> None:
    documented = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in DOCUMENT.splitlines() if "|" in line
    ]
    assert [row for row in documented if row[0] in set(JointState)] == list(lifecycle_rows())


def test_the_diagram_shows_every_state_and_every_event() -> None:
    diagram = lifecycle_diagram()
    assert all(state.value in diagram for state in JointState)
    assert {step.event for step in STEPS} == set(Event)
    assert all(f": {event.value}" in diagram or f"{event.value} from" in diagram for event in Event)
