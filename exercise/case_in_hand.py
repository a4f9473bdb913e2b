"""What a run shows beyond the alerts: one exchange carried to its recorded outcome, and a victim's hit handled.

Both are judged by what the officers' pages show them, on each side.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.officers import QueueEntry
from symbolon.exercise.people import NOT_FOR_PROTECTED, PROTECTION, Post
from symbolon.exercise.state_desk import OUTCOME, StateDesk
from symbolon.node.web.exchange_wording import OUTCOMES
from symbolon.node.web.wording import JOINT_STATES
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode

ASKING: Final = (AMARA, "AM-0101")
"""The recruiter: Amara asks about him."""
ASKED: Final = (BELANU, "BEL-2201")
VICTIM: Final = (AMARA, "AM-0102")
"""A young woman; Belanu heard her as a witness, and its record is not protected."""
_WITNESS: Final = (BELANU, "BEL-2204")
_HOP_WITHIN_S: Final = 60.0

WaitUntil = Callable[[str, Callable[[], bool], float], None]
Desks = Mapping[MemberCode, StateDesk]


class CarriedExchange:
    """One exchange from the check of its hit to its recorded outcome, by two states' officers."""

    def __init__(self, desks: Desks, wait_until: WaitUntil) -> None:
        self._asking, self._asked = desks[ASKING[0]], desks[ASKED[0]]
        self._wait_until = wait_until

    def check(self) -> None:
        """Before the votes: each side's investigator looks at the hit and recommends."""
        hit_id = self._hit_id()
        self._asking.check(hit_id)
        self._asked.check(hit_id)

    def ask(self) -> int:
        """Ask, accept, answer, each released by a second officer; how many replies were opened."""
        hit_id, asking, asked = self._hit_id(), self._asking, self._asked
        asking.ask(hit_id)
        self._wait_until("The request's arrival", lambda: asked.accept(hit_id), _HOP_WITHIN_S)
        asked.answer(hit_id)
        self._wait_until("The reply's arrival", lambda: asking.holds_answer(hit_id), _HOP_WITHIN_S)
        return 1

    def close(self) -> bool:
        """Give feedback: whether both sides' pages then show the exchange closed, with what became of the case."""
        hit_id, sides = self._hit_id(), (self._asking, self._asked)
        self._wait_until("The feedback's turn", lambda: self._asking.give_feedback(hit_id), _HOP_WITHIN_S)

        def is_closed() -> bool:
            return all(shows_outcome(side.focal_point.read_hit(hit_id)) for side in sides)

        self._wait_until("The exchange's end on both sides", is_closed, _HOP_WITHIN_S)
        return is_closed()

    def _hit_id(self) -> HitId:
        entry = entry_of(self._asking.queue_of(Post.FOCAL_POINT), ASKING[1])
        if entry is None:
            raise ExerciseError(f"The hit on {ASKING[1]} is not in {ASKING[0]}'s inbox: there is nothing to ask about.")
        return entry.hit_id


class HeldVictim:
    """A victim's hit: what whom sees of it before its protection officer decides, and after."""

    def __init__(self, desks: Desks) -> None:
        self._owner, self._other = desks[VICTIM[0]], desks[_WITNESS[0]]

    def is_held(self) -> bool:
        """Whether the protection officers see it on hold, and nobody else in either state sees anything of it."""
        return self._is_for_protection_alone(JointState.HELD) and self._other_sees() is None

    def is_handled(self) -> bool:
        """Whether it was released and confirmed, and is still the protection officers' alone where she is a victim."""
        other = self._other_sees()
        return (
            self._is_for_protection_alone(JointState.CONFIRMED)
            and other is not None
            and other.state is JointState.CONFIRMED
        )

    def _is_for_protection_alone(self, state: JointState) -> bool:
        entries = [entry_of(self._owner.queue_of(post), VICTIM[1]) for post in PROTECTION]
        others = [entry_of(self._owner.queue_of(post), VICTIM[1]) for post in NOT_FOR_PROTECTED]
        return all(entry is not None and entry.state is state for entry in entries) and not any(others)

    def _other_sees(self) -> QueueEntry | None:
        return entry_of(self._other.queue_of(Post.FOCAL_POINT), _WITNESS[1])


def entry_of(queue: tuple[QueueEntry, ...], own_record: str) -> QueueEntry | None:
    """The line of a queue about one of the own records."""
    return next((entry for entry in queue if entry.own_record == own_record), None)


def shows_outcome(hit_page: str) -> bool:
    """Whether a hit's page shows an exchange that is closed, with what became of the case."""
    exchanges = re.findall(r'<section class="card exchange.*?</section>', hit_page, re.DOTALL)
    closed = f">{JOINT_STATES[JointState.CLOSED]}</span>"
    return any(closed in exchange and OUTCOMES[OUTCOME] in exchange for exchange in exchanges)
