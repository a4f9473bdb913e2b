"""The request as a wizard, whose steps are those of the request guide."""

from typing import Final

from symbolon.node.web import wording
from symbolon.node.web.draft_fields import VICTIM_CHECK, FormSetting, area, protection_marks, restrictions, select
from symbolon.node.web.form_spec import Ask, FormField, FormSpec, Section
from symbolon.protocol.messages_exchange import MAX_QUESTIONS, Request

_OWN_DATA: Final = (
    area(
        "relevance",
        "Relevance",
        (Request, "relevance"),
        "Why the answer matters to your case.",
        "Say why the answer matters to your case.",
    ),
    area(
        "facts",
        "Facts",
        (Request, "facts"),
        "What your case is about. What you write here leaves your state.",
        "Say in a few words what your case is about.",
    ),
    select("offence_group", "Offence", wording.OFFENCES),
    select("subject_category", "The subject is a", wording.CATEGORIES),
    FormField(
        "subject_role",
        "Role of the subject (optional)",
        Ask.LINE,
        "Such as: recruits, transports, was transported.",
        carried_by=(Request, "subject_role"),
    ),
)
_PURPOSE: Final = (
    area("purpose", "Purpose", (Request, "purpose"), "What the answer is for.", "Say what the answer is for."),
    area("why_this_state", "Why this state", (Request, "why_this_state"), "", "Say why you ask this state."),
    select("intended_use", "Intended use", wording.USES, "Evidence needs the formal channel: legal assistance."),
    select("channel", "Channel", wording.CHANNELS),
    FormField(
        "legal_basis",
        "Legal basis",
        Ask.LINE,
        "The law, treaty or arrangement under which you ask.",
        "Name the law or arrangement under which you ask.",
        carried_by=(Request, "legal_basis"),
    ),
)
_URGENCY: Final = (
    FormField("urgency", "Urgency", Ask.RADIO, words=wording.URGENCIES),
    FormField(
        "urgency_reason",
        "Reason for the urgency",
        Ask.LINE,
        "",
        "Say why it is this urgent, or that it is routine.",
        carried_by=(Request, "urgency_reason"),
    ),
)


def request_spec(setting: FormSetting) -> FormSpec:
    """What a request asks for, step by step."""
    return FormSpec(
        (
            Section(
                "need",
                "What you need",
                (
                    FormField(
                        "questions",
                        "Questions",
                        Ask.LINES,
                        f"One on each line, {MAX_QUESTIONS} at most. The first words come from the hit: change them.",
                        "Ask at least one question.",
                        carried_by=(Request, "questions"),
                    ),
                    FormField("need_by", "Needed by (optional)", Ask.DAY, "A day, where one matters to your case."),
                ),
                "Say exactly what you want to know. A narrow question is answered sooner.",
            ),
            Section(
                "own-data",
                "What you hold yourself",
                _OWN_DATA,
                "Look into your own file first: ask for nothing that you hold.",
            ),
            Section("purpose", "What it is for", _PURPOSE, "The other state decides by this whether it may answer."),
            Section(
                "contact", "Who can be asked back", _contact(setting), "A request whose author cannot be reached waits."
            ),
            Section(
                "urgency",
                "How urgent it is",
                _URGENCY,
                "Urgency sets the other side's clock: U1 is for a risk to life.",
            ),
            Section(
                "caveats",
                "How it may be used",
                restrictions(setting, "caveats"),
                "This is about what your request itself says, not about the answer.",
            ),
            Section("victim-check", "Victim check", protection_marks(), VICTIM_CHECK),
        )
    )


def _contact(setting: FormSetting) -> tuple[FormField, ...]:
    languages = FormField(
        "languages",
        "Languages of the answer (optional)",
        Ask.LINES,
        "Language tags, one on each line, best first: en, th, zh-Hant.",
    )
    if not setting.desks:
        return (languages,)
    return FormField("contacts", "Our desks that may be called", Ask.TICKS, words=setting.desks), languages
