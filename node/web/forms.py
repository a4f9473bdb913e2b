"""The small forms of a hit's page, from text to what a service takes; what cannot be read becomes a sentence."""

from typing import Final

from symbolon.node.domain.justification import LONGEST_TEXT, ViewReason
from symbolon.node.web.field_limits import longest_text
from symbolon.node.web.form_spec import Ask, FormField, FormMistakes, FormSpec, Reading, Section, characters
from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.messages import Reply, Vote
from symbolon.protocol.messages_exchange import MAX_QUESTIONS
from symbolon.runtime.form_fields import FormFields

# A character outside the basic plane is four bytes of UTF-8, and a form writes each of them as three (%F0).
_BYTES_A_CHARACTER: Final = 12
LARGEST_FORM: Final = _BYTES_A_CHARACTER * (MAX_QUESTIONS + 1) * longest_text(Reply, "answers") + 64 * 1024
"""Bytes: as many answers as there can be questions and the caveats, each as long as it may be, and the small fields."""

_VOTE: Final = FormSpec(
    (
        Section(
            "vote",
            "Vote",
            (
                FormField("verdict", "Verdict", Ask.RADIO, needed="Choose one of these."),
                FormField("reason", "Reason", Ask.AREA, carried_by=(Vote, "reason")),
            ),
        ),
    )
)
_RULING: Final = FormSpec(
    (Section("ruling", "Decide", (FormField("ruling", "Decision", Ask.RADIO, needed="Choose one of these."),)),)
)


def read_vote(fields: FormFields) -> tuple[Verdict, str]:
    """The verdict and its reason. Raises :class:`FormMistakes`."""
    reading = Reading(fields, _VOTE)
    verdict, reason = reading.choice("verdict", Verdict), reading.text("reason")
    reading.finish()
    return verdict, reason


def read_hold_ruling(fields: FormFields) -> HoldRuling:
    """The protection officer's decision. Raises :class:`FormMistakes`."""
    reading = Reading(fields, _RULING)
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
        over = characters(len(text) - LONGEST_TEXT)
        mistakes["text"] = f"Shorten this by {over}: {characters(LONGEST_TEXT)} are the most."
    if mistakes:
        raise FormMistakes(mistakes)
    return ViewReason(chosen), text
