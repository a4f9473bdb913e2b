"""Takes an operator's signed word that it holds no share of these versions any more (invariant 7)."""

from symbolon.node.errors import UnreadableDelivery
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import FederationDirectory, OperatorErasureReceipt
from symbolon.protocol.problems import BadSignature, Problem
from symbolon.protocol.references import HUB, MemberCode


class ReceiveOperatorErasure:
    """Checks the operator's own signature: the hub that carries the receipt could not have made it."""

    def __init__(self, own_code: MemberCode) -> None:
        self._own_code = own_code

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> None:
        """Take a receipt; raises `UnreadableDelivery` where it is no operator's of this federation, or for another."""
        receipt = envelope.read(OperatorErasureReceipt)
        erasure = receipt.erasure
        card = next((each for each in directory.comparison.operators if each.place == erasure.place), None)
        if card is None:
            raise UnreadableDelivery(Problem.UNKNOWN_MEMBER, "The receipt is of an operator that nobody listed.")
        expected = (directory.federation, directory.exercise, self._own_code)
        if (erasure.federation, erasure.exercise, erasure.owner) != expected:
            raise UnreadableDelivery(Problem.WRONG_AUDIENCE, "The receipt is for another state, or federation.")
        try:
            VerifyingKey(card.signing_key).verify(receipt.signature, erasure.signed_bytes())
        except BadSignature:
            raise UnreadableDelivery(Problem.BAD_SIGNATURE, "The receipt was not signed by its operator.") from None
        work.canaries.forget([erased.reference for erased in erasure.records])
        detail = {"operator": erasure.place, "records": len(erasure.records)}
        work.audit.record(AuditAct.OPERATOR_ERASED, str(HUB), None, detail)
