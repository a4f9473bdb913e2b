from uuid import uuid4

import pytest

from symbolon.node.domain.kept_delivery import KeptState
from symbolon.node.errors import Forbidden
from symbolon.node.services.receive_alert import ReceiveAlert
from symbolon.node.services.receive_steps import ReceiveStepTaken
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import StepTaken
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, new_hit_id

from .conftest import ADMINISTRATOR, FOCAL_POINT, Pair


def fail(*_arguments: object) -> None:
    raise ZeroDivisionError


def word(pair: Pair) -> StepTaken:
    """The hub's word on a hit that is not known here."""
    return StepTaken(new_hit_id(uuid4()), None, Event.HELD, 1, None, HUB, pair.draws.now())


def test_a_kept_delivery_that_meets_our_own_fault_is_put_aside_and_the_next_is_tried(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        pair.hub.deliver("XA", word(pair))
    pair.xa.receive()
    assert [row["state"] for row in pair.xa.rows("inbox_delivery")] == ["waiting", "waiting"]
    monkeypatch.setattr(ReceiveStepTaken, "__call__", fail)
    assert pair.xa.hub_services.receive_deliveries.retry_waiting() == 2
    assert [row["problem"] for row in pair.xa.rows("inbox_delivery")] == [Problem.INTERNAL, Problem.INTERNAL]


def test_a_delivery_from_the_future_of_a_slow_clock_stays_at_the_hub_until_the_clock_is_right(pair: Pair) -> None:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    pair.draws.later(minutes=10)
    pair.hub.match(("XA", ours), ("XB", theirs))
    pair.draws.later(minutes=-10)
    reception = pair.xa.hub_services.receive_deliveries(0)
    assert (reception.settled, reception.not_now) == (0, 1)
    assert pair.xa.rows("inbox_delivery") == []
    assert len(pair.hub.queues[pair.xa.code]) == 1
    assert pair.xa.services.show_status().clock_seems_slow
    pair.draws.later(minutes=11)
    pair.xa.receive()
    assert len(pair.xa.rows("hit")) == 1
    assert pair.hub.queues[pair.xa.code] == []
    assert not pair.xa.services.show_status().clock_seems_slow


def test_what_was_refused_is_listed_and_tried_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    with monkeypatch.context() as patched:
        patched.setattr(ReceiveAlert, "__call__", fail)
        pair.hub.match(("XA", ours), ("XB", theirs))
        pair.xa.receive()
    (kept,) = pair.xa.services.list_deliveries(KeptState.REFUSED)
    assert (kept.purpose, kept.problem) == ("alert", Problem.INTERNAL)
    assert pair.xa.services.list_deliveries(KeptState.WAITING) == ()
    with pytest.raises(Forbidden):
        pair.xa.services.retry_deliveries(FOCAL_POINT)
    assert pair.xa.services.retry_deliveries(ADMINISTRATOR) == 1
    assert pair.xa.hub_services.receive_deliveries.retry_waiting() == 1
    assert len(pair.xa.rows("hit")) == 1
    assert pair.xa.services.list_deliveries(None) == ()


def test_what_met_our_own_fault_is_taken_up_again_without_being_asked(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ReceiveStepTaken, "__call__", fail)
        pair.hub.deliver("XA", word(pair))
        pair.xa.receive()
    assert pair.xa.services.retry_deliveries.after_own_faults() == 1
    pair.xa.hub_services.receive_deliveries.retry_waiting()
    assert [row["state"] for row in pair.xa.rows("inbox_delivery")] == ["waiting"]
