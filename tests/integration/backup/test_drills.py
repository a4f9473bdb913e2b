"""A party is destroyed and restored from its backup; what comes of it is what would have come without."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.integration.backup.federation import (
    FEDERATION,
    FOCAL_POINT,
    Federation,
    RunningHub,
    co_sign,
    enrol,
    reopened,
)

from symbolon.hub.bootstrap import backup as hub_backup
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.node.bootstrap import backup as node_backup
from symbolon.node.bootstrap.opening import COMMAND, open_node
from symbolon.node.errors import HubUnavailable
from symbolon.protocol.handling import Verdict
from symbolon.runtime.backup import Expected, NewPlace
from symbolon.runtime.backup_container import Passphrase, PassphraseCost
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

PASSPHRASE = Passphrase("six words that nobody guesses", PassphraseCost(1, 8, 1))
NewFederation = Callable[[], Federation]
FreshDatabase = Callable[[str], str]


def before_the_backup(federation: Federation) -> None:
    """Two pairs that match, one of them voted on by one side, and records that stay alone."""
    federation["XA"].publish(
        "A-1,C,Somchai Jaidee,1990-05-03,suspect,all",
        "A-2,C,Malee Srisuk,1985-01-20,suspect,all",
        "A-3,C,Anong Chaiyasit,1979-11-30,suspect,all",
        "A-4,C,Niran Wongsa,1999-02-14,victim,all",
    )
    federation["XB"].publish(
        "B-1,D,Somchai Jaidee,1990-05-03,suspect,all",
        "B-2,D,Malee Srisuk,1985-01-20,suspect,all",
    )
    federation.pump()
    federation["XB"].node.services.cast_vote(FOCAL_POINT, federation["XB"].hit_on("B-1"), Verdict.SAME, "")
    # Imported, and published only after the backup.
    federation["XA"].write("A-5,C,Kamon Rattana,1992-08-08,suspect,all")
    federation.pump()


def since_the_backup(federation: Federation) -> None:
    """Withdraw, vote, receive, publish."""
    amara, belanu = federation["XA"], federation["XB"]
    amara.withdraw("A-2")
    amara.publish()
    belanu.publish(
        "B-3,D,Anong Chaiyasit,1979-11-30,suspect,all",
        "B-5,D,Kamon Rattana,1992-08-08,suspect,all",
    )
    federation.pump()
    amara.node.services.cast_vote(FOCAL_POINT, amara.hit_on("A-1"), Verdict.SAME, "")
    belanu.node.services.cast_vote(FOCAL_POINT, belanu.hit_on("B-3"), Verdict.DIFFERENT, "another person")
    federation.pump()


def destroy_and_restore_node(federation: Federation, backup: Path, place: Path, conninfo: str) -> None:
    destroyed = federation["XA"]
    destroyed.node.database.close()
    shutil.rmtree(destroyed.node.home.path)
    home = PartyHome(place / "restored")
    new_place = NewPlace(home, node_backup.conninfo_of, {"database": conninfo, "database_password_file": None})
    expected = Expected("node", FEDERATION, exercise=True)
    node_backup.restore(backup, PASSPHRASE, expected, new_place, PostgresTools())
    reopened(federation, home, destroyed.folder)


def without_own_votes(picture: dict[str, Any], code: str) -> dict[str, Any]:
    view = picture["nodes"][code]
    hits = [(*hit[:4], *hit[5:]) for hit in view["hits"]]
    return {**picture, "nodes": {**picture["nodes"], code: {**view, "hits": hits}}}


@pytest.fixture
def undisturbed(new_federation: NewFederation) -> dict[str, object]:
    """What comes of the same acts where nothing was destroyed."""
    federation = new_federation()
    before_the_backup(federation)
    since_the_backup(federation)
    return federation.picture()


def test_a_destroyed_node_comes_back_to_where_it_was(
    new_federation: NewFederation, undisturbed: dict[str, object], tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    since_the_backup(federation)
    destroy_and_restore_node(federation, backup, tmp_path, fresh_database("xa_again"))
    amara = federation["XA"]

    report = amara.worker.reconcile_node(COMMAND)
    federation.pump()

    assert report.withdrawn == 1
    assert report.published == 1
    assert report.votes_lost == 1
    # The words of the vote that was out already stay lost; what came of it is known again.
    assert without_own_votes(federation.picture(), "XA") == without_own_votes(undisturbed, "XA")


def test_reconciling_twice_changes_nothing_more(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    since_the_backup(federation)
    destroy_and_restore_node(federation, backup, tmp_path, fresh_database("xa_again"))
    federation["XA"].worker.reconcile_node(COMMAND)
    federation.pump()
    once = federation.picture()
    federation["XA"].worker.reconcile_node(COMMAND)
    federation.pump()
    assert federation.picture() == once


def test_nothing_of_a_restored_node_acts_before_it_agreed_with_the_hub(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    destroy_and_restore_node(federation, backup, tmp_path, fresh_database("xa_again"))
    home = federation["XA"].node.home
    for process in ("worker", "web", "command"):
        with pytest.raises(ConfigurationMistake, match="symbolon node reconcile"):
            open_node(home, process)
    federation["XA"].worker.reconcile_node(COMMAND)
    open_node(home, "worker").database.close()


def test_a_hub_and_a_node_that_burnt_together_come_back_without_the_operator_giving_pairs_up(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    hub_file, node_file = tmp_path / "hub.backup", tmp_path / "xa.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, hub_file)
    node_backup.back_up(federation["XA"].node, PASSPHRASE, node_file)
    since_the_backup(federation)
    destroy_and_restore_hub(federation, hub_file, tmp_path, fresh_database("hub_again"))
    destroy_and_restore_node(federation, node_file, tmp_path, fresh_database("xa_again"))
    amara, belanu = federation["XA"], federation["XB"]
    belanu.worker.refresh_directory()
    for _round in range(3):
        belanu.worker.reconcile_with_hub()
        belanu.node.services.reencode_records()
        with suppress(HubUnavailable):
            belanu.worker.deliver_outbox()
        if not waits_for(federation, "XB"):
            break
    amara.worker.reconcile_node(COMMAND)
    assert hub_backup.proceed_without(federation.hub.hub).waiting() is None
    federation.pump()
    assert amara.hit_on("A-1") == belanu.hit_on("B-1")


def waits_for(federation: Federation, code: str) -> bool:
    waiting = hub_backup.proceed_without(federation.hub.hub).waiting()
    return waiting is not None and code in waiting.waiting_for


def test_records_that_came_after_the_backup_leave_the_hub(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    federation["XA"].publish("A-9,C,Preecha Boonmee,1970-07-07,suspect,all")
    federation.pump()
    lost = federation["XA"].reference("A-9")
    destroy_and_restore_node(federation, backup, tmp_path, fresh_database("xa_again"))
    report = federation["XA"].worker.reconcile_node(COMMAND)
    assert report.unknown_here == 1
    with federation.hub.hub.store.work() as work:
        held = {each.reference: each for each in work.reconciliation.records_of(federation["XA"].code, None, 1000)}
    assert held[lost].withdrawn


def test_a_version_never_goes_back(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    federation["XA"].write("A-3,C,Anong Chaiyasit,1979-11-29,suspect,all", revise=True)
    federation.pump()
    destroy_and_restore_node(federation, backup, tmp_path, fresh_database("xa_again"))
    report = federation["XA"].worker.reconcile_node(COMMAND)
    assert report.revised_since == 1
    # Revised again, as it was, it goes out as the next version, and is taken.
    federation["XA"].write("A-3,C,Anong Chaiyasit,1979-11-29,suspect,all", revise=True)
    federation.pump()
    reference = federation["XA"].reference("A-3")
    with federation.hub.hub.store.work() as work:
        held = {each.reference: each for each in work.reconciliation.records_of(federation["XA"].code, None, 1000)}
    assert held[reference].version == 3


def destroy_and_restore_hub(federation: Federation, backup: Path, place: Path, conninfo: str) -> None:
    destroyed = federation.hub.hub
    destroyed.database.close()
    shutil.rmtree(destroyed.home.path)
    home = PartyHome(place / "restored-hub")
    new_place = NewPlace(home, hub_backup.conninfo_of, {"database": conninfo, "database_password_file": None})
    expected = Expected("hub", FEDERATION, exercise=True)
    hub_backup.restore(backup, PASSPHRASE, expected, new_place, PostgresTools())
    federation.hub = RunningHub.of(open_hub(home, "drill", connections=6))


def test_a_destroyed_hub_comes_back_to_where_it_was(
    new_federation: NewFederation, undisturbed: dict[str, object], tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, backup)
    since_the_backup(federation)
    destroy_and_restore_hub(federation, backup, tmp_path, fresh_database("hub_again"))
    federation.pump()
    assert federation.picture() == undisturbed


def test_a_restored_hub_compares_nothing_before_its_members_have_spoken(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    before_the_backup(federation)
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, backup)
    destroy_and_restore_hub(federation, backup, tmp_path, fresh_database("hub_again"))
    waiting = hub_backup.proceed_without(federation.hub.hub).waiting()
    assert waiting is not None
    assert waiting.waiting_for == ("XA", "XB")
    federation["XA"].publish()
    federation["XA"].worker.deliver_outbox()
    assert federation.hub.worker.find_matches() == 0
    federation.pump()
    assert hub_backup.proceed_without(federation.hub.hub).waiting() is None


def test_an_alert_that_a_side_had_not_fetched_when_the_hub_was_destroyed_comes_to_it(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, backup)
    federation["XA"].publish("A-1,C,Somchai Jaidee,1990-05-03,suspect,all")
    federation["XB"].publish("B-1,D,Somchai Jaidee,1990-05-03,suspect,all")
    for state in federation.states.values():
        state.worker.deliver_outbox()
    federation.hub.worker.find_matches()
    federation["XA"].worker.receive_deliveries(0)
    destroy_and_restore_hub(federation, backup, tmp_path, fresh_database("hub_again"))
    federation.pump()
    assert federation["XB"].hit_on("B-1") == federation["XA"].hit_on("A-1")


def test_the_operator_need_not_wait_for_ever(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, backup)
    destroy_and_restore_hub(federation, backup, tmp_path, fresh_database("hub_again"))
    proceed = hub_backup.proceed_without(federation.hub.hub)
    assert proceed(rehearse=True).waiting_for == ("XA", "XB")
    assert proceed.waiting() is not None
    proceed()
    assert proceed.waiting() is None


def test_a_hub_restored_from_before_a_change_of_the_directory_takes_it_from_a_member(
    new_federation: NewFederation, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    federation = new_federation()
    backup = tmp_path / "hub.backup"
    hub_backup.back_up(federation.hub.hub, PASSPHRASE, backup)
    enrol(federation, "XC", tmp_path, fresh_database("xc"))
    co_sign(federation)
    destroy_and_restore_hub(federation, backup, tmp_path, fresh_database("hub_again"))
    with federation["XA"].node.unit_of_work.begin() as work:
        versions = tuple(signed for signed, _taken_at in work.directory.history())
    assert [signed.directory.version for signed in versions] == [1, 2]
    assert hub_backup.take_history(federation.hub.hub)(versions) == 1
    assert hub_backup.take_history(federation.hub.hub)(versions) == 0
    waiting = hub_backup.proceed_without(federation.hub.hub).waiting()
    assert waiting is not None
    assert waiting.waiting_for == ("XA", "XB", "XC")
    federation.pump()
    assert hub_backup.proceed_without(federation.hub.hub).waiting() is None
