"""The simulated officers of one state together: who handles which hit, and what they do when one arrives."""

import ssl
from collections.abc import Callable, Collection
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from symbolon.exercise.officers import Credentials, Officer, QueueEntry
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode

REASON: Final = "Exercise: both halves fit."
QUESTION: Final = "Who paid for the passage, and into which account?"
ANSWER: Final = "Exercise: the passage was paid in cash at the pier; the account is known to us and watched."
_REQUEST: Final = {
    "questions": QUESTION,
    "purpose": "To find those who earned from it.",
    "relevance": "The same person recruited here and was seen there.",
    "facts": "Recruitment for forced labour; the subject is the recruiter.",
    "why_this_state": "Both focal points hold the same person.",
    "urgency_reason": "Exercise: a transport is expected.",
    "legal_basis": "Exercise agreement, article 1.",
}


class StateDesk:
    """The focal point and the victim-protection officer of a state, both signed in. Use it as a context manager."""

    def __init__(self, state: MemberCode, url: str, trust: ssl.SSLContext, logins: tuple[Credentials, ...]) -> None:
        """``logins``: the focal point's first, then the protection officer's."""
        self.state = state
        self._officers = tuple(Officer(url, credentials, trust) for credentials in logins)
        self._acted: set[tuple[HitId, JointState]] = set()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for officer in self._officers:
            self._open.enter_context(officer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def queue(self) -> tuple[QueueEntry, ...]:
        """All hits that one of the officers sees."""
        return tuple(entry for officer in self._officers for entry in officer.queue())

    def work_through(self, leaving: Collection[str] = ()) -> tuple[QueueEntry, ...]:
        """Release what is held, vote on what is open, once each; what the queues held before.

        Hits on the own records in ``leaving`` are left to somebody else, and are not in the result.
        """
        seen: list[QueueEntry] = []
        for officer in self._officers:
            for entry in officer.queue():
                if entry.own_record in leaving:
                    continue
                seen.append(entry)
                act = _ACTS.get(entry.state)
                if act is not None and (entry.hit_id, entry.state) not in self._acted:
                    act(officer, entry.hit_id)
                    self._acted.add((entry.hit_id, entry.state))
        return tuple(seen)

    def ask(self, hit_id: HitId) -> None:
        """Ask the other state about a confirmed hit."""
        self.focal_point.ask(hit_id, _REQUEST)

    def answer(self, hit_id: HitId) -> bool:
        """Answer the other state's request if it is there; whether it was."""
        reply_path = self.focal_point.find_open_question(hit_id)
        if reply_path is None:
            return False
        self.focal_point.reply(reply_path, ANSWER)
        return True

    def holds_answer(self, hit_id: HitId) -> bool:
        """Whether the other state's answer was opened here and stands on the hit's page."""
        return ANSWER in self.focal_point.read_hit(hit_id)

    @property
    def focal_point(self) -> Officer:
        """The focal point, for acts of their own."""
        return self._officers[0]


def _vote_same(officer: Officer, hit_id: HitId) -> None:
    officer.vote(hit_id, Verdict.SAME, REASON)


_ACTS: Final[dict[JointState, Callable[[Officer, HitId], None]]] = {
    JointState.HELD: Officer.release,
    JointState.ALERTED: _vote_same,
}
"""What a simulated officer does about a hit that is new in this state."""
