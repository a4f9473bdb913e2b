"""Reads the clocks of hits: by their steps, all states' desks, and what pairs agreed on."""

from collections.abc import Mapping, Sequence

from symbolon.node.domain.clocks import ClockTerms, HitClock, clocks_of
from symbolon.node.domain.hit import Hit
from symbolon.node.ports.storage import Work
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.references import HitId, MemberCode


def read_terms(work: Work) -> ClockTerms:
    """By what clocks are counted now."""
    directories = {kept.directory.member: kept.directory for kept in work.focal_points.directories()}
    agreed: dict[MemberCode, list[PairProfile]] = {}
    for kept in work.agreements.profiles():
        if kept.is_agreed:
            agreed.setdefault(kept.counterpart, []).append(kept.profile)
    ordered = {code: tuple(sorted(each, key=lambda one: one.version)) for code, each in agreed.items()}
    return ClockTerms(directories, ordered)


def read_clocks(work: Work, hits: Sequence[Hit]) -> Mapping[HitId, tuple[HitClock, ...]]:
    """The clocks that run for either side of these hits, by hit."""
    terms = read_terms(work)
    histories = work.escalations.histories([hit.hit_id for hit in hits])
    return {hit.hit_id: clocks_of(hit, histories[hit.hit_id], terms) for hit in hits}
