"""How alike two encoded records are: the one profile that judges them, and what agrees kind by kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from symbolon.matching.encoded_record import KIND_OF_TOKEN, EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.similarity import dice_permille, is_contained, reaches

NEAR_NUMBER: Final = "document_near"


class Agreement(StrEnum):
    """How one kind of identifier compares, as coarse as an officer needs it."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProfileScore:
    """The verdict of the first profile that both records fill."""

    profile: Profile
    permille: int
    is_match: bool


def profile_score(schema: LinkageSchema, first: EncodedRecord, second: EncodedRecord) -> ProfileScore | None:
    """Judge by the first profile, in the schema's order, that both fill: a weaker profile never overrules it.

    Records with several names are as alike as their best two. None where they share no profile.
    """
    for profile in schema.profiles:
        pairs = [(one, other) for one in first.profiles[profile.id] for other in second.profiles[profile.id]]
        if pairs:
            return ProfileScore(
                profile,
                best_permille(first.profiles[profile.id], second.profiles[profile.id]),
                any(reaches(one, other, profile.threshold) for one, other in pairs),
            )
    return None


def best_permille(first: Iterable[bytes], second: Iterable[bytes]) -> int:
    """The highest Dice of any two vectors, in thousandths; 0 where either side has none."""
    return max((dice_permille(one, other) for one, other in product(first, second)), default=0)


def shared_tokens(first: EncodedRecord, second: EncodedRecord) -> frozenset[str]:
    """The token kinds of which both hold the same token."""
    return frozenset(kind for kind, tokens in first.tokens.items() if not set(tokens).isdisjoint(second.tokens[kind]))


def agreement_by_kind(schema: LinkageSchema, first: EncodedRecord, second: EncodedRecord) -> dict[str, Agreement]:
    """Agreement of every identifier kind; unknown where either record lacks it."""
    verdicts: dict[str, Agreement] = {}
    for kind, form in schema.explanations.items():
        pairs = [(one, other) for one in first.explanations[kind] for other in second.explanations[kind]]
        alike = is_contained if form.measure == "containment" else reaches
        verdicts[kind] = _verdict(bool(pairs), any(alike(one, other, form.agree) for one, other in pairs))
    tokens = shared_tokens(first, second)
    shared = {KIND_OF_TOKEN[kind] for kind in tokens if kind != NEAR_NUMBER}
    for kind in dict.fromkeys(KIND_OF_TOKEN.values()):
        comparable = kind in first.kinds_present and kind in second.kinds_present
        verdicts[kind] = _verdict(comparable, kind in shared)
    if NEAR_NUMBER in tokens and verdicts["document"] is Agreement.DISAGREE:
        # One character apart: a slip of the pen, or a neighbour's passport.
        verdicts["document"] = Agreement.UNKNOWN
    return verdicts


def supports(schema: LinkageSchema, first: EncodedRecord, second: EncodedRecord) -> bool:
    """Whether a name, or a whole date of birth, agrees, beside which a number that nearly agrees counts."""
    return any(
        reaches(one, other, schema.explanations[kind].agree)
        for kind in ("name", "birth_date")
        for one, other in product(first.explanations[kind], second.explanations[kind])
        if min(_popcount(one), _popcount(other)) >= schema.explanations[kind].whole_bits
    )


def _popcount(vector: bytes) -> int:
    return int.from_bytes(vector, "little").bit_count()


def _verdict(comparable: bool, alike: bool) -> Agreement:
    if not comparable:
        return Agreement.UNKNOWN
    return Agreement.AGREE if alike else Agreement.DISAGREE
