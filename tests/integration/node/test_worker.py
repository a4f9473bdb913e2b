import threading
import time
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from symbolon.node.domain.records import Publication
from symbolon.node.errors import HubUnavailable, NoDirectory
from symbolon.node.gateway.draws import SystemDraws
from symbolon.node.jobs.worker import Worker, WorkerTasks
from symbolon.node.services.receive_deliveries import Reception
from symbolon.node.storage.outbox import OUTBOX_CHANNEL
from symbolon.node.storage.worker_lock import PostgresWorkerLock
from symbolon.runtime.clock import SystemClock

from .conftest import FOCAL_POINT, HEADER, NodeUnderTest, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"


def worker_of(node: NodeUnderTest, received: Callable[[int], Reception], **others: Callable[[], object]) -> Worker:
    def sequence() -> int:
        with node.database.transaction() as tx:
            return node.audit_log.sequence(tx)

    tasks = WorkerTasks(
        deliver_outbox=node.hub_services.deliver_outbox,
        receive_deliveries=received,
        retry_waiting=node.hub_services.receive_deliveries.retry_waiting,
        sequence_audit=sequence,
        retry_own_faults=node.services.retry_deliveries.after_own_faults,
        withdraw_expired=lambda: 0,
        refresh_directory=node.hub_services.refresh_directory,
        await_founding=node.hub_services.refresh_directory.first,
        advance_ceremonies=node.services.advance_ceremonies,
        report_progress=node.hub_services.report_progress,
        reencode_records=node.services.reencode_records,
        reconcile_with_hub=lambda: 0,
        tell_pairs=lambda: 0,
        keep_and_purge=lambda: 0,
        move_attachments=lambda: 0,
        keep_focal_points=lambda: 0,
        escalate_due_clocks=lambda: 0,
        tell_stale_desks=lambda: 0,
        send_notices=lambda: 0,
        deliver_webhooks=lambda: 0,
        forget_api_acts=lambda: 0,
        listen=lambda: node.database.listen(OUTBOX_CHANNEL),
    )
    tasks = replace(tasks, **others)  # type: ignore[arg-type]  # the ticker does not look at what its jobs return
    return Worker(tasks, PostgresWorkerLock(node.database), SystemDraws(SystemClock()))


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def polling(node: NodeUnderTest) -> Callable[[int], Reception]:
    def receive(_wait_s: int) -> Reception:
        time.sleep(0.02)
        return node.hub_services.receive_deliveries(0)

    return receive


def run(worker: Worker, stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    return thread


def test_what_is_queued_goes_out_at_once_and_the_audit_log_is_sequenced(pair: Pair) -> None:
    stop = threading.Event()
    thread = run(worker_of(pair.xa, polling(pair.xa)), stop)
    time.sleep(0.5)
    pair.xa.import_text(f"{HEADER}\n{ROW}\n")
    pair.xa.services.publish_records(FOCAL_POINT)
    queued_at = time.monotonic()
    assert wait_until(lambda: pair.xa.record("A-1").publication is Publication.PUBLISHED)
    assert time.monotonic() - queued_at < 2.0
    assert wait_until(lambda: len(pair.xa.rows("audit_place")) > 0)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_second_worker_of_the_same_node_waits_for_the_first(pair: Pair) -> None:
    polls: list[str] = []

    def counted(name: str) -> Callable[[int], Reception]:
        def receive(_wait_s: int) -> Reception:
            polls.append(name)
            time.sleep(0.05)
            return Reception(settled=0, not_now=0)

        return receive

    first_stop, second_stop = threading.Event(), threading.Event()
    first = run(worker_of(pair.xa, counted("first")), first_stop)
    assert wait_until(lambda: "first" in polls)
    second = run(worker_of(pair.xa, counted("second")), second_stop)
    time.sleep(0.5)
    assert "second" not in polls
    first_stop.set()
    first.join(10)
    assert wait_until(lambda: "second" in polls)
    second_stop.set()
    second.join(10)


def test_the_worker_goes_on_after_its_connections_were_broken_off(pair: Pair) -> None:
    stop = threading.Event()
    thread = run(worker_of(pair.xa, polling(pair.xa)), stop)
    time.sleep(0.5)
    with psycopg.connect(pair.xa.conninfo, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    pair.xa.import_text(f"{HEADER}\n{ROW}\n")
    pair.xa.services.publish_records(FOCAL_POINT)
    assert wait_until(lambda: pair.xa.record("A-1").publication is Publication.PUBLISHED, 30)
    stop.set()
    thread.join(10)


def test_a_job_of_the_ticker_that_fails_does_not_keep_the_others_from_running(pair: Pair) -> None:
    ran: list[str] = []

    def fail() -> int:
        ran.append("failing")
        raise ZeroDivisionError

    def expire() -> int:
        ran.append("expiry")
        return 0

    stop = threading.Event()
    worker = worker_of(pair.xa, polling(pair.xa), sequence_audit=fail, retry_waiting=fail, withdraw_expired=expire)
    thread = run(worker, stop)
    assert wait_until(lambda: "expiry" in ran and ran.count("failing") > 2)
    stop.set()
    thread.join(10)


def test_a_failed_refresh_of_the_directory_is_tried_again_soon(pair: Pair) -> None:
    tries: list[float] = []

    def fail_twice() -> bool:
        tries.append(time.monotonic())
        if len(tries) < 3:
            raise HubUnavailable("The hub does not answer.")
        return False

    stop = threading.Event()
    thread = run(worker_of(pair.xa, polling(pair.xa), refresh_directory=fail_twice), stop)
    assert wait_until(lambda: len(tries) == 3, 8)
    assert tries[1] - tries[0] >= 0.9
    stop.set()
    thread.join(10)


def test_a_slow_clock_makes_the_worker_pause_and_not_ask_again_at_once(pair: Pair) -> None:
    asked: list[float] = []

    def receive(_wait_s: int) -> Reception:
        asked.append(time.monotonic())
        return Reception(settled=0, not_now=3)

    stop = threading.Event()
    thread = run(worker_of(pair.xa, receive), stop)
    assert wait_until(lambda: len(asked) == 1)
    time.sleep(1.0)
    assert len(asked) == 1
    stop.set()
    thread.join(10)


def test_before_the_founding_the_worker_looks_again_without_growing_pauses(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    paused: list[int] = []
    pause_s = Worker._pause_s

    def noted(worker: Worker, failures: int) -> float:
        paused.append(failures)
        return pause_s(worker, failures)

    monkeypatch.setattr(Worker, "_pause_s", noted)

    def receive(_wait_s: int) -> Reception:
        asked.append("asked")
        raise NoDirectory

    stop = threading.Event()
    thread = run(worker_of(pair.xa, receive), stop)
    assert wait_until(lambda: len(asked) == 3)
    assert paused == []
    stop.set()
    thread.join(10)
