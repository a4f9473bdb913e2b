"""A hit's ledger between hub and nodes after a restore: as a message, and the furthest of what several parties know."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import reduce
from typing import Final

from symbolon.protocol.hit_ledger import Exchange, HitLedger
from symbolon.protocol.lifecycle import EXCHANGE_STATES, HIT_STATES, JointState
from symbolon.protocol.messages_reconciliation import KnownExchange, KnownLedger
from symbolon.protocol.references import HitId, MemberCode, RequestId


def known_ledger(ledger: HitLedger) -> KnownLedger:
    """Give a ledger as it is told; who holds the hit for safety is told beside it, not in it."""
    return KnownLedger(
        state=ledger.state,
        version=ledger.version,
        since=ledger.since,
        round=ledger.round,
        first_round=ledger.first_round,
        held_from=ledger.held_from,
        closed_from=ledger.closed_from,
        exchanges=tuple(
            KnownExchange(
                exchange_id=each.exchange_id,
                receiver=each.receiver,
                urgency=each.urgency,
                state=each.state,
                version=each.version,
                since=each.since,
                clarifications=each.clarifications,
            )
            for each in ledger.exchanges
        ),
    )


def ledger_from(known: KnownLedger, hit_id: HitId, parties: tuple[MemberCode, MemberCode]) -> HitLedger:
    """Give the ledger that a party tells of; nobody holds it for safety in it."""
    return HitLedger(
        hit_id=hit_id,
        parties=parties,
        state=known.state,
        version=known.version,
        since=known.since,
        round=known.round,
        first_round=known.first_round,
        held_from=known.held_from,
        closed_from=known.closed_from,
        exchanges=tuple(
            Exchange(
                exchange_id=each.exchange_id,
                receiver=each.receiver,
                urgency=each.urgency,
                state=each.state,
                version=each.version,
                since=each.since,
                clarifications=each.clarifications,
            )
            for each in known.exchanges
        ),
    )


MOST_STEPS: Final = 10_000
"""No track of a hit has so many steps; a version beyond it is nobody's honest word."""

FIRST_VERSIONS: Final = 2**20
"""The hub counts a hit's own track from a number below this, drawn anew for each: it tells nobody what came before."""


def is_possible(known: KnownLedger, parties: Collection[MemberCode]) -> bool:
    """Whether a ledger that a party tells of can be one of a hit between these parties at all."""
    exchanges = {each.exchange_id for each in known.exchanges}
    return (
        known.state in HIT_STATES - {JointState.DETECTED, JointState.SUPPRESSED}
        and known.first_round <= known.round <= known.version + 1
        and known.version <= FIRST_VERSIONS + MOST_STEPS
        and (known.state is JointState.CLOSED) == (known.closed_from is not None)
        and len(exchanges) == len(known.exchanges)
        and all(
            each.state in EXCHANGE_STATES and each.receiver in parties and each.version <= MOST_STEPS
            for each in known.exchanges
        )
    )


def furthest(ledgers: Iterable[HitLedger]) -> HitLedger:
    """Give what several parties know of one hit together: of each track, whoever knows its highest version.

    Where two know the same version, the first one's word counts. At least one ledger is needed.
    """
    return reduce(_further, ledgers)


def with_own_track(ledger: HitLedger, other: HitLedger) -> HitLedger:
    """Give a ledger with the hit's own track of another one; its exchanges stay."""
    return replace(other, exchanges=ledger.exchanges, frozen_by=ledger.frozen_by)


def is_behind(ledger: HitLedger, other: HitLedger) -> bool:
    """Whether one party's ledger lacks a step of any track that the other's has."""
    return furthest((ledger, other)) != ledger


def _further(one: HitLedger, other: HitLedger) -> HitLedger:
    own_track = one if one.version >= other.version else other
    tracks: dict[RequestId, Exchange] = {each.exchange_id: each for each in one.exchanges}
    for each in other.exchanges:
        known = tracks.get(each.exchange_id)
        if known is None or each.version > known.version:
            tracks[each.exchange_id] = each
    return replace(own_track, exchanges=tuple(tracks.values()), frozen_by=one.frozen_by | other.frozen_by)
