"""A node that was restored from its backup, where members find pairs past the hub: its hits are there again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.backup.federation import FEDERATION, FOCAL_POINT, reopened
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import SOMCHAI, hits

from symbolon.node.bootstrap import backup as node_backup
from symbolon.node.bootstrap.opening import COMMAND
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.runtime.backup import Expected, NewPlace
from symbolon.runtime.backup_container import Passphrase, PassphraseCost
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

PASSPHRASE = Passphrase("six words that nobody guesses", PassphraseCost(1, 8, 1))
MALEE = "Malee Srisuk,1985-01-20,suspect,all"


def restore(federation: ReceiverFederation, code: str, backup: Path, place: Path, conninfo: str) -> None:
    destroyed = federation[code]
    destroyed.node.database.close()
    shutil.rmtree(destroyed.node.home.path)
    home = PartyHome(place / "restored")
    new_place = NewPlace(home, node_backup.conninfo_of, {"database": conninfo, "database_password_file": None})
    node_backup.restore(backup, PASSPHRASE, Expected("node", FEDERATION, exercise=True), new_place, PostgresTools())
    reopened(federation, home, destroyed.folder)


@pytest.fixture
def restored(
    federation: ReceiverFederation, tmp_path: Path, fresh_database: Callable[[str], str]
) -> ReceiverFederation:
    """XA found two pairs after its backup, and in one of them XB's record was revised after that."""
    federation["XA"].write(f"A-1,C-1,{SOMCHAI}", f"A-2,C-1,{MALEE}")
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}", f"B-2,C-1,{MALEE}")
    federation.pump()
    backup = tmp_path / "xa.backup"
    node_backup.back_up(federation["XA"].node, PASSPHRASE, backup)
    # Its records ask, so it is the one that finds.
    federation["XA"].publish()
    federation.pump()
    federation["XB"].write(f"B-2,C-1,{MALEE.replace('Srisuk', 'Srisook')}", revise=True)
    federation["XB"].publish()
    federation.pump()
    restore(federation, "XA", backup, tmp_path, fresh_database("xa_again"))
    federation["XA"].worker.reconcile_node(COMMAND)
    federation.pump()
    return federation


def test_hits_are_shown_again_and_none_is_there_twice_also_where_the_other_record_was_revised_since(
    restored: ReceiverFederation,
) -> None:
    assert sorted(hits(restored, "XA")) == [
        ("XA A-1", "XB B-1", JointState.ALERTED),
        ("XA A-2", "XB B-2", JointState.ALERTED),
    ]
    assert len(hits(restored, "XB")) == 2
    for own, other in (("A-1", "B-1"), ("A-2", "B-2")):
        hit_id = restored["XA"].hit_on(own)
        assert hit_id == restored["XB"].hit_on(other)
        for code in ("XA", "XB"):
            restored[code].node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    restored.pump()
    assert {state for code in ("XA", "XB") for _own, _other, state in hits(restored, code)} == {JointState.CONFIRMED}
    with restored["XA"].node.unit_of_work.begin() as work:
        assert work.inbox.count()["waiting"] == 0
