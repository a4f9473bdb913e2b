"""Each operator deals the line that its card commits to; what a share is summed of, nobody else has."""

from symbolon.hub.operators.services.among_operators import Circle
from symbolon.hub.operators.storage.secrets import TokenShare
from symbolon.protocol import oprf_sharing
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_peers import DealtShare
from symbolon.protocol.oprf_sharing import checked_share, summed
from symbolon.protocol.references import HUB
from symbolon.protocol.ristretto import parse_scalar


class DealTokenKey:
    """The key of the oblivious function is made once, and restored or refreshed ever after."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle

    def step(self) -> bool:
        """Deal what is still to be dealt. False where this operator takes another's place, whose share it is given."""
        operator, secrets = self._circle.operator, self._circle.secrets
        line, commitment = secrets.line(), operator.commitments.get(operator.place)
        if line is None or commitment is None or len(self._circle.heard) < len(operator.others):
            return True
        if line.commitment != commitment:
            secrets.forget_line()
            return False
        if operator.place not in secrets.dealt() and not secrets.has_token_share(0):
            secrets.keep_dealt(operator.place, line.share_for(operator.place))
        waiting = [other for other in operator.others if not self._circle.heard[other].has_dealt_share]
        for other in waiting:
            self._circle.tell(other, DealtShare(line.share_for(other)))
        self._sum_up()
        if not waiting and secrets.has_token_share(0):
            secrets.forget_dealt()
            secrets.forget_line()
        return True

    def take(self, sender: int, dealt: DealtShare, generation: int) -> None:
        """Take a share of another's line. Raises `MalformedMessage` where it is not of the line of its card."""
        operator, secrets = self._circle.operator, self._circle.secrets
        commitment = operator.commitments.get(sender)
        if commitment is None or generation or secrets.has_token_share(0):
            return
        secrets.keep_dealt(sender, checked_share(commitment, operator.place, parse_scalar(dealt.share)))
        self._sum_up()

    def _sum_up(self) -> None:
        secrets = self._circle.secrets
        dealt = secrets.dealt()
        if len(dealt) < len(oprf_sharing.HOLDERS) or secrets.has_token_share(0):
            return
        secrets.keep_token_share(0, TokenShare(summed(list(dealt.values()))))
        with self._circle.store.work() as work:
            work.audit(AuditAct.OPERATOR_KEY_MADE, HUB, {"generation": 0})
