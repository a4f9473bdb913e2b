"""An operator believes the members' signatures, and the hub nothing: forks are refused, strangers left alone."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.simulators.operator_bench import DIGEST, FEDERATION, PLACES, three_operators
from tests.simulators.signed_federation import SignedFederation, wire_of

from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.operators.errors import CardsDiffer, DirectoryRefused, NotConfirmed
from symbolon.hub.operators.services.know_directory import KnowDirectory, confirm_founding
from symbolon.hub.operators.storage.shares import OperatorStore, Seat
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_comparison import OperatorCard
from symbolon.protocol.messages_membership import LinkageEpoch, MemberStanding, directory_fingerprint
from symbolon.protocol.messages_operators import AskStatus, EvaluateTokens, Fed, Feed, OperatorStatus
from symbolon.protocol.messages_operators import EvaluatedTokens as Evaluated
from symbolon.protocol.references import MemberCode
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.migrations import migrate

FreshDatabase = Callable[[str], str]
SCHEMA = LinkageEpoch(1, "symbolon-2026-1", DIGEST)


def cards() -> tuple[OperatorCard, ...]:
    """Three operators that nobody has heard of before."""
    return tuple(
        OperatorCard(
            place, f"Body {place}", os.urandom(32), os.urandom(1216), os.urandom(32),
            (os.urandom(32), os.urandom(32)), os.urandom(32).hex(),
        )
        for place in PLACES
    )  # fmt: skip


CARDS = cards()


AUDIT_LOG = HashChainAuditLog(SystemClock(), uuid4)


@pytest.fixture
def database(fresh_database: FreshDatabase) -> Iterator[Database]:
    conninfo = fresh_database("operator0")
    migrate(conninfo, "symbolon.hub.operators")
    with Database(conninfo, max_size=4) as found:
        yield found


@pytest.fixture
def store(database: Database) -> OperatorStore:
    return seated(database, exercise=True)


def seated(database: Database, *, exercise: bool) -> OperatorStore:
    store = OperatorStore(database, AUDIT_LOG)
    with store.work() as work:
        work.take_seat(Seat(FEDERATION, exercise, 0), datetime.now(UTC))
    return store


def knowing(store: OperatorStore, own: tuple[OperatorCard, ...] = CARDS) -> KnowDirectory:
    return KnowDirectory(store, own, SystemClock())


def federation(**given: object) -> SignedFederation:
    return SignedFederation(FEDERATION, SCHEMA, **{"operators": CARDS, **given})  # type: ignore[arg-type]  # by name


def test_an_operator_takes_the_versions_one_after_the_other_and_has_them_when_it_starts_again(
    store: OperatorStore,
) -> None:
    members = federation()
    known = knowing(store)
    assert (known.version, known.newest(), known.cards_differ) == (0, None, False)
    assert known.take(members.on_the_wire()) == 1
    members.put_in_effect()
    members.put_in_effect()
    # What it has already, it passes by.
    assert known.take(members.on_the_wire()) == 3
    assert known.newest() == members.newest
    again = knowing(store)
    assert (again.version, again.newest(), again.cards_differ) == (3, members.newest, False)


def test_versions_that_do_not_follow_are_refused_and_nothing_of_them_is_kept(store: OperatorStore) -> None:
    members = federation()
    known = knowing(store)
    known.take(members.on_the_wire())
    honest = members.signed(members.following(), "XA", "XB")
    left_out = members.signed(replace(members.following(), version=3), "XA", "XB")
    too_few = members.signed(members.following(), "XA")
    for offered in (left_out, too_few):
        with pytest.raises(DirectoryRefused):
            known.take([wire_of(honest)[:-1]])
        with pytest.raises(DirectoryRefused):
            known.take([wire_of(offered)])
    with pytest.raises(DirectoryRefused):
        known.take([wire_of(honest), wire_of(honest).replace(b'"version":2', b'"version":3')])
    assert known.version == knowing(store).version == 1
    assert known.take([wire_of(honest)]) == 2


def test_another_version_of_a_known_number_is_a_fork_and_is_written_down(
    database: Database, store: OperatorStore
) -> None:
    members = federation()
    known = knowing(store)
    known.take(members.on_the_wire())
    for _ in range(3):
        with pytest.raises(DirectoryRefused, match="says something else"):
            known.take(federation().on_the_wire())
    with store.work() as work:
        assert "says something else" in (work.directory.confirmation().trouble or "")
        assert work.directory.newest() == members.newest
    # Told three times, written down once.
    with database.transaction() as transaction:
        AUDIT_LOG.sequence(transaction)
        acts = [entry.leaf.act for entry in AUDIT_LOG.entries(transaction)]
    assert acts.count(AuditAct.DIRECTORY_REFUSED) == 1
    members.put_in_effect()
    known.take(members.on_the_wire())
    with store.work() as work:
        assert work.directory.confirmation().trouble is None


def test_the_directory_of_another_federation_or_of_live_data_is_refused(store: OperatorStore) -> None:
    known = knowing(store)
    for other in (SignedFederation("somewhere-else", SCHEMA), federation(exercise=False)):
        with pytest.raises(DirectoryRefused):
            known.take(other.on_the_wire())
    assert known.version == 0


def test_an_operator_stands_still_beside_operators_that_the_members_did_not_sign(store: OperatorStore) -> None:
    members = federation(operators=cards())
    known = knowing(store)
    known.refuse_where_cards_differ()
    known.take(members.on_the_wire())
    assert known.cards_differ
    with pytest.raises(CardsDiffer):
        known.refuse_where_cards_differ()
    # The members sign the card that this one joined with: it goes on.
    members.put_in_effect(comparison=replace(members.newest.comparison, operators=CARDS))
    known.take(members.on_the_wire())
    known.refuse_where_cards_differ()


def test_the_founding_is_confirmed_by_its_fingerprint_and_by_no_other(store: OperatorStore) -> None:
    members = federation()
    known = knowing(store)
    with pytest.raises(DirectoryRefused, match="no founding"):
        confirm_founding(store, "0000", SystemClock())
    known.take(members.on_the_wire())
    founding = members.newest
    members.put_in_effect()
    known.take(members.on_the_wire())
    for wrong in (directory_fingerprint(members.newest), directory_fingerprint(founding)[:-1], ""):
        with pytest.raises(DirectoryRefused, match="not the fingerprint"):
            confirm_founding(store, wrong, SystemClock())
    assert confirm_founding(store, directory_fingerprint(founding).upper(), SystemClock()) == founding
    with store.work() as work:
        assert work.directory.confirmation().confirmed_at is not None


def test_a_live_federation_is_not_compared_before_its_founding_is_confirmed(database: Database) -> None:
    store = seated(database, exercise=False)
    members, known = federation(exercise=False), knowing(store)
    known.refuse_where_not_confirmed()
    known.take(members.on_the_wire())
    with pytest.raises(NotConfirmed):
        known.refuse_where_not_confirmed()
    confirm_founding(store, directory_fingerprint(members.newest), SystemClock())
    known.refuse_where_not_confirmed()


def test_an_expelled_member_stays_listed_and_the_hub_cannot_bring_it_back(store: OperatorStore) -> None:
    members = federation(codes=("XA", "XB", "XC", "XD"))
    known = knowing(store)
    founding = members.newest
    expelled = tuple(
        replace(each, standing=MemberStanding.EXPELLED) if each.code == "XD" else each for each in founding.members
    )
    quorum = replace(founding.policies, signing_quorum=2)
    members.versions.append(members.signed(members.following(members=expelled, policies=quorum), "XA", "XB", "XC"))
    known.take(members.on_the_wire())
    back = members.following(members=founding.members, policies=founding.policies)
    with pytest.raises(DirectoryRefused):
        known.take([wire_of(members.signed(back, "XA", "XD"))])
    newest = known.newest()
    assert newest is not None
    assert newest.card_of(MemberCode("XD")) is None


def test_running_operators_refuse_feeds_and_questions_where_the_directory_lists_others(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    with three_operators(tmp_path, fresh_database) as bench:
        lines = bench.lines()
        content = SignedFederation(bench.federation, SCHEMA, operators=cards()).on_the_wire()
        told = lines.call_all(dict.fromkeys(PLACES, Feed((), (), (), versions=content)), Fed)
        assert {each.directory for each in told.values()} == {1}
        status = lines.call_all(dict.fromkeys(PLACES, AskStatus()), OperatorStatus)
        assert {(each.directory, each.doing) for each in status.values()} == {(1, "cards-differ")}
        with pytest.raises(OperatorRefused, match="other operators' cards"):
            lines.call_all(dict.fromkeys(PLACES, Feed((), (), ())), Fed)
        with pytest.raises(OperatorRefused, match="other operators' cards"):
            lines.call(0, EvaluateTokens({}), Evaluated)
        lines.close()
