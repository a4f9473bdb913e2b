"""Kills a process with -9 while a round of work is under way, and counts what came of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from tests.faults.rounds import MATCHING, Round

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.supervisor import Supervisor
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.references import MemberCode

_rounds = count(1)


@contextmanager
def killed_amid(supervisor: Supervisor, process: str) -> Iterator[None]:
    """Kill the process shortly after the block begins; at the block's end it was killed and started again."""
    supervisor.wait_until_ready(process)
    starts = supervisor.starts(process)

    def kill() -> None:
        time.sleep(0.03)
        supervisor.kill(process)

    thread = threading.Thread(target=kill)
    thread.start()
    yield
    thread.join()
    deadline = time.monotonic() + 30
    while supervisor.starts(process) == starts:
        assert time.monotonic() < deadline, f"{process} was not started again"
        time.sleep(0.01)


def begin_round(federation: Federation, desks: dict[MemberCode, StateDesk]) -> Round:
    """A round with records of its own, imported."""
    round_ = Round(federation, next(_rounds), desks)
    round_.load()
    return round_


def assert_nothing_is_lost_or_doubled(round_: Round) -> None:
    """Each expected hit once on both sides; on the first, a vote of each side, one request and its reply."""
    for state in (AMARA, BELANU):
        assert len(round_.hits(state)) == MATCHING
        view = round_.view(state)
        assert len(view.own_votes) == len(view.counterpart_votes) == 1
        (exchange,) = view.exchanges
        said = [type(each.message) for each in exchange.thread]
        assert (said.count(Request), said.count(Reply)) == (1, 1)
