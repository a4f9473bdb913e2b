"""An exchange as its page tells it: whose turn it is, what was said so far, which clocks run. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hit_views import ClockView, ExchangeView, TimelineEntry
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.web import exchange_wording as terms
from symbolon.node.web.message_rows import Label, Row, labels_of, rows_of
from symbolon.node.web.queue import time_class, time_left
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import STEPS, HitAction, JointState, Party
from symbolon.protocol.messages import (
    Note,
    OnwardUseDecision,
    OnwardUseRequest,
    Reply,
    Request,
    SignedOnwardUse,
    SpontaneousInformation,
)
from symbolon.protocol.references import HUB, MemberCode, MessageId, RequestId

Country = Callable[[str], str]

OUR_TURN: Final = "Ours"
THEIR_TURN: Final = "Theirs"
NOBODYS_TURN: Final = "Nobody's: it goes on by itself"


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One message of a thread."""

    message_id: MessageId
    title: str
    is_ours: bool
    at: datetime
    by: str
    status: str
    """Empty where it has arrived."""
    labels: tuple[Label, ...]
    rows: tuple[Row, ...] = field(repr=False)
    is_information: bool
    """Received information, whose originator can be asked for leave to pass it on."""
    may_go_to: tuple[MemberCode, ...]
    """Members to whom it may be passed on now: its originator listed them, or gave leave."""
    exchange_id: str | None
    """To which exchange the information belongs."""
    note_id: str | None
    """Of a note, which can be answered."""
    answers: str | None
    """Of a note, the one that it answers."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock in words."""

    text: str
    whose: str
    left: str
    style: str
    due_at: datetime | None
    """None while it stands still."""


@dataclass(frozen=True, slots=True)
class ActLink:
    """One thing that this person may do about an exchange, as a link to its page."""

    step: str
    label: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class ExchangePart:
    """One exchange on the page of its hit."""

    exchange_id: str
    title: str
    is_ours: bool
    state: JointState
    turn: str
    urgency: Urgency
    clocks: tuple[ClockLine, ...]
    entries: tuple[ThreadEntry, ...] = field(repr=False)
    withheld: int
    acts: tuple[ActLink, ...]


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One step in words."""

    at: datetime
    text: str
    by: str
    is_pending: bool


ACT_LABELS: Final = {
    HitAction.REPLY: ("reply", "Answer"),
    HitAction.ACCEPT: ("accept", "Accept"),
    HitAction.CLARIFY: ("clarify", "Ask what is meant"),
    HitAction.REFUSE: ("refuse", "Refuse"),
    HitAction.ANSWER_CLARIFICATION: ("clarification-answer", "Say what was meant"),
    HitAction.FEEDBACK: ("feedback", "Give feedback"),
    HitAction.FORMAL_ROUTE: ("formal-route", "Go on by a formal channel"),
    HitAction.CLOSE: ("close", "Close without more"),
    HitAction.RECALL: ("recall", "Take it back"),
}
"""The acts about one exchange: the last step of each one's address, and what its link says; most wanted first."""


def request_of(exchange: ExchangeView) -> Request | None:
    """Give the request that an exchange began with; None where it was information, or may not be viewed."""
    return next((each.message for each in exchange.thread if isinstance(each.message, Request)), None)


def open_onward_request(view: HitView, exchange_id: RequestId) -> OnwardUseRequest | None:
    """Give what the other side asks leave for, and nobody has decided: of one exchange, the oldest first."""
    decided = {each.message.onward_use_id for each in view.others if isinstance(each.message, OnwardUseDecision)}
    for exchange in view.exchanges:
        for each in exchange.thread if exchange.exchange_id == exchange_id else ():
            asked = each.message
            is_theirs = each.direction is Direction.RECEIVED
            if isinstance(asked, OnwardUseRequest) and is_theirs and asked.onward_use_id not in decided:
                return asked
    return None


def exchange_parts(view: HitView, country: Country, now: datetime) -> tuple[ExchangePart, ...]:
    """Give the exchanges of a hit, the newest first: what waits for somebody is what came last."""
    ordered = sorted(view.exchanges, key=lambda each: (each.state is JointState.CLOSED, -each.since.timestamp()))
    return tuple(_part(view, each, country, now) for each in ordered)


def entries_of(messages: Iterable[StoredMessage], country: Country, asked: Request | None) -> tuple[ThreadEntry, ...]:
    """Give messages in words; ``asked`` is the request that replies among them answer."""
    return tuple(_entry(each, country, asked) for each in messages)


