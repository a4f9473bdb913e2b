"""Operators follow the hub's changes, also where the newest of them is forgotten, and what they say of them is kept."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from tests.simulators.hub_members import item

from symbolon.hub.errors import HubError
from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.messages_comparison import (
    NotCompared,
    OperatorErasure,
    OperatorErasureReceipt,
    UnreadVersion,
)
from symbolon.protocol.messages_operators import Fed, Feed
from symbolon.runtime.sql_loader import Query, load_queries

_BLIND = load_queries("symbolon.hub.storage", "blind")
_UNREADABLE = Query("unreadable", "for a test", "select place, count(*) as found from blind_unreadable group by place")
_RECEIPTS = Query("receipts", "for a test", "select place, count(*) as found from operator_erasure group by place")
_SEGMENTS = Query(
    "segments",
    "for a test",
    "select 0 as place, count(distinct p.member) as found from blind_segment join partition as p using (partition_id)",
)
_DUE = Query("due", "for a test", "select place, count(*) as found from blind_erasure_due group by place")
_REFUSED = Query(
    "refused",
    "for a test",
    "select place, count(*) as found from operator_erasure where refused is not null group by place",
)


@pytest.fixture
def comparison() -> str:
    return "blind"


class Killed(Exception):
    """A worker dies, or what it does beside fails."""


def rolled_back(bench: Any, step: Callable[[Any], None]) -> None:
    """Do something in a transaction that does not come to its end."""
    with suppress(Killed), bench.hub.store.work() as work:
        step(work)
        raise Killed


def spoilt_for(place: int, share: Callable[..., Any]) -> Callable[..., Any]:
    """Shares an encoding so that one operator cannot read its part."""

    def spoilt(*args: Any, **more: Any) -> Any:
        shared = share(*args, **more)
        envelopes = list(shared.envelopes)
        sealed = envelopes[1 + place]
        envelopes[1 + place] = sealed[:-1] + bytes([sealed[-1] ^ 1])
        return replace(shared, envelopes=tuple(envelopes))

    return spoilt


def withdrawn(bench: Any, sent: Any) -> None:
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(sent.reference))


def refused(bench: Any) -> str | None:
    """Why an operator is not fed, in its own word."""
    try:
        bench.worker.refresh_index()
    except OperatorRefused as why:
        return why.code
    except HubError:
        pass
    return None


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it holds before so many seconds are over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return False


def by_place(bench: Any, query: Query) -> list[int]:
    """What is counted for each of the three operators."""
    with bench.hub.store.work() as work:
        found = {row["place"]: row["found"] for row in work.transaction.fetch_all(query)}
    return [found.get(place, 0) for place in range(3)]


def test_what_waits_is_compared_though_the_newest_change_is_a_removal_that_was_forgotten(
    bench: Any, person: Any, somebody_else: Any
) -> None:
    gone = item(somebody_else)
    bench.submit(bench.cassor, gone)
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    bench.api.withdraw_records(bench.cassor.code, bench.cassor.withdrawal(gone.reference))
    bench.worker.refresh_index()
    assert bench.worker.tidy_up()
    bench.worker.find_matches()
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1


def test_what_one_operator_could_not_read_is_known_after_a_rollback_and_compared_with_nothing(
    bench: Any, person: Any, operators: Any
) -> None:
    honestly = bench.amara.share
    bench.amara.share = spoilt_for(0, honestly)
    bench.submit(bench.amara, item(person))
    bench.amara.share = honestly
    rolled_back(bench, bench.new_comparator().refresh)
    with bench.hub.store.work() as work:
        # And where the hub died before it could note anything.
        work.transaction.execute(Query("forget", "for a test", "delete from blind_unreadable"))
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    assert bench.alerts(bench.belanu) == bench.alerts(bench.amara) == []
    # What one cannot read, the others take out: nothing is compared without it.
    assert by_place(bench, _UNREADABLE) == [1, 1, 1]
    # Nobody else is kept from being compared.
    bench.submit(bench.cassor, item(person))
    bench.worker.find_matches()
    assert len(bench.alerts(bench.belanu)) == len(bench.alerts(bench.cassor)) == 1


def test_an_owner_is_told_once_which_of_its_records_operators_cannot_read(bench: Any, person: Any) -> None:
    honestly = bench.amara.share
    bench.amara.share = spoilt_for(0, spoilt_for(2, honestly))
    unread = item(person)
    bench.submit(bench.amara, unread)
    bench.amara.share = honestly
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    assert bench.worker.tell_owners() == 1
    assert bench.worker.tell_owners() == 0
    # What two of them cannot read, the third proves with nobody.
    told = UnreadVersion(unread.reference, 1, unread.key_epoch, (0, 1, 2))
    assert bench.messages(bench.amara, NotCompared) == [NotCompared((told,))]
    assert bench.messages(bench.belanu, NotCompared) == []


def test_an_operator_whose_database_was_put_back_is_not_asked_without_end(
    bench: Any, person: Any, operators: Any
) -> None:
    sent = item(person)
    bench.submit(bench.amara, sent)
    bench.worker.refresh_index()
    withdrawn(bench, sent)
    bench.worker.refresh_index()
    bench.worker.refresh_index()
    bench.worker.tidy_up()
    three = operators[0]
    three.stop(0)
    with three.store(0).work() as work:
        work.note_progress(work.progress() - 1)
    three.start(0)

    def refresh() -> None:
        with suppress(Exception):
            bench.worker.refresh_index()

    asking = threading.Thread(target=refresh, daemon=True)
    asking.start()
    asking.join(60)
    assert not asking.is_alive()
    # What it lost, the others must have said as well: then it stands still, and waits to be restored.
    refuses_for_good = within(60, lambda: refused(bench) == "needs-restore")
    assert refuses_for_good


def test_a_schema_whose_feed_was_lost_is_told_again(
    bench: Any, person: Any, operators: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = bench.operators
    feed = room.feed
    told: list[int] = []

    def lose_the_first(feeds: Mapping[int, Feed]) -> Mapping[int, Fed]:
        if any(each.changes for each in feeds.values()):
            told.append(sum(len(each.schemas) for each in feeds.values()))
            if len(told) == 1:
                raise OperatorAway(0)
        return feed(feeds)

    monkeypatch.setattr(room, "feed", lose_the_first)
    bench.submit(bench.amara, item(person))
    with pytest.raises(OperatorAway):
        bench.worker.refresh_index()
    bench.worker.refresh_index()
    assert told == [3, 3]


def test_receipts_survive_that_the_transaction_in_which_they_came_is_rolled_back(bench: Any, person: Any) -> None:
    sent = [item(person), item(person)]
    bench.submit(bench.amara, *sent)
    comparator = bench.new_comparator()
    bench.worker.refresh_index()

    def withdraw_and_refresh(work: Any) -> None:
        for each in sent:
            withdrawn(bench, each)
            comparator.refresh(work)
            comparator.refresh(work)

    rolled_back(bench, withdraw_and_refresh)
    bench.worker.refresh_index()
    assert by_place(bench, _RECEIPTS) == [2, 2, 2]


def test_what_is_no_receipt_of_an_operator_is_set_aside_and_not_tried_again(bench: Any) -> None:
    with bench.hub.store.work() as work:
        for owner, content in (("XQ", b"no receipt"), ("XA", b"{}")):
            work.transaction.execute(
                _BLIND["keep_erasure"], place=1, number=1, owner=owner, content=content, signature=bytes(64)
            )
    assert bench.worker.forward_erasures() == bench.worker.forward_erasures() == 0
    assert by_place(bench, _REFUSED) == [0, 2, 0]


def test_a_receipt_that_never_came_is_asked_for_until_it_is_here(bench: Any, person: Any, operators: Any) -> None:
    sent = item(person)
    bench.submit(bench.amara, sent)
    bench.worker.refresh_index()
    withdrawn(bench, sent)
    bench.worker.refresh_index()
    assert by_place(bench, _DUE) == [1, 1, 1]
    with bench.hub.store.work() as work:
        # As where operator 2 was restored to what the others had after the removal.
        work.transaction.execute(Query("forget", "for a test", "delete from operator_erasure where place = 2"))
        work.transaction.execute(
            Query("later", "for a test", "update blind_erasure_due set told_at = told_at - interval '2 minutes'")
        )
    bench.worker.refresh_index()
    bench.worker.refresh_index()
    assert by_place(bench, _RECEIPTS) == [2, 2, 1]
    with bench.hub.store.work() as work:
        for received in work.operators.take_erasures(10):
            erasure = from_wire(OperatorErasure, parse_json(received.content))
            work.operators.settle_erasures(OperatorErasureReceipt(erasure, received.signature))
    assert by_place(bench, _DUE) == [0, 0, 0]


def test_rows_of_a_closed_epoch_are_given_back(bench: Any, person: Any, somebody_else: Any) -> None:
    gone = item(person)
    bench.submit(bench.amara, gone)
    bench.submit(bench.belanu, item(somebody_else))
    bench.worker.refresh_index()
    withdrawn(bench, gone)
    bench.worker.refresh_index()
    bench.worker.tidy_up()
    assert by_place(bench, _SEGMENTS)[0] == 2
    with bench.hub.store.work() as work:
        work.transaction.execute(
            Query("close", "for a test", "update linkage_epoch set closed_at = now(), erased_at = now()")
        )
    bench.worker.tidy_up()
    # What still lies there keeps its rows.
    assert by_place(bench, _SEGMENTS)[0] == 1
