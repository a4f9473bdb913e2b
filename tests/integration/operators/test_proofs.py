"""Only what three operators proved to be bits is compared: whatever a member shares out, and whoever is killed when."""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from tests.integration.operators.test_three_operators import (
    AMARA,
    BELANU,
    connected,
    filled,
    job,
    near_vectors,
    rows_by_query,
)
from tests.simulators.operator_bench import PLACES, SCHEMA, OperatorBench, segment, signing_now, three_operators

from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.operators.services import prove_records
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.protocol.messages_operators import (
    AddedRecord,
    AskStatus,
    AskUnreadable,
    Fed,
    Feed,
    OperatorStatus,
    RecordChange,
    Unreadable,
)
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.messages_sessions import Proved, ProveRecords, RowAddress
from symbolon.protocol.references import new_record_reference
from symbolon.protocol.share_sealing import ShareContext, ShareTerms, seal_shares
from symbolon.runtime.database import Query

_REASONS = Query("reasons", "for a test", "select handle, reason from unreadable_record order by handle")
ROW = RowOfElements(RING_16, SCHEMA.vector_bits)
Shares = tuple[bytes, bytes, bytes]


@pytest.fixture
def bench(tmp_path: Path, fresh_database: Callable[[str], str]) -> Iterator[OperatorBench]:
    with three_operators(tmp_path, fresh_database) as operators:
        yield operators


@pytest.fixture
def lines(bench: OperatorBench) -> Iterator[OperatorLines]:
    found = connected(bench)
    yield found
    found.close()


