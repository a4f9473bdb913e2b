"""The forms of acts that go out as they are: codes, days and a sentence at most."""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.forms import ContactForm
from symbolon.node.services.end_hit import LONGEST_JUSTIFICATION
from symbolon.node.services.triage_hit import LONGEST_RECOMMENDATION
from symbolon.node.web import exchange_wording as terms
from symbolon.node.web import wording
from symbolon.node.web.form_spec import Ask, FormField, FormSpec, Section
from symbolon.protocol.messages_case import MeetingProposal, OnwardUseRequest
from symbolon.protocol.messages_dialogue import Clarification, ExtraFieldProposal, FormalRoute

MOST_EXTRA_KINDS: Final = 3


def _form(title: str, *fields: FormField, lead: str = "") -> FormSpec:
    return FormSpec((Section("act", title, fields, lead),))


_HANDLING: Final = FormField("handling_code", "Handling code", Ask.SELECT, words=wording.HANDLING_CODES)

RECOMMEND: Final = _form(
    "Recommend a vote",
    FormField(
        "recommended",
        "After checking our file, I recommend",
        Ask.RADIO,
        words={v: t[0] for v, t in wording.VERDICTS.items()},
    ),
    FormField(
        "recommendation",
        "Why",
        Ask.AREA,
        "It stays here: the focal point reads it, the other side never does.",
        "Say what in our file decides it.",
        most=LONGEST_RECOMMENDATION,
    ),
)
PROPOSE_FIELDS: Final = _form(
    "Propose to show each other more",
    FormField(
        "kinds",
        "Which kinds of identifier both sides show",
        Ask.TICKS,
        f"One to {MOST_EXTRA_KINDS}. Nothing is shown before the other side agrees, and then exactly these.",
        "Choose at least one kind.",
        wording.KINDS,
    ),
    FormField(
        "proposal_reason",
        "Why these",
        Ask.LINE,
        "",
        "Say why these would decide it, without a name or a number.",
        carried_by=(ExtraFieldProposal, "reason"),
    ),
)
ACCEPT: Final = _form(
    "Accept the request",
    FormField("expected_on", "Answer expected on (optional)", Ask.DAY),
    FormField("judicial_authorisation", "A court has to authorise the answer first", Ask.TICK),
    lead="They are told that you work on it. An answer can follow at once.",
)
REFUSE: Final = _form(
    "Refuse the request",
    FormField(
        "ground", "Ground", Ask.RADIO, "They are told the ground, and nothing else.", "Choose a ground.", terms.GROUNDS
    ),
)
CLARIFY: Final = _form(
    "Ask what the request means",
    FormField(
        "question",
        "Question",
        Ask.AREA,
        "It may say nothing about what you hold.",
        "Write the question.",
        carried_by=(Clarification, "question"),
    ),
    _HANDLING,
    lead="The first clarification stops the clock of your answer until theirs is here.",
)
RECALL: Final = _form(
    "Take the request back",
    FormField("recall_reason", "Reason", Ask.RADIO, "", "Choose a reason.", terms.RECALL_REASONS),
    lead="They purge what they received with it, and sign a receipt. It cannot be undone.",
)
FORMAL_ROUTE: Final = _form(
    "Go on by a formal channel",
    FormField("formal_channel", "Channel", Ask.SELECT, words=terms.FORMAL_CHANNELS),
    FormField(
        "reference",
        "Reference",
        Ask.LINE,
        "The number under which it runs there.",
        "Write the reference of the formal request.",
        carried_by=(FormalRoute, "reference"),
    ),
)
FEEDBACK: Final = _form(
    "Give feedback",
    FormField("usefulness", "How useful was it?", Ask.RADIO, "", "Choose one.", terms.USEFULNESS),
    FormField("outcomes", "What became of the case", Ask.TICKS, "Any that hold.", words=terms.OUTCOMES),
    lead="Codes alone go out. It closes this exchange.",
)
SAFETY_HOLD: Final = _form(
    "Hold for somebody's safety",
    FormField(
        "justification",
        "Why",
        Ask.AREA,
        "It stays here, in the audit log of this node. Name nobody.",
        "Say why: it is written down with the hold.",
        most=LONGEST_JUSTIFICATION,
    ),
    lead="Freezes every vote and disclosure on both sides. The other side learns that a hold lies on it, and not why.",
)
CLOSE_EXCHANGE: Final = _form("Close it without more", lead="Nothing more follows the refusal. It can be asked again.")
CONTACT: Final = _form(
    "Enter a past contact",
    FormField("on", "On", Ask.DAY, "", "Say on which day."),
    FormField(
        "channel",
        "Channel",
        Ask.LINE,
        "Such as: I-24/7, liaison officer, telephone.",
        "Name the channel.",
        carried_by=(ContactForm, "channel"),
    ),
    FormField(
        "counterpart",
        "With whom",
        Ask.LINE,
        "A state, a desk or an office.",
        "Say with whom.",
        carried_by=(ContactForm, "counterpart"),
    ),
    FormField("contact_reference", "Reference (optional)", Ask.LINE, carried_by=(ContactForm, "reference")),
    FormField("remark", "Remark (optional)", Ask.AREA, carried_by=(ContactForm, "remark")),
    lead="So that nobody asks again what was asked on another channel. It stays here.",
)
REOPEN: Final = _form(
    "Reopen this hit",
    FormField(
        "reopening",
        "Why",
        Ask.AREA,
        "It stays here, with the act.",
        "Say what has changed.",
        most=LONGEST_JUSTIFICATION,
    ),
)


def onward_spec(members: Mapping[str, str]) -> FormSpec:
    """What is asked for where information is to be passed on; ``members``: codes and names."""
    return _form(
        "Ask to pass it on",
        FormField("recipients", "To be passed on to", Ask.TICKS, "", "Choose at least one state.", members),
        FormField(
            "use",
            "For what",
            Ask.AREA,
            "Its originator decides by it. Name an agency of our own state here.",
            "Say for what it is to be used.",
            carried_by=(OnwardUseRequest, "use"),
        ),
        FormField("as_evidence", "As evidence", Ask.TICK),
    )


def meeting_spec(*, is_change: bool) -> FormSpec:
    """What a meeting needs; one that was proposed before also says how it stands, and what was agreed."""
    fields = (
        FormField(
            "agenda",
            "Agenda",
            Ask.AREA,
            "No case data: calendars travel. Speak about the case in the meeting.",
            "Say what the meeting is about.",
            carried_by=(MeetingProposal, "agenda"),
        ),
        FormField("starts_at", "Starts (UTC)", Ask.MOMENT),
        FormField("ends_at", "Ends (UTC)", Ask.MOMENT),
        FormField("zone", "Shown in the zone", Ask.LINE, "An IANA name, such as Asia/Bangkok.", "Name a time zone."),
        FormField(
            "attendees",
            "Who comes",
            Ask.LINES,
            "One on each line: an office is enough.",
            "Name at least one person or office.",
            carried_by=(MeetingProposal, "attendees"),
        ),
        FormField("link", "Link or room (optional)", Ask.LINE, carried_by=(MeetingProposal, "link")),
        _HANDLING,
    )
    if not is_change:
        return _form("Propose a meeting", *fields)
    more = (
        FormField("status", "It is", Ask.SELECT, words=terms.MEETING_STATUSES),
        FormField(
            "minutes",
            "Minutes (once it was held)",
            Ask.AREA,
            "They never leave: only their SHA-256 does, so that both sides can show that they hold the same.",
        ),
    )
    return _form("Change the meeting", *fields, *more)
