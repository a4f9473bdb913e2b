"""A print of a hit, as data: what stands on every page, and the sections with their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.protocol.disclosure_rules import Restrictions
from symbolon.protocol.exchange_terms import Tlp
from symbolon.protocol.handling import HandlingCode

LEGAL_ASSISTANCE_NOTICE: Final = (
    "Evidence. Courts take it by mutual legal assistance alone: this print does not replace a request through the"
    " central authorities."
)
EXERCISE_MARK: Final = "EXERCISE"


@dataclass(frozen=True, slots=True)
class PackLine:
    """A label and its text, which may be in any script and have line breaks."""

    label: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PackSection:
    """One part of a print. ``mark`` is its own handling line; ``withheld`` says why its content is not printed."""

    heading: str
    mark: str | None = None
    lines: tuple[PackLine, ...] = ()
    withheld: str | None = None


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What every page carries, besides its number and the number of pages."""

    handling: str
    exercise: bool
    evidence: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """A whole print."""

    title: str
    marks: PageMarks
    printed_at: datetime
    printed_by: str
    sections: tuple[PackSection, ...]


_LIGHTS: Final = tuple(Tlp)
_CODES: Final = tuple(HandlingCode)


def strictest_mark(given: Sequence[Restrictions]) -> str:
    """The handling line of a page that may hold any of these: the strictest code and light, and every caveat.

    Where nothing of another state, or for another state, is on it, the line is the strictest there is for own records.
    """
    if not given:
        return f"{HandlingCode.H3.value} · TLP:AMBER+STRICT · own record"
    code = max((each.handling_code for each in given), key=_CODES.index)
    light = min((each.tlp for each in given), key=_LIGHTS.index)
    parts = [code.value, f"TLP:{light.value.upper().replace('-', '+')}"]
    parts.append("from " + ", ".join(sorted({each.originator for each in given})))
    parts += sorted({caveat.value.replace("-", " ") for each in given for caveat in each.caveats})
    if any(each.marks.non_punishment for each in given):
        parts.append("do not punish for what this person was made to do")
    if any(each.marks.minor for each in given):
        parts.append("a minor")
    days = [each.delete_by for each in given if each.delete_by is not None]
    if days:
        parts.append(f"delete by {min(days).isoformat()}")
    return " · ".join(parts)
