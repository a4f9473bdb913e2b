"""What a spent budget keeps from being compared is set aside; an operator that is slow keeps one thread waiting."""

import contextlib
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.errors_of_operators import ComparisonSpent, OperatorsLate
from symbolon.hub.services import find_matches
from symbolon.hub.services.find_matches import FindMatches
from symbolon.hub.services.mind_operators import MindOperators
from symbolon.protocol.references import MemberCode

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLOCK: Any = SimpleNamespace(now=lambda: NOW)


class Waiting:
    """Records that wait, by owner, as a hub's transaction has them."""

    def __init__(self, owners: dict[int, str]) -> None:
        self.owners = dict(owners)
        self.aside: dict[int, datetime] = {}
        self.compared: list[int] = []
        self.records = self

    @contextlib.contextmanager
    def work(self) -> Iterator[Any]:
        yield self

    def audit(self, *_said: object) -> None:
        pass

    def take_waiting(self, limit: int, now: datetime) -> list[RecordHandle]:
        found = [handle for handle in sorted(self.owners) if self.aside.get(handle, now) <= now]
        return [RecordHandle(handle) for handle in found[:limit]]

    def set_aside(self, member: str | None, handles: Collection[int], until: datetime) -> frozenset[int]:
        found = frozenset(handle for handle, owner in self.owners.items() if owner == member or handle in handles)
        self.aside.update(dict.fromkeys(found, until))
        return found

    def settle(self, handles: Collection[int]) -> None:
        for handle in handles:
            del self.owners[handle]
            self.compared.append(handle)

    def partitions_of(self, _handles: object) -> list[Any]:
        return []

    def live_partitions(self) -> dict[Any, Any]:
        return {}


class Finder:
    """Refuses what is asked by, or about, a member."""

    def __init__(self, waiting: Waiting, spent: str, concerned: Collection[int] = ()) -> None:
        self.waiting = waiting
        self.spent = spent
        self.concerned = concerned

    def refresh(self, _work: object) -> int:
        return 0

    def compare(self, _work: object, handles: Sequence[RecordHandle], _scope: object) -> list[Any]:
        asked = {handle for handle in handles if self.waiting.owners[handle] == self.spent or handle in self.concerned}
        if asked:
            raise ComparisonSpent(MemberCode(self.spent), asked)
        return []


def find(waiting: Waiting, finder: Any) -> int:
    store: Any = waiting
    raise_nothing: Any = lambda *_: 0  # noqa: E731  # a stand-in
    return FindMatches(store, finder, raise_nothing, CLOCK)()


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_matches, "RECORDS_PER_RUN", 4)


def test_a_member_without_budget_waits_and_all_others_go_on() -> None:
    waiting = Waiting({handle: "XA" if handle % 3 else "XB" for handle in range(1, 20)})
    find(waiting, Finder(waiting, "XA"))
    assert waiting.compared == [handle for handle in range(1, 20) if handle % 3 == 0]
    assert set(waiting.owners.values()) == {"XA"}
    assert set(waiting.aside.values()) == {NOW + timedelta(hours=1)}


def test_who_asked_about_a_member_without_budget_waits_alone() -> None:
    waiting = Waiting(dict.fromkeys(range(1, 10), "XB"))
    find(waiting, Finder(waiting, "XA", concerned={3, 8}))
    assert waiting.compared == [1, 2, 4, 5, 6, 7, 9]
    assert sorted(waiting.aside) == [3, 8]


def store_with(operators: Sequence[object], troubles: list[int]) -> Any:
    seats = SimpleNamespace(
        all=lambda: operators,
        stopped_since=lambda: None,
        note_trouble=lambda place, _sentence, _now: troubles.append(place),
    )
    return SimpleNamespace(work=lambda: contextlib.nullcontext(SimpleNamespace(operators=seats)))


@pytest.mark.parametrize(("operators", "at_once"), [((), 2), (("one",), 1)])
def test_operators_that_are_slow_keep_one_thread_waiting(operators: Sequence[object], at_once: int) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()
    running: list[int] = []

    def job() -> int:
        running.append(1)
        begun.release()
        go_on.wait(20)
        return 0

    compare = MindOperators(store_with(operators, []), CLOCK).comparing(job)
    first = threading.Thread(target=compare)
    first.start()
    assert begun.acquire(timeout=20)
    second = threading.Thread(target=compare)
    second.start()
    if at_once == 1:
        second.join(20)
        assert not second.is_alive()
    else:
        assert begun.acquire(timeout=20)
    go_on.set()
    first.join(20)
    second.join(20)
    assert len(running) == at_once


def test_operators_that_are_late_are_noted() -> None:
    troubles: list[int] = []

    def job() -> int:
        raise OperatorsLate((0, 2))

    with pytest.raises(OperatorsLate):
        MindOperators(store_with(("one",), troubles), CLOCK).comparing(job)()
    assert troubles == [0, 2]
