"""The hub's tasks: mere wake-ups without content. What there is to do, PostgreSQL knows.

A task that is lost, doubled or late does no harm: the next one does its work, and the sweep comes every two seconds.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from celery import Celery

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.runtime.errors import DatabaseUnavailable
from symbolon.runtime.logs import get_logger

FIND_MATCHES: Final = "symbolon.hub.find_matches"
SWEEP: Final = "symbolon.hub.sweep"
SEQUENCE_AUDIT: Final = "symbolon.hub.sequence_audit"
EXPIRE_RECORDS: Final = "symbolon.hub.expire_records"
CLEAR_AWAY: Final = "symbolon.hub.clear_away"
TIDY_UP: Final = "symbolon.hub.tidy_up"
CLOSE_WAITING: Final = "symbolon.hub.close_waiting"
EXPIRE_VOTES: Final = "symbolon.hub.expire_votes"
KEEP_CLOCKS: Final = "symbolon.hub.keep_clocks"
SEND_NOTICES: Final = "symbolon.hub.send_notices"
DROP_ATTACHMENTS: Final = "symbolon.hub.drop_attachments"

_SWEEP_EVERY_S: Final = 2.0
_SEQUENCE_EVERY_S: Final = 1.0
_EXPIRE_EVERY_S: Final = 60.0
_CLEAR_AWAY_EVERY_S: Final = 2.0
_TIDY_UP_EVERY_S: Final = 60.0
_CLOSE_WAITING_EVERY_S: Final = 5.0
_EXPIRE_VOTES_EVERY_S: Final = 60.0
_KEEP_CLOCKS_EVERY_S: Final = 30.0
_SEND_NOTICES_EVERY_S: Final = 5.0
_DROP_ATTACHMENTS_EVERY_S: Final = 60.0

BEAT_SCHEDULE: Final = {
    # `expires`: while no worker takes them, they do not pile up.
    "sweep": {"task": SWEEP, "schedule": _SWEEP_EVERY_S, "options": {"expires": _SWEEP_EVERY_S}},
    "sequence_audit": {
        "task": SEQUENCE_AUDIT,
        "schedule": _SEQUENCE_EVERY_S,
        "options": {"expires": _SEQUENCE_EVERY_S},
    },
    "expire_records": {
        "task": EXPIRE_RECORDS,
        "schedule": _EXPIRE_EVERY_S,
        "options": {"expires": _EXPIRE_EVERY_S},
    },
    "clear_away": {
        "task": CLEAR_AWAY,
        "schedule": _CLEAR_AWAY_EVERY_S,
        "options": {"expires": _CLEAR_AWAY_EVERY_S},
    },
    "tidy_up": {"task": TIDY_UP, "schedule": _TIDY_UP_EVERY_S, "options": {"expires": _TIDY_UP_EVERY_S}},
    "close_waiting": {
        "task": CLOSE_WAITING,
        "schedule": _CLOSE_WAITING_EVERY_S,
        "options": {"expires": _CLOSE_WAITING_EVERY_S},
    },
    "expire_votes": {
        "task": EXPIRE_VOTES,
        "schedule": _EXPIRE_VOTES_EVERY_S,
        "options": {"expires": _EXPIRE_VOTES_EVERY_S},
    },
    "keep_clocks": {
        "task": KEEP_CLOCKS,
        "schedule": _KEEP_CLOCKS_EVERY_S,
        "options": {"expires": _KEEP_CLOCKS_EVERY_S},
    },
    "send_notices": {
        "task": SEND_NOTICES,
        "schedule": _SEND_NOTICES_EVERY_S,
        "options": {"expires": _SEND_NOTICES_EVERY_S},
    },
    "drop_attachments": {
        "task": DROP_ATTACHMENTS,
        "schedule": _DROP_ATTACHMENTS_EVERY_S,
        "options": {"expires": _DROP_ATTACHMENTS_EVERY_S},
    },
}


@dataclass(frozen=True, slots=True)
class WorkerServices:
    """What a worker does when it is woken."""

    find_matches: Callable[[], int]
    sequence_audit: Callable[[], int]
    refresh_index: Callable[[], None]
    expire_records: Callable[[], int]
    erase_expelled: Callable[[], int]
    erase_closed_epochs: Callable[[], int]
    tidy_up: Callable[[], int]
    forward_erasures: Callable[[], int]
    tell_owners: Callable[[], int]
    close_waiting: Callable[[], int]
    expire_votes: Callable[[], int]
    escalate_clocks: Callable[[], int]
    ask_desks: Callable[[], int]
    write_notices: Callable[[], int]
    send_mails: Callable[[], int]
    drop_attachments: Callable[[], int]

    def clear_away(self) -> None:
        """Erase what the newest directory leaves no place for: of expelled members first, then of closed epochs.

        And forward what the operators of blind comparison signed about erasures, and tell owners what they cannot read.
        """
        self.erase_expelled()
        self.erase_closed_epochs()
        self.forward_erasures()
        self.tell_owners()

    def keep_clocks(self) -> None:
        """Tell of the clocks that are over, and of the desks that do not answer."""
        self.escalate_clocks()
        self.ask_desks()

    def send_notices(self) -> None:
        """Write to the facilitator if it is time, and send what is written."""
        self.write_notices()
        self.send_mails()


def register_tasks(app: Celery, services: WorkerServices) -> None:
    """Give the application its tasks."""
    jobs = {
        FIND_MATCHES: services.find_matches,
        SWEEP: services.find_matches,
        SEQUENCE_AUDIT: services.sequence_audit,
        EXPIRE_RECORDS: services.expire_records,
        CLEAR_AWAY: one_at_a_time(services.clear_away),
        TIDY_UP: services.tidy_up,
        CLOSE_WAITING: one_at_a_time(services.close_waiting),
        EXPIRE_VOTES: one_at_a_time(services.expire_votes),
        KEEP_CLOCKS: one_at_a_time(services.keep_clocks),
        SEND_NOTICES: one_at_a_time(services.send_notices),
        DROP_ATTACHMENTS: one_at_a_time(services.drop_attachments),
    }
    for name, job in jobs.items():
        app.task(_task(job), name=name)


def one_at_a_time(job: Callable[[], object]) -> Callable[[], None]:
    """The job, or nothing while it is being done by another thread of this process.

    What may take minutes is woken every other second: it must not take every thread of the worker.
    """
    turn = threading.Lock()

    def do_unless_it_is_being_done() -> None:
        if not turn.acquire(blocking=False):
            return
        try:
            job()
        finally:
            turn.release()

    return do_unless_it_is_being_done


def _task(job: Callable[[], object]) -> Callable[[], None]:
    def task() -> None:
        run_unless_database_is_away(job)

    return task


def run_unless_database_is_away(job: Callable[[], object]) -> None:
    """Do the job; while PostgreSQL is away, or an operator of blind comparison, leave it to the next wake-up."""
    try:
        job()
    except (OperatorAway, OperatorRefused, OperatorsLate) as away:
        get_logger().warning("an operator does not compare now; the next sweep tries again", reason=away.sentence)
    except OperatorsDisagree as wrong:
        get_logger().error("comparison is stopped: `symbolon hub resume` lets it go on", reason=wrong.sentence)
    except DatabaseUnavailable:
        get_logger().warning("the database is away; the next sweep tries again")
