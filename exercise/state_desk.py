"""The simulated officers of one state together: who handles which hit, and what they do when one arrives."""

import ssl
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Final, Self

from symbolon.exercise.officers import Credentials, DeskRefused, FormAnswers, Officer, QueueEntry
from symbolon.exercise.people import Post
from symbolon.protocol.exchange_terms import CaseOutcome, Usefulness
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode

REASON: Final = "Exercise: both halves fit."
QUESTION: Final = "Who paid for the passage, and into which account?"
ANSWER: Final = "Exercise: the passage was paid in cash at the pier; the account is known to us and watched."
OUTCOME: Final = CaseOutcome.ROUTE_DISRUPTED
_REQUEST: Final[FormAnswers] = {
    "questions": QUESTION,
    "purpose": "To find those who earned from it.",
    "relevance": "The same person recruited here and was seen there.",
    "facts": "Recruitment for forced labour; the subject is the recruiter.",
    "why_this_state": "Both focal points hold the same person.",
    "urgency_reason": "Exercise: a transport is expected.",
    "legal_basis": "Exercise agreement, article 1.",
}
_REPLY: Final[FormAnswers] = {"answer-*": ANSWER}
_FEEDBACK: Final[FormAnswers] = {"usefulness": Usefulness.USEFUL.value, "outcomes": [OUTCOME.value]}


class StateDesk:
    """A state's people; each signs in when first needed. Use it as a context manager."""

    def __init__(self, state: MemberCode, url: str, trust: ssl.SSLContext, people: Mapping[Post, Credentials]) -> None:
        """``trust`` accepts the desk's certificate."""
        self.state = state
        self._people = people
        self._officers = {post: Officer(url, credentials, trust) for post, credentials in people.items()}
        self._signed_in: set[Post] = set()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def officer(self, post: Post) -> Officer:
        """Whoever works there, signed in, for acts of their own."""
        officer = self._officers[post]
        if post not in self._signed_in:
            self._open.enter_context(officer)
            self._signed_in.add(post)
        return officer

    @property
    def focal_point(self) -> Officer:
        """The focal point, signed in."""
        return self.officer(Post.FOCAL_POINT)

    def queue(self) -> tuple[QueueEntry, ...]:
        """All hits that the focal point or the protection officer sees."""
        return tuple(entry for post in _AT_WORK for entry in self.officer(post).queue())

    def queue_of(self, post: Post) -> tuple[QueueEntry, ...]:
        """All hits that one of them sees."""
        return self.officer(post).queue()

    def work_through(self, leaving: Collection[str] = ()) -> tuple[QueueEntry, ...]:
        """Release what is held, vote on what is open, once each; what the queues held before.

        Hits on the own records in ``leaving`` are left to somebody else, and are not in the result.
        """
        seen: list[QueueEntry] = []
        for post in _AT_WORK:
            officer = self.officer(post)
            for entry in officer.queue():
                if entry.own_record in leaving:
                    continue
                seen.append(entry)
                with suppress(DeskRefused):
                    # Where the other side's record turns out to be protected too, a hit is held anew, and both decide:
                    # what moved on under an officer's hands is looked at again.
                    _act_on(officer, entry)
        return tuple(seen)

    def check(self, hit_id: HitId) -> None:
        """Say that the hit was seen, have the investigator check it against the file, and recommend a vote."""
        self.focal_point.acknowledge(hit_id)
        self.focal_point.assign(hit_id, self._people[Post.INVESTIGATOR].login)
        self.officer(Post.INVESTIGATOR).recommend(hit_id, Verdict.SAME, REASON)

    def ask(self, hit_id: HitId) -> None:
        """Ask the other state about a confirmed hit: the focal point drafts, the authoriser approves."""
        self._send(hit_id, f"/hits/{hit_id}/request", _REQUEST)

    def accept(self, hit_id: HitId) -> bool:
        """Accept the other state's request if it is there; whether it was."""
        path = self.focal_point.find_act(hit_id, "accept")
        if path is not None:
            self.focal_point.do(path, {})
        return path is not None

    def answer(self, hit_id: HitId) -> bool:
        """Answer the other state's request in full if it is there, with the authoriser's approval; whether it was."""
        path = self.focal_point.find_act(hit_id, "reply")
        if path is not None:
            self._send(hit_id, path, _REPLY)
        return path is not None

    def holds_answer(self, hit_id: HitId) -> bool:
        """Whether the other state's answer was opened here and stands on the hit's page."""
        return ANSWER in self.focal_point.read_hit(hit_id)

    def give_feedback(self, hit_id: HitId) -> bool:
        """Say how useful the answer was and what became of the case, where that is due; whether it was."""
        path = self.focal_point.find_act(hit_id, "feedback")
        if path is not None:
            self.focal_point.do(path, _FEEDBACK)
        return path is not None

    def _send(self, hit_id: HitId, path: str, answers: FormAnswers) -> None:
        """Draft, submit, and have it approved; a draft that is there already goes on from where it stands."""
        authoriser = self.officer(Post.AUTHORISER)
        draft = self.focal_point.find_draft(hit_id) or self.focal_point.write_draft(path, answers)
        if not authoriser.may_approve(draft):
            self.focal_point.submit_draft(draft)
        authoriser.approve(draft)


def _act_on(officer: Officer, entry: QueueEntry) -> None:
    """What a simulated officer does about a hit that is new in its state, once: then its page offers it no more."""
    if entry.state is JointState.HELD and officer.may(entry.hit_id, "release"):
        officer.release(entry.hit_id)
    elif entry.state is JointState.ALERTED and officer.may(entry.hit_id, "vote"):
        officer.vote(entry.hit_id, Verdict.SAME, REASON)


_AT_WORK: Final = (Post.FOCAL_POINT, Post.PROTECTION_OFFICER)
