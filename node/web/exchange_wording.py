"""What the pages of an exchange call things: one word or sentence for each code of its closed lists."""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.drafts import DraftAction, DraftState
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    Caveat,
    FormalChannel,
    MeetingStatus,
    PurgedPlace,
    PurgeReason,
    RecallReason,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.purposes import Purpose

TLP: Final[Mapping[Tlp, str]] = {
    Tlp.RED: "TLP:RED for the eyes of the recipients alone",
    Tlp.AMBER_STRICT: "TLP:AMBER+STRICT for the officers of this hit",
    Tlp.AMBER: "TLP:AMBER for officers who handle hits",
    Tlp.GREEN: "TLP:GREEN for the wider service",
    Tlp.CLEAR: "TLP:CLEAR no limit on who reads it",
}
"""The traffic light of FIRST (TLP 2.0), in what it means at this node."""
TLP_SIGNS: Final[Mapping[Tlp, str]] = {light: words.split()[0] for light, words in TLP.items()}
CAVEATS: Final[Mapping[Caveat, str]] = {
    Caveat.ASK_BEFORE_ACTION: "Ask before acting on it",
    Caveat.NOT_FOR_ARREST: "Not as a ground for arrest",
    Caveat.NO_CONTACT_WITH_SUBJECT: "No contact with the subject",
    Caveat.NOT_TO_IMMIGRATION: "Not to immigration services",
    Caveat.NO_EXPORT: "Not to be printed, copied or exported",
    Caveat.NAMED_OFFICERS_ONLY: "For the officers of this hit only",
}
GROUNDS: Final[Mapping[RefusalGround, str]] = {
    RefusalGround.NATIONAL_SECURITY: "National security",
    RefusalGround.ONGOING_INVESTIGATION: "It would harm an investigation that goes on",
    RefusalGround.SAFETY_OF_A_PERSON: "The safety of a person",
    RefusalGround.DISPROPORTIONATE: "Disproportionate",
    RefusalGround.NO_AUTHORITY: "No authority to give it",
    RefusalGround.NOT_HELD: "Not held here",
    RefusalGround.POLITICAL_OR_REFOULEMENT_RISK: "Risk of persecution, or of return to it",
    RefusalGround.ORIGINATORS_CONSENT_MISSING: "Its originator has not consented",
    RefusalGround.JUDICIAL_REFUSAL: "A court refused",
}
RULINGS: Final[Mapping[RequestRuling, str]] = {
    RequestRuling.ACCEPT: "Accepted",
    RequestRuling.REFUSE: "Refused",
}
EXTENTS: Final[Mapping[ReplyExtent, str]] = {
    ReplyExtent.FULL: "The whole answer: nothing more will come",
    ReplyExtent.PARTIAL: "A part of the answer: more will come",
}
FORMAL_CHANNELS: Final[Mapping[FormalChannel, str]] = {
    FormalChannel.LEGAL_ASSISTANCE: "Mutual legal assistance",
    FormalChannel.INTERPOL: "INTERPOL (I-24/7)",
    FormalChannel.POLICE_ATTACHE: "Police attaché",
    FormalChannel.OTHER: "Another formal channel",
}
USEFULNESS: Final[Mapping[Usefulness, str]] = {
    Usefulness.DECISIVE: "Decisive",
    Usefulness.USEFUL: "Useful",
    Usefulness.KNOWN_ALREADY: "Known already",
    Usefulness.NOT_USEFUL: "Not useful",
    Usefulness.TOO_EARLY_TO_SAY: "Too early to say",
}
OUTCOMES: Final[Mapping[CaseOutcome, str]] = {
    CaseOutcome.VICTIM_SAFE: "A victim is safe",
    CaseOutcome.ARREST: "Arrest",
    CaseOutcome.CHARGE: "Charge",
    CaseOutcome.ROUTE_DISRUPTED: "A route was disrupted",
    CaseOutcome.ASSETS_FROZEN: "Assets were frozen",
    CaseOutcome.IDENTITY_ESTABLISHED: "An identity was established",
    CaseOutcome.INVESTIGATION_GOES_ON: "The investigation goes on",
    CaseOutcome.NO_FURTHER_ACTION: "No further action",
}
RECALL_REASONS: Final[Mapping[RecallReason, str]] = {
    RecallReason.NO_LONGER_NEEDED: "No longer needed",
    RecallReason.SENT_IN_ERROR: "Sent in error",
    RecallReason.SAFETY_OF_A_PERSON: "The safety of a person",
    RecallReason.LEGAL_BASIS_GONE: "Its legal basis is gone",
}
PURGE_REASONS: Final[Mapping[PurgeReason, str]] = {
    PurgeReason.WITHDRAWN: "The record was withdrawn",
    PurgeReason.RECALLED: "The request was recalled",
    PurgeReason.DELETE_BY: "Its day of deletion has come",
    PurgeReason.DATA_SUBJECT: "The person asked for it",
}
PURGED_PLACES: Final[Mapping[PurgedPlace, str]] = {
    PurgedPlace.EXCHANGE: "Requests and answers",
    PurgedPlace.NOTES: "Notes",
    PurgedPlace.ATTACHMENTS: "Files",
    PurgedPlace.DRAFTS: "Drafts",
    PurgedPlace.SEARCH: "Search",
    PurgedPlace.CACHES: "Caches",
    PurgedPlace.EXPORTS: "Exports",
}
MEETING_STATUSES: Final[Mapping[MeetingStatus, str]] = {
    MeetingStatus.TENTATIVE: "Proposed",
    MeetingStatus.CONFIRMED: "Agreed",
    MeetingStatus.CANCELLED: "Cancelled",
    MeetingStatus.HELD: "Held",
}
CLOCKS: Final[Mapping[ClockName, str]] = {
    ClockName.HOLD: "To decide on the hold",
    ClockName.TRIAGE: "To vote",
    ClockName.ACKNOWLEDGE: "To acknowledge",
    ClockName.VERIFY: "To check our file",
    ClockName.SECOND_ROUND: "To vote a second time",
    ClockName.USE: "To ask or inform",
    ClockName.ACCEPT: "To accept the request",
    ClockName.RESPOND: "To answer the request",
    ClockName.FORMAL_ROUTE: "For the formal route",
    ClockName.FEEDBACK: "To give feedback",
    ClockName.PURGE: "To purge what was received",
    ClockName.REOPEN: "To reopen the hit",
}
EVENTS: Final[Mapping[Event, str]] = {
    Event.ALERTED: "Both sides were alerted",
    Event.SUPPRESSED: "Suppressed: the pair was dismissed before",
    Event.CHANGED: "A record changed materially",
    Event.HELD: "Put on hold for a victim or a minor",
    Event.RELEASED: "Released by the protection officer",
    Event.NEEDS_MORE: "Both votes opened: one side at least is unsure, so both vote again",
    Event.NOT_SAME: "Both votes opened: different",
    Event.UNRESOLVED: "Both votes opened: the sides did not agree",
    Event.EXPIRED: "The time to vote was over",
    Event.CONFIRMED: "Both votes opened: the same",
    Event.REQUESTED: "A request was made",
    Event.CLARIFY: "A clarification was asked for",
    Event.CLARIFIED: "The clarification was given",
    Event.ACCEPTED: "The request was accepted",
    Event.PARTIAL: "A part of the answer was given",
    Event.RESPONDED: "The request was answered",
    Event.SPONTANEOUS: "Information was given unasked",
    Event.REFUSED: "The request was refused",
    Event.FORMAL_ROUTE: "The request goes on by a formal channel",
    Event.RECALLED: "The request was recalled",
    Event.FEEDBACK_DUE: "Feedback became due",
    Event.FEEDBACK_GIVEN: "Feedback was given",
    Event.WITHDRAWN: "A record was withdrawn by its owner",
    Event.CLOSED: "Closed",
    Event.REOPENED: "Reopened",
}
DRAFT_STATES: Final[Mapping[DraftState, str]] = {
    DraftState.DRAFT: "Being written",
    DraftState.SUBMITTED: "Waits for a second officer",
    DraftState.RETURNED: "Returned",
    DraftState.SENT: "Sent",
    DraftState.DISCARDED: "Discarded",
}
SAID: Final[Mapping[Purpose, str]] = {
    Purpose.REQUEST: "Request",
    Purpose.REQUEST_DECISION: "Decision on the request",
    Purpose.CLARIFICATION: "Clarification asked for",
    Purpose.CLARIFICATION_ANSWER: "Clarification",
    Purpose.REPLY: "Answer",
    Purpose.RECALL: "Recall",
    Purpose.SPONTANEOUS_INFORMATION: "Information unasked",
    Purpose.FORMAL_ROUTE: "Formal route",
    Purpose.FEEDBACK: "Feedback",
    Purpose.EXTRA_FIELD_PROPOSAL: "Proposal to show more",
    Purpose.EXTRA_FIELD_ANSWER: "Answer to the proposal",
    Purpose.EXTRA_FIELD_VALUE: "What was shown",
    Purpose.NOTE: "Note",
    Purpose.ATTACHMENT_MANIFEST: "File",
    Purpose.MEETING_PROPOSAL: "Meeting",
    Purpose.MEETING_ANSWER: "Answer to the meeting",
    Purpose.ONWARD_USE_REQUEST: "Leave to pass on, asked for",
    Purpose.ONWARD_USE_DECISION: "Leave to pass on",
    Purpose.PURGE_REQUEST: "Purge asked for",
    Purpose.PURGE_RECEIPT: "Purge receipt",
}
"""What each message of a hit is called in its thread."""
DRAFT_ACTIONS: Final[Mapping[DraftAction, str]] = {
    DraftAction.CHANGE: "Change it",
    DraftAction.SUBMIT: "Submit it",
    DraftAction.APPROVE: "Approve it",
    DraftAction.RETURN: "Return it",
    DraftAction.DISCARD: "Discard it",
}
