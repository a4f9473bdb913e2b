"""Match bits that open towards members alone: the hub carries what it cannot read, and learns no pair."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.hub.conftest import HubBench
from tests.integration.hub.test_blind_proofs import bent
from tests.simulators.hub_members import FEDERATION, SCHEMA, SimulatedMember, body_of, item
from tests.simulators.operator_bench import HOST, OperatorBench, three_operators

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import Hub, initialise, open_hub
from symbolon.hub.bootstrap.worker import build_worker_services, receiver_comparator
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.ports import SeatedOperator
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.receiver_comparator import ReceiverEncodings
from symbolon.matching.identifier_types import Document, DocumentType, PersonName, RecordIdentifiers
from symbolon.node.domain.openings import FoundRow, Receiver, found_in
from symbolon.protocol.handling import Namespace
from symbolon.protocol.messages import HandleNotice, SealedOpenings, SubmissionReceipt
from symbolon.protocol.messages_comparison import OperatorContact
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome

FreshDatabase = Callable[[str], str]


@pytest.fixture
def initialised_hub(
    fresh_database: FreshDatabase, hub_home: PartyHome, broker_url: str, api_port: int
) -> Iterator[Hub]:
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION, "exercise": True, "database": fresh_database("hub"), "broker": broker_url,
        "hub_url": "https://localhost:8443", "api_port": api_port, "desk_port": 0, "opening": "receivers",
    }  # fmt: skip
    initialise(hub_home, HubDraft(FEDERATION, settings, ("localhost", "127.0.0.1"))).database.close()
    hub = open_hub(hub_home, "test", connections=12)
    yield hub
    hub.database.close()


@pytest.fixture
def operators(tmp_path: Path, fresh_database: FreshDatabase) -> Iterator[tuple[OperatorBench, OperatorRoom]]:
    folder = tmp_path / "operators"
    folder.mkdir()
    with three_operators(folder, fresh_database, FEDERATION, listed=True) as bench:
        room = bench.room()
        yield bench, room
        room.close()


@pytest.fixture
def bench(initialised_hub: Hub, operators: tuple[OperatorBench, OperatorRoom]) -> HubBench:
    hub, (three, room) = initialised_hub, operators
    found_at = datetime.now(UTC)
    with hub.store.work() as work:
        for card in three.cards:
            seated = SeatedOperator(OperatorContact(card, HOST, three.ports[card.place]), "pem", "printed")
            work.operators.seat(seated, found_at)
    wake = WakeUps(match=lambda: None, clear_away=lambda: None)
    api = build_api_services(hub, ReceiverEncodings(hub.linkage_schemas(), hub.tell_of_rows), wake)
    found = HubBench(hub, api, build_worker_services(hub, receiver_comparator(hub, room, recompute_one_in=2)), {}, {})
    enrol = hub.enrol_member()
    for code in ("XA", "XB", "XC"):
        member = found.members[code] = SimulatedMember(MemberCode(code))
        member.share = three.share_numbered_item
        found.welcomes[code] = enrol(member.enrolment_request(), None)
    found.co_sign(*found.members)
    found.acknowledge_all()
    return found


def found_by(bench: HubBench, member: SimulatedMember) -> set[FoundRow]:
    """What a member reads in all that was sealed for it."""

    def key_of(key_id: str) -> Any:
        return member.hybrid_key if key_id == member.hybrid_key.key_id else None

    receiver = Receiver(member.code, FEDERATION, key_of)
    return {row for message in bench.messages(member, SealedOpenings) for row in found_in(message, receiver, SCHEMA)}


def test_a_record_that_is_no_bits_is_found_by_nobody_and_asks_nobody(
    bench: HubBench, person: RecordIdentifiers
) -> None:
    bench.amara.share = bent(bench.amara.share)
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    bench.submit(bench.belanu, item(person))
    bench.submit(bench.cassor, item(person))
    bench.worker.find_matches()
    seen = {row.other for member in (bench.amara, bench.belanu, bench.cassor) for row in found_by(bench, member)}
    assert seen
    assert bench.amara.code not in seen
    assert found_by(bench, bench.amara) == set()
    with bench.hub.store.work() as work:
        assert [each.member for each in work.operators.shared_no_bits()] == [bench.amara.code]


def handle_of(bench: HubBench, member: SimulatedMember, record: Any) -> int:
    """The hub's number of a record, as its owner was told it."""
    [handle] = [
        each.handle
        for notice in bench.messages(member, HandleNotice)
        for each in notice.records
        if each.reference == record.reference
    ]
    return int(handle)


def test_the_member_whose_record_asked_finds_the_other_and_the_hub_finds_nothing(
    bench: HubBench, person: RecordIdentifiers, somebody_else: RecordIdentifiers
) -> None:
    theirs, ours, stranger = item(person), item(person), item(somebody_else)
    bench.submit(bench.amara, theirs)
    bench.worker.find_matches()
    bench.submit(bench.belanu, ours, stranger)
    assert bench.worker.find_matches() == 0
    [found, *more] = found_by(bench, bench.belanu)
    assert not more
    assert (found.own_handle, found.other_handle, found.other) == (
        handle_of(bench, bench.belanu, ours),
        handle_of(bench, bench.amara, theirs),
        "XA",
    )
    assert not found_by(bench, bench.amara)
    assert not bench.alerts(bench.amara)


def test_of_a_pair_with_a_protected_record_its_owner_alone_is_told(bench: HubBench, person: RecordIdentifiers) -> None:
    victim, suspect = item(person, namespace=Namespace.PROTECTED), item(person)
    bench.submit(bench.amara, victim)
    bench.worker.find_matches()
    bench.submit(bench.belanu, suspect)
    bench.worker.find_matches()
    assert not found_by(bench, bench.belanu)
    [found] = found_by(bench, bench.amara)
    assert found.own_handle == handle_of(bench, bench.amara, victim)
    assert found.other_handle == handle_of(bench, bench.belanu, suspect)


def test_two_records_that_share_a_number_alone_are_found_by_it(bench: HubBench) -> None:
    passport = (Document(DocumentType.PASSPORT, "XAA", "A7654321"),)
    theirs = item(RecordIdentifiers(names=(PersonName("Somchai Jaidee"),), documents=passport))
    ours = item(RecordIdentifiers(names=(PersonName("Nguyen Van Anh"),), documents=passport))
    bench.submit(bench.amara, theirs)
    bench.worker.find_matches()
    bench.submit(bench.belanu, ours)
    bench.worker.find_matches()
    [found] = found_by(bench, bench.belanu)
    assert found.other_handle == handle_of(bench, bench.amara, theirs)


def test_an_outline_that_shows_tokens_is_refused(bench: HubBench, person: RecordIdentifiers) -> None:
    shared = bench.amara.share
    assert shared is not None
    bench.amara.share = shared.__self__.share_item  # type: ignore[attr-defined]  # as where the hub may see them
    receipt = bench.submit(bench.amara, item(person))
    [outcome] = body_of(receipt, SubmissionReceipt).outcomes
    assert outcome.problem is Problem.ENCODING_REFUSED
