"""When keys and certificates end, this node's and the others': what a board warns of 60, 30 and 7 days ahead."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from symbolon.protocol.federation import ExpiryNotice, notice_level
from symbolon.protocol.messages import FederationDirectory, MemberStanding
from symbolon.protocol.references import MemberCode


class Expiring(StrEnum):
    """What ends."""

    KEYS = "keys"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class ExpiryLine:
    """One key set or certificate; `expires_on` is the last day on which it may be used."""

    member: MemberCode
    what: Expiring
    expires_on: date
    days_left: int
    notice: ExpiryNotice
    is_own: bool

    @property
    def text(self) -> str:
        """One sentence for a person, with what to do about this node's own."""
        subject = "The keys" if self.what is Expiring.KEYS else "The certificate"
        if self.days_left < 0:
            when = f"expired on {self.expires_on}"
        else:
            when = f"{'end' if self.what is Expiring.KEYS else 'ends'} on {self.expires_on}, in {self.days_left} days"
        if self.notice is ExpiryNotice.NONE:
            return f"{subject} of {self.member} {when}."
        todo = "run `symbolon node keys rotate`" if self.is_own else f"remind {self.member} to rotate"
        return f"{subject} of {self.member} {when}: {todo}."


def expiry_board(directory: FederationDirectory, own: MemberCode, today: date) -> tuple[ExpiryLine, ...]:
    """Every end of the members that are not expelled, the nearest first."""
    lines = [
        ExpiryLine(
            member=member.code,
            what=what,
            expires_on=expires_on,
            days_left=(expires_on - today).days,
            notice=notice_level(expires_on, today),
            is_own=member.code == own,
        )
        for member in directory.members
        if member.standing is not MemberStanding.EXPELLED
        for what, expires_on in (
            (Expiring.KEYS, member.keys_expire_on),
            (Expiring.CERTIFICATE, member.certificate_expires_on),
        )
    ]
    return tuple(sorted(lines, key=lambda line: (line.expires_on, line.member, line.what)))
