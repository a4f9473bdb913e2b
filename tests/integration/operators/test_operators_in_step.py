"""Three operators make the token key, refresh their shares and restore a lost one's; whoever is killed goes on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.integration.operators.test_three_operators import (
    AMARA,
    ASKING,
    BELANU,
    connected,
    expected,
    filled,
    job,
    near_vectors,
    request_of,
    rows_by_query,
)
from tests.simulators.operator_bench import HOST, PLACES, SCHEMA, OperatorBench, three_operators

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused
from symbolon.hub.gateway.operator_calls import OperatorAddress, OperatorCalls
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.operators.services.keep_standing import KeepStanding
from symbolon.hub.operators.services.refresh_shares import RefreshShares
from symbolon.hub.operators.services.restore_shares import RestoreShares
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import restored, restoring_part
from symbolon.protocol import oprf
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages_comparison import OperatorErasure
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import AskStatus, EvaluatedTokens, Fed, Feed, OperatorStatus, RecordChange
from symbolon.protocol.messages_peers import Doing, Parts
from symbolon.protocol.oprf import Proof
from symbolon.protocol.oprf_sharing import combined, public_share
from symbolon.protocol.ristretto import Element, Scalar
from symbolon.runtime.tls import client_context


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[OperatorBench]:
    with three_operators(tmp_path, fresh_database) as operators:
        yield operators


def statuses(lines: OperatorLines) -> dict[int, OperatorStatus]:
    return lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus)


def order(bench: OperatorBench, place: int, doing: Doing) -> None:
    """What the operator's command writes."""
    with bench.store(place).work() as work:
        work.standings.note(Standing(work.standings.own().generation, doing))


def settled(bench: OperatorBench, generation: int) -> OperatorLines:
    """A session, once all three work at this generation."""
    return connected(bench, lambda each: (each.generation, each.doing) == (generation, Doing.WORKING))


def compared(lines: OperatorLines, bench: OperatorBench, number: int, generation: int) -> dict[int, tuple[int, ...]]:
    for _ in range(50):
        try:
            return rows_by_query(lines.begin(*job(bench, number, ASKING, generation=generation)).result(30))
        except OperatorRefused as refused:
            if refused.code not in {"standing-still", "moved-on"}:
                raise
            number += 1
            time.sleep(0.1)
    raise AssertionError("the operators stand still")


def tokens(bench: OperatorBench, lines: OperatorLines, places: tuple[int, int]) -> list[bytes]:
    blinded = [oprf.blind(b"AB1", bytes([1]) * 64)]
    request = request_of(bench, lines, "XA", [each.element for each in blinded])
    answers = lines.call_all(dict.fromkeys(places, request), EvaluatedTokens)
    evaluated: dict[int, tuple[Element, ...]] = {}
    assert len({answer.moved for answer in answers.values()}) == 1
    for place, answer in answers.items():
        evaluated[place] = tuple(Element(each) for each in answer.elements)
        public = public_share(bench.token_commitments, place, Element(answer.moved))
        proof = Proof(Scalar(answer.challenge), Scalar(answer.response))
        assert oprf.check_proof(public, [each.element for each in blinded], evaluated[place], proof)
    return [oprf.finalize(each, whole) for each, whole in zip(blinded, combined(evaluated), strict=True)]


def bundles(bench: OperatorBench, place: int) -> dict[int, bytes]:
    with bench.store(place).work() as work:
        return {record.handle: record.bundle for record in work.shares_after(0)}


