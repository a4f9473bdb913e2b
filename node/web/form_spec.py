"""Forms as data: which fields a form asks for, in what words, and what each may hold. Page and reader both follow it.

What a field may hold is what the message that carries it may hold: a form that passes here passes onto the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from symbolon.node.errors import NodeError
from symbolon.node.web.field_limits import longest_text, most_entries
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.problems import Problem
from symbolon.runtime.form_fields import FormFields

Choice = TypeVar("Choice", bound=StrEnum)
TICKED: Final = "yes"


class Ask(StrEnum):
    """How a field is asked for."""

    AREA = "area"
    LINE = "line"
    LINES = "lines"
    DAY = "day"
    MOMENT = "moment"
    SELECT = "select"
    RADIO = "radio"
    TICKS = "ticks"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: its name in the form, what the page says beside it, and which field of a message carries it."""

    name: str
    label: str
    ask: Ask
    help: str = ""
    needed: str = ""
    """What to do where it is empty; a field without it may be left out."""
    words: Mapping[Any, str] = field(default_factory=dict)
    """For a choice: each code and what the page calls it."""
    carried_by: tuple[type, str] | None = None
    most: int | None = None
    """The most characters of a text that no message carries."""

    @property
    def longest(self) -> int | None:
        """The most characters of its text (of a list: of each entry), or None where it has no limit of its own."""
        return self.most if self.carried_by is None else longest_text(*self.carried_by)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together: one step of a wizard, or one card of a page."""

    key: str
    title: str
    fields: tuple[FormField, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A whole form."""

    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Every field, in the order of the page."""
        return tuple(each for section in self.sections for each in section.fields)

    def field(self, name: str) -> FormField:
        """Give the field of that name."""
        return next(each for each in self.fields if each.name == name)


class FormMistakes(NodeError):
    """A form cannot be taken as it is; ``by_field`` holds a sentence for each field that needs a change."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(Problem.INVALID_INPUT, "The form needs a change before it can be sent.")
        self.by_field = by_field


