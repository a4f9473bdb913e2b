"""Reads the clocks of hits: by their steps, all states' desks, and what pairs agreed on."""

from collections.abc import Mapping, Sequence

from symbolon.node.domain.clocks import ClockTerms, HitClock, HitHistory, clocks_of
from symbolon.node.domain.hit import Hit
from symbolon.node.ports.storage import Work
from symbolon.protocol.clocks import ClockLevel
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.references import HitId, MemberCode
from symbolon.runtime.logs import log_unexpected


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
    return {hit.hit_id: clocks_alone(hit, histories[hit.hit_id], terms) or () for hit in hits}


def clocks_alone(hit: Hit, history: HitHistory, terms: ClockTerms) -> tuple[HitClock, ...] | None:
    """The clocks of one hit, each worked out; None, and a line in the log, where that fails: all others go on."""
    try:
        clocks = clocks_of(hit, history, terms)
        for clock in clocks:
            for level in (ClockLevel.DEPUTY, ClockLevel.OVERDUE):
                clock.share_at(level)
    except Exception as error:  # noqa: BLE001 - what is wrong with one hit stops nothing for any other
        log_unexpected(error, while_doing="reading the clocks of a hit")
        return None
    return clocks
