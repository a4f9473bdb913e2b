"""From a score to the chance that a pair is one person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a score to the chance that both records are one person, estimated on pairs with known truth."""

    prior: float
    """Share of true pairs among all pairs compared, on which the probabilities stand; elsewhere it is another."""
    points: tuple[tuple[int, float], ...]
    """(score in permille, log10 of the likelihood ratio), both rising; linear between, flat outside."""

    def probability(self, permille: int, prior: float | None = None) -> float:
        """The chance that a pair of this score is one person, under the schema's prior or another (0 to 1, neither).

        >>> Calibration(0.5, ((500, -1.0), (900, 1.0))).probability(700)
        0.5
        """
        chosen = self.prior if prior is None else prior
        odds = chosen / (1 - chosen) * 10 ** self._log_ratio(permille)
        return odds / (1 + odds)

    def _log_ratio(self, permille: int) -> float:
        low = self.points[0]
        for high in self.points:
            if permille <= high[0]:
                width = high[0] - low[0]
                return high[1] if not width else low[1] + (high[1] - low[1]) * (permille - low[0]) / width
            low = high
        return low[1]
