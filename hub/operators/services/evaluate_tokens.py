"""An operator multiplies members' blinded elements by its share of the token key, within each member's budget.

The member's own signature says whose budget that is: a hub alone has none, and one with a member that member's.
"""

from collections.abc import Callable
from typing import Final

from symbolon.hub.operators.errors import BudgetSpent, OperatorError, OutOfOrder, RefusalCode
from symbolon.hub.operators.services.open_request import OpenRequest
from symbolon.hub.operators.storage.secrets import TokenShare
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.protocol import oprf
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens
from symbolon.protocol.messages_tokens import TokenRequest
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.ristretto import DRAWN_BYTES, Element, parse_element
from symbolon.runtime.clock import Clock

TOKENS: Final = "tokens"


class NoTokens(OperatorError):
    """Elements that are none."""

    code = RefusalCode.UNKNOWN_QUESTION


class EvaluateTokensOfMembers:
    """The use case of token requests: counted before they are answered, so that nobody tries numbers without end."""

    def __init__(
        self,
        store: OperatorStore,
        open_request: OpenRequest,
        share: Callable[[], TokenShare | None],
        random_bytes: Callable[[int], bytes],
        clock: Clock,
        *,
        daily_tokens: int,
    ) -> None:
        """`share`: of the token key, if there is one; `daily_tokens`: how many a member may have evaluated in a day."""
        self._store = store
        self._open = open_request
        self._share = share
        self._random_bytes = random_bytes
        self._clock = clock
        self._daily = daily_tokens

    def __call__(self, request: EvaluateTokens) -> EvaluatedTokens:
        """Evaluate a batch. Raises `RequestRefused`, `BudgetSpent`, or `NoTokens` where an element is none."""
        token_share = self._share()
        if token_share is None:
            raise OutOfOrder("The operators have not made the token key yet.")
        now = self._clock.now()
        with self._store.work() as work:
            envelope, asked = self._open(work, request.envelope, TokenRequest, now)
            batch = _elements(asked)
            if not work.spendings.take(envelope.sender, now.date(), TOKENS, (len(batch), self._daily)):
                raise BudgetSpent("The member had as many tokens evaluated today as it may.")
            work.audit(AuditAct.TOKENS_EVALUATED, envelope.sender, {"tokens": len(batch)})
        evaluated, proof = oprf.evaluate(token_share.share, batch, self._random_bytes(DRAWN_BYTES))
        return EvaluatedTokens(evaluated, proof.challenge, proof.response, token_share.moved)


def _elements(asked: TokenRequest) -> list[Element]:
    try:
        return [parse_element(raw) for raw in asked.elements]
    except MalformedMessage as error:
        raise NoTokens(str(error)) from error
