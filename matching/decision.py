"""Hit or no hit, by the linkage schema alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.scoring import (
    Agreement,
    ProfileScore,
    agreement_by_kind,
    best_permille,
    profile_score,
    shared_tokens,
    supports,
)


class Band(StrEnum):
    """How sure a hit is, best first."""

    STRONG = "strong"
    PROBABLE = "probable"
    POSSIBLE = "possible"


_ORDER = tuple(Band)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair is a hit, as coarse as both sides may learn it."""

    band: Band
    score_permille: int
    """Dice of the judging profile; 1000 for a decisive token; Dice of the names for a supporting one: the highest."""
    agreement: Mapping[str, Agreement]
    """By identifier kind."""


def explain(schema: LinkageSchema, first: EncodedRecord, second: EncodedRecord) -> Explanation | None:
    """Decide a pair of encodings of the same schema and key; None means no hit.

    A hit is a profile at its threshold, or a decisive token in common, or a supporting token in common beside a name
    or a whole date of birth that agrees. Symmetric in its records.
    """
    score = profile_score(schema, first, second)
    agreement = agreement_by_kind(schema, first, second)
    shared = shared_tokens(first, second)
    grounds: list[tuple[Band, int]] = []
    if score is not None and score.is_match:
        grounds.append((_profile_band(score), score.permille))
    grounds += [(Band(schema.decisive_tokens[kind]), 1000) for kind in shared & schema.decisive_tokens.keys()]
    supporting = shared & schema.supporting_tokens.keys()
    if supporting and supports(schema, first, second):
        permille = best_permille(first.explanations["name"], second.explanations["name"])
        grounds += [(Band(schema.supporting_tokens[kind]), permille) for kind in supporting]
    if not grounds:
        return None
    return Explanation(
        band=min((band for band, _ in grounds), key=_ORDER.index),
        score_permille=max(permille for _, permille in grounds),
        agreement=agreement,
    )


def _profile_band(score: ProfileScore) -> Band:
    reached = (Band(band) for band, floor in score.profile.bands if score.permille >= floor)
    return next(reached, Band.POSSIBLE)
