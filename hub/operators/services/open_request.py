"""What a member asks of an operator, once it is certain that the member signed it, only now, and it comes only once.

The hub hands requests on as their members signed them, so it can make none: neither of members that there are, nor of
members that there are not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from symbolon.hub.operators.errors import OutOfOrder, RequestRefused
from symbolon.hub.operators.storage.shares import OperatorWork
from symbolon.protocol.canonical import JsonObject
from symbolon.protocol.envelope import Envelope, Expectation, Message, verify
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.membership_problems import Replayed
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.problems import ProtocolError, WrongSender
from symbolon.protocol.references import HUB
from symbolon.protocol.replay import keep_nonce_until

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Believes requests by the directory that this operator verified. They are addressed to the hub, which relays them.

    No order among them is kept: the hub asks two operators of three, now these, now those.
    """

    directory: Callable[[], FederationDirectory | None] = field(repr=False)

    def __call__(self, work: OperatorWork, signed: JsonObject, kind: type[M], now: datetime) -> tuple[Envelope, M]:
        """The member's envelope and what it asks; noted as answered in this work.

        Raises:
            OutOfOrder: there is no directory yet.
            RequestRefused: the member did not sign this, here and now, or it was answered before.

        """
        directory = self.directory()
        if directory is None:
            raise OutOfOrder("The hub showed no founding directory yet: no member is known here.")
        try:
            envelope = Envelope.from_json(signed)
            _verify(envelope, directory, kind, now)
            message = envelope.read(kind)
            if not work.requests.take(envelope.sender, envelope.nonce, keep_nonce_until(envelope)):
                raise Replayed("A request of this member with this nonce was answered before.")
        except ProtocolError as error:
            raise RequestRefused(f"A member's request was refused: {error}") from error
        return envelope, message


def _verify(envelope: Envelope, directory: FederationDirectory, kind: type[Message], now: datetime) -> None:
    member = directory.member_of(envelope.sender)
    if member is None or not member.is_active:
        raise WrongSender("It comes from nobody who takes part in this federation now.")
    expected = Expectation(directory.federation, directory.exercise, HUB, kind.PURPOSE, member.code)
    verify(envelope, key_that_signed(member, envelope.key_id, envelope.issued_at), expected, now)
