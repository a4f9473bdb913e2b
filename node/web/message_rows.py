"""What one state says to the other, as rows for a page: every field by its name, every code in words. Pure.

The page of an approval and the thread of an exchange both show a message through this, so that an officer approves in
the form in which the other side will read it, and no field of a message is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from symbolon.node.web import exchange_wording as terms
from symbolon.node.web import wording
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.messages import AttachmentReference, OnwardUseDecision, PurgedCount, Reply, Request
from symbolon.protocol.messages_dialogue import ShownField
from symbolon.runtime.pages import instant_text

Country = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a message: its name, and its text; several where it is a list, or none."""

    label: str
    texts: tuple[str, ...] = field(repr=False)
    is_said: bool = False
    """Whether these are an officer's words, kept as they were written."""


@dataclass(frozen=True, slots=True)
class Label:
    """A sign that stands on a message: how it may be used, and whom it must not harm."""

    text: str
    style: str = ""


LABELS: Final[Mapping[str, str]] = {
    "purpose": "Purpose",
    "relevance": "Relevance",
    "facts": "Facts",
    "questions": "Questions",
    "answers": "Answers",
    "answer": "Answer",
    "information": "Information",
    "text": "Note",
    "question": "Question",
    "why_this_state": "Why this state",
    "urgency": "Urgency",
    "urgency_reason": "Reason for the urgency",
    "need_by": "Needed by",
    "channel": "Channel",
    "intended_use": "Use",
    "legal_basis": "Legal basis",
    "handling_code": "Handling code",
    "offence_group": "Offence",
    "subject_category": "The subject is a",
    "subject_role": "Role of the subject",
    "tlp": "Traffic light",
    "onward_sharing": "May be passed on to",
    "caveats": "Caveats",
    "caveat_codes": "Caveats",
    "victim_risk": "What could put somebody at risk",
    "non_punishment": "Non-punishment",
    "minor": "A minor is concerned",
    "marks": "Protection marks",
    "languages": "Languages",
    "contacts": "Desks to call",
    "attachments": "Files, by SHA-256",
    "extent": "Extent",
    "released": "Kinds of identifier given",
    "source_reliability": "Source",
    "information_accuracy": "Information",
    "delete_by": "Delete by",
    "may_be_evidence": "May be evidence",
    "ruling": "Decision",
    "ground": "Ground",
    "expected_on": "Answer expected on",
    "judicial_authorisation": "A court authorises it first",
    "reason": "Reason",
    "reference": "Reference",
    "usefulness": "Usefulness",
    "outcomes": "Outcome",
    "kinds": "Kinds of identifier",
    "agreed": "Agreed",
    "shown": "Shown",
    "agenda": "Agenda",
    "starts_at": "Starts",
    "ends_at": "Ends",
    "zone": "Time zone",
    "attendees": "Who comes",
    "link": "Link or room",
    "status": "It is",
    "minutes_digest": "Minutes, SHA-256",
    "accepted": "They come",
    "recipients": "To be passed on to",
    "use": "For what",
    "as_evidence": "As evidence",
    "content_digest": "Of which message, SHA-256",
    "expires_on": "Permitted until",
    "originator": "Originator",
    "holder": "Holder",
    "granted": "Permitted",
    "purged": "Purged, by place and number of entries",
    "legal_hold": "Kept under a legal hold",
    "file_name": "File",
    "media_type": "Type",
    "size": "Size in bytes",
    "sha256": "SHA-256",
}
"""What the pages call the fields of messages and forms."""

_CODES: Final[Mapping[Any, str]] = {
    **{
        code: text
        for words in (
            wording.URGENCIES,
            wording.CHANNELS,
            wording.USES,
            wording.HANDLING_CODES,
            wording.OFFENCES,
            wording.CATEGORIES,
            wording.KINDS,
            wording.RELIABILITIES,
            wording.ACCURACIES,
            terms.TLP,
            terms.CAVEATS,
            terms.EXTENTS,
            terms.RULINGS,
            terms.GROUNDS,
            terms.RECALL_REASONS,
            terms.PURGE_REASONS,
            terms.FORMAL_CHANNELS,
            terms.USEFULNESS,
            terms.OUTCOMES,
            terms.MEETING_STATUSES,
        )
        for code, text in ((f"{type(key).__name__}.{key.name}", text) for key, text in words.items())
    },
}
_NAMED: Final = frozenset({"onward_sharing", "recipients", "originator", "holder", "contacts"})
"""Fields that hold codes of states, or ids of desks."""
UNSHOWN: Final = frozenset(
    {
        "request_id",
        "hit_id",
        "note_id",
        "reply_to",
        "proposal_id",
        "meeting_id",
        "sequence",
        "onward_use_id",
        "exchange_id",
        "attachment_id",
        "federation",
        "key",
        "requested_at",
        "replied_at",
        "decided_at",
        "asked_at",
        "answered_at",
        "recalled_at",
        "informed_at",
        "begun_at",
        "given_at",
        "written_at",
        "proposed_at",
        "shown_at",
        "attached_at",
        "issued_at",
        "purge_id",
        "purged_at",
    }
)
"""Ids and stamps that a page shows by itself, or that mean nothing to a person."""
_SAID: Final = frozenset(
    {
        "purpose",
        "relevance",
        "facts",
        "questions",
        "answers",
        "answer",
        "information",
        "text",
        "question",
        "why_this_state",
        "urgency_reason",
        "legal_basis",
        "subject_role",
        "agenda",
        "use",
        "victim_risk",
        "shown",
    }
)


