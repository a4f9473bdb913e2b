"""A member has tokens evaluated by two operators: the hub relays what it cannot read, within the member's budget."""

from collections.abc import Mapping
from typing import Protocol

from symbolon.hub.errors import NotPossible, TokenBudgetSpent
from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Comparing, TokenAnswer, TokenAnswers, TokenRequest
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class TokenDesk(Protocol):
    """Two operators that are up, whichever they are."""

    def __call__(self, request: EvaluateTokens) -> Mapping[int, EvaluatedTokens]:
        """What two made of the elements, by place. Raises `OperatorAway`, `OperatorRefused`, `TokenBudgetSpent`."""
        ...


class RelayTokens:
    """The use case of `POST /v1/tokens`."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, tokens: TokenDesk, sign_message: SignMessage, clock: Clock
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._tokens = tokens
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The operators' answers, signed for this member.

        Each try is a new request, since its blinds are fresh: it counts before it is answered.

        Raises:
            NotPossible: the federation compares openly.
            TokenBudgetSpent: the member had as many evaluated today as it may.
            OperatorAway, OperatorRefused: two operators cannot be had now.

        """
        now = self._clock.now()
        with self._store.work() as work:
            request = self._open(work, envelope, member, TokenRequest, now)
            directory = work.directory.in_effect()
            if directory is None or directory.comparison.mode is not Comparing.BLIND:
                raise NotPossible("The federation compares openly: its tokens need no operators.")
            spent = not work.operators.spend_tokens(member, now.date(), len(request.elements))
        if spent:
            raise TokenBudgetSpent
        evaluated = self._tokens(EvaluateTokens(member, request.elements))
        answers = tuple(
            TokenAnswer(place, each.elements, each.challenge, each.response, each.moved)
            for place, each in sorted(evaluated.items())
        )
        return self._sign(TokenAnswers(answers), member, now).to_bytes()
