"""Sessions at one operator: what cannot be finished is told and forgotten, and what comes too early is bounded."""

import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.simulators.blind_operators import SUBJECT, seats

from symbolon.hub.operators.errors import OperatorError, Spoiled
from symbolon.hub.operators.services.sessions import (
    MOST_EARLY_BYTES,
    MOST_SESSIONS,
    ComparisonSession,
    PlaceAndKeys,
    Sessions,
    Spoilable,
)
from symbolon.matching.blind.batch import Batch, Gate
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.holdings import Holding
from symbolon.matching.blind.streams import NONCE_BYTES, BatchNumber, SessionId, session_of

SCOPE = np.zeros((1, 1), np.uint64)
PRODUCTS = np.zeros((1, 64), np.int16)


def operator(place: int) -> PlaceAndKeys:
    return PlaceAndKeys(place, seats()[place].pair_keys)


def batch(number: int) -> Batch:
    return Batch(BatchNumber(number), 1, 64, 12, SUBJECT)


def asker(told: list[int]) -> Any:
    return SimpleNamespace(spoilt=lambda number, _reason: told.append(number))


def random_nonces() -> tuple[bytes, bytes, bytes]:
    return os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES)


def test_the_coordinator_is_told_when_a_frame_cannot_be_sent() -> None:
    def away(_place: int, _frame: bytes) -> None:
        raise Spoiled("Another operator is away.")

    told: list[int] = []
    session = ComparisonSession(operator(1), SessionId(b"s" * 16), away)
    session.announce(batch(0), SCOPE, asker(told))
    with pytest.raises(Spoiled):
        session.start(batch(0), PRODUCTS)
    assert told == [0]
    assert not session._running


def test_the_coordinator_is_told_of_all_that_ran_when_another_operator_goes_away() -> None:
    told: list[int] = []
    sessions = Sessions(operator(0), os.urandom, lambda _place, _frame: None)
    nonces = random_nonces()
    session = sessions.begin(nonces[0], nonces)
    for number in range(3):
        session.announce(batch(number), SCOPE, asker(told))
    session.start(batch(1), PRODUCTS)
    sessions.lose_peer()
    assert told == [0, 1, 2]
    assert not session._running


def test_a_session_that_could_not_begin_is_not_kept() -> None:
    sessions = Sessions(operator(0), os.urandom, lambda _place, _frame: None)
    for _ in range(MOST_SESSIONS):
        nonces = random_nonces()
        for number in range(70):
            sessions.receive(1, Frame(session_of(nonces), BatchNumber(number), Gate(0), 1, 0, b"").to_bytes())
        with pytest.raises(OperatorError):
            sessions.begin(nonces[0], nonces)
    nonces = random_nonces()
    sessions.begin(nonces[0], nonces)


def test_frames_that_come_too_early_are_bounded_by_their_bytes() -> None:
    sessions = Sessions(operator(0), os.urandom, lambda _place, _frame: None)
    for number in range(100):
        frame = Frame(SessionId(b"x" * 16), BatchNumber(number), Gate(1), 1, 0, bytes(1 << 20))
        sessions.receive(1, frame.to_bytes())
    assert 0 < sum(len(data) for _, data in sessions._early) <= MOST_EARLY_BYTES


def test_frames_of_a_session_that_is_over_are_not_kept() -> None:
    sessions = Sessions(operator(0), os.urandom, lambda _place, _frame: None)
    nonces = random_nonces()
    session = sessions.begin(nonces[0], nonces)
    sessions.end(session)
    sessions.receive(1, Frame(session.name, BatchNumber(0), Gate(1), 1, 0, b"late").to_bytes())
    assert not sessions._early


def test_what_a_proof_waits_for_is_given_up_where_it_cannot_come_any_more() -> None:
    reasons: list[str] = []
    sessions = Sessions(operator(0), os.urandom, lambda _place, _frame: None)
    nonces = random_nonces()
    session = sessions.begin(nonces[0], nonces)
    told: list[object] = []
    for number in range(3):
        asked = Spoilable(told.append, reasons.append)
        session.prove(BatchNumber(number), b"a job", os.urandom(NONCE_BYTES), Holding((), False), asked)
    assert reasons == ["too many proofs at a time"]
    sessions.lose_peer()
    assert reasons[1:] == ["another operator went away"] * 2
    assert not session._running
    assert told == []


def test_a_frame_that_does_not_fit_spoils_its_proof_alone() -> None:
    reasons: list[str] = []
    session = ComparisonSession(operator(0), SessionId(b"s" * 16), lambda _place, _frame: None)
    for number in range(2):
        asked = Spoilable(lambda _verdict: None, reasons.append)
        session.prove(BatchNumber(number), b"a job", os.urandom(NONCE_BYTES), Holding((), False), asked)
    wrong = Frame(session.name, BatchNumber(0), Gate(2), 1, 0, b"").to_bytes()
    with pytest.raises(Spoiled):
        session.receive(1, wrong, BatchNumber(0))
    assert len(reasons) == 1
    assert set(session._running) == {1}