def rows_of(message: object, country: Country, asked: Request | None = None) -> tuple[Row, ...]:
    """Every field of a message that says something; ``asked`` puts each answer of a reply beside its question."""
    found: list[Row] = []
    for each in fields(message):  # type: ignore[arg-type]  # every message is a dataclass; `object` cannot say so
        value = getattr(message, each.name)
        if isinstance(message, OnwardUseDecision) and each.name == "granted":
            found.append(Row(LABELS["granted"], ("No" if value is None else "Yes",)))
            found += () if value is None else rows_of(value.token, country)
            continue
        if each.name in UNSHOWN or value in (None, "", ()):
            continue
        if each.name == "answers" and isinstance(message, Reply) and asked is not None:
            found += _answers(message, asked)
        elif isinstance(value, ProtectionMarks):
            found += _marks(value)
        else:
            said = each.name in _SAID or (each.name == "caveats" and isinstance(value, str))
            found.append(Row(LABELS[each.name], texts_of(each.name, value, country), said))
    return tuple(found)


def labels_of(message: object) -> tuple[Label, ...]:
    """The signs of a message: handling code, traffic light, caveats, protection marks; those that it carries."""
    found: list[Label] = []
    handling = getattr(message, "handling_code", None)
    if handling is not None:
        found.append(Label(handling.value, "handling"))
    light = getattr(message, "tlp", None)
    if light is not None:
        found.append(Label(terms.TLP_SIGNS[light], f"tlp-{light.value}"))
    caveats: object = getattr(message, "caveat_codes", getattr(message, "caveats", ()))
    if isinstance(caveats, tuple):
        found += [Label(terms.CAVEATS[caveat], "caveat") for caveat in caveats]
    marks = getattr(message, "marks", None)
    if marks is not None:
        found += labels_of_marks(marks)
    return tuple(found)


def labels_of_marks(marks: ProtectionMarks) -> tuple[Label, ...]:
    """The signs of protection marks."""
    said = ((marks.non_punishment, "Non-punishment"), (marks.minor, "Minor"), (bool(marks.victim_risk), "Risk note"))
    return tuple(Label(text, "protection") for holds, text in said if holds)


def texts_of(name: str, value: object, country: Country) -> tuple[str, ...]:
    """A field's value in words, one text for each entry of a list."""
    if isinstance(value, tuple):
        return tuple(text for each in value for text in texts_of(name, each, country))
    if isinstance(value, bool):
        return ("Yes" if value else "No",)
    if isinstance(value, StrEnum):
        return (_CODES.get(f"{type(value).__name__}.{value.name}", value.value),)
    if isinstance(value, datetime):
        return (instant_text(value.astimezone(UTC)),)
    if isinstance(value, date):
        return (value.isoformat(),)
    if isinstance(value, ShownField):
        return (f"{wording.KINDS[value.kind]}: {value.text}",)
    if isinstance(value, AttachmentReference):
        return (value.sha256,)
    if isinstance(value, PurgedCount):
        return (f"{terms.PURGED_PLACES[value.place]}: {value.entries}",)
    if isinstance(value, ProtectionMarks):
        return tuple(text for row in _marks(value) for text in row.texts)
    return (country(str(value)) if name in _NAMED else str(value),) if value not in (None, "") else ()


def _marks(marks: ProtectionMarks) -> Iterable[Row]:
    if marks.non_punishment:
        yield Row(
            LABELS["non_punishment"],
            ("Nothing of this may be used to punish the person for what they were made to do.",),
        )
    if marks.minor:
        yield Row(LABELS["minor"], ("Yes",))
    if marks.victim_risk:
        yield Row(LABELS["victim_risk"], (marks.victim_risk,), is_said=True)


def _answers(reply: Reply, asked: Request) -> Iterable[Row]:
    for number, answer in enumerate(reply.answers):
        question = asked.questions[number] if number < len(asked.questions) else f"Answer {number + 1}"
        yield Row(f"{number + 1}. {question}", (answer,), is_said=True)