def third_of(lost: int, one: bytes, other: bytes) -> bytes:
    """What two operators' shares say of the third's."""
    row = RowOfElements(RING_16, len(one) // 2)
    parts = (
        restoring_part(row, lost, holder, share, bytes(row.size))
        for holder, share in (((lost + 1) % 3, one), ((lost + 2) % 3, other))
    )
    return restored(row, *parts)


def test_the_token_key_is_dealt_and_what_was_dealt_is_forgotten(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    values = [tokens(bench, lines, places) for places in ((0, 1), (1, 2), (0, 2))]
    assert values[0] == values[1] == values[2]
    for _ in range(50):
        if not any(bench.secrets(place).line() for place in PLACES):
            break
        time.sleep(0.1)
    assert [(bench.secrets(place).line(), dict(bench.secrets(place).dealt())) for place in PLACES] == [(None, {})] * 3
    lines.close()


def test_refreshed_shares_compare_alike_and_do_not_fit_older_ones(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    before, token = [bundles(bench, place) for place in PLACES], tokens(bench, lines, (0, 1))
    assert third_of(2, before[0][1], before[1][1]) == before[2][1]
    order(bench, 1, Doing.REFRESHING)
    lines = settled(bench, 1)
    assert compared(lines, bench, 0, 1) == expected(queries, records)
    assert tokens(bench, lines, (1, 2)) == token
    after = [bundles(bench, place) for place in PLACES]
    assert third_of(2, after[0][1], after[1][1]) == after[2][1]
    for handle in before[0]:
        assert before[0][handle] != after[0][handle]
        # Whoever has one share from before and one from after has points of two lines.
        assert third_of(2, before[0][handle], after[1][handle]) not in (before[2][handle], after[2][handle])
    for place in PLACES:
        assert not list((bench.folder / f"secrets{place}").glob("refresh-*"))
        assert bench.secrets(place).token_share(0) is None
    lines.close()


def test_what_comes_after_a_refresh_compares_with_what_came_before(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    queries = near_vectors(5, 1)
    bench.add(lines, AMARA, dict(enumerate(queries)))
    order(bench, 0, Doing.REFRESHING)
    lines = settled(bench, 1)
    records = near_vectors(40, 2)
    bench.add(lines, BELANU, dict(enumerate(records)))
    assert compared(lines, bench, 0, 1) == expected(queries, records)
    order(bench, 2, Doing.REFRESHING)
    lines = settled(bench, 2)
    assert compared(lines, bench, 0, 2) == expected(queries, records)
    lines.close()


def test_a_job_for_shares_of_another_generation_is_refused(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    filled(bench, lines)
    with pytest.raises(OperatorRefused) as refused:
        lines.begin(*job(bench, 0, ASKING, generation=1)).result(30)
    assert refused.value.code == "moved-on"
    lines.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("moment", ["contributed", "agreed", "half", "noted"])
def test_an_operator_that_is_killed_amid_a_refresh_goes_on_with_it(
    bench: OperatorBench, monkeypatch: pytest.MonkeyPatch, place: int, moment: str
) -> None:
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    lines.close()
    killed: list[str] = []
    step = {"contributed": "_announce", "agreed": "_apply", "half": "_refresh_some", "noted": "clean_up"}[moment]
    owner: type[KeepStanding | RefreshShares] = KeepStanding if step == "_announce" else RefreshShares
    original = getattr(owner, step)
    calls: list[int] = []

    def die(self: KeepStanding | RefreshShares, *arguments: object) -> object:
        mine = self._circle.operator.place == place
        is_refreshing = self._circle.standing()[0].doing is Doing.REFRESHING or step == "clean_up"
        if mine and is_refreshing and not killed and bench.running:
            if step == "_refresh_some" and not calls:
                calls.append(1)
                # One batch of records is done, and the next is not.
                return original(self, *arguments)
            if step != "_announce" or self._circle.secrets.contributions(1, bench.changes):
                killed.append(step)
                bench.stop(place)
                raise RuntimeError("killed")
        return original(self, *arguments)

    monkeypatch.setattr("symbolon.hub.operators.storage.shares._ALTERED_AT_A_TIME", 7)
    monkeypatch.setattr(owner, step, die)
    order(bench, place, Doing.REFRESHING)
    for _ in range(200):
        if killed:
            break
        time.sleep(0.05)
    assert killed
    time.sleep(0.5)
    bench.start(place)
    lines = settled(bench, 1)
    assert compared(lines, bench, 0, 1) == expected(queries, records)
    after = [bundles(bench, each) for each in PLACES]
    assert all(third_of(2, after[0][handle], after[1][handle]) == after[2][handle] for handle in after[0])
    lines.close()


def wipe(bench: OperatorBench, place: int) -> None:
    """The disk of an operator is lost; of its home a backup was kept."""
    bench.stop(place)
    with psycopg.connect(bench.conninfos[place]) as database:
        database.execute("DELETE FROM shared_record")
        database.execute("DELETE FROM segment")
        database.execute("UPDATE progress SET number = 0")
        database.execute("UPDATE standing SET generation = 0, doing = 'working'")
    for name in ("token-share.0", "token-share.1"):
        (bench.folder / f"secrets{place}" / name).unlink(missing_ok=True)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("generation", [0, 1])
def test_an_operator_that_lost_its_disk_is_restored_from_the_other_two(
    bench: OperatorBench, monkeypatch: pytest.MonkeyPatch, place: int, generation: int
) -> None:
    monkeypatch.setattr("symbolon.hub.operators.services.give_parts.MOST_PARTS", 17)
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    if generation:
        order(bench, 0, Doing.REFRESHING)
        lines = settled(bench, 1)
    before, token = bundles(bench, place), tokens(bench, lines, (0, 1))
    lines.close()
    wipe(bench, place)
    bench.start(place)
    lines = bench_lines(bench)
    # The hub keeps no bundles up to here any more.
    last = Feed((), (), (RecordChange(bench.changes + 1, 999, None),), floor=bench.changes)
    with pytest.raises(OperatorRefused) as refused:
        lines.call(place, last, Fed)
    assert refused.value.code == "needs-restore"
    assert statuses(lines)[place].doing == Doing.LOST
    with pytest.raises(OperatorRefused):
        lines.begin(*job(bench, 0, ASKING, generation=generation)).result(20)
    lines.close()
    order(bench, place, Doing.RESTORING)
    lines = settled(bench, generation)
    assert statuses(lines)[place].number == bench.changes
    assert bundles(bench, place) == before
    assert compared(lines, bench, 0, generation) == expected(queries, records)
    other = (place + 1) % 3
    assert tokens(bench, lines, (min(place, other), max(place, other))) == token
    lines.close()


def test_a_floor_that_the_hub_alone_claims_takes_nobodys_shares_from_the_comparison(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    for place in PLACES:
        beyond = Feed((), (), (RecordChange(10**6, 10**6, None),), floor=2**53 - 1)
        with pytest.raises(OperatorRefused) as refused:
            lines.call(place, beyond, Fed)
        assert refused.value.code == "out-of-order"
    assert {each.doing for each in statuses(lines).values()} == {Doing.WORKING}
    assert compared(lines, bench, 0, 0) == expected(queries, records)
    lines.close()


def test_sessions_end_and_begin_anew_where_an_operator_lost_the_key_that_it_had_with_another(
    bench: OperatorBench,
) -> None:
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    lines.close()
    bench.stop(0)
    for key in (bench.folder / "secrets0").glob("pair-key-*"):
        key.unlink()
    address = OperatorAddress(HOST, bench.ports[1], bench.fingerprint("operator1"))
    context = client_context(bench._files("coordinator"), bench.folder / "authority.pem")
    alone = OperatorCalls({1: address}, context, 20.0)
    bench.start(0)
    bench.wait_until_they_agree()
    for _ in range(100):
        if alone.is_broken:
            break
        time.sleep(0.05)
    assert alone.is_broken
    alone.close()
    lines = settled(bench, 0)
    assert compared(lines, bench, 0, 0) == expected(queries, records)
    lines.close()


def bench_lines(bench: OperatorBench) -> OperatorLines:
    for _ in range(100):
        try:
            lines = bench.lines()
        except OperatorAway:
            time.sleep(0.1)
            continue
        if all(len(each.reaches) == 2 for each in statuses(lines).values()):
            return lines
        lines.close()
        time.sleep(0.1)
    raise AssertionError("the operators do not find each other")


def test_an_operator_put_back_to_before_a_refresh_finds_out_by_itself(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    filled(bench, lines)
    order(bench, 0, Doing.REFRESHING)
    settled(bench, 1).close()
    wipe(bench, 1)
    bench.start(1)
    lines = bench_lines(bench)
    for _ in range(50):
        if statuses(lines)[1].doing == Doing.LOST:
            break
        time.sleep(0.1)
    assert statuses(lines)[1].doing == Doing.LOST
    lines.close()


def test_parts_for_a_lost_operator_are_masked(bench: OperatorBench, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = settled(bench, 0)
    filled(bench, lines)
    lines.close()
    heard: dict[int, dict[int, bytes]] = {}
    take = RestoreShares.take

    def listen(self: RestoreShares, sender: int, parts: Parts) -> bool:
        heard.setdefault(sender, {}).update({part.handle: part.part for part in parts.records})
        return take(self, sender, parts)

    monkeypatch.setattr(RestoreShares, "take", listen)
    order(bench, 2, Doing.RESTORING)
    settled(bench, 0).close()
    row = RowOfElements(RING_16, SCHEMA.vector_bits)
    for place in (0, 1):
        for handle, share in bundles(bench, place).items():
            assert heard[place][handle] != restoring_part(row, 2, place, share, bytes(row.size))


def test_an_operator_signs_to_the_owner_what_it_erased(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    filled(bench, lines)
    bench.remove(lines, 1)
    bench.remove(lines, 7)
    for place in PLACES:
        receipts = lines.call(place, AskErasures(0), Erasures).receipts
        assert [receipt.owner for receipt in receipts] == ["XA", "XB"]
        for receipt in receipts:
            erasure = from_wire(OperatorErasure, parse_json(receipt.content))
            VerifyingKey(bench.signing[place].public.to_bytes()).verify(receipt.signature, erasure.signed_bytes())
            assert (erasure.place, erasure.owner, len(erasure.records)) == (place, receipt.owner, 1)
        assert lines.call(place, AskErasures(receipts[0].number), Erasures).receipts == receipts[1:]
        assert statuses(lines)[place].erasures == receipts[-1].number
    lines.close()


def test_a_refresh_that_waits_for_an_operator_stands_still_and_is_given_up_to_restore_it(bench: OperatorBench) -> None:
    lines = settled(bench, 0)
    queries, records = filled(bench, lines)
    before = bundles(bench, 2)
    lines.close()
    wipe(bench, 2)
    order(bench, 0, Doing.REFRESHING)
    for _ in range(50):
        with bench.store(1).work() as work:
            if work.standings.own().doing is Doing.REFRESHING:
                break
        time.sleep(0.1)
    order(bench, 2, Doing.RESTORING)
    bench.start(2)
    lines = settled(bench, 0)
    assert bundles(bench, 2) == before
    assert compared(lines, bench, 0, 0) == expected(queries, records)
    assert not [*bench.folder.glob("secrets*/refresh-*")]
    lines.close()
