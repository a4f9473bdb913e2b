"""A restored hub is followed where it signed that it was; a stolen backup, or a certificate alone, erases nothing."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.integration.operators.test_three_operators import AMARA, BELANU, connected, near_vectors
from tests.simulators.operator_bench import PLACES, OperatorBench, three_operators

from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.operators.storage.standings import Standing
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire, whole_milliseconds
from symbolon.protocol.hub_life import HubLife
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.messages_comparison import OperatorErasure
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import AskStatus, Fed, Feed, OperatorStatus, SignedLife
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.references import IncarnationId, new_incarnation_id

FIRST, SECOND = new_incarnation_id(uuid4()), new_incarnation_id(uuid4())
NOW = whole_milliseconds(datetime.now(UTC))


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[OperatorBench]:
    with three_operators(tmp_path, fresh_database) as operators:
        yield operators


@pytest.fixture
def lines(bench: OperatorBench) -> Iterator[OperatorLines]:
    """A session of a hub's first life, in which two members have shared out records."""
    found = connected(bench)
    bench.add(found, AMARA, dict(enumerate(near_vectors(3, 1))))
    bench.add(found, BELANU, dict(enumerate(near_vectors(2, 2))))
    found.call_all(dict.fromkeys(PLACES, Feed((), (), (), incarnation=FIRST)), Fed)
    yield found
    found.close()


def life(
    bench: OperatorBench, incarnation: IncarnationId = SECOND, begun_at: datetime = NOW, key: SigningKey | None = None
) -> SignedLife:
    said = HubLife(bench.federation, True, incarnation, begun_at)
    return SignedLife(begun_at, (key or bench.members.hub_key).sign(said.signed_bytes()))


def anew(lines: OperatorLines, incarnation: IncarnationId, signed: SignedLife | None) -> dict[int, Fed]:
    feed = Feed((), (), (), incarnation=incarnation, life=signed)
    return lines.call_all(dict.fromkeys(PLACES, feed), Fed)


def records(lines: OperatorLines) -> list[int]:
    return [each.records for each in lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus).values()]


def test_another_life_is_followed_with_nothing_and_every_owner_has_a_receipt(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    assert records(lines) == [5, 5, 5]
    assert [each.number for each in anew(lines, SECOND, life(bench)).values()] == [0, 0, 0]
    status = lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus)
    assert {(each.records, each.number, each.incarnation) for each in status.values()} == {(0, 0, SECOND)}
    for place in PLACES:
        owed = lines.call(place, AskErasures(0), Erasures).receipts
        said = [from_wire(OperatorErasure, parse_json(each.content)) for each in owed]
        assert [(each.owner, len(each.records)) for each in said] == [("XA", 3), ("XB", 2)]
        assert len({each.number for each in owed}) == len(owed)
        for erasure, receipt in zip(said, owed, strict=True):
            VerifyingKey(bench.signing[place].public.raw).verify(receipt.signature, erasure.signed_bytes())
    # The rows are given out anew, and mean what this life says.
    bench.changes = 0
    bench.add(lines, BELANU, dict(enumerate(near_vectors(4, 3))))
    assert records(lines) == [4, 4, 4]
    assert anew(lines, SECOND, life(bench))[0].number == 4


def test_nothing_is_erased_for_a_life_that_the_hub_did_not_sign(bench: OperatorBench, lines: OperatorLines) -> None:
    another = SigningKey.generate(os.urandom(32))
    for signed in (
        None,
        life(bench, key=another),
        life(bench, incarnation=FIRST),
        life(bench, begun_at=NOW + timedelta(days=1)),
    ):
        with pytest.raises(OperatorRefused) as refused:
            anew(lines, SECOND, signed)
        assert refused.value.code == "another-hub"
    assert records(lines) == [5, 5, 5]


def test_a_life_that_was_left_is_not_followed_again(bench: OperatorBench, lines: OperatorLines) -> None:
    anew(lines, SECOND, life(bench))
    for incarnation, begun_at in (
        (FIRST, NOW - timedelta(days=9)),
        (new_incarnation_id(uuid4()), NOW - timedelta(hours=1)),
    ):
        with pytest.raises(OperatorRefused) as refused:
            anew(lines, incarnation, life(bench, incarnation, begun_at))
        assert refused.value.code == "another-hub"
    with pytest.raises(OperatorRefused):
        anew(lines, FIRST, None)


def test_an_operator_that_lost_its_shares_follows_too_and_is_restored_afterwards(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    order(bench, 1, Doing.LOST)
    await_doing(lines, 1, Doing.LOST)
    feed = Feed((), (), (), incarnation=SECOND, life=life(bench))
    with pytest.raises(OperatorRefused) as refused:
        lines.call(1, feed, Fed)
    assert refused.value.code == "needs-restore"
    lines.call_all({0: feed, 2: feed}, Fed)
    status = lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus)
    assert {(each.records, each.incarnation) for each in status.values()} == {(0, SECOND)}
    order(bench, 1, Doing.RESTORING)
    await_doing(lines, 1, Doing.WORKING)
    bench.changes = 0
    for _ in range(100):
        try:
            bench.add(lines, AMARA, dict(enumerate(near_vectors(2, 5))))
        except OperatorRefused:
            # The others stand still until they hear that it is restored.
            bench.changes = 0
            time.sleep(0.1)
        else:
            break
    assert records(lines) == [2, 2, 2]


def order(bench: OperatorBench, place: int, doing: Doing) -> None:
    with bench.store(place).work() as work:
        work.standings.note(Standing(work.standings.own().generation, doing))


def await_doing(lines: OperatorLines, place: int, doing: Doing) -> None:
    for _ in range(200):
        if lines.call(place, AskStatus(), OperatorStatus).doing == doing.value:
            # What its database says, its rows know with the next tick.
            time.sleep(0.5)
            return
        time.sleep(0.1)
    raise AssertionError(f"operator {place} does not come to {doing.value}")


def test_what_the_former_life_had_taken_is_not_taken_again_from_a_copy(
    bench: OperatorBench, lines: OperatorLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Feed] = []
    call_all = lines.call_all

    def keep(feeds: dict[int, Feed], kind: type[Fed]) -> dict[int, Fed]:
        handed.append(feeds[0])
        return call_all(feeds, kind)

    monkeypatch.setattr(lines, "call_all", keep)
    bench.add(lines, AMARA, {7: near_vectors(1, 4)[0]})
    monkeypatch.undo()
    anew(lines, SECOND, life(bench))
    told = lines.call(0, handed[0], Fed)
    assert len(told.unreadable) == 1
    assert records(lines)[0] == 0
