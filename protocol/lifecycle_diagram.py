"""The life cycle as a picture, drawn from the table, so that no document can say another thing than the code."""

from typing import Final

from symbolon.protocol.lifecycle_states import Event, JointState
from symbolon.protocol.lifecycle_table import ENDED, STEPS

_FROM_ANYWHERE: Final = frozenset({Event.HELD, Event.WITHDRAWN})
"""Drawn once, as a note: an arrow from each open state would hide the rest."""


def lifecycle_diagram() -> str:
    """Give the joint states as a Mermaid state diagram (https://mermaid.js.org/syntax/stateDiagram.html)."""
    lines = ["stateDiagram-v2", f"    [*] --> {JointState.DETECTED.value}"]
    for step in STEPS:
        if step.event in _FROM_ANYWHERE and step.source is not JointState.DETECTED:
            continue
        marks = " (four eyes)" if step.release else ""
        lines.append(f"    {step.source.value} --> {step.target.value}: {step.event.value}{marks}")
    for event in sorted(_FROM_ANYWHERE):
        sources = ", ".join(step.source.value for step in STEPS if step.event is event)
        target = next(step.target for step in STEPS if step.event is event)
        lines += [f"    note left of {target.value}", f"        {event.value} from {sources}", "    end note"]
    lines += [f"    {state.value} --> [*]" for state in JointState if state in ENDED]
    return "\n".join(lines) + "\n"


def lifecycle_rows() -> tuple[tuple[str, ...], ...]:
    """Give the table for a document: state, event, next state, by whom, in which office, whether a release."""
    return tuple(
        (
            step.source.value,
            step.event.value,
            step.target.value,
            ", ".join(sorted(step.parties)),
            ", ".join(sorted(step.offices)),
            "four eyes" if step.release else "",
        )
        for step in STEPS
    )
