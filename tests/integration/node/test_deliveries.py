from uuid import uuid4

import pytest

from symbolon.node.services.receive_notice import ReceiveNotice
from symbolon.protocol.lifecycle import HitEvent
from symbolon.protocol.messages import HitNotice
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import new_hit_id

from .conftest import Pair


def fail(*_arguments: object) -> None:
    raise ZeroDivisionError


def test_a_kept_delivery_that_meets_our_own_fault_is_put_aside_and_the_next_is_tried(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        pair.hub.deliver("XA", HitNotice(new_hit_id(uuid4()), HitEvent.HELD, pair.draws.now()))
    pair.xa.receive()
    assert [row["state"] for row in pair.xa.rows("inbox_delivery")] == ["waiting", "waiting"]
    monkeypatch.setattr(ReceiveNotice, "__call__", fail)
    assert pair.xa.hub_services.receive_deliveries.retry_waiting() == 2
    assert [row["problem"] for row in pair.xa.rows("inbox_delivery")] == [Problem.INTERNAL, Problem.INTERNAL]
