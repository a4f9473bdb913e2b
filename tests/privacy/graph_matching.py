"""The graph matching attack on record linkage: lays a similarity graph on another, and so names the first one's nodes.

Whoever can read similarities between encoded records, and holds a similar population in clear, needs no key: who is
like whom, and how much, is the same in both (Vidanage et al. 2020; Schäfer et al. 2024). In their steps: features of
the nodes, how well these fit, a stable matching. The features are each node's similarities to all others, whoever they
are (degree profiles: Ding, Ma, Wu & Xu, *Efficient random graph matching via degree profiles*, 2021). The matching is
refined then: two nodes fit as well as their similarities to the pairs that were matched, until nothing changes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Similarities = npt.NDArray[np.float64]
"""(nodes, nodes), symmetric, the more alike the higher; the diagonal says nothing."""
Assignment = npt.NDArray[np.int64]
"""For each node of the attacked graph a node of the known graph, or -1."""

_ROUNDS = 25
_LEVELS = np.linspace(0, 1, 41)[1:-1]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the attack believes, and how well it thinks of it itself."""

    assignment: Assignment
    agreement: float
    """Correlation of both graphs' similarities under the assignment; the attacker can compute it."""

    def count_right(self, truth: Assignment) -> int:
        """How many nodes are named rightly; those of nobody whom the attacker knows (truth -1) are not."""
        return int(((self.assignment == truth) & (truth >= 0)).sum())


def match_graphs(attacked: Similarities, known: Similarities) -> Attempt:
    """Name each node of the attacked graph after a node of the known one, as far as there are enough."""
    one, other = _levelled(attacked), _levelled(known)
    attempts = []
    # Where some are alike to everybody, what is left beside that says more; elsewhere it says less.
    for seen, told in ((one, other), (_levelled(_centred(attacked)), _levelled(_centred(known)))):
        pairs = _refined(seen, told, stable_matching(_profile_fit(seen, told)))
        attempts.append(Attempt(pairs, _agreement(one, other, pairs)))
    return max(attempts, key=lambda attempt: attempt.agreement)


def stable_matching(fit: npt.NDArray[np.float64]) -> Assignment:
    """The best pair first, then the best of what is left: where both sides rank by one score, this is stable."""
    fit = fit.copy()
    assignment = np.full(len(fit), -1, dtype=np.int64)
    rows = np.arange(len(fit))
    while True:
        best = fit.argmax(axis=1)
        # Who prefer each other are the best pairs of what is left, in whichever order they are taken.
        mutual = (fit.argmax(axis=0)[best] == rows) & (fit[rows, best] > -np.inf)
        if not mutual.any():
            return assignment
        assignment[mutual] = best[mutual]
        fit[mutual] = -np.inf
        fit[:, best[mutual]] = -np.inf


def alignment_evidence(attacked: Similarities, known: Similarities, truth: Assignment) -> float:
    """Standard deviations by which similarities go together where the truth is known (Mantel 1967).

    More sensitive than the attack: it is given the answer, and only asks whether there is anything to find.
    About 0 ± 1 where the attacked graph says nothing of the persons.
    """
    shared = np.flatnonzero(truth >= 0)
    upper = np.triu_indices(len(shared), 1)
    one = _centred(attacked[np.ix_(shared, shared)])[upper]
    other = _centred(known[np.ix_(truth[shared], truth[shared])])[upper]
    return float(_correlation(one, other) * np.sqrt(len(one)))


def _levelled(similarities: Similarities) -> Similarities:
    """Ranks instead of values, as a normal distribution has them: readings of any scale become comparable."""
    size = len(similarities)
    upper = np.triu_indices(size, 1)
    values = similarities[upper]
    # A stable order among equals would be the order of the nodes, which is a secret: equals share their middle rank.
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = (np.cumsum(counts) - (counts + 1) / 2 + 0.5) / len(values)
    levels = _normal_quantiles(middles)[places]
    levelled = np.zeros((size, size))
    levelled[upper] = levels
    return (levelled + levelled.T) / np.sqrt(size)


def _normal_quantiles(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Approximately (Tukey's lambda, .135): only the order and the rough shape matter."""
    return (probabilities**0.135 - (1 - probabilities) ** 0.135) / 0.1975


def _refined(one: Similarities, other: Similarities, pairs: Assignment) -> Assignment:
    for _ in range(_ROUNDS):
        anchored = pairs >= 0
        before, pairs = pairs, stable_matching(_standard(one[:, anchored] @ other[pairs[anchored]]))
        if np.array_equal(before, pairs):
            break
    return pairs


def _profile_fit(one: Similarities, other: Similarities) -> npt.NDArray[np.float64]:
    """How near nodes are in how alike they are to all others, from those least alike to those most."""
    profile, other_profile = (np.quantile(each * np.sqrt(len(each)), _LEVELS, axis=1).T for each in (one, other))
    distances = (profile**2).sum(axis=1)[:, None] + (other_profile**2).sum(axis=1) - 2 * profile @ other_profile.T
    fit: npt.NDArray[np.float64] = -distances
    return fit


def _standard(fit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Whoever is alike to everybody fits everybody: compare with what a row and a column have on average."""
    fit = fit - fit.mean(axis=1, keepdims=True) - fit.mean(axis=0, keepdims=True) + fit.mean()
    return fit / (fit.std(axis=1, keepdims=True) + 1e-12) / (fit.std(axis=0, keepdims=True) + 1e-12)


def _agreement(one: Similarities, other: Similarities, pairs: Assignment) -> float:
    named = np.flatnonzero(pairs >= 0)
    upper = np.triu_indices(len(named), 1)
    return _correlation(one[np.ix_(named, named)][upper], other[np.ix_(pairs[named], pairs[named])][upper])


def _centred(similarities: Similarities) -> Similarities:
    filled = similarities.copy()
    np.fill_diagonal(filled, similarities[~np.eye(len(similarities), dtype=bool)].mean())
    centred: Similarities = filled - filled.mean(axis=0) - filled.mean(axis=1)[:, None] + filled.mean()
    return centred


def _correlation(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    spread = float(one.std() * other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread > 0 else 0.0
