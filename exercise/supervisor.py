"""Starts the processes of a federation, starts again what died, and takes all of them down with itself.

A process ends with its supervisor in every case: on a clean stop in reverse order, and through its tether
(``tether.py``) when the supervisor is killed with -9.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from symbolon.exercise.errors import ProcessFailed

_TETHER: Final = Path(__file__).with_name("tether.py")
_POLL_S: Final = 0.02
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
# A process that lived this long was healthy: its next death is the first of a new series.
_HEALTHY_AFTER_S: Final = 10.0
_STOP_GRACE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the operating system that a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """How to run one process: standard output and error are appended to ``log_file``."""

    name: str
    command: tuple[str, ...]
    log_file: Path
    environment: Mapping[str, str]
    """The whole environment of the process."""
    is_ready: Callable[[], bool] | None = None
    """Asked again and again after each start; None: ready as soon as it runs."""
    ready_within_s: float = 30.0
    account: Account | None = None
    """None: the supervisor's own."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the process gets when the supervisor dies. SIGKILL cannot be ignored."""


@dataclass(slots=True)
class _Ward:
    """A process under supervision. Only the keeper thread starts and reaps it."""

    spec: ProcessSpec
    batch: int
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_again_at: float | None = None
    pause_s: float = _FIRST_PAUSE_S
    starts: int = 0
    wanted: bool = True


