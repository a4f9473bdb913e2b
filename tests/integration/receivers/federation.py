"""A federation whose hub learns no pair, in one process: a real hub, three real operators, real nodes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tests.integration.backup.federation as calls
from tests.integration.backup.federation import FEDERATION, CallingClient, Federation, RunningHub, State
from tests.simulators.operator_bench import HOST, OperatorBench

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import initialise as initialise_hub
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.bootstrap.worker import build_worker_services, receiver_comparator
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.gateway.token_lines import TokenLines
from symbolon.hub.ports import SeatedOperator
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.receiver_comparator import ReceiverEncodings
from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.services import build_hub_services
from symbolon.protocol.messages_comparison import OperatorContact
from symbolon.runtime.home import PartyHome

EVERY = timedelta(milliseconds=20)

calls._ADDRESSES.update({  # the addresses that a federation of this kind has besides
    "/v1/pairs": lambda api: api.declare_pair,
    "/v1/pairs/ends": lambda api: api.end_pair,
    "/v1/pairs/problems": lambda api: api.note_opening_problem,
    "/v1/tokens": lambda api: api.relay_tokens,
})  # fmt: skip


@dataclass
class ReceiverFederation(Federation):
    """`pump` also lets the nodes tell each other."""

    operators: OperatorBench | None = None
    room: OperatorRoom | None = None

    def add(self, node: Node, folder: Path) -> State:
        tools = replace(node.tools, pairs_every=EVERY)
        state = State(node, build_hub_services(tools, CallingClient(self, node.settings.code)), folder)
        self.states[node.settings.code] = state
        return state

    def pump(self) -> None:
        for _round in range(12):
            for state in self.states.values():
                state.worker.refresh_directory()
                self._try(state.worker.reconcile_with_hub)
                state.node.services.reencode_records()
                replace(state.node.tools, pairs_every=EVERY).tell_pairs()
                self._try(state.worker.deliver_outbox)
            self.hub.worker.find_matches()
            for state in self.states.values():
                state.worker.receive_deliveries(0)
                state.worker.receive_deliveries.retry_waiting()
            time.sleep(0.03)


def founded(
    folder: Path, conninfo: Callable[[str], str], broker: str, operators: OperatorBench, codes: tuple[str, ...]
) -> ReceiverFederation:
    """Hub, operators and nodes, the founding co-signed and the linkage key at every node."""
    home = PartyHome(folder / "hub")
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION, "exercise": True, "database": conninfo("hub"), "broker": broker,
        "hub_url": "https://localhost:8443", "api_port": 0, "desk_port": 0, "opening": "receivers",
    }  # fmt: skip
    initialise_hub(home, HubDraft(FEDERATION, settings, ("localhost",))).database.close()
    hub, room = open_hub(home, "drill", connections=6), operators.room()
    with hub.store.work() as work:
        for card in operators.cards:
            contact = OperatorContact(card, HOST, operators.ports[card.place])
            work.operators.seat(SeatedOperator(contact, "pem", "printed"), datetime.now(UTC))
    api = build_api_services(
        hub,
        ReceiverEncodings(hub.linkage_schemas(), hub.tell_of_rows),
        WakeUps(match=lambda: None, clear_away=lambda: None),
        TokenLines(room._settings),
    )
    worker = build_worker_services(hub, receiver_comparator(hub, room, recompute_one_in=2))
    federation = ReceiverFederation(RunningHub(hub, api, worker), operators=operators, room=room)
    for code in codes:
        calls.enrol(federation, code, folder, conninfo(code.lower()))
    calls.co_sign(federation)
    return federation
