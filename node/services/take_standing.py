"""Takes how far the hub says that a hit went, once the votes that lie open here bear it out; until then it is kept."""

from dataclasses import replace

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.standings import is_borne_out
from symbolon.node.ports.storage import Work
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import furthest


def with_standing(work: Work, hit: Hit, told: HitLedger) -> Hit:
    """The locked hit with what the hub tells of it, saved; without, where the votes do not say so, or not yet.

    What is not taken is kept, and looked at again when a vote comes (:func:`with_kept_standing`).
    """
    lost = frozenset(number for number in {told.round, told.round - 1} if _is_lost(work, hit, number))
    if not is_borne_out(told, hit.ledger, work.hits.votes(hit.hit_id), lost):
        work.reconciliation.keep_told(hit.hit_id, told)
        return hit
    after = replace(hit, ledger=furthest((hit.ledger, told)))
    work.hits.save(after)
    work.reconciliation.forget_told(hit.hit_id)
    return after


def with_kept_standing(work: Work, hit: Hit) -> Hit:
    """The locked hit after the hub's word on it that was kept was looked at again."""
    told = kept_standing(work, hit)
    return hit if told is None else with_standing(work, hit, told)


def kept_standing(work: Work, hit: Hit) -> HitLedger | None:
    """How far the hub says that the hit went, where the votes have not borne it out."""
    return work.reconciliation.told(hit.hit_id, hit.ledger.parties)


def _is_lost(work: Work, hit: Hit, round_number: int) -> bool:
    return work.reconciliation.is_lost_vote(hit.hit_id, round_number)
