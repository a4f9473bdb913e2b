"""A hub with three operators that are processes of their own: set up by their commands, killed, refreshed, restored."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.simulators import command_line
from tests.simulators.hub_members import FEDERATION, item
from tests.simulators.operator_bench import PLACES
from tests.simulators.operator_processes import OperatorProcesses

from symbolon.hub.bootstrap.opening import Hub
from symbolon.hub.bootstrap.operators import operator_room
from symbolon.hub.bootstrap.worker import blind_comparator
from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsLate
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.matching.identifier_types import BirthDate, PersonName, RecordIdentifiers
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import Comparing, OperatorErasureReceipt, Purpose
from symbolon.protocol.messages_membership import directory_fingerprint
from symbolon.runtime.certificates import fingerprint

_PEOPLE = ("Somchai Rattanakosin", "Nguyen Van Anh", "Ko Zaw Min", "Maria Santos Reyes", "Abdul Karim Hossain")


@pytest.fixture
def comparison() -> str:
    return "blind"


@pytest.fixture
def processes(
    initialised_hub: Hub, tmp_path: Path, fresh_database: Callable[[str], str]
) -> Iterator[OperatorProcesses]:
    folder = tmp_path / "operators"
    folder.mkdir()
    conninfos = [fresh_database(f"operator{place}") for place in PLACES]
    found = OperatorProcesses(folder, conninfos, FEDERATION, initialised_hub.home.path)
    found.set_up()
    found.start(*PLACES)
    yield found
    found.close()


@pytest.fixture
def operators(initialised_hub: Hub, processes: OperatorProcesses) -> Iterator[tuple[OperatorProcesses, OperatorRoom]]:
    room = operator_room(initialised_hub, patience_s=15)
    await_all(room)
    yield processes, room
    room.close()


def await_all(room: OperatorRoom, **wanted: object) -> None:
    """All three run, reach each other, and have their shares of the token key."""
    wanted = {"has_token_share": True, "doing": "working", **wanted}
    for _ in range(300):
        try:
            found = room.status().values()
        except (OperatorAway, OperatorRefused):
            time.sleep(0.1)
            continue
        if all(len(each.reaches) == 2 for each in found) and all(
            getattr(each, name) == value for each in found for name, value in wanted.items()
        ):
            return
        time.sleep(0.1)
    raise AssertionError("the operators do not find each other")


def people(count: int) -> list[RecordIdentifiers]:
    return [
        RecordIdentifiers(names=(PersonName(_PEOPLE[number]),), birth_date=BirthDate(1960 + number, 4, 17))
        for number in range(count)
    ]


def match_all(bench: Any, failures: list[Exception] | None = None) -> None:
    """What the sweep does: again and again, whatever happens to the operators."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            bench.worker.find_matches()
        except (OperatorAway, OperatorRefused, OperatorsLate) as error:
            if failures is not None:
                failures.append(error)
            time.sleep(0.25)
        else:
            return
    raise AssertionError("the operators do not come back")


def audit(what: str, home: Path) -> str:
    """What `symbolon audit` prints of an operator's own log."""
    done = command_line.typed("audit", what, "--home", str(home), "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_three_bodies_set_up_an_operator_each_and_their_hub_compares_blind(
    bench: Any, processes: OperatorProcesses
) -> None:
    directory = bench.directory()
    assert directory.comparison.mode is Comparing.BLIND
    assert [card.name for card in directory.comparison.operators] == ["Body 0", "Body 1", "Body 2"]
    for someone in people(3):
        bench.submit(bench.amara, item(someone))
        bench.submit(bench.belanu, item(someone))
    match_all(bench)
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 3
    for place in PLACES:
        found = processes.status(place)
        assert (found["records"], found["token_key"], found["doing"]) == (6, True, "working")
    # Each follows what the members sign, and is told by a member which founding is theirs.
    for place in PLACES:
        known = processes.status(place)["directory"]
        assert (known["version"], known["cards_differ"], known["confirmed_at"]) == (1, False, None)
        assert known["founding"] == directory_fingerprint(directory)
    assert "NOT CONFIRMED" in processes.typed("status", "--home", str(processes.home(0)))
    assert "not the fingerprint" in processes.typed("confirm", "--home", str(processes.home(0)), "00 11", expected=1)
    fingerprint_of_member = directory_fingerprint(directory).upper()
    assert "XA, XB, XC" in processes.typed("confirm", "--home", str(processes.home(0)), fingerprint_of_member)
    assert "confirmed with a member" in processes.typed("status", "--home", str(processes.home(0)))
    # Given again, the same certificate, and nothing to sign.
    before = (processes.folder / "welcomes" / "welcome-1.json").read_bytes()
    assert "fingerprint" in processes.add(1)
    assert (processes.folder / "welcomes" / "welcome-1.json").read_bytes() == before
    assert bench.directory() == directory
    # Each operator keeps an audit log of its own.
    leaves = audit("query", processes.home(2))
    acts = {json.loads(line)["act"] for line in leaves.splitlines() if line.startswith("{")}
    assert {"operator-joined", "operator-key-made", "shares-taken", "pairs-compared"} <= acts
    for _ in range(50):
        head = json.loads(audit("verify", processes.home(2)).splitlines()[-1])
        if head["size"] >= len(acts):
            break
        time.sleep(0.2)
    assert (head["ok"], head["size"] >= len(acts)) == (True, True)


