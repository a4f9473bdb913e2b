"""What the pages about desks, clocks, agreements and notices call things: one word for each code."""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.notices import Manner
from symbolon.protocol.focal_points import Liveness, Reached
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind

COMPETENCES: Final[Mapping[Competence, str]] = {
    Competence.TRAFFICKING: "Trafficking",
    Competence.SMUGGLING: "Smuggling",
    Competence.MINORS: "Minors",
    Competence.VICTIM_PROTECTION: "Victim protection",
    Competence.FINANCE: "Money",
    Competence.DOCUMENTS: "Documents",
    Competence.GENERAL: "Anything",
}
DESK_KINDS: Final[Mapping[DeskKind, str]] = {
    DeskKind.FOCAL_POINT: "Focal point",
    DeskKind.DEPUTY: "Deputy",
    DeskKind.DUTY: "Duty desk",
}
CONTACTS: Final[Mapping[ContactKind, str]] = {
    ContactKind.PHONE: "Phone",
    ContactKind.SECURE_MAIL: "Secure mail",
    ContactKind.MAIL: "Mail",
    ContactKind.INTERPOL_I24_7: "INTERPOL I-24/7",
    ContactKind.ASEANAPOL_E_ADS: "ASEANAPOL e-ADS",
    ContactKind.RADIO: "Radio",
    ContactKind.OTHER: "Other",
}
LIVENESS: Final[Mapping[Liveness, str]] = {
    Liveness.ALIVE: "Answered",
    Liveness.ASKED: "Asked, no answer yet",
    Liveness.STALE: "Stale: did not answer",
    Liveness.NEVER_ASKED: "Never asked",
}
REACHED: Final[Mapping[Reached, str]] = {
    Reached.AT_THE_DESK: "At the desk now",
    Reached.ON_DUTY: "On duty now",
    Reached.CLOSED: "Closed",
}
CLOCKS: Final[Mapping[ClockName, str]] = {
    ClockName.HOLD: "Decide on the hold",
    ClockName.TRIAGE: "Vote",
    ClockName.ACKNOWLEDGE: "Acknowledge",
    ClockName.VERIFY: "Verify",
    ClockName.SECOND_ROUND: "Vote again",
    ClockName.USE: "Use the confirmed hit",
    ClockName.ACCEPT: "Accept or refuse the request",
    ClockName.RESPOND: "Answer the request",
    ClockName.FORMAL_ROUTE: "Go the formal route",
    ClockName.FEEDBACK: "Give feedback",
    ClockName.PURGE: "Purge",
    ClockName.REOPEN: "Reopen",
}
LEVELS: Final[Mapping[EscalationLevel, str]] = {
    EscalationLevel.THREE_QUARTERS: "Three quarters used",
    EscalationLevel.OVER: "Over",
}
WATCHERS: Final[Mapping[Watcher, str]] = {
    Watcher.DEPUTY: "Deputy",
    Watcher.FACILITATOR: "Facilitator",
    Watcher.DEPUTY_PROTECTION_OFFICER: "Deputy protection officer",
    Watcher.OVERSIGHT: "Oversight",
}
MANNERS: Final[Mapping[Manner, str]] = {
    Manner.OFF: "No mails",
    Manner.AT_ONCE: "At once",
    Manner.DIGEST: "Once a day",
}
NOTICES: Final[Mapping[str, str]] = {
    "desks-saved": "Saved as a draft. Nothing is published before you sign it.",
    "desks-published": "Signed, and on its way to the hub and to every state.",
    "staff-saved": "Saved. Nobody outside this node learns who works at a desk.",
    "ping-answered": "Thank you: the hub is told that somebody is there.",
    "interest-set": "You are told of each new hit on this record, and of each change.",
    "interest-ended": "You are no longer told of this record.",
    "notices-saved": "Saved.",
    "agreement-proposed": "Signed and sent. It counts once the other state has signed the same.",
    "agreement-signed": "Signed by both: it counts from its day on.",
}
