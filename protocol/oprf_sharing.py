"""A key of the oblivious function (:mod:`symbolon.protocol.oprf`) that three holders share, and that nobody has whole.

Holder p has the value at p + 1 of a line whose value at zero is the key (Shamir 1979): any two answers to a batch give
what the key itself would, one tells nothing. The line is the sum of three that the holders deal, one each, with public
commitments to it (Feldman 1987), so the key is nobody's choice, and whoever deals a wrong share is found out. A holder
that would choose its line after seeing the others' commitments could bias a few bits of the *public* key (Gennaro et
al. 1999); for a pseudorandom function nothing depends on those.

Dealing zero adds a fresh line through zero: the key stays, and shares from before and after do not fit (Herzberg et
al. 1995). Two holders who deal what their own shares contribute give a third, who lost its own, a new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.ristretto import (
    IDENTITY,
    ZERO,
    Element,
    Scalar,
    base_times,
    inverted,
    plus,
    scalar_minus,
    scalar_plus,
    scalar_times,
    small,
    times,
)

HOLDERS: Final = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """What one holder deals: a secret contribution and a slope; both are forgotten once it is dealt."""

    contribution: Scalar = field(repr=False)
    slope: Scalar = field(repr=False)

    @property
    def commitment(self) -> tuple[Element, Element]:
        """The public images of contribution and slope, 32 bytes each; the image of zero is all zero bytes."""
        return base_times(self.contribution), base_times(self.slope)

    def share_for(self, holder: int) -> Scalar:
        """What one holder is sent, sealed."""
        return scalar_plus(self.contribution, scalar_times(small(holder + 1), self.slope))


Commitment = tuple[Element, Element]


def checked_share(commitment: Commitment, holder: int, share: Scalar) -> Scalar:
    """Take a dealt share; raises :class:`MalformedMessage` where it is not the committed line's."""
    if base_times(share) != _image(commitment, holder):
        raise MalformedMessage("The share does not belong to what its dealer committed to.")
    return share


def refresh_commitment(commitment: Commitment) -> Commitment:
    """Take a commitment to a line through zero; raises :class:`MalformedMessage` for any other."""
    if commitment[0] != IDENTITY:
        raise MalformedMessage("A refresh deals lines through zero, so that the key stays.")
    return commitment


def contribution_of(holder: int, other: int, share: Scalar) -> Scalar:
    """What a holder's share contributes to the key, beside that of one other: what the two deal to restore a third."""
    return scalar_times(share, _lagrange(holder, other))


def moved_share(holder: int, share: Scalar, slope: Scalar) -> Scalar:
    """Add the line through zero of a slope that all holders drew together: the key stays (Herzberg et al. 1995)."""
    return scalar_plus(share, scalar_times(small(holder + 1), slope))


def restoring_part(lost: int, holder: int, share: Scalar, mask: Scalar) -> Scalar:
    """What one of two holders sends to the third, which lost its share: the two parts' sum is that share.

    `mask` (uniform) is known to the two alone, so that the parts tell no more than their sum.
    """
    (other,) = {*HOLDERS} - {lost, holder}
    at = scalar_minus(small(lost + 1), small(other + 1))
    weight = scalar_times(at, inverted(scalar_minus(small(holder + 1), small(other + 1))))
    part = scalar_times(weight, share)
    return scalar_plus(part, mask) if holder < other else scalar_minus(part, mask)


def summed(shares: Sequence[Scalar]) -> Scalar:
    """A holder's share of the key: the sum of what was dealt to it (and, in a refresh, of what it had)."""
    total = ZERO
    for share in shares:
        total = scalar_plus(total, share)
    return total


def public_share(commitments: Sequence[Commitment], holder: int, moved: Element = IDENTITY) -> Element:
    """By which a holder's proofs are checked: follows from the commitments, and how refreshes have moved the shares.

    `moved` may be the holders' own word, as long as two whose answers are combined say the same: whatever the slope,
    two shares on one line give its value at zero, to which the commitments bind them.
    """
    total = times(small(holder + 1), moved)
    for commitment in commitments:
        total = plus(total, _image(commitment, holder))
    return total


def combined(answers: Mapping[int, Sequence[Element]]) -> tuple[Element, ...]:
    """What the key itself would have answered, from the checked answers of two holders, in the batch's order."""
    if len(answers) != 2 or not set(answers) <= set(HOLDERS):
        raise MalformedMessage("Two holders' answers are combined.")
    (one, ones), (other, others) = sorted(answers.items())
    if len(ones) != len(others):
        raise MalformedMessage("The two holders answered batches of different lengths.")
    weights = _lagrange(one, other), _lagrange(other, one)
    return tuple(
        plus(times(weights[0], first), times(weights[1], second)) for first, second in zip(ones, others, strict=True)
    )


def _lagrange(holder: int, other: int) -> Scalar:
    """The weight at zero of the value at `holder + 1`, beside that at `other + 1`."""
    difference = scalar_minus(small(other + 1), small(holder + 1))
    return scalar_times(small(other + 1), inverted(difference))


def _image(commitment: Commitment, holder: int) -> Element:
    return plus(commitment[0], times(small(holder + 1), commitment[1]))
