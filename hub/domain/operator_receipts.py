"""What an operator signed to an owner is checked before it is carried on: by its card, as the members signed it."""

from dataclasses import dataclass, field

from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages_comparison import OperatorErasure, OperatorErasureReceipt
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.protocol.problems import WrongAudience, WrongFederation, WrongSender
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class ReceivedReceipt:
    """A receipt as an operator handed it over: from which place it came, and for whom it is said to be."""

    place: int
    number: int
    owner: MemberCode
    content: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def checked_receipt(received: ReceivedReceipt, directory: FederationDirectory) -> OperatorErasureReceipt:
    """The receipt to forward. Raises a `ProtocolError` where it is not what its operator may say to this owner."""
    erasure = from_wire(OperatorErasure, parse_json(received.content))
    if (erasure.federation, erasure.exercise) != (directory.federation, directory.exercise):
        raise WrongFederation("The receipt is of another federation.")
    if erasure.owner != received.owner:
        raise WrongAudience("The receipt is for another member than it came for.")
    card = next((each for each in directory.comparison.operators if each.place == erasure.place), None)
    if card is None or erasure.place != received.place:
        raise WrongSender("The receipt is of another operator than it came from.")
    VerifyingKey(card.signing_key).verify(received.signature, erasure.signed_bytes())
    return OperatorErasureReceipt(erasure, received.signature)
