"""The other forms that go by draft, each on one page: answer, information, clarification, note, onward use."""

from typing import Final

from symbolon.node.web import exchange_wording as terms
from symbolon.node.web import wording
from symbolon.node.web.draft_fields import (
    ANSWER,
    STRICTEST,
    VICTIM_CHECK,
    WHO_READS,
    FormSetting,
    area,
    grades,
    protection_marks,
    release_terms,
    select,
)
from symbolon.node.web.form_spec import Ask, FormField, FormSpec, Section
from symbolon.protocol.messages_dialogue import ClarificationAnswer, Note, SpontaneousInformation
from symbolon.protocol.messages_exchange import Reply

CLARIFICATION_ANSWER: Final = FormSpec(
    (
        Section(
            "answer",
            "What we meant",
            (
                area("answer", "Answer", (ClarificationAnswer, "answer"), "", "Say what the request means."),
                select("handling_code", "Handling code", wording.HANDLING_CODES, STRICTEST),
            ),
        ),
        Section("victim-check", "Victim check", protection_marks(), VICTIM_CHECK),
    )
)
NOTE: Final = FormSpec(
    (
        Section(
            "note",
            "Note",
            (
                area(
                    "text", "Text", (Note, "text"), "The other side's officers of this hit read it.", "Write the note."
                ),
                select("handling_code", "Handling code", wording.HANDLING_CODES, STRICTEST),
                select("tlp", "Traffic light", terms.TLP, WHO_READS),
            ),
        ),
        Section("victim-check", "Victim check", protection_marks(), VICTIM_CHECK),
    )
)
ONWARD_DECISION: Final = FormSpec(
    (
        Section(
            "decision",
            "Decide on the further use",
            (
                FormField("granted", "Permit exactly the use that was asked for", Ask.TICK),
                FormField("expires_on", "Permitted until", Ask.DAY, "Needed where it is permitted."),
            ),
        ),
    )
)


def reply_spec(setting: FormSetting) -> FormSpec:
    """An answer to each question, how sure it is, and on what terms."""
    answers = tuple(
        FormField(
            f"{ANSWER}{number}",
            f"{number}. {question}",
            Ask.AREA,
            needed="Answer, or write that you do not hold it or may not say it.",
            carried_by=(Reply, "answers"),
        )
        for number, question in enumerate(setting.questions, 1)
    )
    extent = FormField("extent", "This is", Ask.RADIO, words=terms.EXTENTS)
    remarks = area("caveats", "Caveats in words (optional)", (Reply, "caveats"))
    return FormSpec(
        (
            Section("answers", "Our answer", (*answers, extent), "Give no more than each question needs."),
            Section("grades", "How sure it is", grades()),
            Section(
                "release", "What it gives, and how it may be used", (*release_terms(setting, "caveat_codes"), remarks)
            ),
            Section("victim-check", "Victim check", protection_marks(), VICTIM_CHECK),
        )
    )


def information_spec(setting: FormSetting) -> FormSpec:
    """Information that nobody asked for."""
    message = SpontaneousInformation
    words = (
        area("information", "Information", (message, "information"), "", "Write what you want them to know."),
        area("relevance", "Relevance", (message, "relevance"), "", "Say why it matters to their case."),
        FormField("urgency", "Urgency", Ask.RADIO, words=wording.URGENCIES),
    )
    return FormSpec(
        (
            Section("information", "What they should know", words, "Give no more than helps them."),
            Section("grades", "How sure it is", grades()),
            Section("release", "What it gives, and how it may be used", release_terms(setting, "caveats")),
            Section("victim-check", "Victim check", protection_marks(), VICTIM_CHECK),
        )
    )
