"""What the pages call things: one word or sentence for each code, in one place."""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.actors import Role
from symbolon.node.domain.expiry import Expiring
from symbolon.node.domain.justification import ViewReason
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.messages import MemberStanding

JOINT_STATES: Final[Mapping[JointState, str]] = {
    JointState.DETECTED: "Found",
    JointState.SUPPRESSED: "Dismissed before",
    JointState.HELD: "On hold",
    JointState.ALERTED: "To be judged",
    JointState.NEEDS_MORE: "Second vote",
    JointState.NOT_SAME: "Not the same",
    JointState.UNRESOLVED: "Not resolved",
    JointState.EXPIRED: "Expired",
    JointState.CONFIRMED: "Confirmed",
    JointState.REQUESTED: "Asked",
    JointState.CLARIFY: "To be clarified",
    JointState.ACCEPTED: "Accepted",
    JointState.PARTIAL: "Answered in part",
    JointState.RESPONDED: "Answered",
    JointState.SPONTANEOUS: "Informed",
    JointState.REFUSED: "Refused",
    JointState.FORMAL_ROUTE: "On the formal route",
    JointState.RECALLED: "Recalled",
    JointState.FEEDBACK_DUE: "Feedback due",
    JointState.WITHDRAWN: "Withdrawn",
    JointState.CLOSED: "Closed",
}
JOINT_STATE_SENTENCES: Final[Mapping[JointState, str]] = {
    JointState.DETECTED: "The hub found two records that are alike.",
    JointState.SUPPRESSED: "Both sides judged this pair before, and nothing material has changed.",
    JointState.HELD: "A victim or a minor is concerned: until a protection officer decides, nobody acts on it.",
    JointState.ALERTED: "Both sides know of this hit. Each checks its own file, then votes.",
    JointState.NEEDS_MORE: "One side at least was unsure. Both look once more and vote again.",
    JointState.NOT_SAME: "Both sides say that these are different.",
    JointState.UNRESOLVED: "The two sides did not agree. The hit ends here; the records stay as they are.",
    JointState.EXPIRED: "One side did not vote in time. No vote was opened.",
    JointState.CONFIRMED: "Both sides say that this is the same. Either may now ask the other.",
    JointState.REQUESTED: "A question was asked and waits for its answer.",
    JointState.CLARIFY: "The state that was asked wants to know more about the question.",
    JointState.ACCEPTED: "The request was accepted; its answer is being prepared.",
    JointState.PARTIAL: "A part of the answer is here; more is to come.",
    JointState.RESPONDED: "The question was answered.",
    JointState.SPONTANEOUS: "One side informed the other without being asked.",
    JointState.REFUSED: "The request was refused.",
    JointState.FORMAL_ROUTE: "The request goes on by a formal channel.",
    JointState.RECALLED: "The request was taken back; what it held is being purged.",
    JointState.FEEDBACK_DUE: "The answer was read. What became of it is still to be said.",
    JointState.WITHDRAWN: "One of the records was withdrawn by its owner.",
    JointState.CLOSED: "This hit is closed.",
}
OWN_SIDE: Final[Mapping[SideState, str]] = {
    SideState.WAITING: "Not acknowledged",
    SideState.ACKED: "Acknowledged",
    SideState.VERIFYING: "Being checked",
    SideState.VOTED: "Voted, sealed",
}
BANDS: Final[Mapping[Band, str]] = {
    Band.STRONG: "Strong",
    Band.PROBABLE: "Probable",
    Band.POSSIBLE: "Possible",
}
BAND_SENTENCES: Final[Mapping[Band, str]] = {
    Band.STRONG: "A strong likeness: what was compared fits in what counts most.",
    Band.PROBABLE: "A probable likeness: most of what was compared fits. Check it against the file.",
    Band.POSSIBLE: "A possible likeness: enough fits to be worth a look, not enough to act upon.",
}
KINDS: Final[Mapping[IdentifierKind, str]] = {
    IdentifierKind.NAME: "Name",
    IdentifierKind.BIRTH_DATE: "Birth date",
    IdentifierKind.NATIONALITY: "Nationality",
    IdentifierKind.SEX: "Sex",
    IdentifierKind.PLACE: "Place",
    IdentifierKind.DOCUMENT: "Document",
    IdentifierKind.PHONE: "Phone",
    IdentifierKind.VESSEL: "Vessel",
    IdentifierKind.VEHICLE: "Vehicle",
    IdentifierKind.ACCOUNT: "Account",
    IdentifierKind.ONLINE_HANDLE: "Online handle",
}
AGREEMENTS: Final[Mapping[Agreement, str]] = {
    Agreement.AGREE: "agrees",
    Agreement.DISAGREE: "differs",
    Agreement.UNKNOWN: "not known",
}
AGREEMENT_SIGNS: Final[Mapping[Agreement, str]] = {
    Agreement.AGREE: "=",
    Agreement.DISAGREE: "≠",
    Agreement.UNKNOWN: "?",
}
RECORD_KINDS: Final[Mapping[RecordKind, str]] = {
    RecordKind.PERSON: "Person",
    RecordKind.DOCUMENT: "Document",
    RecordKind.PHONE: "Phone",
    RecordKind.VESSEL: "Vessel",
    RecordKind.VEHICLE: "Vehicle",
    RecordKind.ACCOUNT: "Account",
    RecordKind.ONLINE_HANDLE: "Online handle",
}
CATEGORIES: Final[Mapping[SubjectCategory, str]] = {
    SubjectCategory.SUSPECT: "Suspect",
    SubjectCategory.VICTIM: "Victim",
    SubjectCategory.WITNESS: "Witness",
    SubjectCategory.MINOR: "Minor",
    SubjectCategory.UNKNOWN: "Not known",
}
OFFENCES: Final[Mapping[OffenceGroup, str]] = {
    OffenceGroup.TRAFFICKING_SEXUAL: "Trafficking, sexual exploitation",
    OffenceGroup.TRAFFICKING_LABOUR: "Trafficking, forced labour",
    OffenceGroup.TRAFFICKING_OTHER: "Trafficking, other",
    OffenceGroup.SMUGGLING: "People smuggling",
    OffenceGroup.DOCUMENT_FRAUD: "Document fraud",
    OffenceGroup.MONEY_LAUNDERING: "Money laundering",
    OffenceGroup.OTHER: "Other",
}
URGENCIES: Final[Mapping[Urgency, str]] = {
    Urgency.U1: "U1 risk to life",
    Urgency.U2: "U2 urgent",
    Urgency.U3: "U3 routine",
}
VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.SAME: ("Same", "My file shows that both halves are about the same subject."),
    Verdict.DIFFERENT: ("Different", "My file shows that they cannot be the same. The pair will not come back."),
    Verdict.UNSURE: ("Unsure", "My file does not decide it. Both sides then look once more."),
}
CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.INFORMAL: "Informal, police to police",
    Channel.FORMAL: "Formal",
}
USES: Final[Mapping[IntendedUse, str]] = {
    IntendedUse.INTELLIGENCE: "Intelligence: to guide the investigation",
    IntendedUse.EVIDENCE: "Evidence: needs the formal channel",
}
HANDLING_CODES: Final[Mapping[HandlingCode, str]] = {
    HandlingCode.H0: "H0 no further restriction",
    HandlingCode.H1: "H1 not as evidence without permission",
    HandlingCode.H2: "H2 not to be passed on without permission",
    HandlingCode.H3: "H3 other restrictions, written in the text",
}
RELIABILITIES: Final[Mapping[SourceReliability, str]] = {
    SourceReliability.A: "A no doubt about the source",
    SourceReliability.B: "B mostly reliable",
    SourceReliability.C: "C mostly unreliable",
    SourceReliability.X: "X cannot be assessed",
}
ACCURACIES: Final[Mapping[InformationAccuracy, str]] = {
    InformationAccuracy.NOT_IN_DOUBT: "1 not in doubt",
    InformationAccuracy.KNOWN_TO_THE_SOURCE: "2 known to the source at first hand",
    InformationAccuracy.CORROBORATED: "3 hearsay, corroborated",
    InformationAccuracy.CANNOT_BE_JUDGED: "4 hearsay, cannot be judged",
}
NEXT_STEPS: Final[Mapping[HitAction, str]] = {
    HitAction.RELEASE: "Decide on the hold",
    HitAction.CLOSE_HOLD: "Close the held hit",
    HitAction.REPLY: "Answer the request",
    HitAction.ACCEPT: "Accept the request",
    HitAction.REFUSE: "Refuse the request",
    HitAction.ANSWER_CLARIFICATION: "Say what was meant",
    HitAction.CLARIFY: "Ask what is meant",
    HitAction.ANSWER_FIELD: "Answer their proposal",
    HitAction.SHOW_FIELD: "Show what was agreed",
    HitAction.VOTE: "Check and vote",
    HitAction.ACKNOWLEDGE: "Acknowledge",
    HitAction.ASSIGN: "Assign an investigator",
    HitAction.RECOMMEND: "Recommend a vote",
    HitAction.PROPOSE_FIELD: "Propose to show more",
    HitAction.FEEDBACK: "Give feedback",
    HitAction.REQUEST: "May ask them",
    HitAction.INFORM: "May inform them",
    HitAction.RECALL: "Take the request back",
    HitAction.FORMAL_ROUTE: "Go on formally",
    HitAction.NOTE: "Write a note",
    HitAction.MEETING: "Propose a meeting",
    HitAction.ATTACH: "Attach a file",
    HitAction.SAFETY_HOLD: "Hold for safety",
    HitAction.LIFT_SAFETY_HOLD: "Lift the safety hold",
    HitAction.CLOSE: "Close",
    HitAction.REOPEN: "Reopen",
}
"""What to do next, the most pressing first: where several are possible, the first in this order is named."""