@pytest.mark.parametrize("place", PLACES)
def test_an_operator_killed_in_the_middle_of_a_batch_loses_no_hit_and_doubles_none(
    bench: Any,
    operators: tuple[OperatorProcesses, OperatorRoom],
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    processes, room = operators
    begin, restarts = room.begin, []
    to_kill_at: list[int] = []
    jobs: list[int] = []

    def kill_and_start_again() -> None:
        # The others have announced the batch by now; one of them is held, so that none can have finished it.
        time.sleep(0.5)
        processes.kill(place)
        processes.resume((place + 1) % 3)
        processes.start(place)

    def begin_and_kill(*asking: Any) -> Any:
        jobs.append(1)
        if len(jobs) in to_kill_at:
            processes.pause((place + 1) % 3)
            restarts.append(threading.Thread(target=kill_and_start_again))
            restarts[-1].start()
        return begin(*asking)

    monkeypatch.setattr(room, "begin", begin_and_kill)
    failures: list[Exception] = []
    everybody = people(5)
    # Amid the search, and amid the questions about what was found.
    rounds = (1, 2, 5)
    for number in rounds:
        to_kill_at[:] = [len(jobs) + number]
        for someone in everybody:
            bench.submit(bench.amara, item(someone))
            bench.submit(bench.belanu, item(someone))
        match_all(bench, failures)
        for restart in restarts:
            restart.join()
    match_all(bench, failures)
    pairs = {
        code: [(alert.own_reference, alert.counterpart_reference) for alert in bench.alerts(member)]
        for code, member in (("XA", bench.amara), ("XB", bench.belanu))
    }
    assert len(restarts) == len(rounds)
    assert len(failures) >= len(rounds)
    # Each of a person's records is like each of the other state's.
    assert len(pairs["XA"]) == len(set(pairs["XA"])) == len(rounds) ** 2 * len(everybody)
    assert sorted((other, own) for own, other in pairs["XB"]) == sorted(pairs["XA"])


def test_shares_are_refreshed_by_command_even_where_an_operator_is_killed_meanwhile(
    bench: Any, processes: OperatorProcesses, operators: tuple[OperatorProcesses, OperatorRoom]
) -> None:
    first, second = people(2)
    bench.submit(bench.amara, item(first))
    bench.submit(bench.amara, item(second))
    match_all(bench)
    processes.typed("refresh", "--home", str(processes.home(1)))
    time.sleep(0.3)
    processes.kill(2)
    processes.start(2)
    await_all(operators[1], generation=1)
    bench.submit(bench.belanu, item(first))
    bench.submit(bench.belanu, item(second))
    match_all(bench)
    assert len(bench.alerts(bench.belanu)) == 2
    assert not list(processes.home(0).glob("keys/refresh-*"))


def test_an_operator_that_lost_its_database_needs_restore_and_is_restored(
    bench: Any, processes: OperatorProcesses, operators: tuple[OperatorProcesses, OperatorRoom], tmp_path: Path
) -> None:
    first, second = people(2)
    bench.submit(bench.amara, item(first))
    bench.submit(bench.belanu, item(first))
    match_all(bench)
    bench.worker.tidy_up()
    processes.kill(1)
    with psycopg.connect(processes.conninfos[1]) as database:
        for table in ("shared_record", "segment"):
            database.execute(psycopg.sql.SQL("DELETE FROM {}").format(psycopg.sql.Identifier(table)))
        database.execute("UPDATE progress SET number = 0")
    processes.start(1)
    bench.submit(bench.amara, item(second))
    compare = bench.worker.find_matches
    for _ in range(50):
        with pytest.raises((OperatorRefused, OperatorAway)):
            compare()
        if processes.status(1)["doing"] == "needs-restore":
            break
    assert "needs restore" in processes.typed("status", "--home", str(processes.home(1)))
    processes.typed("restore", "--home", str(processes.home(1)))
    await_all(operators[1])
    bench.submit(bench.belanu, item(second))
    match_all(bench)
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 2


def test_an_operator_that_was_told_to_restore_and_lost_nothing_goes_on_with_what_it_has(
    bench: Any, processes: OperatorProcesses, operators: tuple[OperatorProcesses, OperatorRoom]
) -> None:
    (person,) = people(1)
    bench.submit(bench.amara, item(person))
    match_all(bench)
    processes.kill(1)
    processes.typed("restore", "--home", str(processes.home(1)))
    assert processes.status(1)["doing"] == "restoring"
    assert "goes on with the shares" in processes.typed("resume", "--home", str(processes.home(1)))
    processes.start(1)
    await_all(operators[1])
    bench.submit(bench.belanu, item(person))
    match_all(bench)
    assert len(bench.alerts(bench.belanu)) == 1


def test_each_operator_signs_to_the_owner_what_it_erased_and_the_hub_forwards_it(bench: Any) -> None:
    record = item(people(1)[0])
    bench.submit(bench.amara, record)
    match_all(bench)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(record.reference))
    bench.worker.refresh_index()
    bench.worker.forward_erasures()
    receipts = bench.messages(bench.amara, OperatorErasureReceipt)
    assert [receipt.erasure.place for receipt in receipts] == [0, 1, 2]
    for receipt in receipts:
        card = bench.directory().comparison.operators[receipt.erasure.place]
        VerifyingKey(card.signing_key).verify(receipt.signature, receipt.erasure.signed_bytes())
        assert [each.reference for each in receipt.erasure.records] == [record.reference]
    assert Purpose.OPERATOR_ERASURE_RECEIPT not in bench.purposes(bench.belanu)
    assert bench.worker.forward_erasures() == 0


