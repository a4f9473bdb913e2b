"""One run of the exercise: load the case and its background, publish, match, decide, ask, and see what came of it."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.case_in_hand import CarriedExchange, HeldVictim
from symbolon.exercise.federation import Federation
from symbolon.exercise.population import Population
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.state_files import write_state_file
from symbolon.exercise.truth import FoundHit, Verification, join_sides, read_truth, verify
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import Opening
from symbolon.protocol.references import MemberCode

_MATCHED_WITHIN_S: Final = 300.0
_DECIDED_WITHIN_S: Final = 60.0
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
    exchange_closed: bool
    """Both sides' pages show the exchange closed, with what became of the case."""
    held_victim: bool
    """A victim's hit was seen by nobody but the protection officers until one released it; they alone handled it."""

    @property
    def ok(self) -> bool:
        """Whether all expected hits and no other reached both sides, and what was done with them came to its end."""
        return (
            not self.verification.complaints and self.replies_opened == 1 and self.exchange_closed and self.held_victim
        )


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
            exchange, victim = CarriedExchange(desks, self._federation.wait_until), HeldVictim(desks)
            self._progress.step("The officers of each side check and vote; protection officers decide on what is held")
            was_held = victim.is_held()
            exchange.check()
            self._let_officers_decide(desks)
            was_handled = victim.is_handled()
            self._progress.step("One side asks, the other accepts and answers; a second officer releases each")
            replies = exchange.ask()
            self._progress.step("Who asked says what became of it, and the exchange is closed")
            is_closed = exchange.close()
            hits = join_sides({code: desk.queue() for code, desk in desks.items()})
        kinds_told = self._federation.opening is Opening.HUB
        verification = verify(self._expected, hits, kinds_told=kinds_told)
        return RunResult(
            verification, hits, replies, first_hit_ms, matched_s, is_closed, held_victim=was_held and was_handled
        )

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

    def _in_each_state(self, act: Callable[[MemberCode], T]) -> Sequence[T]:
        with ThreadPoolExecutor() as pool:
            return list(pool.map(act, self._federation.nodes))

    def _in_each(self, desks: Mapping[MemberCode, StateDesk], act: Callable[[StateDesk], T]) -> Sequence[T]:
        with ThreadPoolExecutor() as pool:
            return list(pool.map(act, desks.values()))
