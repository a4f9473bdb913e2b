"""How a worker does what it is woken for."""

import threading
from dataclasses import fields

import pytest
from celery import Celery

from symbolon.hub.jobs.tasks import (
    BEAT_SCHEDULE,
    DROP_ATTACHMENTS,
    KEEP_CLOCKS,
    SEND_NOTICES,
    WorkerServices,
    one_at_a_time,
    register_tasks,
)


def test_a_long_job_is_not_begun_again_while_it_is_being_done() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[None] = []

    def job() -> None:
        begun.set()
        go_on.wait(10)
        done.append(None)

    once = one_at_a_time(job)
    first = threading.Thread(target=once)
    first.start()
    begun.wait(10)
    once()
    go_on.set()
    first.join(10)
    assert len(done) == 1
    once()
    assert len(done) == 2


def test_a_job_that_failed_may_be_done_again() -> None:
    def fail() -> None:
        raise RuntimeError

    once = one_at_a_time(fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            once()


def test_a_worker_does_everything_that_the_beat_wakes_it_for() -> None:
    app = Celery()
    services = WorkerServices(**{field.name: (lambda: 0) for field in fields(WorkerServices)})
    register_tasks(app, services)
    woken_for = {str(entry["task"]) for entry in BEAT_SCHEDULE.values()}
    assert {KEEP_CLOCKS, SEND_NOTICES, DROP_ATTACHMENTS} < woken_for <= set(app.tasks)
