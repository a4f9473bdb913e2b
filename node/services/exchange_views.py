"""Makes of a hit's ledger, messages and clocks what its page shows to one actor."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.clocks import HitClock
from symbolon.node.domain.disclosure import actions_in_exchange
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hit_views import ClockView, ExchangeView, SideTrack, TimelineEntry
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.restricted import why_not_shown
from symbolon.protocol.hit_ledger import Exchange, TrackStep
from symbolon.protocol.messages import (
    ExtraFieldAnswer,
    ExtraFieldProposal,
    ExtraFieldValue,
    Note,
    SpontaneousInformation,
)
from symbolon.protocol.references import RequestId

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_APART: Final = (Note, ExtraFieldProposal, ExtraFieldAnswer, ExtraFieldValue)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a hit's messages, on what day; `officers` are those who have acted on the hit by name."""

    actor: Actor
    officers: Collection[str]
    today: date

    def shown(self, hit: Hit, messages: Iterable[StoredMessage]) -> tuple[StoredMessage, ...]:
        """Those that this actor may view."""
        return tuple(
            each for each in messages if why_not_shown(each, hit, self.actor, self.officers, self.today) is None
        )


def exchange_views(
    hit: Hit, messages: Sequence[StoredMessage], clocks: Sequence[HitClock], reader: Reader
) -> tuple[ExchangeView, ...]:
    """The exchanges of a hit, in the order in which they became known here."""
    return tuple(_view(hit, exchange, messages, clocks, reader) for exchange in hit.shown.exchanges)


def _view(
    hit: Hit,
    exchange: Exchange,
    messages: Sequence[StoredMessage],
    clocks: Sequence[HitClock],
    reader: Reader,
) -> ExchangeView:
    thread = [each for each in messages if each.exchange_id == exchange.exchange_id]
    shown = reader.shown(hit, thread)
    return ExchangeView(
        exchange_id=exchange.exchange_id,
        receiver=exchange.receiver,
        is_information=any(isinstance(each.message, SpontaneousInformation) for each in thread),
        urgency=exchange.urgency,
        state=exchange.state,
        version=exchange.version,
        since=exchange.since,
        thread=shown,
        withheld=len(thread) - len(shown),
        clocks=clock_views(clocks, exchange.exchange_id),
        actions=actions_in_exchange(reader.actor, hit, exchange),
    )


def clock_views(clocks: Iterable[HitClock], exchange_id: RequestId | None) -> tuple[ClockView, ...]:
    """The clocks of one exchange, or (None) of the hit itself."""
    return tuple(
        ClockView(clock.name, clock.whose, clock.due_at or _NEVER, clock.stands_still)
        for clock in clocks
        if clock.exchange_id == exchange_id
    )


def notes_of(messages: Iterable[StoredMessage]) -> tuple[StoredMessage, ...]:
    """The notes of a hit."""
    return tuple(each for each in messages if isinstance(each.message, Note))


def others_of(hit: Hit, messages: Iterable[StoredMessage]) -> tuple[StoredMessage, ...]:
    """What was said besides exchanges, notes and the round for more; and what was to open an exchange, and did not."""
    opened = {exchange.exchange_id for exchange in hit.shown.exchanges}
    return tuple(each for each in messages if each.exchange_id not in opened and not isinstance(each.message, _APART))


def timeline_of(hit: Hit, steps: Sequence[TrackStep]) -> tuple[TimelineEntry, ...]:
    """The steps that led here, and those of ours that are on their way."""
    known = [TimelineEntry(step.event, step.exchange_id, step.by, step.at, is_pending=False) for step in steps]
    return (
        *known,
        *(TimelineEntry(step.event, step.exchange_id, step.by, step.at, is_pending=True) for step in hit.pending),
    )


def side_track(hit: Hit) -> SideTrack:
    """How far this side has come before the vote."""
    advice = hit.recommendation
    return SideTrack(
        assigned_to=hit.assigned_to,
        recommended=None if advice is None else advice.verdict,
        recommendation="" if advice is None else advice.text,
        recommended_by=None if advice is None else advice.by,
        acknowledged_at=hit.acknowledged_at,
        counterpart_acknowledged_at=hit.counterpart_acknowledged_at,
    )
