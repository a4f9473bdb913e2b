"""The forms that go by draft: what each page asks for, and how its fields become the draft's form."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DraftForm,
    InformationForm,
    NoteForm,
    OnwardDecisionForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.web.draft_fields import ANSWER, FormSetting
from symbolon.node.web.form_spec import FormSpec, Reading, Section, filled_with
from symbolon.node.web.release_forms import CLARIFICATION_ANSWER, NOTE, ONWARD_DECISION, information_spec, reply_spec
from symbolon.node.web.request_wizard import request_spec
from symbolon.runtime.form_fields import FormFields

_INSIDE: Final = {"marks": "victim_risk", "answers": f"{ANSWER}1"}
_MARKS: Final = ("non_punishment", "minor", "victim_risk")


def spec_for(form: DraftForm, setting: FormSetting) -> FormSpec:
    """Give what the page of a draft asks for."""
    match form:
        case RequestForm():
            return request_spec(setting)
        case ReplyForm():
            return reply_spec(setting)
        case InformationForm():
            return information_spec(setting)
        case ClarificationAnswerForm():
            return CLARIFICATION_ANSWER
        case NoteForm():
            return NOTE
        case OnwardDecisionForm():
            return ONWARD_DECISION


def is_wizard(form: DraftForm) -> bool:
    """Whether the form is filled in step by step."""
    return isinstance(form, RequestForm)


def with_fields(form: DraftForm, reading: Reading, sections: Iterable[Section]) -> DraftForm:
    """Give the form with what was typed into these sections.

    Raises :class:`FormMistakes`.
    """
    values = {each.name: reading.value(each) for section in sections for each in section.fields}
    reading.finish()
    marks = {name: values.pop(name) for name in _MARKS if name in values}
    if marks and not isinstance(form, OnwardDecisionForm):
        values["marks"] = replace(form.marks, **marks)
    answers = [name for name in values if name.startswith(ANSWER)]
    if answers:
        values["answers"] = tuple(values.pop(name) for name in answers)
    return replace(form, **values)


def filled_from(form: DraftForm) -> FormFields:
    """Write a draft's form back as the fields of its page."""
    filled = filled_with(form)
    if not isinstance(form, ReplyForm):
        return filled
    answers = {f"{ANSWER}{number}": answer for number, answer in enumerate(form.answers, 1)}
    return FormFields({**filled.fields, **answers}, filled.ticked)


def field_of(name: str, spec: FormSpec) -> str:
    """Give the page's name of the field that a service found fault with."""
    names = [each.name for each in spec.fields]
    return next((each for each in names if each == name), _INSIDE.get(name, names[0]))
