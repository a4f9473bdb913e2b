"""A member has tokens evaluated by two operators: the hub relays what it cannot read, within the member's budget."""

from collections.abc import Mapping
from typing import Protocol

from symbolon.hub.errors import NotPossible
from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsLate, TokenBudgetSpent
from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Comparing, TokenAnswer, TokenAnswers, TokenRequest
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens
from symbolon.protocol.references import MemberCode
from symbolon.protocol.ristretto import parse_element
from symbolon.runtime.clock import Clock


class TokenDesk(Protocol):
    """Two operators that are up, whichever they are."""

    def __call__(self, request: EvaluateTokens) -> Mapping[int, EvaluatedTokens]:
        """What two made of the elements, by place. Raises `OperatorAway`, `OperatorRefused`, `TokenBudgetSpent`."""
        ...


class RelayTokens:
    """The use case of `POST /v1/tokens`."""

    def __init__(
        self,
        store: Store,
        open_envelope: OpenEnvelope,
        tokens: TokenDesk,
        sign_message: SignMessage,
        clock: Clock,
        *,
        daily_tokens: int,
    ) -> None:
        """`daily_tokens`: how many a member may have evaluated in a day; each operator keeps a budget of its own."""
        self._store = store
        self._open = open_envelope
        self._tokens = tokens
        self._sign = sign_message
        self._clock = clock
        self._daily = daily_tokens

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The operators' answers, signed for this member.

        Each try is a new request, since its blinds are fresh: it counts before it is answered. Where two operators
        cannot be had, the member gets nothing, and it does not count here; an operator that answered counts it.

        Raises:
            NotPossible: the federation compares openly.
            MalformedMessage: something sent is no element.
            TokenBudgetSpent: the member had as many evaluated today as it may.
            OperatorAway, OperatorRefused, OperatorsLate: two operators cannot be had now.

        """
        now = self._clock.now()
        with self._store.work() as work:
            request = self._open(work, envelope, member, TokenRequest, now)
            directory = work.directory.in_effect()
            if directory is None or directory.comparison.mode is not Comparing.BLIND:
                raise NotPossible("The federation compares openly: its tokens need no operators.")
            for element in request.elements:
                parse_element(element)
            spent = not work.operators.spend_tokens(member, now.date(), len(request.elements), self._daily)
        if spent:
            raise TokenBudgetSpent
        try:
            evaluated = self._tokens(EvaluateTokens(envelope.to_json()))
        except (OperatorAway, OperatorRefused, OperatorsLate):
            with self._store.work() as work:
                work.operators.give_back_tokens(member, now.date(), len(request.elements))
            raise
        answers = tuple(
            TokenAnswer(place, each.elements, each.challenge, each.response, each.moved)
            for place, each in sorted(evaluated.items())
        )
        return self._sign(TokenAnswers(answers), member, now).to_bytes()
