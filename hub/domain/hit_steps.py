"""What the hub asks of a step besides the table, and what it does by itself after one. All of it pure.

The table knows neither votes nor dates that a member made up: a hub that sees votes handed over knows whether anything
can follow from them, and clocks count from moments that a member names.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.hits import Hit, awaits_release
from symbolon.protocol.hit_ledger import TrackStep, take
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import may_be_reopened
from symbolon.protocol.messages import MAX_EXCHANGES
from symbolon.protocol.problems import IllegalTransition, MalformedMessage, NotYetValid
from symbolon.protocol.references import HUB, RequestId

OUTCOMES: Final = frozenset({Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED})
"""What two opened votes come to; both nodes say it, and the first word counts."""

CLOCK_DIFFERENCE: Final = timedelta(minutes=5)
"""By how much two parties' clocks may differ, as for envelopes."""


def after_step(hit: Hit, step: TrackStep, now: datetime) -> Hit:
    """The hit after a step, by its ledger and the hub's own rules.

    Raises what `symbolon.protocol.hit_ledger.take` raises; `IllegalTransition` for an outcome of votes that were not
    handed over; `MalformedMessage` or `NotYetValid` for a date that cannot be.
    """
    if step.by != HUB:
        _check_date(hit, step, now)
        _check_reopening(hit, step, now)
    ledger = take(hit.ledger, step)
    if step.event in OUTCOMES and hit.opened_round < hit.ledger.round:
        raise IllegalTransition("The votes of this round were not handed over: nothing follows from them yet.")
    if len(ledger.exchanges) > MAX_EXCHANGES:
        raise IllegalTransition("There are too many exchanges about this hit: ask within one of them.")
    # Whoever judges a pair again decides anew whether it is shown again.
    after = replace(hit, ledger=ledger, reconsidered=hit.reconsidered and step.event is not Event.REOPENED)
    if step.event is Event.REOPENED and ledger.state is JointState.HELD:
        # Who closed it may release it, and so may every other protected owner, each anew.
        low, high = (replace(side, released_at=None) for side in hit.sides)
        return replace(after, sides=(low, high))
    return after


def next_step(after: Hit, step: TrackStep) -> Event | None:
    """What the hub does by itself after a step, at once.

    It closes a hit whose last exchange ended, and holds one that was reopened although its record is a victim's or
    minor's since.
    """
    ledger = after.ledger
    if step.event is Event.REOPENED and ledger.state is not JointState.HELD and awaits_release(after):
        return Event.HELD
    if step.exchange_id is None or ledger.state is not JointState.CONFIRMED:
        return None
    return None if any(exchange.is_open for exchange in ledger.exchanges) else Event.CLOSED


def _check_date(hit: Hit, step: TrackStep, now: datetime) -> None:
    if step.at > now + CLOCK_DIFFERENCE:
        raise NotYetValid("The step is dated in the future: set the clock of the node.")
    if step.at < _since(hit, step.exchange_id) - CLOCK_DIFFERENCE:
        raise MalformedMessage("The step is dated before the one that it follows: look at the hit again.")


def _since(hit: Hit, exchange_id: RequestId | None) -> datetime:
    exchange = None if exchange_id is None else hit.ledger.exchange(exchange_id)
    return hit.ledger.since if exchange is None else exchange.since


def _check_reopening(hit: Hit, step: TrackStep, now: datetime) -> None:
    # By the hub's own clock: a step that lay at its node for long, or was dated back, opens nothing.
    if step.event is not Event.REOPENED or hit.state is not JointState.CLOSED:
        return
    if not may_be_reopened(hit.ledger.since, now):
        raise IllegalTransition("The hit was closed more than ninety days ago.")
