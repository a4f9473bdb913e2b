"""The words of a hit's life: its joint states, what moves it, who moves it, and the track of each side."""

from enum import StrEnum


class JointState(StrEnum):
    """What both parties and the hub agree that a hit, or one exchange about it, has come to."""

    DETECTED = "DETECTED"
    SUPPRESSED = "SUPPRESSED"
    HELD = "HELD"
    ALERTED = "ALERTED"
    NEEDS_MORE = "NEEDS_MORE"
    NOT_SAME = "NOT_SAME"
    UNRESOLVED = "UNRESOLVED"
    EXPIRED = "EXPIRED"
    CONFIRMED = "CONFIRMED"
    REQUESTED = "REQUESTED"
    CLARIFY = "CLARIFY"
    ACCEPTED = "ACCEPTED"
    PARTIAL = "PARTIAL"
    RESPONDED = "RESPONDED"
    SPONTANEOUS = "SPONTANEOUS"
    REFUSED = "REFUSED"
    FORMAL_ROUTE = "FORMAL_ROUTE"
    RECALLED = "RECALLED"
    FEEDBACK_DUE = "FEEDBACK_DUE"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


class Event(StrEnum):
    """What moves a hit, or one exchange about it, from one joint state to the next."""

    ALERTED = "alerted"
    SUPPRESSED = "suppressed"
    CHANGED = "changed"
    HELD = "held"
    RELEASED = "released"
    NEEDS_MORE = "needs_more"
    NOT_SAME = "not_same"
    UNRESOLVED = "unresolved"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    CLARIFY = "clarify"
    CLARIFIED = "clarified"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    RESPONDED = "responded"
    SPONTANEOUS = "spontaneous"
    REFUSED = "refused"
    FORMAL_ROUTE = "formal_route"
    RECALLED = "recalled"
    FEEDBACK_DUE = "feedback_due"
    FEEDBACK_GIVEN = "feedback_given"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"


class Party(StrEnum):
    """Who causes an event, as the table names them.

    RECEIVER and GIVER are the sides of one exchange by the way that information goes: who asks is to receive, and who
    informs unasked gives. OWNER is the side whose record it is about, VOTES are both sides' opened votes together, and
    CLOCK is whichever program keeps the clock: the hub's, or the worker of a node.
    """

    HUB = "hub"
    CLOCK = "clock"
    VOTES = "votes"
    OWNER = "owner"
    EITHER = "either"
    RECEIVER = "receiver"
    GIVER = "giver"


class Office(StrEnum):
    """In which role an officer of one side acts; the values are those of a node's roles."""

    FOCAL_POINT = "focal_point"
    INVESTIGATOR = "investigator"
    PROTECTION_OFFICER = "protection_officer"
    AUTHORISER = "authoriser"


class SideState(StrEnum):
    """How far one state has come with a hit while the votes are not open."""

    WAITING = "WAITING"
    ACKED = "ACKED"
    VERIFYING = "VERIFYING"
    VOTED = "VOTED"


class HitAction(StrEnum):
    """What an officer of one state may do about a hit, or about one exchange of it."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    RECOMMEND = "recommend"
    VOTE = "vote"
    PROPOSE_FIELD = "propose-field"
    ANSWER_FIELD = "answer-field"
    SHOW_FIELD = "show-field"
    REQUEST = "request"
    INFORM = "inform"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CLARIFY = "clarify"
    ANSWER_CLARIFICATION = "answer-clarification"
    REPLY = "reply"
    RECALL = "recall"
    FORMAL_ROUTE = "formal-route"
    FEEDBACK = "feedback"
    NOTE = "note"
    MEETING = "meeting"
    ATTACH = "attach"
    SAFETY_HOLD = "safety-hold"
    LIFT_SAFETY_HOLD = "lift-safety-hold"
    RELEASE = "release"
    CLOSE_HOLD = "close-hold"
    CLOSE = "close"
    REOPEN = "reopen"


class Overlay(StrEnum):
    """What may lie over any open state without changing it."""

    ESCALATED = "ESCALATED"
    SAFETY_HOLD = "SAFETY_HOLD"
