"""Forms of the desk, from text to drafts. A field that cannot be read becomes a sentence beside that field.

What a field may hold is what the message that carries it may hold: a form that passes here passes onto the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from symbolon.node.domain.hits import ReplyDraft, RequestDraft
from symbolon.node.domain.justification import LONGEST_TEXT, ViewReason
from symbolon.node.errors import NodeError
from symbolon.node.web.field_limits import longest_text
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
from symbolon.protocol.messages import HoldDecision, Reply, Request, Vote
from symbolon.protocol.messages_exchange import MAX_QUESTIONS
from symbolon.protocol.problems import Problem
from symbolon.runtime.form_fields import FormFields

Choice = TypeVar("Choice", bound=StrEnum)

# A character outside the basic plane is four bytes of UTF-8, and a form writes each of them as three (%F0).
_BYTES_A_CHARACTER: Final = 12
LARGEST_FORM: Final = _BYTES_A_CHARACTER * (MAX_QUESTIONS + 1) * longest_text(Reply, "answers") + 64 * 1024
"""Bytes: as many answers as there can be questions and the caveats, each as long as it may be, and the small fields."""


class FormMistakes(NodeError):
    """A form cannot be taken as it is; ``by_field`` holds a sentence for each field that needs a change."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(Problem.INVALID_INPUT, "The form needs a change before it can be sent.")
        self.by_field = by_field


@dataclass(slots=True)
class _Reading:
    """Reads the fields of one form and collects what is wrong, so that all of it is said at once."""

    fields: FormFields
    message: type
    """The message that the form becomes: its fields say how long a text may be."""
    mistakes: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, what: str | None = None, *, carried_as: str | None = None) -> str:
        """A text; ``what`` says what to write where one is needed, ``carried_as`` the message's name for it."""
        value = self.fields.text(name)
        over = len(value) - longest_text(self.message, carried_as or name)
        if what is not None and not value:
            self.mistakes[name] = what
        elif over > 0:
            self.mistakes[name] = f"Shorten this by {_characters(over)}: {_characters(len(value) - over)} are the most."
        return value

    def questions(self) -> tuple[str, ...]:
        """The questions: a line each; empty lines are none."""
        longest = longest_text(self.message, "questions")
        questions = tuple(line.strip() for line in self.fields.text("questions").splitlines() if line.strip())
        over = {number: len(question) - longest for number, question in enumerate(questions, 1)}
        too_long = [f"question {number} by {_characters(by)}" for number, by in over.items() if by > 0]
        if not 1 <= len(questions) <= MAX_QUESTIONS:
            self.mistakes["questions"] = f"Write 1 to {MAX_QUESTIONS} questions, each on a line of its own."
        elif too_long:
            self.mistakes["questions"] = f"Shorten {', '.join(too_long)}: {_characters(longest)} are the most."
        return questions

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
    reading = _Reading(fields, Vote)
    verdict = reading.choice("verdict", Verdict)
    reason = reading.text("reason")
    reading.finish()
    return verdict, reason


def read_hold_ruling(fields: FormFields) -> HoldRuling:
    """The protection officer's decision. Raises :class:`FormMistakes`."""
    reading = _Reading(fields, HoldDecision)
    ruling = reading.choice("ruling", HoldRuling)
    reading.finish()
    return ruling


def read_justification(fields: FormFields) -> tuple[ViewReason, str]:
    """Why a protected hit is looked at, as a code and in words. Raises :class:`FormMistakes`."""
    mistakes: dict[str, str] = {}
    chosen, text = fields.text("reason"), fields.text("text")
    if chosen not in set(ViewReason):
        mistakes["reason"] = "Choose one of these."
    if not text:
        mistakes["text"] = "Say in a few words why, without a name."
    elif len(text) > LONGEST_TEXT:
        over = len(text) - LONGEST_TEXT
        mistakes["text"] = f"Shorten this by {_characters(over)}: {_characters(LONGEST_TEXT)} are the most."
    if mistakes:
        raise FormMistakes(mistakes)
    return ViewReason(chosen), text


def read_request(fields: FormFields) -> RequestDraft:
    """A request to the other state. Raises :class:`FormMistakes`."""
    reading = _Reading(fields, Request)
    draft = RequestDraft(
        purpose=reading.text("purpose", "Say what the answer is for."),
        relevance=reading.text("relevance", "Say why the answer matters to your case."),
        facts=reading.text("facts", "Say in a few words what your case is about."),
        questions=reading.questions(),
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
    reading = _Reading(fields, Reply)
    draft = ReplyDraft(
        answers=tuple(
            reading.text(
                f"answer-{number}",
                "Answer, or write that you do not hold it or may not say it.",
                carried_as="answers",
            )
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


def _characters(count: int) -> str:
    """A number of characters in words.

    >>> _characters(1), _characters(8000)
    ('1 character', '8,000 characters')
    """
    return f"{count:,} {'character' if count == 1 else 'characters'}"
