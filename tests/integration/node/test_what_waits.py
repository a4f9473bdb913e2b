"""What waits takes turns, and what can never come does not wait."""

import pytest
from tests.simulators.lying_hub import BusyClient

from symbolon.hub.domain.directory_drafts import with_epoch, with_policies
from symbolon.node.bootstrap.services import build_hub_services
from symbolon.node.domain.reconciliation import HubLife, HubStep
from symbolon.node.errors import HubShutsOut
from symbolon.node.services import receive_deliveries
from symbolon.protocol.messages import DirectoryProposal, KeyCommitment
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import CeremonyId

from .conftest import Pair, Trio
from .test_ceremony import say

STRANGE = CeremonyId("ab" * 32)


def states(trio: Trio) -> list[object]:
    rows = sorted(trio.xa.rows("inbox_delivery"), key=lambda row: int(str(row["place"])))
    return [row["state"] for row in rows]


def test_what_is_said_of_an_epoch_of_a_far_future_does_not_wait(trio: Trio) -> None:
    say(trio, trio.xc, trio.xa, KeyCommitment(STRANGE, 1_000, 1, bytes(32)))
    trio.xa.receive()
    assert [row["problem"] for row in trio.xa.rows("inbox_delivery")] == [Problem.WRONG_KEY_EPOCH]


def test_what_waits_for_ever_does_not_keep_what_came_after_it(trio: Trio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_deliveries, "WAITING_AT_ONCE", 2)
    for _ in range(3):
        say(trio, trio.xc, trio.xa, KeyCommitment(STRANGE, 3, 1, bytes(32)))
    epoch = trio.hub.directory().newest_epoch
    trio.xa.receive()
    say(trio, trio.xb, trio.xa, KeyCommitment(STRANGE, 2, 1, bytes(32)))
    trio.xa.receive()
    assert states(trio) == ["refused", "refused", "refused", "waiting"]
    # Put back among what waits: epoch 3 becomes the next one, and stays it.
    trio.xa.services.retry_deliveries.after_own_faults()
    trio.hub.propose(with_epoch(epoch.schema_id, epoch.schema_digest))
    trio.hub.co_sign()
    trio.refresh(trio.xa)
    with trio.xa.unit_of_work.begin() as work:
        work.inbox.take_up_again(Problem.WRONG_KEY_EPOCH)
    for _ in range(2):
        trio.xa.hub_services.receive_deliveries.retry_waiting()
    assert states(trio)[3] == "refused", "it is of another ceremony than the one of epoch 2"
    assert states(trio)[:3] == ["waiting"] * 3


def test_an_older_draft_that_is_delivered_late_does_not_replace_the_one_that_was_fetched(pair: Pair) -> None:
    known = pair.hub.directory()
    pair.hub.propose(with_epoch(known.newest_epoch.schema_id, known.newest_epoch.schema_digest))
    older = list(pair.hub.queues[pair.xa.code])
    pair.hub.propose(with_policies(None, 365, None))
    newest = pair.hub.proposal
    assert newest is not None
    pair.xa.hub_services.refresh_directory()
    pair.hub.queues[pair.xa.code] = older
    pair.xa.receive()
    with pair.xa.unit_of_work.begin() as work:
        assert work.directory.proposal() == DirectoryProposal(newest, ())


def test_that_the_hub_shuts_this_node_out_is_shown_and_ends_when_it_takes_it_again(pair: Pair) -> None:
    class Suspending(BusyClient):
        def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[()]:
            del wait_s, limit
            raise HubShutsOut(Problem.MEMBER_SUSPENDED)

    well = pair.xa.hub_services
    pair.xa.hub_services = build_hub_services(pair.xa.tools, Suspending(pair.hub, pair.xa.code))
    with pytest.raises(HubShutsOut):
        pair.xa.receive()
    status = pair.xa.services.show_status()
    assert status.standing == "suspended"
    assert "ask the hub's operator" in " ".join(status.warnings).lower()
    pair.xa.hub_services = well
    pair.xa.receive()
    status = pair.xa.services.show_status()
    assert (status.standing, status.warnings) == ("active", ())


def test_a_restored_hub_is_told_all_also_by_a_node_that_lacks_the_key_of_a_new_epoch(pair: Pair) -> None:
    pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    epoch = pair.hub.directory().newest_epoch
    pair.xa.hub_services.reconcile_with_hub()
    pair.hub.propose(with_epoch(epoch.schema_id, epoch.schema_digest))
    pair.hub.co_sign()
    pair.xa.hub_services.refresh_directory()
    with pair.xa.unit_of_work.begin() as work:
        life = work.reconciliation.hub_life()
        assert life is not None
        work.reconciliation.note_hub_life(HubLife(life.incarnation, HubStep.SEND), pair.draws.now())
    assert pair.xa.hub_services.reconcile_with_hub() is HubStep.VOTES
