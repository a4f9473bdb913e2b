"""The node's one worker: threads that deliver, receive, encode again and keep time, and a lock against a second one.

Any of it may be killed at any moment: every step is a transaction, and what was not acknowledged comes again.
"""

import math
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from symbolon.node.domain.outbox import next_attempt
from symbolon.node.errors import NoDirectory
from symbolon.node.jobs.attempts import PeriodicJob, goes_well
from symbolon.node.ports.outside import Draws, HeldLock, WorkerLock
from symbolon.node.services.deliver_outbox import DeliveryRound
from symbolon.node.services.receive_deliveries import Reception
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.logs import get_logger

LONG_POLL_S: Final = 25
_LISTEN_SLICE_S: Final = 0.5
_IDLE_S: Final = 30.0
_TICK_S: Final = 1.0
_NOT_NOW_S: Final = 5.0
_UNFOUNDED_S: Final = 2.0
_PAUSES_A_LINE: Final = 12
"""A line a minute is enough."""
_OWN_FAULTS_EVERY: Final = 3600
_DIRECTORY_EVERY: Final = 20
_FOUNDING_EVERY: Final = 3
_CEREMONY_EVERY: Final = 2
_PROGRESS_EVERY: Final = 3
_RECONCILE_EVERY: Final = 3
_FOCAL_POINTS_EVERY: Final = 60
_CLOCKS_EVERY: Final = 10
_STALE_EVERY: Final = 60
_NOTICES_EVERY: Final = 10
_REENCODING_PAUSE_S: Final = 2.0
_EXPIRY_EVERY: Final = 30
_PURGE_EVERY: Final = 2
_FILES_EVERY: Final = 2
_WEBHOOKS_EVERY: Final = 1
_API_ACTS_EVERY: Final = 600
_ASSURE_S: Final = 5.0
_OTHER_WORKER_S: Final = 2.0
_LEAVING_S: Final = 2.0


