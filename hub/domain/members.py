"""How a state stands at the hub. The members' own list is the directory; the hub may be stricter, never laxer."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from symbolon.hub.errors import MemberExpelled, MemberSuspended, NotYetAMember
from symbolon.protocol.messages import Member, MemberCard, MemberStanding, RetiredKey
from symbolon.protocol.references import MemberCode


class Standing(StrEnum):
    """Candidate: enrolled, and not yet in a directory in effect. The others are those of the directory."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of a connection, and how it stands."""

    member: MemberCode
    standing: Standing


ACTIVE_ONLY: Final = frozenset({Standing.ACTIVE})
MAY_SIGN: Final = frozenset({Standing.CANDIDATE, Standing.ACTIVE, Standing.SUSPENDED})
"""Who may read the directory and sign a version: a hub that suspends a member does not take its say from it."""


@dataclass(frozen=True, slots=True)
class EnrolledMember:
    """A state as the hub serves it: by the card of the directory in effect, or of its enrolment before that."""

    card: MemberCard
    standing: Standing
    standing_since: datetime
    keys_expire_on: date
    certificate_expires_on: date
    retired_keys: tuple[RetiredKey, ...] = ()

    @property
    def code(self) -> MemberCode:
        """The member's code."""
        return self.card.code

    def as_listed(self) -> Member:
        """The member as a directory lists it; a candidate as the active member that it is to become."""
        return Member(
            card=self.card,
            standing=_LISTED[self.standing],
            standing_since=self.standing_since,
            keys_expire_on=self.keys_expire_on,
            certificate_expires_on=self.certificate_expires_on,
            retired_keys=self.retired_keys,
        )


_LISTED: Final = {
    Standing.CANDIDATE: MemberStanding.ACTIVE,
    Standing.ACTIVE: MemberStanding.ACTIVE,
    Standing.SUSPENDED: MemberStanding.SUSPENDED,
    Standing.EXPELLED: MemberStanding.EXPELLED,
}


def standing_of(member: Member) -> Standing:
    """The standing that a directory in effect gives."""
    return Standing(member.standing.value)


def refuse_unless(standing: Standing, admitted: frozenset[Standing]) -> None:
    """Raise `NotYetAMember`, `MemberSuspended` or `MemberExpelled` where the standing is not among the admitted."""
    if standing in admitted:
        return
    if standing is Standing.CANDIDATE:
        raise NotYetAMember
    if standing is Standing.SUSPENDED:
        raise MemberSuspended
    raise MemberExpelled
