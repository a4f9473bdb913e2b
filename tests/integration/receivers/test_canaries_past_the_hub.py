"""Operators that compute wrongly where answers open towards members alone: a member finds them out by canaries."""

from typing import Any

import numpy as np
import psycopg
import pytest
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import SOMCHAI, hits

from symbolon.hub.operators.services import compare_rows
from symbolon.protocol.lifecycle import JointState

XA = ("A-0,C-1,Ko Zaw Min,1950-05-03,suspect,all", "A-1,C-1,Li Na,1951-05-03,suspect,all")
XB = ("B-0,C-1,Ngozi Okafor,1960-08-09,suspect,all",)


def both_publish(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-9,C-1,{SOMCHAI}", *XA)
    federation.pump()
    federation["XB"].publish(f"B-9,C-1,{SOMCHAI}", *XB)
    federation["XB"].worker.deliver_outbox()


def stopped_because(federation: ReceiverFederation) -> str | None:
    with federation.hub.hub.store.work() as work:
        return work.operators.stopped_because()


def canaries_at_hub(federation: ReceiverFederation) -> int:
    with psycopg.connect(federation.hub.hub.settings.database) as connection:
        row = connection.execute("select count(*) from blind_canary where asked").fetchone()
    assert row is not None
    return int(row[0])


def test_ordinary_operation_checks_canaries_and_complains_of_nothing(federation: ReceiverFederation) -> None:
    both_publish(federation)
    federation.pump()
    assert stopped_because(federation) is None
    assert canaries_at_hub(federation) >= 6
    assert hits(federation, "XA") == [("XA A-9", "XB B-9", JointState.ALERTED)]
    assert hits(federation, "XB") == [("XB B-9", "XA A-9", JointState.ALERTED)]


def test_an_operator_that_adds_a_constant_is_found_out_by_canaries_alone(
    federation: ReceiverFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = compare_rows.dot_products

    def adds(records: Any, vectors: Any, constants: Any) -> Any:
        # All three take it from here: as if one alone had added three times as much. In no role it adds another.
        products = honest(records, vectors, constants)
        return products - products.dtype.type(7)

    both_publish(federation)
    monkeypatch.setattr(compare_rows, "dot_products", adds)
    federation.pump()
    because = stopped_because(federation) or ""
    assert because.startswith("as XB says of job")
    assert because.endswith("and was wrong about canaries")
    (warning,) = federation["XB"].node.services.show_status().warnings
    assert warning.startswith("Openings of the last 30 days that cannot be true")


def test_an_operator_that_sends_noise_is_found_out(
    federation: ReceiverFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, noise = compare_rows.dot_products, np.random.default_rng(1)

    def sends_noise(records: Any, vectors: Any, constants: Any) -> Any:
        products = honest(records, vectors, constants)
        return noise.integers(-(1 << 15), 1 << 15, products.shape, products.dtype)

    both_publish(federation)
    monkeypatch.setattr(compare_rows, "dot_products", sends_noise)
    federation.pump()
    assert (stopped_because(federation) or "").startswith("as XB says of job")