WAITS: Final[Mapping[JointState, str]] = {
    JointState.HELD: "The protection officer decides",
    JointState.CONFIRMED: "May be asked about",
    JointState.REQUESTED: "Wait: a request is being looked at",
    JointState.CLARIFY: "Wait: a request is being clarified",
    JointState.ACCEPTED: "Wait: an answer is being prepared",
    JointState.PARTIAL: "Wait for the rest of the answer",
    JointState.RESPONDED: "Read the exchange",
    JointState.SPONTANEOUS: "Read the information",
    JointState.REFUSED: "Read the refusal",
    JointState.FORMAL_ROUTE: "Wait for the formal channel",
    JointState.RECALLED: "Wait: what was received is purged",
    JointState.FEEDBACK_DUE: "Wait for their feedback",
    JointState.NOT_SAME: "Nothing: it has ended",
    JointState.UNRESOLVED: "Nothing: it has ended",
    JointState.EXPIRED: "Nothing: its time was over",
    JointState.WITHDRAWN: "Nothing: it was withdrawn",
    JointState.CLOSED: "Nothing: it has ended",
}
"""What stands in the place of a next step where this person has none."""

VIEW_REASONS: Final[Mapping[ViewReason, str]] = {
    ViewReason.PROTECT: "To protect the person",
    ViewReason.DECIDE_HOLD: "To decide on the hold",
    ViewReason.CHECK_HIT: "To check the hit against our file, and vote",
    ViewReason.EXCHANGE: "To ask the other side, or to answer it",
    ViewReason.REVIEW: "To review what was done",
    ViewReason.OTHER: "Another reason, in my words below",
}
ROLES: Final[Mapping[str, str]] = {
    Role.FOCAL_POINT.value: "Focal point",
    Role.INVESTIGATOR.value: "Investigator",
    Role.PROTECTION_OFFICER.value: "Victim-protection officer",
    Role.AUTHORISER.value: "Authoriser",
    Role.ADMINISTRATOR.value: "Administrator",
    Role.AUDITOR.value: "Auditor",
}
STANDINGS: Final[Mapping[MemberStanding, str]] = {
    MemberStanding.ACTIVE: "Active",
    MemberStanding.SUSPENDED: "Suspended",
    MemberStanding.EXPELLED: "Expelled",
}
EXPIRING: Final[Mapping[Expiring, str]] = {
    Expiring.KEYS: "Keys",
    Expiring.CERTIFICATE: "Certificate",
}
EXPIRY_NOTICES: Final[Mapping[ExpiryNotice, str]] = {
    ExpiryNotice.NONE: "In good time",
    ExpiryNotice.WITHIN_60: "Within 60 days",
    ExpiryNotice.WITHIN_30: "Within 30 days",
    ExpiryNotice.WITHIN_7: "Within 7 days",
    ExpiryNotice.EXPIRED: "Expired",
}