def clock_lines(clocks: Iterable[ClockView], own: MemberCode, now: datetime) -> tuple[ClockLine, ...]:
    """Give clocks in words, those that end first before the others."""
    return tuple(
        ClockLine(
            text=terms.CLOCKS[each.clock],
            whose="we" if each.whose == own else "they",
            left="stands still" if each.stands_still else time_left(each.due_at, now),
            style="" if each.stands_still else time_class(each.due_at, now),
            due_at=None if each.stands_still else each.due_at,
        )
        for each in sorted(clocks, key=lambda clock: clock.due_at)
    )


def timeline_lines(timeline: Iterable[TimelineEntry], own: MemberCode, country: Country) -> tuple[TimelineLine, ...]:
    """Give the steps in words, the newest first."""
    lines = [
        TimelineLine(each.at, terms.EVENTS[each.event], _who(each.by, own, country), each.is_pending)
        for each in timeline
    ]
    return tuple(reversed(lines))


def whose_turn(state: JointState, *, we_receive: bool) -> str:
    """Say which side the next step of an exchange waits for, by the table of steps.

    >>> whose_turn(JointState.REQUESTED, we_receive=True), whose_turn(JointState.FEEDBACK_DUE, we_receive=True)
    ('Theirs', 'Ours')
    """
    own = Party.RECEIVER if we_receive else Party.GIVER
    other = Party.GIVER if we_receive else Party.RECEIVER
    waits_for: set[Party] = set()
    for step in STEPS:
        # Taking something back is possible at any time: nobody waits for it.
        if step.source is state and step.event not in _NOT_WAITED_FOR:
            waits_for |= step.parties
    if own in waits_for:
        return OUR_TURN
    return THEIR_TURN if other in waits_for else NOBODYS_TURN


_NOT_WAITED_FOR: Final = frozenset(
    step.event for step in STEPS if step.event.value in ("recalled", "held", "withdrawn", "reopened")
)


def _part(view: HitView, exchange: ExchangeView, country: Country, now: datetime) -> ExchangePart:
    we_receive = exchange.receiver == view.own
    other = country(view.summary.counterpart)
    if exchange.is_information:
        title = f"{other} informed us" if we_receive else f"We informed {other}"
    else:
        title = f"We asked {other}" if we_receive else f"{other} asked us"
    acts = [ACT_LABELS[action] for action in ACT_LABELS if action in exchange.actions]
    if open_onward_request(view, exchange.exchange_id) is not None:
        acts.append(("onward-decision", "Decide whether they may pass it on"))
    return ExchangePart(
        exchange_id=exchange.exchange_id,
        title=title,
        is_ours=we_receive != exchange.is_information,
        state=exchange.state,
        turn=whose_turn(exchange.state, we_receive=we_receive),
        urgency=exchange.urgency,
        clocks=clock_lines(exchange.clocks, view.own, now),
        entries=entries_of(exchange.thread, country, request_of(exchange)),
        withheld=exchange.withheld,
        acts=tuple(ActLink(*act, is_first=place == 0) for place, act in enumerate(acts)),
    )


def _entry(stored: StoredMessage, country: Country, asked: Request | None) -> ThreadEntry:
    is_ours = stored.direction is Direction.SENT
    status = ""
    if stored.not_delivered is not None:
        status = f"Not delivered: {stored.not_delivered.title}"
    elif stored.on_its_way:
        status = "On its way"
    return ThreadEntry(
        message_id=stored.message_id,
        title=terms.SAID[stored.purpose],
        is_ours=is_ours,
        at=stored.at,
        by=stored.sent_by or "",
        status=status,
        labels=labels_of(stored.message),
        rows=rows_of(stored.message, country, asked),
        is_information=not is_ours and isinstance(stored.message, Reply | SpontaneousInformation | Request),
        may_go_to=() if is_ours else _may_go_to(stored),
        exchange_id=_exchange_of(stored),
        note_id=stored.message.note_id if isinstance(stored.message, Note) else None,
        answers=stored.message.reply_to if isinstance(stored.message, Note) else None,
    )


def _may_go_to(stored: StoredMessage) -> tuple[MemberCode, ...]:
    match stored.message:
        case OnwardUseDecision(granted=SignedOnwardUse() as granted):
            return granted.token.recipients
        case Reply() | SpontaneousInformation() | Request():
            return stored.message.onward_sharing
        case _:
            return ()


def _exchange_of(stored: StoredMessage) -> str | None:
    if isinstance(stored.message, OnwardUseDecision) and stored.message.granted is not None:
        return stored.message.granted.token.exchange_id
    return stored.exchange_id


def _who(by: MemberCode, own: MemberCode, country: Country) -> str:
    if by == HUB:
        return "the hub"
    return "we" if by == own else country(by)
