"""A hub of a blind federation comes back from a backup: its operators begin anew, and no hit is lost or doubled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.hub_members import FEDERATION, item
from tests.simulators.operator_bench import PLACES, OperatorBench

from symbolon.hub.bootstrap import backup as hub_backup
from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.bootstrap.worker import blind_comparator, build_worker_services
from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.matching.identifier_types import BirthDate, PersonName, RecordIdentifiers
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.messages import (
    KnownHit,
    KnownHits,
    KnownRecords,
    Purpose,
    ReconciliationDone,
    ReconciliationRecord,
    RecordDifferences,
)
from symbolon.protocol.references import new_incarnation_id
from symbolon.runtime.backup import Expected, NewPlace
from symbolon.runtime.backup_container import Passphrase, PassphraseCost
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

PASSPHRASE = Passphrase("six words that nobody guesses", PassphraseCost(1, 8, 1))
MALEE = RecordIdentifiers(names=(PersonName("Malee Srisuk"),), birth_date=BirthDate(1985, 1, 20))


@pytest.fixture
def comparison() -> str:
    return "blind"


def restored(bench: Any, backup: Path, place: Path, conninfo: str) -> Any:
    """The bench, with the hub of the backup in the place of its own."""
    home = PartyHome(place / "restored")
    new_place = NewPlace(home, hub_backup.conninfo_of, {"database": conninfo, "database_password_file": None})
    hub_backup.restore(backup, PASSPHRASE, Expected("hub", FEDERATION, exercise=True), new_place, PostgresTools())
    hub = open_hub(home, "test", connections=12)

    def new_comparator() -> Any:
        return blind_comparator(hub, bench.operators, recompute_one_in=3)

    api = build_api_services(
        hub, BlindEncodings(hub.linkage_schemas()), WakeUps(match=lambda: None, clear_away=lambda: None)
    )
    worker = build_worker_services(hub, new_comparator())
    return type(bench)(hub, api, worker, bench.members, bench.welcomes, [], new_comparator, bench.operators)


def tell(bench: Any, member: Any, records: dict[Any, bool]) -> RecordDifferences:
    """A member says what records it has (and whether they were withdrawn); what the hub lacks of them."""
    with bench.hub.store.work() as work:
        incarnation = work.members.federation().incarnation
    known = tuple(
        ReconciliationRecord(each.reference, each.version, (1,), withdrawn)
        for each, withdrawn in sorted(records.items(), key=lambda pair: str(pair[0].reference))
    )
    answer = bench.api.reconciliation.take_known_records(
        member.code, member.envelope(KnownRecords(incarnation, known), Purpose.KNOWN_RECORDS)
    )
    return Envelope.from_bytes(answer).read(RecordDifferences)


def tell_hits(bench: Any, member: Any, hits: list[KnownHit]) -> None:
    with bench.hub.store.work() as work:
        incarnation = work.members.federation().incarnation
    bench.api.reconciliation.take_known_hits(
        member.code, member.envelope(KnownHits(incarnation, tuple(hits)), Purpose.KNOWN_HITS)
    )
    done = ReconciliationDone(incarnation, 0, len(hits))
    bench.api.reconciliation.note_reconciled(member.code, member.envelope(done, Purpose.RECONCILIATION_DONE))


def test_a_destroyed_hub_comes_back_and_its_operators_begin_anew_with_it(
    bench: Any, person: Any, somebody_else: Any, tmp_path: Path, fresh_database: Callable[[str], str]
) -> None:
    amara, belanu, cassor = bench.amara, bench.belanu, bench.cassor
    ours, gone, theirs = item(person), item(somebody_else), item(person)
    bench.submit(amara, ours, gone)
    bench.submit(belanu, theirs)
    bench.worker.find_matches()
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(bench.hub, PASSPHRASE, backup)
    # Since the backup: a third state finds both, a record is withdrawn, and one is submitted that nobody compared yet.
    third, waiting = item(person), item(MALEE)
    bench.submit(cassor, third)
    bench.worker.find_matches()
    bench.api.withdraw_records(amara.code, amara.withdrawal(gone.reference))
    bench.worker.refresh_index()
    bench.submit(belanu, waiting)
    alerts = {member.code: bench.alerts(member) for member in (amara, belanu, cassor)}
    known = {
        code: [
            KnownHit(alert, known_ledger(bench.hit(alert.hit_id).ledger), 1, safety_hold=False, released=False)
            for alert in found
        ]
        for code, found in alerts.items()
    }
    assert {code: len(found) for code, found in alerts.items()} == {"XA": 2, "XB": 2, "XC": 2}
    bench.acknowledge_all()
    bench.hub.database.close()

    again = restored(bench, backup, tmp_path, fresh_database("hub_again"))
    again.acknowledge_all()
    lacking = {
        amara.code: tell(again, amara, {ours: False, gone: True}),
        belanu.code: tell(again, belanu, {theirs: False, waiting: False}),
        cassor.code: tell(again, cassor, {third: False}),
    }
    # The hub has no encoding of any: shares were never in its backup.
    assert set(lacking[amara.code].lacking) == {ours.reference}
    assert set(lacking[amara.code].still_held) == {gone.reference}
    assert set(lacking[belanu.code].lacking) == {theirs.reference, waiting.reference}
    again.api.withdraw_records(amara.code, amara.withdrawal(gone.reference))
    again.submit(amara, ours)
    again.submit(belanu, theirs, waiting)
    again.submit(cassor, third)
    assert again.worker.find_matches() == 0
    for member in (amara, belanu, cassor):
        tell_hits(again, member, known[member.code])
    again.worker.find_matches()
    assert again.indexed() == 4
    # All pairs were found again, and nobody is alerted of one a second time.
    assert [again.alerts(member) for member in (amara, belanu, cassor)] == [[], [], []]
    for found in alerts.values():
        for alert in found:
            assert again.hit(alert.hit_id).ledger.hit_id == alert.hit_id
    # What was never compared before is, now.
    again.submit(cassor, item(MALEE))
    again.worker.find_matches()
    assert [len(again.alerts(member)) for member in (amara, belanu, cassor)] == [0, 1, 1]
    # Each operator told each owner what it erased.
    again.worker.refresh_index()
    with again.hub.store.work() as work:
        # This hub's directory lists no operators, by whose cards it could check and forward them.
        signed = {(each.owner, each.place) for each in work.operators.take_erasures(100)}
    assert signed >= {(member.code, place) for member in (amara, belanu, cassor) for place in PLACES}
    again.hub.database.close()


def test_a_hub_that_says_another_life_and_was_not_restored_is_not_followed(
    bench: Any, person: Any, operators: tuple[OperatorBench, OperatorRoom]
) -> None:
    """As a copy of a hub would that somebody started up beside it, under a life that nobody has a signature of."""
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    for place in PLACES:
        with operators[0].store(place).work() as work:
            # The operators have followed a restored hub since.
            work.follow(type(work.hub_life())(new_incarnation_id(uuid4()), bench.now()))
    bench.submit(bench.belanu, item(person))
    with pytest.raises(OperatorRefused) as refused, bench.hub.store.work() as work:
        bench.new_comparator().refresh(work)
    assert refused.value.code == "another-hub"
    assert bench.indexed() == 1