def weighed(position: int, weight: int) -> Shares:
    """What a member deals that wants one position of every record: a weight there, and nothing elsewhere."""
    row = np.zeros(SCHEMA.vector_bits, dtype=np.uint16)
    element, second = divmod(position, 2)
    assert not second
    row[2 * element] = weight
    slope = os.urandom(ROW.size)
    plain = share(ROW, bytes(SCHEMA.vector_bits // 8), slope)
    first, other, third = ((np.frombuffer(part, dtype=np.uint16) + row).astype(np.uint16).tobytes() for part in plain)
    return first, other, third


def bent(vector: bytes) -> Shares:
    """Shares of bits that lie on no line."""
    parts = list(share(ROW, vector, os.urandom(ROW.size)))
    lanes = np.frombuffer(parts[1], dtype=np.uint16).copy()
    lanes[12] ^= 1 << 15
    parts[1] = lanes.tobytes()
    return parts[0], parts[1], parts[2]


def feed(bench: OperatorBench, lines: OperatorLines, row: int, shares: Shares, of: object = AMARA) -> int:
    """Feed a record of whatever was dealt, without having it proved; its handle."""
    assert of is AMARA or of is BELANU
    described = AMARA if of is AMARA else BELANU
    bench.changes += 1
    reference = new_record_reference(uuid4())
    feeds = {}
    for place, part in zip(PLACES, shares, strict=True):
        context = ShareContext(bench.federation, described.owner, place, reference, 1, described.schema_digest, 1)
        terms = ShareTerms(described.namespace, described.comparable_with, (described.what,))
        signer = signing_now(bench.members.keys[described.owner])
        sealed = seal_shares(part, bench.sealing[place].public, context, terms, signer)
        added = AddedRecord(reference, 1, described.owner, (RowAddress(described.segment, row),), sealed)
        change = RecordChange(bench.changes, bench.changes, added)
        feeds[place] = Feed((), (described,), (change,), versions=bench.members.on_the_wire())
    assert not any(each.unreadable for each in lines.call_all(feeds, Fed).values())
    return bench.changes


def statuses(lines: OperatorLines) -> dict[int, OperatorStatus]:
    return lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus)


def until(lines: OperatorLines, settled: Callable[[dict[int, OperatorStatus]], bool]) -> None:
    for _ in range(300):
        if settled(statuses(lines)):
            return
        time.sleep(0.1)
    raise AssertionError(statuses(lines))


def asked(bench: OperatorBench, lines: OperatorLines, number: int, queries: Sequence[int], **changed: object) -> object:
    rows = [RowAddress(AMARA.segment, row) for row in queries]
    return rows_by_query(lines.begin(*job(bench, number, rows, **changed)).result(30))


def near(query: bytes, records: Sequence[bytes]) -> tuple[int, ...]:
    bits = [np.unpackbits(np.frombuffer(each, dtype=np.uint8)).astype(int) for each in (query, *records)]
    threshold = SCHEMA.profiles[0].threshold
    return tuple(
        row
        for row, other in enumerate(bits[1:])
        if 2 * (bits[0] & other).sum() >= threshold * int(bits[0].sum() + other.sum())
    )


@pytest.mark.parametrize("dealt", ["weighed", "bent"])
def test_a_record_that_is_no_bits_is_compared_with_nobody_and_honest_ones_beside_it_are(
    bench: OperatorBench, lines: OperatorLines, dealt: str
) -> None:
    queries, records = filled(bench, lines)
    bad = feed(bench, lines, 5, weighed(16, 300) if dealt == "weighed" else bent(records[0]))
    good = feed(bench, lines, 6, share(ROW, queries[0], os.urandom(ROW.size)))
    found = bench.prove(bad - 1)
    assert [(each.refused, each.missing, each.waits) for each in found.values()] == [((bad,), (), 0)] * 3
    assert good not in found[0].refused
    assert asked(bench, lines, 0, [0, 6]) == {0: near(queries[0], records), 1: near(queries[0], records)}
    with pytest.raises(OperatorRefused) as refused:
        asked(bench, lines, 1, [5])
    assert refused.value.code == "unknown-rows"
    for place in PLACES:
        assert lines.call(place, AskUnreadable(0), Unreadable) == Unreadable((bad,), (bad,))
        with bench.databases[place].transaction() as transaction:
            assert [row["reason"] for row in transaction.fetch_all(_REASONS)] == ["not-bits"]


def test_a_hub_that_asks_for_no_proof_gets_nothing_compared(bench: OperatorBench, lines: OperatorLines) -> None:
    _queries, records = filled(bench, lines)
    before = bench.rows
    feed(bench, lines, 5, weighed(16, 300))
    feed(bench, lines, 41, share(ROW, records[0], os.urandom(ROW.size)), of=BELANU)
    assert bench.rows == before
    with pytest.raises(OperatorRefused) as refused:
        asked(bench, lines, 0, [5])
    assert refused.value.code == "unknown-rows"
    assert 41 not in {row for rows in asked(bench, lines, 1, [0]).values() for row in rows}  # type: ignore[attr-defined]
    assert {each.waits for each in statuses(lines).values()} == {bench.changes - 1}


def test_what_one_operator_erased_alone_stops_every_job_until_all_three_took_it_out(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    queries, records = filled(bench, lines)
    gone_handle = len(queries) + 1
    for place in PLACES:
        gone = RecordChange(bench.changes + 1, gone_handle if place == 1 else 999, None)
        lines.call(place, Feed((), (), (gone,)), Fed)
    bench.changes += 1
    for number, rows in enumerate({each.rows for each in statuses(lines).values()}):
        with pytest.raises(OperatorRefused) as refused:
            asked(bench, lines, number, [0], rows=rows)
        assert refused.value.code == "moved-on"
    found = bench.prove()
    assert [each.missing for each in found.values()] == [(gone_handle,), (), (gone_handle,)]
    assert len({each.rows for each in found.values()}) == 1
    assert asked(bench, lines, 9, [1]) == {0: tuple(row for row in near(queries[1], records) if row != 0)}


def test_a_proof_that_was_made_changes_nothing_when_it_is_made_again(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    filled(bench, lines)
    rows = bench.rows
    for _ in range(2):
        found = bench.prove()
        assert {(each.up_to, each.refused, each.missing, each.waits, each.rows) for each in found.values()} == {
            (None, (), (), 0, rows)
        }


def test_a_proof_of_another_change_or_generation_is_refused(bench: OperatorBench, lines: OperatorLines) -> None:
    filled(bench, lines)
    for wrong in (ProveRecords(1, bench.changes - 1, 0, 0), ProveRecords(2, bench.changes, 1, 0)):
        with pytest.raises(OperatorRefused) as refused:
            lines.answers(lines.ask_all(wrong), Proved)
        assert refused.value.code == "moved-on"


def test_operators_that_are_told_different_things_refuse_nobodys_record(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    handle = feed(bench, lines, 0, share(ROW, near_vectors(1, 1)[0], os.urandom(ROW.size)))
    told = {place: ProveRecords(1, bench.changes, 0, 0 if place else handle) for place in PLACES}
    with pytest.raises(OperatorRefused):
        lines.answers({place: lines._ask(place, each) for place, each in told.items()}, Proved)
    assert {(each.waits, each.unreadable) for each in statuses(lines).values()} == {(handle, 0)}


def test_a_long_list_is_proved_in_pieces(
    bench: OperatorBench, lines: OperatorLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symbolon.hub.operators.storage.proofs.MOST_PROVED", 3)
    handles = [
        feed(bench, lines, row, share(ROW, vector, os.urandom(ROW.size)))
        for row, vector in enumerate(near_vectors(7, 1))
    ]
    ends = []
    for _ in range(3):
        waits = statuses(lines)[0].waits
        ends.append(bench.prove(waits - 1)[0].up_to)
    assert ends == [handles[2], handles[5], None]
    assert statuses(lines)[0].waits == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("moment", ["before the commit", "before the rows", "amid the rows"])
def test_an_operator_that_is_killed_when_it_proved_goes_on_with_the_others(
    bench: OperatorBench, lines: OperatorLines, monkeypatch: pytest.MonkeyPatch, place: int, moment: str
) -> None:
    queries, records = near_vectors(3, 1), near_vectors(9, 2)
    handles = [feed(bench, lines, row, share(ROW, each, os.urandom(ROW.size))) for row, each in enumerate(queries)]
    handles += [
        feed(bench, lines, row, share(ROW, each, os.urandom(ROW.size)), of=BELANU) for row, each in enumerate(records)
    ]
    killed = False
    writing, placing = prove_records._write, prove_records.place_record
    settling = prove_records.ProveRecordsWithOthers._settle

    def dies(kept: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            nonlocal killed
            held = given[0]._rows._held if moment == "before the commit" else given[0]  # type: ignore[attr-defined]
            if held.segments is bench.running[place]._rows._held.segments and not killed:
                killed = moment != "amid the rows" or given[1].handle == handles[4]  # type: ignore[attr-defined]
                if killed:
                    raise SystemExit
            return kept(*given)

        return call

    with monkeypatch.context() as patched:
        if moment == "before the commit":
            patched.setattr(prove_records.ProveRecordsWithOthers, "_settle", dies(settling))
        elif moment == "before the rows":
            patched.setattr(prove_records, "_write", dies(writing))
        else:
            patched.setattr(prove_records, "place_record", dies(placing))
        short = bench.lines(3.0)
        with pytest.raises(Exception):  # noqa: B017  the operator answers nothing
            short.answers(short.ask_all(ProveRecords(0, bench.changes, 0, 0)), Proved)
        short.close()
    assert killed
    bench.stop(place)
    bench.start(place)
    bench.wait_until_they_agree()
    found = bench.prove()
    assert {(each.refused, each.missing, each.waits) for each in found.values()} == {((), (), 0)}
    assert len({each.rows for each in found.values()}) == 1
    again = connected(bench)
    assert asked(bench, again, 0, [0, 1, 2]) == {row: near(query, records) for row, query in enumerate(queries)}
    again.close()


def test_what_was_proved_is_compared_after_a_restart_and_what_was_not_is_not(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    queries, records = filled(bench, lines)
    bad = feed(bench, lines, 5, weighed(16, 300))
    bench.prove(bad - 1)
    waiting = feed(bench, lines, 6, share(ROW, queries[0], os.urandom(ROW.size)))
    lines.close()
    rows = bench.rows
    for place in PLACES:
        bench.stop(place)
    for place in PLACES:
        # Also where the files of rows are gone, and are filled anew.
        for file in (bench.folder / f"segments{place}").glob("*" if place else "none"):
            file.unlink()
        bench.start(place)
    bench.wait_until_they_agree()
    again = connected(bench)
    assert {(each.waits, each.rows) for each in statuses(again).values()} == {(waiting, rows)}
    assert asked(bench, again, 0, [0]) == {0: near(queries[0], records)}
    for row in (5, 6):
        with pytest.raises(OperatorRefused):
            asked(bench, again, row, [row])
    again.close()


def test_an_operator_that_is_restored_knows_what_is_proved_and_has_the_rest_proved(
    bench: OperatorBench, lines: OperatorLines
) -> None:
    queries, records = filled(bench, lines)
    bad = feed(bench, lines, 5, weighed(16, 300))
    bench.prove(bad - 1)
    waiting = feed(bench, lines, 6, share(ROW, queries[0], os.urandom(ROW.size)))
    with bench.store(1).work() as work:
        work.standings.note(Standing(0, Doing.RESTORING))
    until(lines, lambda found: found[1].doing == Doing.WORKING and found[1].number == bench.changes)
    assert {each.rows for each in statuses(lines).values()} == {bench.rows}
    # The refused record came back, and nothing was said of it: the three find that it is nobody's to compare.
    assert statuses(lines)[1].waits == bad
    found_again = bench.prove()
    assert [each.missing for each in found_again.values()] == [(), (bad,), ()]
    assert {each.waits for each in found_again.values()} == {0}
    assert waiting not in found_again[0].refused
    assert asked(bench, lines, 0, [6]) == {0: near(queries[0], records)}


def test_a_refresh_forgets_no_proof(bench: OperatorBench, lines: OperatorLines) -> None:
    queries, records = filled(bench, lines)
    rows = bench.rows
    with bench.store(0).work() as work:
        work.standings.note(Standing(0, Doing.REFRESHING))
    until(lines, lambda found: {(each.generation, each.doing) for each in found.values()} == {(1, Doing.WORKING)})
    bench.prove()
    assert {(each.waits, each.rows) for each in statuses(lines).values()} == {(0, rows)}
    again = connected(bench)
    assert asked(bench, again, 0, [0], generation=1) == {0: near(queries[0], records)}
    again.close()


def test_a_kind_that_is_explained_is_not_proved_apart(bench: OperatorBench, lines: OperatorLines) -> None:
    # A record's vectors are proved together: one that is no bits refuses all of them.
    name = segment(9, "XA", "explain/name")
    bench.add(lines, name, {0: secrets.token_bytes(name.bits // 8)})
    assert {each.waits for each in statuses(lines).values()} == {0}
