"""Whom to call in another state: its desks, signed by the state, handed out by the hub, and asked whether they live."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HUB, DeskId, KeyId, MemberCode, PingId
from symbolon.protocol.wire_limits import (
    Counter,
    LanguageTag,
    MinuteOfDay,
    Name,
    ShortText,
    SignatureBytes,
    Weekday,
    ZoneName,
    entries,
)

MOST_DESKS: Final = 40
MOST_TURNS: Final = 400
MOST_HOLIDAYS: Final = 200
FOCAL_POINTS_LABEL: Final = b"symbolon/1 focal points\n"
"""What stands before a focal-point directory's canonical bytes where it is signed."""


class Competence(StrEnum):
    """What a desk is for."""

    TRAFFICKING = "trafficking"
    SMUGGLING = "smuggling"
    MINORS = "minors"
    VICTIM_PROTECTION = "victim-protection"
    FINANCE = "finance"
    DOCUMENTS = "documents"
    GENERAL = "general"


class DeskKind(StrEnum):
    """What stands behind an entry."""

    FOCAL_POINT = "focal-point"
    DEPUTY = "deputy"
    DUTY = "duty"


class ContactKind(StrEnum):
    """By which means a desk is reached."""

    PHONE = "phone"
    SECURE_MAIL = "secure-mail"
    MAIL = "mail"
    INTERPOL_I24_7 = "interpol-i24-7"
    ASEANAPOL_E_ADS = "aseanapol-e-ads"
    RADIO = "radio"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ContactChannel:
    """One means to reach a desk; ``key_fingerprint`` is that of the key for its mail, where there is one."""

    kind: ContactKind
    address: Name
    key_fingerprint: ShortText


@dataclass(frozen=True, slots=True)
class DeskHours:
    """A stretch of a desk's hours on one day of the week, in its local time."""

    weekday: Weekday
    opens: MinuteOfDay
    closes: MinuteOfDay

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise MalformedMessage("A desk's hours open before they close; write a night as two stretches.")


@dataclass(frozen=True, slots=True)
class FocalPointEntry:
    """A desk: no officer is named before a hit is confirmed. ``deputy`` is called when it does not answer."""

    desk_id: DeskId
    kind: DeskKind
    title: Name
    competences: Annotated[tuple[Competence, ...], entries(1, len(Competence))]
    languages: Annotated[tuple[LanguageTag, ...], entries(1, 20)]
    zone: ZoneName
    hours: Annotated[tuple[DeskHours, ...], entries(1, 21)]
    channels: Annotated[tuple[ContactChannel, ...], entries(1, 10)]
    deputy: DeskId | None


@dataclass(frozen=True, slots=True)
class DutyTurn:
    """From when to when a desk is on call, outside its hours and on holidays too."""

    desk_id: DeskId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FocalPointDirectory:
    """One state's desks, duty roster and holidays, as one version; ``valid_until`` is the last day it speaks for."""

    member: MemberCode
    version: Counter
    issued_at: datetime
    valid_until: date
    desks: Annotated[tuple[FocalPointEntry, ...], entries(1, MOST_DESKS)]
    roster: Annotated[tuple[DutyTurn, ...], entries(0, MOST_TURNS)]
    holidays: Annotated[tuple[date, ...], entries(0, MOST_HOLIDAYS)]

    def __post_init__(self) -> None:
        known = {desk.desk_id for desk in self.desks}
        if self.member == HUB:
            raise MalformedMessage("The hub has no focal points.")
        if len(known) != len(self.desks):
            raise MalformedMessage("A focal-point directory lists each desk once.")
        named = {desk.deputy for desk in self.desks if desk.deputy is not None} | {turn.desk_id for turn in self.roster}
        if not named <= known:
            raise MalformedMessage("A deputy or a duty turn names a desk that is not listed.")

    def desk(self, desk_id: DeskId) -> FocalPointEntry | None:
        """Give the desk of that name, or None."""
        return next((each for each in self.desks if each.desk_id == desk_id), None)

    def signed_bytes(self) -> bytes:
        """Give what the state signs: a label and the canonical bytes (RFC 8785)."""
        return FOCAL_POINTS_LABEL + canonical_bytes(to_wire(self))


@dataclass(frozen=True, slots=True)
class SignedFocalPoints:
    """A state's focal-point directory with its Ed25519 signature, by the signing key of its member card."""

    PURPOSE: ClassVar[Purpose] = Purpose.FOCAL_POINT_PUBLICATION

    directory: FocalPointDirectory
    key_id: KeyId
    signature: SignatureBytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeskLife:
    """When the hub last asked a desk whether it lives, and when it last answered."""

    member: MemberCode
    desk_id: DeskId
    pinged_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FocalPointBook:
    """Every state's newest directory, for keeping at each node and reading offline, and how its desks live."""

    PURPOSE: ClassVar[Purpose] = Purpose.FOCAL_POINT_BOOK

    directories: Annotated[tuple[SignedFocalPoints, ...], entries(0, 250)]
    lives: Annotated[tuple[DeskLife, ...], entries(0, 10_000)]


@dataclass(frozen=True, slots=True)
class ProofOfLifePing:
    """The hub asks a state's desk to say that it is there; somebody answers it by hand."""

    PURPOSE: ClassVar[Purpose] = Purpose.PROOF_OF_LIFE_PING

    ping_id: PingId
    desk_id: DeskId
    asked_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class ProofOfLifeAnswer:
    """Somebody at the desk answered."""

    PURPOSE: ClassVar[Purpose] = Purpose.PROOF_OF_LIFE_ANSWER

    ping_id: PingId
    desk_id: DeskId
    answered_at: datetime
