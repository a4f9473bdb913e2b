"""Lines to the operators on which tokens are evaluated: each on its own, since any two of them are enough."""

import threading
from collections import defaultdict
from collections.abc import Mapping

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsLate, TokenBudgetSpent
from symbolon.hub.gateway.operator_calls import OperatorCalls, RoomSettings
from symbolon.protocol.messages_operators import EvaluatedTokens, EvaluateTokens

_ENOUGH = 2
_SPENT = "budget-spent"


class TokenLines:
    """See `symbolon.hub.services.relay_tokens.TokenDesk`. Threads may share it."""

    def __init__(self, settings: RoomSettings) -> None:
        self._settings = settings
        self._lines: dict[int, OperatorCalls] = {}
        # Who failed last is asked last.
        self._order = sorted(settings.addresses)
        self._turn = threading.Lock()

    def __call__(self, request: EvaluateTokens) -> Mapping[int, EvaluatedTokens]:
        """What two operators made of the elements, whose shares are of one generation."""
        by_generation: defaultdict[bytes, dict[int, EvaluatedTokens]] = defaultdict(dict)
        failure: OperatorAway | OperatorRefused | None = None
        for place in tuple(self._order):
            try:
                answer = self._line(place).call(place, request, EvaluatedTokens)
            except (OperatorAway, OperatorRefused) as error:
                if isinstance(error, OperatorRefused) and error.code == _SPENT:
                    raise TokenBudgetSpent from error
                failure = error
                self._put_last(place)
                continue
            alike = by_generation[answer.moved]
            alike[place] = answer
            if len(alike) == _ENOUGH:
                return alike
        # Without a failure the operators are amid a refresh: soon they are of one generation.
        raise failure or OperatorsLate

    def close(self) -> None:
        """Hang up."""
        with self._turn:
            for lines in self._lines.values():
                lines.close()
            self._lines.clear()

    def _line(self, place: int) -> OperatorCalls:
        with self._turn:
            lines = self._lines.get(place)
            if lines is None or lines.is_broken:
                settings = self._settings
                address = {place: settings.addresses[place]}
                lines = OperatorCalls(address, settings.context(), settings.patience_s)
                self._lines[place] = lines
            return lines

    def _put_last(self, place: int) -> None:
        with self._turn:
            self._order = [*(each for each in self._order if each != place), place]
            lines = self._lines.pop(place, None)
        if lines is not None:
            lines.close()
