"""One run of the exercise: load the case and its background, publish, match, decide, ask, and see what came of it."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

import symbolon.exercise.case as case_package
from symbolon.exercise.federation import Federation
from symbolon.exercise.officers import QueueEntry
from symbolon.exercise.population import Population
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.state_files import write_state_file
from symbolon.exercise.truth import FoundHit, Verification, join_sides, read_truth, verify
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode

CASE_FOLDER: Final = Path(case_package.__path__[0])
_MATCHED_WITHIN_S: Final = 300.0
_DECIDED_WITHIN_S: Final = 60.0
_ANSWERED_WITHIN_S: Final = 30.0
# Often enough for people; each look asks all parties and takes processor time from what it watches.
_LOOK_EVERY_S: Final = 0.2

T = TypeVar("T")


class RunProgress(Protocol):
    """Who is told how far the run is."""

    def step(self, what: str) -> None:
        """A new part of the run begins."""

    def count(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run showed; times from the moment at which all processes were up."""

    verification: Verification
    hits: tuple[FoundHit, ...]
    replies_opened: int
    first_hit_ms: int
    """From the first publication until the first hit lay at both its nodes."""
    matched_s: float
    """From the first line read until all was imported, encoded, submitted and compared, and every alert fetched."""

    @property
    def ok(self) -> bool:
        """Whether all expected hits and no other reached both sides, and the reply was opened."""
        return not self.verification.complaints and self.replies_opened == 1


class ExerciseRun:
    """Plays the case in a started federation."""

    def __init__(
        self, federation: Federation, population: Population, progress: RunProgress, leaving: Collection[str] = ()
    ) -> None:
        """``leaving``: the case's own records whose hits the simulated officers leave to somebody else."""
        self._federation = federation
        self._population = population
        self._progress = progress
        self._leaving = leaving
        self._expected = read_truth()

    def play(self) -> RunResult:
        """Everything, once. Raises :class:`symbolon.exercise.errors.ExerciseError` where it stops."""
        began = time.monotonic()
        self._progress.step("Importing the case and its background")
        self._in_each_state(self._import)
        self._progress.step("Publishing, comparing, alerting")
        first_hit_ms = self._publish_and_match()
        matched_s = time.monotonic() - began
        with ExitStack() as stack:
            desks = {code: stack.enter_context(node.desk()) for code, node in self._federation.nodes.items()}
            self._progress.step("The officers of each side check and vote")
            self._let_officers_decide(desks)
            self._progress.step("One side asks, the other answers")
            replies = self._exchange(desks)
            hits = join_sides({code: desk.queue() for code, desk in desks.items()})
        return RunResult(verify(self._expected, hits), hits, replies, first_hit_ms, matched_s)

    def _import(self, state: MemberCode) -> None:
        node = self._federation.nodes[state]
        mapping = CASE_FOLDER / f"{state.lower()}.toml"
        background = self._federation.servers.folder / f"{state.lower()}-background.csv"
        background.write_bytes(write_state_file(state, self._population.records[state]))
        node.import_file(CASE_FOLDER / f"{state.lower()}.csv", mapping)
        node.import_file(background, mapping)

    def _publish_and_match(self) -> int:
        nodes = self._federation.nodes
        began = time.monotonic()
        first_hit_at: list[float] = []
        with ThreadPoolExecutor() as pool:
            publications = [pool.submit(node.publish) for node in nodes.values()]

            def is_matched() -> bool:
                statuses = [node.status() for node in nodes.values()]
                if not first_hit_at and sum(bool(status.hits) for status in statuses) > 1:
                    first_hit_at.append(time.monotonic())
                here = sum(sum(status.records.values()) for status in statuses)
                at_hub = sum(status.records.get("published", 0) for status in statuses)
                self._progress.count("records at the hub", at_hub, here)
                is_queued = all(publication.done() for publication in publications)
                is_handed_in = not any(status.outbox["items"] for status in statuses)
                return is_queued and is_handed_in and self._federation.is_settled()

            self._federation.wait_until(
                "Matching all records", is_matched, _MATCHED_WITHIN_S, look_every_s=_LOOK_EVERY_S
            )
            for publication in publications:
                publication.result()
        return round(1000 * (first_hit_at[0] - began)) if first_hit_at else 0

    def _let_officers_decide(self, desks: Mapping[MemberCode, StateDesk]) -> None:
        def is_decided() -> bool:
            queues = self._in_each(desks, lambda desk: desk.work_through(self._leaving))
            entries = [entry for queue in queues for entry in queue]
            decided = sum(entry.state is JointState.CONFIRMED for entry in entries)
            self._progress.count("alerts confirmed", decided, len(entries))
            return decided == len(entries) and self._federation.is_settled()

        self._federation.wait_until(
            "The officers' decision on every hit", is_decided, _DECIDED_WITHIN_S, look_every_s=_LOOK_EVERY_S
        )

    def _exchange(self, desks: Mapping[MemberCode, StateDesk]) -> int:
        """Ask about the first hit of the truth; how many replies were opened."""
        (asking, own_record), (asked, _) = sorted(self._expected[0].records)
        hit_id = _hit_of(desks[asking].queue(), own_record)
        if hit_id is None:
            return 0
        wait_until = self._federation.wait_until
        desks[asking].ask(hit_id)
        wait_until("The request's arrival", lambda: desks[asked].answer(hit_id), _ANSWERED_WITHIN_S)
        wait_until("The reply's arrival", lambda: desks[asking].holds_answer(hit_id), _ANSWERED_WITHIN_S)
        return 1

    def _in_each_state(self, act: Callable[[MemberCode], T]) -> Sequence[T]:
        with ThreadPoolExecutor() as pool:
            return list(pool.map(act, self._federation.nodes))

    def _in_each(self, desks: Mapping[MemberCode, StateDesk], act: Callable[[StateDesk], T]) -> Sequence[T]:
        with ThreadPoolExecutor() as pool:
            return list(pool.map(act, desks.values()))


def _hit_of(queue: Sequence[QueueEntry], own_record: str) -> HitId | None:
    return next((entry.hit_id for entry in queue if entry.own_record == own_record), None)
