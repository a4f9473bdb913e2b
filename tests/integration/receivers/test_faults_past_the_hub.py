"""Operators that lie, or stop, and a worker that is killed, in a federation whose hub learns no pair."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import SOMCHAI, hits

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsLate
from symbolon.hub.operators.services import seal_openings
from symbolon.hub.services.mind_operators import ResumeComparison
from symbolon.hub.storage.records import PostgresRecords
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode


def both_publish(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}")
    federation.pump()
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation["XB"].worker.deliver_outbox()


def test_an_operator_that_seals_something_else_is_found_out_and_no_hit_is_lost(
    federation: ReceiverFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = seal_openings.seal_opening

    def lies(shares: bytes, key: Any, context: Any) -> bytes:
        if context.place == 1:
            shares = shares[:-1] + bytes([shares[-1] ^ 0x80])
        return honest(shares, key, context)

    both_publish(federation)
    monkeypatch.setattr(seal_openings, "seal_opening", lies)
    federation.pump()
    with federation.hub.hub.store.work() as work:
        assert work.operators.stopped_since() is not None
        assert "as XB says of job" in (work.operators.stopped_because() or "")
    (warning,) = federation["XB"].node.services.show_status().warnings
    assert warning.startswith("Openings of the last 30 days that cannot be true: 1.")
    assert hits(federation, "XB") == []
    monkeypatch.setattr(seal_openings, "seal_opening", honest)
    ResumeComparison(federation.hub.hub.store)()
    federation.pump()
    assert hits(federation, "XB") == [("XB B-1", "XA A-1", JointState.ALERTED)]


def test_an_operator_that_stops_amid_a_comparison_loses_no_hit_and_doubles_none(
    federation: ReceiverFederation,
) -> None:
    both_publish(federation)
    assert federation.operators is not None
    federation.operators.stop(2)
    with pytest.raises(OperatorAway):
        federation.hub.worker.find_matches()
    federation.operators.start(2)
    for _ in range(100):
        try:
            federation.hub.worker.find_matches()
            break
        except (OperatorAway, OperatorRefused, OperatorsLate):
            time.sleep(0.2)
    federation.pump()
    assert len(hits(federation, "XA")) == len(hits(federation, "XB")) == 1


def test_records_that_are_compared_twice_make_one_hit(federation: ReceiverFederation) -> None:
    both_publish(federation)
    federation.pump()
    with federation.hub.hub.store.work() as work:
        for code in ("XA", "XB"):
            work.records.compare_again(MemberCode(code), datetime.now(UTC))
    federation.pump()
    assert len(hits(federation, "XA")) == len(hits(federation, "XB")) == 1


def test_a_worker_that_is_killed_before_it_settled_what_it_compared_loses_no_hit_and_doubles_none(
    federation: ReceiverFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_publish(federation)
    settle = PostgresRecords.settle

    def killed(*_whatever: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PostgresRecords, "settle", killed)
    with pytest.raises(KeyboardInterrupt):
        federation.hub.worker.find_matches()
    monkeypatch.setattr(PostgresRecords, "settle", settle)
    federation.pump()
    assert len(hits(federation, "XA")) == len(hits(federation, "XB")) == 1
