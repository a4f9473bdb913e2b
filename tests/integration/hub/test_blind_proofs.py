"""A hub beside its three operators: what is no bits is compared with nobody, and whose it is is shown."""

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.simulators.hub_members import item
from tests.simulators.operator_bench import PLACES, OperatorBench

from symbolon.hub.domain.operators import SharedNoBits
from symbolon.hub.errors_of_operators import OperatorsDisagree
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.storage.blind_proofs import ProveAll
from symbolon.protocol.messages_operators import OperatorStatus, Unreadable
from symbolon.protocol.messages_sessions import Proved
from symbolon.runtime.sql_loader import Query

_UNREADABLE = Query("unreadable", "for a test", "select place, no_bits from blind_unreadable order by place")


@pytest.fixture
def comparison() -> str:
    return "blind"


def bent(share: Callable[..., Any]) -> Callable[..., Any]:
    """Shares an encoding so that its first number is 300 more than it should be, at all three operators alike."""

    def shared(*args: Any, **more: Any) -> Any:
        from tests.simulators import operator_bench

        made = operator_bench.share_bundles

        def weighed(*given: Any) -> tuple[bytes, ...]:
            return tuple(_with_weight(bundle) for bundle in made(*given))

        operator_bench.share_bundles = weighed  # type: ignore[assignment]
        try:
            return share(*args, **more)
        finally:
            operator_bench.share_bundles = made

    return shared


def _with_weight(bundle: bytes) -> bytes:
    words = np.frombuffer(bundle, dtype=np.uint16).copy()
    words[0] += np.uint16(300)
    return words.tobytes()


def test_a_member_that_shares_no_bits_is_named_and_compared_with_nobody_and_others_are(
    bench: Any, person: Any, operators: tuple[OperatorBench, Any]
) -> None:
    honestly = bench.amara.share
    bench.amara.share = bent(honestly)
    bench.submit(bench.amara, item(person))
    bench.amara.share = honestly
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    assert bench.alerts(bench.amara) == bench.alerts(bench.belanu) == []
    bench.submit(bench.cassor, item(person))
    bench.worker.find_matches()
    assert len(bench.alerts(bench.belanu)) == len(bench.alerts(bench.cassor)) == 1
    assert bench.alerts(bench.amara) == []
    with bench.hub.database.transaction() as tx:
        assert [(row["place"], row["no_bits"]) for row in tx.fetch_all(_UNREADABLE)] == [(p, True) for p in PLACES]
        tx.execute(Query("forget", "for a test", "delete from blind_unreadable"))
    # Where the hub lost it, the operators say it again.
    bench.worker.refresh_index()
    with bench.hub.store.work() as work:
        assert work.operators.shared_no_bits() == (SharedNoBits(bench.amara.code, 1),)


def test_a_hub_that_is_killed_between_feed_and_proof_asks_for_it_when_it_is_back(
    bench: Any, person: Any, operators: tuple[OperatorBench, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ProveAll, "__call__", killed)
        with pytest.raises(KeyboardInterrupt):
            bench.worker.find_matches()
    assert {each._status().waits > 0 for each in operators[0].running.values()} == {True}
    bench.worker.find_matches()
    assert {each._status().waits for each in operators[0].running.values()} == {0}
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1


def test_an_operator_that_is_stopped_between_feed_and_proof_is_waited_for(
    bench: Any, person: Any, operators: tuple[OperatorBench, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    asked = OperatorLines.ask_all
    three = operators[0]

    def stopped(lines: OperatorLines, message: Any) -> Any:
        three.stop(1)
        return asked(lines, message)

    with monkeypatch.context() as patched:
        patched.setattr(OperatorLines, "ask_all", stopped)
        with pytest.raises(Exception):  # noqa: B017  an operator is away
            bench.worker.find_matches()
    assert bench.alerts(bench.amara) == []
    three.start(1)
    three.wait_until_they_agree()
    bench.worker.find_matches()
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1


class _Scripted:
    """Operators that answer a proof as a test says."""

    def __init__(self, *answers: dict[int, Proved]) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    def prove(self, change: int, after: int) -> dict[int, Proved]:
        assert change == 7
        self.asked.append(after)
        return self.answers.pop(0)


NAME, OTHER = secrets.token_bytes(32), os.urandom(32)
STATUS = OperatorStatus(0, 7, 3, 0, (1, 2), waits=4, rows=NAME)


def proved(waits: int = 0, rows: bytes = NAME, **more: Any) -> Proved:
    return replace(Proved(None, (), (), waits, rows), **more)


def test_proofs_are_asked_for_until_nothing_waits_and_all_that_is_refused_is_noted() -> None:
    said: list[dict[int, Unreadable]] = []
    first = {place: proved(9, up_to=8, refused=(5,), missing=(6,) if place else ()) for place in PLACES}
    three = _Scripted(first, dict.fromkeys(PLACES, proved()))
    ProveAll(three, said.append)(7, dict.fromkeys(PLACES, STATUS))  # type: ignore[arg-type]
    assert three.asked == [3, 8]
    assert said[0] == {place: Unreadable((5, 6) if place else (5,), (5,)) for place in PLACES}


def test_nothing_is_asked_where_nothing_waits_and_the_same_records_lie_in_rows() -> None:
    three = _Scripted()
    ProveAll(three, [].append)(7, dict.fromkeys(PLACES, replace(STATUS, waits=0)))  # type: ignore[arg-type]
    assert three.asked == []


def test_operators_whose_rows_hold_different_records_go_through_all_of_them_once_and_then_disagree() -> None:
    differing = {place: proved(rows=OTHER if place else NAME, up_to=None) for place in PLACES}
    cut = {place: proved(rows=OTHER if place else NAME, up_to=500 + place) for place in PLACES}
    three = _Scripted(cut, differing)
    found = {place: replace(STATUS, waits=0, rows=OTHER if place else NAME) for place in PLACES}
    with pytest.raises(OperatorsDisagree):
        ProveAll(three, [].append)(7, found)  # type: ignore[arg-type]
    assert three.asked == [0, 500]