def test_an_operator_is_put_back_to_a_backup_and_restored_by_the_others(
    bench: Any,
    operators: tuple[OperatorProcesses, OperatorRoom],
    tmp_path: Path,
    fresh_database: Callable[[str], str],
) -> None:
    processes, room = operators
    first, second = people(2)
    bench.submit(bench.amara, item(first))
    match_all(bench)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple forty two")
    passphrase.chmod(0o600)
    file, opened_by = str(tmp_path / "operator0.backup"), ("--passphrase-file", str(passphrase))
    told = processes.typed("backup", "--home", str(processes.home(0)), "--out", file, *opened_by)
    assert "apart from the other operators'" in told
    bench.submit(bench.amara, item(second))
    match_all(bench)
    bench.worker.tidy_up()
    processes.typed("refresh", "--home", str(processes.home(2)))
    await_all(room, generation=1)
    processes.kill(0)
    processes.moved[0] = tmp_path / "restored"
    processes.typed(
        "restore", "--home", str(processes.home(0)), "--backup", file, "--federation", FEDERATION, *opened_by,
        "--database", fresh_database("restored"),
    )  # fmt: skip
    processes.start(0)
    await_all(room, generation=1)
    for someone in (first, second):
        bench.submit(bench.belanu, item(someone))
    match_all(bench)
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 2


def test_who_takes_an_operators_place_without_its_keys_is_given_its_shares(
    bench: Any,
    operators: tuple[OperatorProcesses, OperatorRoom],
    initialised_hub: Hub,
    tmp_path: Path,
    fresh_database: Callable[[str], str],
) -> None:
    processes, room = operators
    first = people(1)[0]
    bench.submit(bench.amara, item(first))
    match_all(bench)
    room.close()
    for place in PLACES:
        processes.kill(place)
    processes.moved[1] = tmp_path / "successor"
    processes.conninfos = [*processes.conninfos[:1], fresh_database("successor"), *processes.conninfos[2:]]
    processes.initialise(1)
    assert "Operator 1 (Body 1) has a new card" in processes.add(1)
    bench.co_sign("XA", "XB")
    for place in PLACES:
        processes.join(place)
    processes.start(*PLACES)
    again = operator_room(initialised_hub, patience_s=15)
    comparator = blind_comparator(initialised_hub, again, recompute_one_in=3)
    for _ in range(50):
        # The hub's sweep: until the others are told whom the members signed, they have nothing to do with it.
        with contextlib.suppress(OperatorAway, OperatorRefused), initialised_hub.store.work() as work:
            comparator.refresh(work)
        if processes.status(1)["doing"] == "needs-restore":
            break
        time.sleep(0.2)
    assert [processes.status(place)["directory"]["cards_differ"] for place in PLACES] == [False] * 3
    processes.typed("restore", "--home", str(processes.home(1)))
    await_all(again)
    assert [each.records for each in again.status().values()] == [1, 1, 1]
    again.close()


def test_the_certificate_of_the_coordinator_is_the_hubs_own_and_known_to_all(
    initialised_hub: Hub, processes: OperatorProcesses
) -> None:
    pem = initialised_hub.home.tls.read("coordinator.pem")
    for place in PLACES:
        welcome = json.loads((processes.folder / "welcomes" / f"welcome-{place}.json").read_text())
        assert welcome["coordinator_fingerprint"] == fingerprint(pem)
        assert [each["card"]["place"] for each in welcome["operators"]] == [0, 1, 2]