NOTICES: Final[Mapping[str, str]] = {
    "acknowledged": "Acknowledged.",
    "voted": "Your vote is sealed and on its way. It is opened together with theirs.",
    "assigned": "Given to that officer to check.",
    "recommended": "Your recommendation is kept; the focal point votes.",
    "fields-proposed": "Your proposal is sealed and on its way. Nothing is shown before they agree.",
    "fields-agreed": "Agreed. Show yours when you are ready.",
    "fields-declined": "Declined: nothing is shown.",
    "fields-shown": "What was agreed is sealed and on its way.",
    "draft-saved": "Saved. Nothing has left.",
    "draft-submitted": "Submitted: it waits for a second officer. Nothing has left.",
    "draft-sent": "Approved: it is sealed and on its way.",
    "draft-returned": "Returned to its drafter.",
    "draft-discarded": "Discarded.",
    "accepted": "Accepted: they are told.",
    "refused": "Refused: they are told the ground, and nothing else.",
    "clarification-asked": "Your question is on its way. The first time, the clock of the answer stands still.",
    "recalled": "Taken back: they purge what they received, and sign a receipt.",
    "formal-route": "They are told where it goes on.",
    "feedback": "Your feedback is on its way, and the exchange is closed.",
    "meeting-proposed": "The meeting is sealed and on its way.",
    "meeting-answered": "Your answer is on its way.",
    "onward-asked": "Its originator is asked. Pass nothing on before the answer is here.",
    "contact-noted": "The contact is kept.",
    "safety-hold": "Held: nothing is voted on or disclosed, on either side.",
    "safety-hold-lifted": "Your hold is lifted.",
    "closed": "Closed.",
    "reopened": "Reopened.",
    "released": "Released: the other side is alerted now. On our side the hit stays with you.",
    "hold-closed": "Closed: the other side learns nothing.",
}
