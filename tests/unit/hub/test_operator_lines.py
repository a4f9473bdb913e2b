"""The hub's lines to operators: what one of them says counts for itself alone, and who is late is named."""

import threading
from collections import deque
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.hub.gateway.operator_calls import OperatorCalls
from symbolon.hub.gateway.operator_lines import OperatorLines, _Job
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.opening import OpeningShare
from symbolon.matching.blind.streams import BatchNumber, SessionId
from symbolon.protocol.messages_operators import Channel, Refusal
from symbolon.protocol.messages_sessions import OPERATORS, AskNonce, SessionNonce
from symbolon.runtime.links import LinkBroken

SESSION = SessionId(b"s" * 16)
BATCH = Batch(BatchNumber(3), 1, 64, 12, bytes(32))
ALL_YES = [np.zeros(1, np.uint64), np.zeros(1, np.uint64), np.full(1, 1, np.uint64)]


class Line:
    """A connection over which some openings come, and then nothing more."""

    def __init__(self, openings: list[bytes]) -> None:
        self.is_broken = False
        self._openings = deque(openings)

    def send(self, _kind: int, _payload: bytes) -> None:
        pass

    def receive(self) -> Any:
        if not self._openings:
            raise LinkBroken("end")
        return SimpleNamespace(kind=Channel.OPENING, payload=self._openings.popleft())

    def close(self) -> None:
        self.is_broken = True


def opening(place: int) -> bytes:
    return OpeningShare(SESSION, BATCH.number, 0, place, ALL_YES[place], ALL_YES[(place + 1) % OPERATORS]).to_bytes()


def lines_over(patience_s: float = 20.0, **openings: list[bytes]) -> tuple[OperatorLines, Any]:
    """A session whose connections are given, and a job that runs in it."""
    lines: Any = OperatorLines.__new__(OperatorLines)
    lines._turn, lines._waiting, lines._number, lines.session = threading.Lock(), {}, 0, SESSION
    lines._patience_s = patience_s
    lines._links = {place: Line(openings.get(f"of_{place}", [])) for place in range(OPERATORS)}
    job = _Job(BATCH)
    lines._jobs = {BATCH.number: job}
    return lines, job


def test_what_all_three_open_is_put_together() -> None:
    lines, job = lines_over()
    for place in range(OPERATORS):
        lines._take_opening(place, opening(place))
    assert job.done.result(0) == [(0,)]


@pytest.mark.parametrize("speaker", range(OPERATORS))
def test_an_operator_does_not_open_for_the_others(speaker: int) -> None:
    lines, job = lines_over(**{f"of_{speaker}": [opening(place) for place in range(OPERATORS)]})
    lines._read(speaker)
    assert isinstance(job.done.exception(0), OperatorsDisagree)
    assert lines._links[speaker].is_broken


def test_an_operator_opens_once() -> None:
    lines, job = lines_over(of_1=[opening(1), opening(1)])
    lines._read(1)
    assert isinstance(job.done.exception(0), OperatorsDisagree)


def test_who_did_not_open_in_time_is_named_and_the_session_ends() -> None:
    lines, job = lines_over(patience_s=0.01)
    lines._take_opening(1, opening(1))
    lines._watch()
    late = job.done.exception(0)
    assert isinstance(late, OperatorsLate)
    assert late.places == (0, 2)
    assert lines.is_broken
    assert not lines._jobs


def test_a_line_that_did_not_answer_in_time_is_not_used_again() -> None:
    calls: Any = OperatorCalls.__new__(OperatorCalls)
    calls._turn, calls._waiting, calls._number, calls._patience_s = threading.Lock(), {}, 0, 0.01
    calls._links = {0: Line([])}
    with pytest.raises(OperatorAway):
        calls.call(0, AskNonce(), SessionNonce)
    assert calls.is_broken
    assert not calls._waiting


def asked_of(lines: Any) -> dict[int, Future[Any]]:
    asked: dict[int, Future[Any]] = {place: Future() for place in range(OPERATORS)}
    for place, future in asked.items():
        lines._waiting[place, 1] = future
    return asked


def test_where_one_refuses_what_three_do_together_nobody_waits_for_the_others() -> None:
    lines, _job = lines_over()
    asked = asked_of(lines)
    asked[2].set_result(Refusal("spoiled", "Another operator is away."))
    with pytest.raises(OperatorRefused) as refused:
        lines.answers(asked, SessionNonce)
    assert (refused.value.place, refused.value.code) == (2, "spoiled")


def test_what_all_three_answered_together_is_told_by_operator() -> None:
    lines, _job = lines_over()
    asked = asked_of(lines)
    for place, future in asked.items():
        future.set_result(SessionNonce(bytes([place]) * 32))
    assert lines.answers(asked, SessionNonce) == {place: SessionNonce(bytes([place]) * 32) for place in asked}


def test_one_that_does_not_answer_in_time_what_three_do_together_is_away() -> None:
    lines, _job = lines_over(patience_s=0.05)
    asked = asked_of(lines)
    for place in (0, 2):
        asked[place].set_result(SessionNonce(bytes(32)))
    with pytest.raises(OperatorAway) as away:
        lines.answers(asked, SessionNonce)
    assert away.value.place == 1
    assert lines._links[1].is_broken