@dataclass(slots=True)
class Reading:
    """Reads the fields of one form and collects what is wrong, so that all of it is said at once."""

    fields: FormFields
    spec: FormSpec
    strict: bool = True
    """False for what is kept unfinished: then nothing is needed, but whatever is there must fit."""
    mistakes: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text, within the length that its message takes."""
        asked, value = self.spec.field(name), self.fields.text(name)
        if not value and self._is_missing(asked):
            self.mistakes[name] = asked.needed
        elif asked.longest is not None and len(value) > asked.longest:
            over = characters(len(value) - asked.longest)
            self.mistakes[name] = f"Shorten this by {over}: {characters(asked.longest)} are the most."
        return value

    def lines(self, name: str) -> tuple[str, ...]:
        """Texts, a line each; empty lines are none."""
        asked = self.spec.field(name)
        found = tuple(line.strip() for line in self.fields.text(name).splitlines() if line.strip())
        if not found:
            if self._is_missing(asked):
                self.mistakes[name] = asked.needed
            return found
        if asked.carried_by is not None:
            longest, most = longest_text(*asked.carried_by), most_entries(*asked.carried_by)
            over = {number: len(line) - longest for number, line in enumerate(found, 1) if len(line) > longest}
            if len(found) > most:
                self.mistakes[name] = f"Write {most} lines at most: these are {len(found)}."
            elif over:
                too_long = ", ".join(f"line {number} by {characters(by)}" for number, by in over.items())
                self.mistakes[name] = f"Shorten {too_long}: {characters(longest)} are the most."
        return found

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """One of a closed list."""
        try:
            return kind(self.fields.text(name))
        except ValueError:
            self.mistakes[name] = self.spec.field(name).needed or "Choose one of these."
            return next(iter(kind))

    def ticks(self, name: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """Any of a closed list, in the list's order."""
        ticked = self.fields.choices(name)
        if ticked - set(kind):
            self.mistakes[name] = "Choose among these."
        chosen = tuple(each for each in kind if each in ticked)
        if not chosen and self._is_missing(self.spec.field(name)):
            self.mistakes.setdefault(name, self.spec.field(name).needed)
        return chosen

    def words(self, name: str) -> tuple[str, ...]:
        """Any of the choices that the form itself names, in its order."""
        asked, ticked = self.spec.field(name), self.fields.choices(name)
        if ticked - set(asked.words):
            self.mistakes[name] = "Choose among these."
        return tuple(each for each in asked.words if each in ticked)

    def tick(self, name: str) -> bool:
        """A box that is ticked, or is not."""
        ticked = self.fields.text(name) == TICKED
        if not ticked and self._is_missing(self.spec.field(name)):
            self.mistakes[name] = self.spec.field(name).needed
        return ticked

    def day(self, name: str) -> date | None:
        """A day, or None where the field is empty and may be."""
        asked, value = self.spec.field(name), self.fields.text(name)
        try:
            day = date.fromisoformat(value) if value else None
        except ValueError:
            self.mistakes[name] = "Write the day as year-month-day, such as 2026-03-31."
            return None
        if day is None and self._is_missing(asked):
            self.mistakes[name] = asked.needed
        return day

    def moment(self, name: str) -> datetime:
        """A day and a time in UTC."""
        value = self.fields.text(name)
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            self.mistakes[name] = "Write day and time (UTC) as year-month-day and hour:minute: 2026-03-31T14:00."
            return datetime.min.replace(tzinfo=UTC)

    def value(self, asked: FormField) -> Any:
        """Whatever a field holds, in the type that it is asked in: codes as members of their list."""
        codes = type(next(iter(asked.words))) if asked.words else str
        match asked.ask:
            case Ask.AREA | Ask.LINE:
                return self.text(asked.name)
            case Ask.LINES:
                return self.lines(asked.name)
            case Ask.DAY:
                return self.day(asked.name)
            case Ask.MOMENT:
                return self.moment(asked.name)
            case Ask.SELECT | Ask.RADIO:
                return self.choice(asked.name, codes)
            case Ask.TICKS:
                return self.words(asked.name) if codes is str else self.ticks(asked.name, codes)
            case Ask.TICK:
                return self.tick(asked.name)

    def _is_missing(self, asked: FormField) -> bool:
        return self.strict and bool(asked.needed)

    def finish(self) -> None:
        """Raise :class:`FormMistakes` where anything is wrong."""
        if self.mistakes:
            raise FormMistakes(self.mistakes)


def filled_with(form: object) -> FormFields:
    """Write a form's dataclass back as the fields that it was read from, for a page that begins with it.

    Texts stay texts, lists of texts become lines, codes their values, codes in lists ticks; protection marks are fields
    of their own.
    """
    texts: dict[str, str] = {}
    ticked: dict[str, frozenset[str]] = {}
    for each in fields(form):  # type: ignore[arg-type]  # every form is a dataclass; `object` cannot say so
        _write(each.name, getattr(form, each.name), texts, ticked)
    return FormFields(texts, ticked)


def _write(name: str, value: object, texts: dict[str, str], ticked: dict[str, frozenset[str]]) -> None:
    if isinstance(value, ProtectionMarks):
        for mark in fields(value):
            _write(mark.name, getattr(value, mark.name), texts, ticked)
    elif isinstance(value, tuple):
        texts[name] = "\n".join(str(each) for each in value)
        ticked[name] = frozenset(str(each) for each in value)
    elif isinstance(value, bool):
        texts[name] = TICKED if value else ""
    elif isinstance(value, datetime):
        texts[name] = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    elif isinstance(value, date):
        texts[name] = value.isoformat()
    elif isinstance(value, str):
        texts[name] = str(value)


def characters(count: int) -> str:
    """A number of characters in words.

    >>> characters(1), characters(8000)
    ('1 character', '8,000 characters')
    """
    return f"{count:,} {'character' if count == 1 else 'characters'}"
