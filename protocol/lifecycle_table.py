"""The one table of the joint state: every step, who may cause it, in which office, and whether it is a release.

Nodes, hub, API, pages and the documents' diagram derive from :data:`STEPS`. An exchange (a request, or information
given unasked) has a place of its own in the table from REQUESTED or SPONTANEOUS on, because both sides may ask at the
same time; a hit's joint state is that of its exchange which is furthest behind (:mod:`symbolon.protocol.hit_ledger`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from symbolon.protocol.lifecycle_states import Event, JointState, Office, Party

NOBODY: Final[frozenset[Office]] = frozenset()
_FOCAL: Final = frozenset({Office.FOCAL_POINT})
_PROTECTION: Final = frozenset({Office.PROTECTION_OFFICER})
_AUTHORISER: Final = frozenset({Office.AUTHORISER})
_RECORD_OFFICERS: Final = frozenset({Office.FOCAL_POINT, Office.INVESTIGATOR, Office.PROTECTION_OFFICER})


@dataclass(frozen=True, slots=True)
class Step:
    """One row: from where, by what, to where; by whom, and on a side in which office (none where a program does it).

    ``release`` says that case data leaves its state with this step: two officers, see
    :mod:`symbolon.protocol.lifecycle_rights`.
    """

    source: JointState
    event: Event
    target: JointState
    parties: frozenset[Party]
    offices: frozenset[Office] = NOBODY
    release: bool = False


def _step(
    source: JointState,
    event: Event,
    target: JointState,
    by: Party | tuple[Party, ...],
    offices: frozenset[Office] = NOBODY,
) -> Step:
    parties = frozenset(by if isinstance(by, tuple) else (by,))
    return Step(source, event, target, parties, offices, release=event in RELEASES)


RELEASES: Final = frozenset({Event.REQUESTED, Event.CLARIFIED, Event.PARTIAL, Event.RESPONDED, Event.SPONTANEOUS})
"""The events with which what is known of a case leaves a state: four eyes on each. The others carry codes alone."""

HIT_STATES: Final = frozenset(
    {
        JointState.DETECTED,
        JointState.SUPPRESSED,
        JointState.HELD,
        JointState.ALERTED,
        JointState.NEEDS_MORE,
        JointState.NOT_SAME,
        JointState.UNRESOLVED,
        JointState.EXPIRED,
        JointState.CONFIRMED,
        JointState.WITHDRAWN,
        JointState.CLOSED,
    }
)
"""The states of the hit itself."""

EXCHANGE_STATES: Final = (frozenset(JointState) - HIT_STATES) | {JointState.CLOSED}
"""The states of one exchange about a confirmed hit."""

ENDED: Final = frozenset({JointState.SUPPRESSED, JointState.CLOSED})
"""Where nothing is waited for."""

_S, _E, _P = JointState, Event, Party


def _votes() -> Iterator[Step]:
    yield _step(_S.ALERTED, _E.NEEDS_MORE, _S.NEEDS_MORE, _P.VOTES)
    for voting in (_S.ALERTED, _S.NEEDS_MORE):
        yield _step(voting, _E.CONFIRMED, _S.CONFIRMED, _P.VOTES)
        yield _step(voting, _E.NOT_SAME, _S.NOT_SAME, _P.VOTES)
        yield _step(voting, _E.UNRESOLVED, _S.UNRESOLVED, _P.VOTES)
        yield _step(voting, _E.EXPIRED, _S.EXPIRED, _P.CLOCK)


def _answers() -> Iterator[Step]:
    # Who answers has accepted: the design's table has an answer after ACCEPTED alone, as if nobody knew at once.
    for asked in (_S.REQUESTED, _S.ACCEPTED):
        yield _step(asked, _E.PARTIAL, _S.PARTIAL, _P.GIVER, _FOCAL)
        yield _step(asked, _E.RESPONDED, _S.RESPONDED, _P.GIVER, _FOCAL)
        yield _step(asked, _E.REFUSED, _S.REFUSED, _P.GIVER, _AUTHORISER)
    yield _step(_S.PARTIAL, _E.RESPONDED, _S.RESPONDED, _P.GIVER, _FOCAL)
    for unanswered in (_S.REQUESTED, _S.CLARIFY, _S.ACCEPTED, _S.PARTIAL):
        yield _step(unanswered, _E.RECALLED, _S.RECALLED, _P.RECEIVER, _FOCAL)


def _exchange() -> Iterator[Step]:
    yield _step(_S.CONFIRMED, _E.REQUESTED, _S.REQUESTED, _P.RECEIVER, _FOCAL)
    yield _step(_S.CONFIRMED, _E.SPONTANEOUS, _S.SPONTANEOUS, _P.GIVER, _FOCAL)
    yield _step(_S.REQUESTED, _E.ACCEPTED, _S.ACCEPTED, _P.GIVER, _FOCAL)
    yield _step(_S.REQUESTED, _E.CLARIFY, _S.CLARIFY, _P.GIVER, _FOCAL)
    yield _step(_S.CLARIFY, _E.CLARIFIED, _S.REQUESTED, _P.RECEIVER, _FOCAL)
    yield from _answers()
    yield _step(_S.REFUSED, _E.FORMAL_ROUTE, _S.FORMAL_ROUTE, _P.RECEIVER, _FOCAL)
    for informed in (_S.RESPONDED, _S.SPONTANEOUS, _S.FORMAL_ROUTE):
        yield _step(informed, _E.FEEDBACK_DUE, _S.FEEDBACK_DUE, _P.CLOCK)
    yield _step(_S.FEEDBACK_DUE, _E.FEEDBACK_GIVEN, _S.CLOSED, _P.RECEIVER, _FOCAL)
    yield _step(_S.REFUSED, _E.CLOSED, _S.CLOSED, (_P.RECEIVER, _P.CLOCK), _FOCAL)
    # The giver's node says so once it has purged what it received.
    yield _step(_S.RECALLED, _E.CLOSED, _S.CLOSED, _P.CLOCK)
    yield _step(_S.FEEDBACK_DUE, _E.CLOSED, _S.CLOSED, _P.CLOCK)


def _hit() -> Iterator[Step]:
    yield _step(_S.DETECTED, _E.ALERTED, _S.ALERTED, _P.HUB)
    yield _step(_S.DETECTED, _E.SUPPRESSED, _S.SUPPRESSED, _P.HUB)
    yield _step(_S.SUPPRESSED, _E.CHANGED, _S.DETECTED, _P.HUB)
    yield _step(_S.DETECTED, _E.HELD, _S.HELD, _P.HUB)
    # From the start on hold: both sides are alerted now. Held later, it goes back: `after_release`.
    yield _step(_S.HELD, _E.RELEASED, _S.ALERTED, _P.OWNER, _PROTECTION)
    yield _step(_S.HELD, _E.CLOSED, _S.CLOSED, _P.OWNER, _PROTECTION)
    yield from _votes()
    for judged in (_S.NOT_SAME, _S.UNRESOLVED, _S.EXPIRED, _S.CONFIRMED):
        yield _step(judged, _E.CLOSED, _S.CLOSED, (_P.EITHER, _P.CLOCK), _FOCAL)
    yield from _exchange()
    for state in JointState:
        # A record that turns out to be a victim's freezes whatever is open about it (invariant 12); the hub knows no
        # verdict and holds whatever it knows of a record, so a hit that was judged can be held as well.
        if state not in {*ENDED, _S.DETECTED, _S.HELD, _S.WITHDRAWN}:
            yield _step(state, _E.HELD, _S.HELD, _P.OWNER, _RECORD_OFFICERS)
        if state not in {_S.CLOSED, _S.WITHDRAWN}:
            yield _step(state, _E.WITHDRAWN, _S.WITHDRAWN, (_P.OWNER, _P.CLOCK), _RECORD_OFFICERS)
    # Both nodes have purged what they received of each other, or the time for it is over and who is late is named.
    yield _step(_S.WITHDRAWN, _E.CLOSED, _S.CLOSED, _P.CLOCK)
    for over in (_S.EXPIRED, _S.CLOSED):
        # Back to where it came from: `after_reopening`.
        yield _step(over, _E.REOPENED, _S.ALERTED, _P.EITHER, _AUTHORISER)


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    states, events = list(JointState), list(Event)
    return tuple(sorted(steps, key=lambda step: (states.index(step.source), events.index(step.event))))


STEPS: Final = _in_order(_hit())
"""Every step there is, by state and event; of a state and an event there is one at most."""
