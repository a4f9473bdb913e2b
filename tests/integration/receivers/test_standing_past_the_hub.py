"""What a node shows of pairs that are found past the hub, while they come about and where something is wrong."""

import psycopg
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import SOMCHAI

from symbolon.node.domain.pairs_standing import PairsStanding
from symbolon.node.services.show_status import NodeStatus
from symbolon.protocol.problems import Problem


def status(federation: ReceiverFederation, code: str) -> NodeStatus:
    return federation[code].node.services.show_status()


def standing(federation: ReceiverFederation, code: str) -> PairsStanding:
    found = status(federation, code).past_hub
    assert found is not None
    return found


def test_it_shows_what_waits_with_whom_it_speaks_and_what_could_not_be_opened(federation: ReceiverFederation) -> None:
    assert "the hub learns no pair" in (status(federation, "XA").comparison or "")
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}", "A-2,C-1,Nguyen Van Anh,1970-12-03,victim,all")
    federation.pump()
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}", "B-2,C-1,Nguyen Van Anh,1970-12-03,suspect,all")
    federation["XB"].worker.deliver_outbox()
    federation.hub.worker.find_matches()
    for code in ("XA", "XB"):
        federation[code].worker.receive_deliveries(0)
        federation[code].worker.receive_deliveries.retry_waiting()
    # XA found the victim's pair, which only her protection officer may know of.
    with federation["XA"].node.unit_of_work.begin() as work:
        assert work.pairs.under_way() == 1
    assert (standing(federation, "XA").to_declare, standing(federation, "XB").to_tell) == (0, 1)
    federation.pump()
    found = standing(federation, "XB")
    assert (found.to_tell, found.to_answer, found.to_declare) == (0, 0, 0)
    (contact,) = found.contacts
    assert contact.member == "XA"
    assert contact.told_at is not None
    assert contact.heard_at is not None
    assert status(federation, "XB").warnings == ()
    assert federation["XB"].node.services.show_federation().past_hub == found
    # As where the node lost the key that the operators sealed for.
    with psycopg.connect(federation["XB"].node.settings.conninfo) as connection:
        connection.execute(
            "insert into inbox_delivery (delivery_id, received_at, state, problem, envelope)"
            " values (gen_random_uuid(), now(), 'refused', %s, %s)",
            (Problem.UNSEAL_FAILED.value, b'{"purpose":"sealed-openings"}'),
        )
    assert standing(federation, "XB").unreadable == 1
    (warning,) = status(federation, "XB").warnings
    assert warning.startswith("Openings that could not be opened: 1.")
