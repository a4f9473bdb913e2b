"""Work that needs the operators of blind comparison: who is away is noted, and where they disagree, nothing goes on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from symbolon.hub.errors import NotPossible
from symbolon.hub.errors_of_operators import (
    OperatorAway,
    OperatorRefused,
    OperatorsDisagree,
    OperatorsLate,
    WrongAnswers,
)
from symbolon.hub.ports import Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Minded(Generic[T]):
    """A job, and how it is done."""

    job: Callable[[], T]
    done: Callable[[], T]

    def __call__(self) -> T:
        """Do it."""
        return self.done()


class MindOperators:
    """Does a piece of work, and leaves word of what an operator keeps it from."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._asking = threading.Lock()

    def comparing(self, job: Callable[[], int]) -> Callable[[], int]:
        """The job, or nothing while comparison is stopped, or while operators are asked by another thread already.

        An operator that is slow has one thread wait for it, and no more: whatever comes meanwhile, that one compares
        before it ends, or the next sweep does.
        """
        return Minded(job, lambda: self._compare(job))

    def following(self, job: Callable[[], T]) -> Callable[[], T]:
        """The job, also while comparison is stopped: what was withdrawn goes at the operators as well."""
        return Minded(job, lambda: self._mind(job))

    def _compare(self, job: Callable[[], int]) -> int:
        with self._store.work() as work:
            is_stopped, has_operators = work.operators.stopped_since() is not None, bool(work.operators.all())
        if is_stopped:
            return 0
        if not has_operators:
            return self._mind(job)
        if not self._asking.acquire(blocking=False):
            return 0
        try:
            return self._mind(job)
        finally:
            self._asking.release()

    def _mind(self, job: Callable[[], T]) -> T:
        """Raises whatever the job raises."""
        try:
            return job()
        except (OperatorAway, OperatorRefused) as error:
            with self._store.work() as work:
                work.operators.note_trouble(error.place, error.sentence, self._clock.now())
            raise
        except OperatorsLate as late:
            with self._store.work() as work:
                for place in late.places:
                    work.operators.note_trouble(place, late.sentence, self._clock.now())
            raise
        except OperatorsDisagree as wrong:
            with self._store.work() as work:
                if work.operators.stop(wrong.why, self._clock.now()):
                    detail = {"stopped": True, "by_canaries": isinstance(wrong, WrongAnswers)}
                    work.audit(AuditAct.OPERATORS_DISAGREE, HUB, None, detail)
            raise


class ResumeComparison:
    """The use case of `symbolon hub resume`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self) -> None:
        """Compare again. Raises `NotPossible` where nothing is stopped."""
        with self._store.work() as work:
            if not work.operators.resume():
                raise NotPossible("Comparison is not stopped: there is nothing to resume.")
            work.audit(AuditAct.OPERATORS_DISAGREE, HUB, None, {"stopped": False})
