"""A hub that was restored from a backup lives another life, and says so to the operators of blind comparison, signed.

Its numbers mean other records then, so an operator that follows it erases what it holds: that is not done on a
certificate's word. The signature is the hub's (the ``hub_signing_key`` of the directory that the members signed), and
only a life that began later is followed: one that was left is never taken up again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.membership_problems import OlderVersion
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import IncarnationId
from symbolon.protocol.wire_limits import FederationName

_LABEL: Final = b"symbolon/1 hub life\n"
_CLOCKS_DIFFER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class HubLife:
    """Under which incarnation a hub lives, and since when (whole milliseconds)."""

    federation: FederationName
    exercise: bool
    incarnation: IncarnationId
    begun_at: datetime

    def signed_bytes(self) -> bytes:
        """What the hub signs: a label and the canonical bytes."""
        return _LABEL + canonical_bytes(to_wire(self))


def verify_life(
    life: HubLife, signature: bytes, directory: FederationDirectory, known: datetime | None, now: datetime
) -> None:
    """Check that a life may be followed after one that began at `known` (None: nobody said when).

    Raises :class:`OlderVersion` for one that did not begin after it, :class:`MalformedMessage` for one of the future,
    :class:`BadSignature` where the directory's hub did not sign it.
    """
    if known is not None and life.begun_at <= known:
        raise OlderVersion("The hub lives a life that began before the one that is followed here.")
    if life.begun_at > now + _CLOCKS_DIFFER:
        raise MalformedMessage("The hub lives a life that has not begun yet: compare the clocks.")
    VerifyingKey(directory.hub_signing_key).verify(signature, life.signed_bytes())
