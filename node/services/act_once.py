"""Does what a program asks for once, whatever happens to the answer on its way: act and answer are one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.api_acts import ActKey, KeyReused, PreconditionFailed, StoredAnswer
from symbolon.node.domain.disclosure import may_see
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.references import HitId

T = TypeVar("T")


class Together(UnitOfWork, Protocol):
    """A unit of work that can lay one transaction around several."""

    def together(self) -> AbstractContextManager[Work]:
        """One transaction around all that is begun in the block."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asks for: under which key, and which version of which hit it looked at."""

    actor: Actor
    request_digest: bytes = field(repr=False)
    key: ActKey | None = None
    hit_id: HitId | None = None
    seen_version: int | None = None


class ActOnce:
    """Runs an act, or gives again what the same act came to before."""

    def __init__(self, unit_of_work: Together, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, asked: Asked, act: Callable[[], StoredAnswer]) -> tuple[StoredAnswer, bool]:
        """Give the answer, and whether it is one that was given before.

        What is refused is undone as a whole, and can be sent again under the same key.

        Raises:
            KeyReused: the key was sent with another request.
            PreconditionFailed: the hit is another than the program looked at.
            NodeError: what the act itself raises.

        """
        with self._unit_of_work.together() as work:
            if asked.key is not None and not work.api_acts.begin(asked.key, asked.request_digest, self._draws.now()):
                return self._given_before(work, asked, asked.key), True
            self._check_version(work, asked)
            answer = act()
            if asked.key is not None:
                work.api_acts.finish(asked.key, answer)
            return answer, False

    def version_of(self, actor: Actor, hit_id: HitId) -> int | None:
        """The version of a hit's row that the actor may know of."""
        with self._unit_of_work.begin() as work:
            hit = work.hits.find(hit_id)
            return None if hit is None or not may_see(actor, hit) else hit.state_version

    def look(self, read: Callable[[], T]) -> T:
        """Read several things at one moment."""
        with self._unit_of_work.together():
            return read()

    def _given_before(self, work: Work, asked: Asked, key: ActKey) -> StoredAnswer:
        found = work.api_acts.find(key)
        if found is None or found[0] != asked.request_digest:
            raise KeyReused
        return found[1]

    def _check_version(self, work: Work, asked: Asked) -> None:
        if asked.hit_id is None or asked.seen_version is None:
            return
        hit = work.hits.lock(asked.hit_id)
        # Of a hit that the actor may not know of, the act itself says that there is none.
        if hit is not None and may_see(asked.actor, hit) and hit.state_version != asked.seen_version:
            raise PreconditionFailed
