"""The closed lists of an exchange: grounds, caveats, outcomes and what else officers choose from.

The values are the words on the wire. The traffic light is FIRST's TLP 2.0 (https://www.first.org/tlp/); the handling
codes are those of Europol's 4x4 evaluation: H0 no more than the rules in force for all, H1 not as evidence, H2 not
passed on, each unless the originator permits it, H3 as the caveats say and nothing beyond.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from symbolon.protocol.wire_limits import ShortText


class Tlp(StrEnum):
    """How far a text may spread at its receiver's."""

    RED = "red"
    AMBER_STRICT = "amber-strict"
    AMBER = "amber"
    GREEN = "green"
    CLEAR = "clear"


class Caveat(StrEnum):
    """Restrictions besides the handling code, each of which a program can keep."""

    ASK_BEFORE_ACTION = "ask-before-action"
    NOT_FOR_ARREST = "not-for-arrest"
    NO_CONTACT_WITH_SUBJECT = "no-contact-with-subject"
    NOT_TO_IMMIGRATION = "not-to-immigration"
    NO_EXPORT = "no-export"
    NAMED_OFFICERS_ONLY = "named-officers-only"


class RefusalGround(StrEnum):
    """Why a request is refused; the receiver is told the code and nothing else."""

    NATIONAL_SECURITY = "national-security"
    ONGOING_INVESTIGATION = "ongoing-investigation"
    SAFETY_OF_A_PERSON = "safety-of-a-person"
    DISPROPORTIONATE = "disproportionate"
    NO_AUTHORITY = "no-authority"
    NOT_HELD = "not-held"
    POLITICAL_OR_REFOULEMENT_RISK = "political-or-refoulement-risk"
    ORIGINATORS_CONSENT_MISSING = "originators-consent-missing"
    JUDICIAL_REFUSAL = "judicial-refusal"


class RequestRuling(StrEnum):
    """What the requested state decides about a request."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class ReplyExtent(StrEnum):
    """Whether more is to come."""

    PARTIAL = "partial"
    FULL = "full"


class FormalChannel(StrEnum):
    """The formal route on which a refused request goes on."""

    LEGAL_ASSISTANCE = "legal-assistance"
    INTERPOL = "interpol"
    POLICE_ATTACHE = "police-attache"
    OTHER = "other"


class Usefulness(StrEnum):
    """How useful information was to its receiver."""

    DECISIVE = "decisive"
    USEFUL = "useful"
    KNOWN_ALREADY = "known-already"
    NOT_USEFUL = "not-useful"
    TOO_EARLY_TO_SAY = "too-early-to-say"


class CaseOutcome(StrEnum):
    """What became of the case."""

    VICTIM_SAFE = "victim-safe"
    ARREST = "arrest"
    CHARGE = "charge"
    ROUTE_DISRUPTED = "route-disrupted"
    ASSETS_FROZEN = "assets-frozen"
    IDENTITY_ESTABLISHED = "identity-established"
    INVESTIGATION_GOES_ON = "investigation-goes-on"
    NO_FURTHER_ACTION = "no-further-action"


class RecallReason(StrEnum):
    """Why a request is taken back."""

    NO_LONGER_NEEDED = "no-longer-needed"
    SENT_IN_ERROR = "sent-in-error"
    SAFETY_OF_A_PERSON = "safety-of-a-person"
    LEGAL_BASIS_GONE = "legal-basis-gone"


class PurgeReason(StrEnum):
    """Why a holder is to purge what it received."""

    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    DELETE_BY = "delete-by"
    DATA_SUBJECT = "data-subject"


class PurgedPlace(StrEnum):
    """Where a holder looked for what it purged: each is named in a receipt, also where nothing was."""

    EXCHANGE = "exchange"
    NOTES = "notes"
    ATTACHMENTS = "attachments"
    DRAFTS = "drafts"
    SEARCH = "search"
    CACHES = "caches"
    EXPORTS = "exports"


class MeetingStatus(StrEnum):
    """How a meeting stands, in the words of RFC 5545 (STATUS)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class ProtectionMarks:
    """What goes with every message about a hit: not to be punished, a minor, and what could endanger a victim."""

    non_punishment: bool
    minor: bool
    victim_risk: ShortText = field(repr=False)


NO_MARKS: Final = ProtectionMarks(non_punishment=False, minor=False, victim_risk="")
