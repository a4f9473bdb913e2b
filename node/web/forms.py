"""Forms of the desk, from text to drafts. A field that cannot be read becomes a sentence beside that field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from symbolon.node.domain.hits import ReplyDraft, RequestDraft
from symbolon.node.errors import NodeError
from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    HoldRuling,
    InformationAccuracy,
    IntendedUse,
    SourceReliability,
    Urgency,
    Verdict,
)
from symbolon.protocol.problems import Problem
from symbolon.runtime.sign_in import FormFields

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_TEXT = 4000
MOST_QUESTIONS = 20


class FormMistakes(NodeError):
    """A form cannot be taken as it is; ``by_field`` holds a sentence for each field that needs a change."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(Problem.INVALID_INPUT, "The form needs a change before it can be sent.")
        self.by_field = by_field


@dataclass(slots=True)
class _Reading:
    """Reads the fields of one form and collects what is wrong, so that all of it is said at once."""

    fields: FormFields
    mistakes: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, what: str | None = None) -> str:
        value = self.fields.text(name)
        if what is not None and not value:
            self.mistakes[name] = what
        elif len(value) > LONGEST_TEXT:
            self.mistakes[name] = f"Shorten this to {LONGEST_TEXT} characters."
        return value

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        try:
            return kind(self.fields.text(name))
        except ValueError:
            self.mistakes[name] = "Choose one of these."
            return next(iter(kind))

    def day(self, name: str) -> date | None:
        value = self.fields.text(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.mistakes[name] = "Write the day as year-month-day, such as 2026-03-31."
            return None

    def finish(self) -> None:
        if self.mistakes:
            raise FormMistakes(self.mistakes)


def read_vote(fields: FormFields) -> tuple[Verdict, str]:
    """The verdict and its reason. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    verdict = reading.choice("verdict", Verdict)
    reason = reading.text("reason")
    reading.finish()
    return verdict, reason


def read_hold_ruling(fields: FormFields) -> HoldRuling:
    """The protection officer's decision. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    ruling = reading.choice("ruling", HoldRuling)
    reading.finish()
    return ruling


def read_request(fields: FormFields) -> RequestDraft:
    """A request to the other state. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    questions = tuple(line.strip() for line in reading.text("questions").splitlines() if line.strip())
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        reading.mistakes.setdefault("questions", f"Write 1 to {MOST_QUESTIONS} questions, each on a line of its own.")
    draft = RequestDraft(
        purpose=reading.text("purpose", "Say what the answer is for."),
        relevance=reading.text("relevance", "Say why the answer matters to your case."),
        facts=reading.text("facts", "Say in a few words what your case is about."),
        questions=questions,
        why_this_state=reading.text("why_this_state", "Say why you ask this state."),
        urgency=reading.choice("urgency", Urgency),
        urgency_reason=reading.text("urgency_reason", "Say why it is this urgent, or that it is routine."),
        need_by=reading.day("need_by"),
        channel=reading.choice("channel", Channel),
        intended_use=reading.choice("intended_use", IntendedUse),
        legal_basis=reading.text("legal_basis", "Name the law or agreement under which you ask."),
        handling_code=reading.choice("handling_code", HandlingCode),
    )
    if draft.intended_use is IntendedUse.EVIDENCE and draft.channel is Channel.INFORMAL:
        reading.mistakes["channel"] = "Evidence needs the formal channel: choose it, or ask for intelligence."
    reading.finish()
    return draft


def read_reply(fields: FormFields, question_count: int) -> ReplyDraft:
    """An answer to each question of a request. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    draft = ReplyDraft(
        answers=tuple(
            reading.text(f"answer-{number}", "Answer, or write that you do not hold it or may not say it.")
            for number in range(1, question_count + 1)
        ),
        source_reliability=reading.choice("source_reliability", SourceReliability),
        information_accuracy=reading.choice("information_accuracy", InformationAccuracy),
        caveats=reading.text("caveats"),
        handling_code=reading.choice("handling_code", HandlingCode),
        delete_by=reading.day("delete_by"),
    )
    reading.finish()
    return draft
