"""The fields that several of the forms that go by draft share.

What may be released is never chosen beforehand: codes begin at their strictest, lists are empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from symbolon.node.web import exchange_wording as terms
from symbolon.node.web import wording
from symbolon.node.web.form_spec import Ask, FormField
from symbolon.protocol.exchange_terms import ProtectionMarks

ANSWER: Final = "answer-"
"""Begins the name of each answer's field; its question's number follows."""
STRICTEST: Final = "Begins at the strictest. Choose less only where you know that it may be less."
WHO_READS: Final = "How far it may spread at its receiver's."
VICTIM_CHECK: Final = (
    "Could the subject, or anybody named here, be a victim or a minor? A mark goes with every message about this hit,"
    " and is never taken off again."
)


@dataclass(frozen=True, slots=True)
class FormSetting:
    """What a form depends on besides its kind."""

    members: Mapping[str, str] = field(default_factory=dict)
    """Members to whom information might be passed on: codes and names."""
    questions: tuple[str, ...] = ()
    """Those of the request that is answered."""
    desks: Mapping[str, str] = field(default_factory=dict)
    """Our own desks that may be called about a request: ids and names."""


def area(name: str, label: str, carried_by: tuple[type, str], help_text: str = "", needed: str = "") -> FormField:
    """A longer text."""
    return FormField(name, label, Ask.AREA, help_text, needed, carried_by=carried_by)


def select(name: str, label: str, words: Mapping[Any, str], help_text: str = "") -> FormField:
    """One of a closed list."""
    return FormField(name, label, Ask.SELECT, help_text, words=words)


def restrictions(setting: FormSetting, caveats: str) -> tuple[FormField, ...]:
    """How what leaves may be used; ``caveats`` is the name of that field in the form."""
    fields = (
        select("handling_code", "Handling code", wording.HANDLING_CODES, STRICTEST),
        select("tlp", "Traffic light", terms.TLP, WHO_READS),
        FormField(caveats, "Caveats", Ask.TICKS, words=terms.CAVEATS),
    )
    if not setting.members:
        return fields
    onward = FormField(
        "onward_sharing",
        "May be passed on, without asking again, to",
        Ask.TICKS,
        "Nobody, where none is ticked.",
        words=setting.members,
    )
    return (*fields, onward)


def protection_marks() -> tuple[FormField, ...]:
    """The marks that go with every message."""
    return (
        FormField(
            "non_punishment",
            "A victim may be concerned: what is found must not be used to punish them",
            Ask.TICK,
        ),
        FormField("minor", "A minor is concerned", Ask.TICK),
        FormField(
            "victim_risk",
            "What could put them at risk (optional)",
            Ask.LINE,
            "Such as: relatives are watched; do not call the family. Name nobody.",
            carried_by=(ProtectionMarks, "victim_risk"),
        ),
    )


def grades() -> tuple[FormField, ...]:
    """How sure information is."""
    return (
        select("source_reliability", "Reliability of the source", wording.RELIABILITIES),
        select("information_accuracy", "Accuracy of the information", wording.ACCURACIES),
    )


def release_terms(setting: FormSetting, caveats: str) -> tuple[FormField, ...]:
    """What an answer or information gives away, and on what terms."""
    return (
        FormField(
            "released",
            "Kinds of identifier that this gives",
            Ask.TICKS,
            "Tick each kind that your words give away; nothing is ticked for you.",
            words=wording.KINDS,
        ),
        *restrictions(setting, caveats),
        FormField("delete_by", "Delete by (optional)", Ask.DAY, "After this day they purge it."),
        FormField("may_be_evidence", "May be used as evidence", Ask.TICK, "Not under H3."),
    )