class Wakes(Protocol):
    """Hears that something was put into the outbox."""

    def wait(self, seconds: float) -> tuple[object, ...]:
        """What was heard, at once; empty after `seconds` of silence."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerTasks:
    """What the threads call; wired in bootstrap."""

    deliver_outbox: Callable[[], DeliveryRound]
    receive_deliveries: Callable[[int], Reception]
    retry_waiting: Callable[[], int]
    sequence_audit: Callable[[], int]
    retry_own_faults: Callable[[], int]
    withdraw_expired: Callable[[], int]
    refresh_directory: Callable[[], bool]
    await_founding: Callable[[], bool]
    advance_ceremonies: Callable[[], int]
    report_progress: Callable[[], int]
    keep_and_purge: Callable[[], int]
    move_attachments: Callable[[], int]
    tell_pairs: Callable[[], int]
    reconcile_with_hub: Callable[[], object]
    reencode_records: Callable[[], int]
    keep_focal_points: Callable[[], int]
    escalate_due_clocks: Callable[[], int]
    tell_stale_desks: Callable[[], int]
    send_notices: Callable[[], int]
    deliver_webhooks: Callable[[], int]
    forget_api_acts: Callable[[], int]
    listen: Callable[[], AbstractContextManager[Wakes]]


class Worker:
    """Runs until told to stop; holds the node's worker lock while it works."""

    def __init__(self, tasks: WorkerTasks, lock: WorkerLock, draws: Draws) -> None:
        self._tasks = tasks
        self._lock = lock
        self._draws = draws

    def run(self, stop: threading.Event) -> None:
        """Work whenever this is the node's only worker, until `stop` is set."""
        while not stop.is_set():
            try:
                with self._lock.hold() as held:
                    if held is not None:
                        self._work(held, stop)
            except RuntimeFault as fault:
                get_logger().warning("worker waits", reason=type(fault).__name__)
            stop.wait(_OTHER_WORKER_S)

    def _work(self, held: HeldLock, stop: threading.Event) -> None:
        leave = threading.Event()
        loops = (
            ("outbound", self._outbound),
            ("inbound", self._inbound),
            ("ticker", self._ticker),
            ("federation", self._federation),
            ("reencoding", self._reencoding),
            ("files", self._files),
            ("notices", self._notices),
            ("webhooks", self._webhooks),
        )
        threads = [
            threading.Thread(target=self._forever, args=(name, loop, leave), name=name, daemon=True)
            for name, loop in loops
        ]
        get_logger().info("worker started")
        for thread in threads:
            thread.start()
        try:
            while not stop.wait(_ASSURE_S):
                held.assure()
        finally:
            leave.set()
            for thread in threads:
                # A long poll may take longer to end; nothing is lost when the process ends before it.
                thread.join(_LEAVING_S)
            get_logger().info("worker stopped")

    def _forever(self, name: str, loop: Callable[[threading.Event], None], leave: threading.Event) -> None:
        """Run a loop again whenever it fails, after a pause that grows with each failure in a row."""
        failures = 0
        while not leave.is_set():
            began = self._draws.now()
            goes_well(name, lambda: loop(leave))
            if leave.is_set():
                return
            # What ran well for a while has no past.
            failures = 1 if self._draws.now() - began > timedelta(minutes=1) else failures + 1
            leave.wait(self._pause_s(failures))

    def _outbound(self, leave: threading.Event) -> None:
        failures = 0
        with self._tasks.listen() as wakes:
            while not leave.is_set():
                outcome = self._tasks.deliver_outbox()
                if outcome.hub_away:
                    failures += 1
                    leave.wait(self._pause_s(failures))
                    continue
                failures = 0
                quiet_s = _IDLE_S
                if outcome.due_at is not None:
                    quiet_s = min(max((outcome.due_at - self._draws.now()).total_seconds(), 0.0), _IDLE_S)
                self._listen(wakes, quiet_s, leave)

    def _listen(self, wakes: Wakes, quiet_s: float, leave: threading.Event) -> None:
        until = self._draws.now() + timedelta(seconds=quiet_s)
        while not leave.is_set():
            remaining_s = (until - self._draws.now()).total_seconds()
            if remaining_s <= 0 or wakes.wait(min(remaining_s, _LISTEN_SLICE_S)):
                return

    def _inbound(self, leave: threading.Event) -> None:
        pauses = 0
        while not leave.is_set():
            try:
                reception = self._tasks.receive_deliveries(LONG_POLL_S)
            except NoDirectory:
                # Nothing is delivered before the founding, which may come at any moment.
                leave.wait(_UNFOUNDED_S)
                continue
            if not reception.not_now:
                pauses = 0
                continue
            # They come again at once.
            if pauses % _PAUSES_A_LINE == 0:
                get_logger().warning("the clock of this node seems to be slow", deliveries=reception.not_now)
            pauses += 1
            leave.wait(_NOT_NOW_S)

    def _reencoding(self, leave: threading.Event) -> None:
        # A thread of its own: a hundred thousand records take a while, and nothing that is new waits for them.
        while not leave.is_set():
            if not self._tasks.reencode_records():
                leave.wait(_REENCODING_PAUSE_S)

    def _files(self, leave: threading.Event) -> None:
        # A thread of its own: a large file takes its time, and nothing else waits for it.
        self._tick((PeriodicJob("move attachments", self._tasks.move_attachments, _FILES_EVERY),), leave)

    def _ticker(self, leave: threading.Event) -> None:
        # Each on its own: what one of them meets does not keep the others.
        jobs = (
            PeriodicJob("sequence audit", self._tasks.sequence_audit, 1),
            PeriodicJob("retry own faults", self._tasks.retry_own_faults, _OWN_FAULTS_EVERY),
            PeriodicJob("retry waiting", self._tasks.retry_waiting, 1),
            PeriodicJob("withdraw expired", self._tasks.withdraw_expired, _EXPIRY_EVERY),
            PeriodicJob("keep and purge", self._tasks.keep_and_purge, _PURGE_EVERY),
            PeriodicJob("tell pairs", self._tasks.tell_pairs, 1),
            PeriodicJob("escalate due clocks", self._tasks.escalate_due_clocks, _CLOCKS_EVERY),
            PeriodicJob("tell stale desks", self._tasks.tell_stale_desks, _STALE_EVERY),
        )
        self._tick(jobs, leave)

    def _federation(self, leave: threading.Event) -> None:
        # Apart from the ticker, since the hub may take its time to answer.
        jobs = (
            PeriodicJob("refresh directory", self._tasks.refresh_directory, _DIRECTORY_EVERY),
            PeriodicJob("keep focal points", self._tasks.keep_focal_points, _FOCAL_POINTS_EVERY),
            PeriodicJob("await founding", self._tasks.await_founding, _FOUNDING_EVERY),
            PeriodicJob("advance ceremonies", self._tasks.advance_ceremonies, _CEREMONY_EVERY),
            PeriodicJob("report progress", self._tasks.report_progress, _PROGRESS_EVERY),
            PeriodicJob("reconcile with the hub", self._tasks.reconcile_with_hub, _RECONCILE_EVERY),
        )
        self._tick(jobs, leave)

    def _notices(self, leave: threading.Event) -> None:
        # A thread of its own: a mail server may take its time to answer, and no clock waits for it.
        self._tick((PeriodicJob("send notices", self._tasks.send_notices, _NOTICES_EVERY),), leave)

    def _webhooks(self, leave: threading.Event) -> None:
        # A thread of its own: an own system may take its time to answer, and nothing else waits for it.
        jobs = (
            PeriodicJob("deliver webhooks", self._tasks.deliver_webhooks, _WEBHOOKS_EVERY),
            PeriodicJob("forget acts of the API", self._tasks.forget_api_acts, _API_ACTS_EVERY),
        )
        self._tick(jobs, leave)

    def _tick(self, jobs: tuple[PeriodicJob, ...], leave: threading.Event) -> None:
        number = 0
        while not leave.is_set():
            for job in jobs:
                job.tick(number, self._pause_ticks)
            number += 1
            leave.wait(_TICK_S)

    def _pause_ticks(self, failures: int) -> int:
        return math.ceil(self._pause_s(failures) / _TICK_S)

    def _pause_s(self, failures: int) -> float:
        now = self._draws.now()
        return (next_attempt(now, failures, self._draws.jitter()) - now).total_seconds()
