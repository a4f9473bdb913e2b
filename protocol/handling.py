"""How a record and what is said about it may be handled: categories, codes, grades, and who may be compared with whom.

The values are the words on the wire. Sources: the design's *From hit to closed exchange*; source reliability and
information accuracy follow the 4x4 evaluation codes used in European police information exchange (Europol
Regulation (EU) 2016/794, Article 29).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, MemberCode

MOST_LISTED_MEMBERS: Final = 250
"""Codes in one list of states that a record may be compared with: more than there are states."""


class SubjectCategory(StrEnum):
    """What the subject of a record is in its case; a record without one is not published (invariant 6)."""

    SUSPECT = "suspect"
    VICTIM = "victim"
    WITNESS = "witness"
    MINOR = "minor"
    UNKNOWN = "unknown"


class Namespace(StrEnum):
    """Whether hits on a record go to the focal point, or on its owner's side to the victim-protection officer alone."""

    GENERAL = "general"
    PROTECTED = "protected"


class HandlingCode(StrEnum):
    """How far the receiver of information may use it."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


class Urgency(StrEnum):
    """U1 risk to life, U2 urgent, U3 routine."""

    U1 = "U1"
    U2 = "U2"
    U3 = "U3"


class OffenceGroup(StrEnum):
    """The group of offences that a case is about."""

    TRAFFICKING_SEXUAL = "trafficking_sexual"
    TRAFFICKING_LABOUR = "trafficking_labour"
    TRAFFICKING_OTHER = "trafficking_other"
    SMUGGLING = "smuggling"
    DOCUMENT_FRAUD = "document_fraud"
    MONEY_LAUNDERING = "money_laundering"
    OTHER = "other"


class RecordKind(StrEnum):
    """What a record describes."""

    PERSON = "person"
    DOCUMENT = "document"
    PHONE = "phone"
    VESSEL = "vessel"
    VEHICLE = "vehicle"
    ACCOUNT = "account"
    ONLINE_HANDLE = "online_handle"


class IdentifierKind(StrEnum):
    """The kinds of identifier of which an alert says whether they agree."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    NATIONALITY = "nationality"
    SEX = "sex"
    PLACE = "place"
    DOCUMENT = "document"
    PHONE = "phone"
    VESSEL = "vessel"
    VEHICLE = "vehicle"
    ACCOUNT = "account"
    ONLINE_HANDLE = "online_handle"


class Agreement(StrEnum):
    """Whether the two records agree in one kind of identifier; unknown where either does not have it."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"


class Band(StrEnum):
    """How sure the comparison is, in words instead of a score."""

    STRONG = "strong"
    PROBABLE = "probable"
    POSSIBLE = "possible"


class Verdict(StrEnum):
    """A focal point's vote on a hit."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    UNSURE = "UNSURE"


class Channel(StrEnum):
    """Through which channel an exchange goes."""

    INFORMAL = "informal"
    FORMAL = "formal"


class IntendedUse(StrEnum):
    """What the requesting state wants the answer for; evidence needs the formal channel."""

    INTELLIGENCE = "intelligence"
    EVIDENCE = "evidence"


class SourceReliability(StrEnum):
    """A no doubt about the source, B mostly reliable, C mostly unreliable, X cannot be assessed."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"


class InformationAccuracy(StrEnum):
    """How far the information itself is known to be true."""

    NOT_IN_DOUBT = "1"
    KNOWN_TO_THE_SOURCE = "2"
    CORROBORATED = "3"
    CANNOT_BE_JUDGED = "4"


class WithdrawalReason(StrEnum):
    """Why an owner takes a record back from the hub."""

    OWNER_REQUEST = "owner_request"
    EXPIRED = "expired"
    CORRECTED = "corrected"
    RECLASSIFIED = "reclassified"


class HoldRuling(StrEnum):
    """What the protection officer decides about a held hit."""

    RELEASE = "release"
    CLOSE = "close"


class ComparisonMode(StrEnum):
    """How the list of members in a :class:`ComparableWith` is meant."""

    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


@dataclass(frozen=True, slots=True)
class ComparableWith:
    """The members that a record may be compared with (invariant 11): all, only those listed, or all but those listed.

    The list is kept sorted and without repetition, so that equal meanings are equal values. Raises
    :class:`MalformedMessage` where mode and list contradict each other, or the list names the hub or is longer than
    :data:`MOST_LISTED_MEMBERS`.
    """

    mode: ComparisonMode
    members: tuple[MemberCode, ...] = ()

    def __post_init__(self) -> None:
        if self.mode is ComparisonMode.ALL and self.members:
            raise MalformedMessage("A record comparable with all members lists none.")
        if self.mode is not ComparisonMode.ALL and not self.members:
            raise MalformedMessage("A record comparable with only some, or all but some, members lists at least one.")
        if HUB in self.members:
            raise MalformedMessage("The hub is not a member that records are compared with.")
        if len(self.members) > MOST_LISTED_MEMBERS:
            raise MalformedMessage(f"A record lists at most {MOST_LISTED_MEMBERS} members to be compared with.")
        object.__setattr__(self, "members", tuple(sorted(set(self.members))))

    @classmethod
    def all_members(cls) -> Self:
        """Comparable with every other member."""
        return cls(ComparisonMode.ALL)

    @classmethod
    def only(cls, *members: MemberCode) -> Self:
        """Comparable with the given members and no other."""
        return cls(ComparisonMode.ONLY, members)

    @classmethod
    def all_but(cls, *members: MemberCode) -> Self:
        """Comparable with every other member except the given ones."""
        return cls(ComparisonMode.EXCEPT, members)

    def admits(self, member: MemberCode) -> bool:
        """Say whether the record may be compared with the member's records.

        >>> ComparableWith.all_but(MemberCode("XB")).admits(MemberCode("XB"))
        False
        >>> ComparableWith.only(MemberCode("XB")).admits(MemberCode("XB"))
        True
        """
        if self.mode is ComparisonMode.ALL:
            return True
        return (member in self.members) is (self.mode is ComparisonMode.ONLY)


def namespace_of(category: SubjectCategory) -> Namespace:
    """Victims' and minors' records are protected; all others are general.

    >>> namespace_of(SubjectCategory.MINOR).value
    'protected'
    """
    if category in (SubjectCategory.VICTIM, SubjectCategory.MINOR):
        return Namespace.PROTECTED
    return Namespace.GENERAL