class Supervisor:
    """Keeps processes running. Use it as a context manager; :meth:`start` may be called several times."""

    def __init__(self, *, watch_pipe: bool = not sys.platform.startswith("linux")) -> None:
        """``watch_pipe``: tether by a pipe instead of by the kernel, for systems other than Linux."""
        self._wards: dict[str, _Ward] = {}
        self._batches = 0
        self._guard = threading.RLock()
        self._stopping = False
        self._all_ended = threading.Event()
        self._watch_ends = os.pipe() if watch_pipe else None
        self._keeper: threading.Thread | None = None
        self._keeper_failed: Future[None] = Future()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *specs: ProcessSpec) -> None:
        """Start processes side by side and wait until all are ready; they are stopped together, too.

        Raises :class:`ProcessFailed` when one ends, or is not ready in its time; the rest keep running until
        :meth:`stop`.
        """
        with self._guard:
            for spec in specs:
                if spec.name in self._wards:
                    raise ProcessFailed(f"There is a process named {spec.name} already: give it another name.")
                self._wards[spec.name] = _Ward(spec, self._batches, start_again_at=0.0)
            self._batches += 1
            if self._keeper is None:
                # All are started by one thread that lives as long as the supervisor: Linux takes the end of the
                # starting thread, not of the whole process, for the parent's death.
                self._keeper = threading.Thread(target=self._keep, name="supervisor", daemon=True)
                self._keeper.start()
        for spec in specs:
            self._await_readiness(spec, after_starts=0)

    def pid(self, name: str) -> int:
        """The process id that runs under this name now. Raises :class:`ProcessFailed` while none does."""
        with self._guard:
            process = self._wards[name].process
            if process is None:
                raise ProcessFailed(f"The process {name} is not running now.")
            return process.pid

    def starts(self, name: str) -> int:
        """How many times this process has been started."""
        with self._guard:
            return self._wards[name].starts

    def names(self) -> tuple[str, ...]:
        """The processes, in the order of their start."""
        with self._guard:
            return tuple(self._wards)

    def kill(self, name: str) -> None:
        """Kill a process and its group with -9, as a fault; it is started again."""
        os.killpg(self.pid(name), signal.SIGKILL)

    def hold(self, name: str) -> None:
        """Stop a process, and leave it stopped until :meth:`release`."""
        with self._guard:
            ward = self._wards[name]
            ward.wanted = False
        self._end([ward])

    def release(self, name: str) -> None:
        """Start a process again that was held, and wait until it is ready."""
        with self._guard:
            ward = self._wards[name]
            starts = ward.starts
            ward.wanted, ward.start_again_at, ward.pause_s = True, 0.0, _FIRST_PAUSE_S
        self._await_readiness(ward.spec, after_starts=starts)

    def wait_until_ready(self, name: str) -> None:
        """Wait until a process that may just have died runs and is ready. Raises :class:`ProcessFailed` otherwise."""
        self._await_readiness(self._wards[name].spec, after_starts=None)

    def stop(self) -> None:
        """Stop all processes, the last started first, and wait for their end. Harmless when nothing runs."""
        with self._guard:
            self._stopping = True
        for batch in reversed(range(self._batches)):
            self._end([ward for ward in self._wards.values() if ward.batch == batch])
        # Not before: the end of the thread that started them would kill them.
        self._all_ended.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self._watch_ends is not None:
            for end in self._watch_ends:
                os.close(end)
            self._watch_ends = None

    def _await_readiness(self, spec: ProcessSpec, *, after_starts: int | None) -> None:
        deadline = time.monotonic() + spec.ready_within_s
        while not self._is_ready(spec):
            # A first start must succeed: one that comes up only at the second attempt hides a mistake.
            if after_starts is not None and self.starts(spec.name) > after_starts + 1:
                raise self._failure(spec, "ended before it was ready")
            if time.monotonic() > deadline:
                raise self._failure(spec, "is not ready in its time")
            self._raise_if_keeper_failed()
            time.sleep(_POLL_S)

    def _is_ready(self, spec: ProcessSpec) -> bool:
        with self._guard:
            ward = self._wards[spec.name]
            running = ward.process is not None and ward.process.poll() is None
        return running and (spec.is_ready is None or spec.is_ready())

    def _failure(self, spec: ProcessSpec, what: str) -> ProcessFailed:
        return ProcessFailed(f"The process {spec.name} {what}: read {spec.log_file}.")

    def _keep(self) -> None:
        try:
            while not self._all_ended.wait(_POLL_S):
                with self._guard:
                    for ward in () if self._stopping else self._wards.values():
                        self._look_after(ward)
        except OSError as error:
            self._keeper_failed.set_exception(error)

    def _raise_if_keeper_failed(self) -> None:
        if self._keeper_failed.done():
            self._keeper_failed.result()

    def _look_after(self, ward: _Ward) -> None:
        now = time.monotonic()
        if ward.process is not None and ward.process.poll() is not None:
            if now - ward.started_at > _HEALTHY_AFTER_S:
                ward.pause_s = _FIRST_PAUSE_S
            ward.process = None
            ward.start_again_at = now + ward.pause_s
            ward.pause_s = min(ward.pause_s * 2, _LONGEST_PAUSE_S)
        if ward.wanted and ward.process is None and ward.start_again_at is not None and now >= ward.start_again_at:
            ward.process = self._spawn(ward.spec)
            ward.started_at, ward.start_again_at = now, None
            ward.starts += 1

    def _spawn(self, spec: ProcessSpec) -> "subprocess.Popen[bytes]":
        watch = -1 if self._watch_ends is None else self._watch_ends[0]
        account = Account(-1, -1) if spec.account is None else spec.account
        tether = (sys.executable, "-I", "-S", str(_TETHER))
        terms = (os.getpid(), int(spec.death_signal), watch, account.uid, account.gid)
        with spec.log_file.open("ab") as log:
            return subprocess.Popen(
                (*tether, *map(str, terms), *spec.command),
                env=dict(spec.environment),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C in the terminal is the supervisor's to handle.
                start_new_session=True,
                pass_fds=() if watch < 0 else (watch,),
            )

    def _end(self, wards: list[_Ward]) -> None:
        running = [(ward, ward.process) for ward in wards if ward.process is not None]
        for ward, process in running:
            process.send_signal(ward.spec.stop_signal)
        deadline = time.monotonic() + _STOP_GRACE_S
        for ward, process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # The process leads its own session and group: whatever it started goes with it.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            ward.process = None
