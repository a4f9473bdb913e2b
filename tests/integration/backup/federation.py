"""A whole federation in one process: a real hub and real nodes, a database for each, and calls instead of a wire."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import Hub, open_hub
from symbolon.hub.bootstrap.opening import initialise as initialise_hub
from symbolon.hub.bootstrap.worker import build_worker_services, open_comparator
from symbolon.hub.errors import HubError
from symbolon.hub.jobs.tasks import WorkerServices
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.node.bootstrap.opening import COMMAND, Node, NodeDraft, open_node
from symbolon.node.bootstrap.opening import initialise as initialise_node
from symbolon.node.bootstrap.services import HubServices, build_hub_services
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices
from symbolon.node.errors import HubRefused, HubUnavailable, NodeError
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import Delivery, card_fingerprint, welcome_fingerprint
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import (
    HitId,
    MemberCode,
    RecordReference,
    parse_hit_id,
    parse_record_reference,
)
from symbolon.runtime.home import PartyHome

FEDERATION = "exercise-drill"
FOCAL_POINT = Actor("focal", frozenset({Role.FOCAL_POINT}))
PROTECTION_OFFICER = Actor("protection", frozenset({Role.PROTECTION_OFFICER}))
MAPPING = {
    "record": {
        "local_id": "id",
        "case": "case",
        "kind": "person",
        "category": {"column": "role"},
        "comparable_with": {"column": "share", "default": "all"},
    },
    "fields": {"names": ["name"], "birth_date": "born"},
}
HEADER = "id,case,name,born,role,share"


@dataclass
class CallingClient:
    """The hub for one node, without a wire: what a certificate would say is known."""

    federation: "Federation"
    code: MemberCode

    def fetch_history(self, after: int) -> Envelope:
        return Envelope.from_bytes(self._ask(lambda api: api.describe_federation(self.code, after)))

    def fetch_proposal(self) -> Envelope:
        return Envelope.from_bytes(self._ask(lambda api: api.show_proposal(self.code)))

    def fetch_page(self, path: str, after: str | None) -> Envelope:
        def listing(api: ApiServices) -> bytes:
            if path.endswith("/records"):
                reference = None if after is None else parse_record_reference(after)
                return api.reconciliation.list_holdings.records(self.code, reference)
            hit_id = None if after is None else parse_hit_id(after)
            return api.reconciliation.list_holdings.hits(self.code, hit_id)

        return Envelope.from_bytes(self._ask(listing))

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:  # noqa: ARG002 - waits for nobody
        waiting = self._ask(lambda api: api.list_deliveries(self.code, limit))
        return tuple(Delivery(each.delivery_id, parse_json(each.envelope)) for each in waiting)  # type: ignore[arg-type]

    def post(self, path: str, envelope: Envelope) -> bytes:
        # As it would come over the wire.
        handed_in = Envelope.from_bytes(envelope.to_bytes())
        return self._ask(lambda api: _ADDRESSES[path](api)(self.code, handed_in)) or b""

    def _ask(self, call: Callable[[ApiServices], Any]) -> Any:
        try:
            return call(self.federation.hub.api)
        except (HubError, ProtocolError) as refused:
            if refused.problem is Problem.SERVICE_UNAVAILABLE:
                raise HubUnavailable("The hub cannot take this now.") from refused
            raise HubRefused(refused.problem, f"The hub refused this: {refused}") from refused


_ADDRESSES: dict[str, Callable[[ApiServices], Callable[[MemberCode, Envelope], Any]]] = {
    "/v1/federation/approvals": lambda api: api.approve_directory,
    "/v1/epochs/progress": lambda api: api.note_epoch_progress,
    "/v1/submissions": lambda api: api.accept_submission,
    "/v1/withdrawals": lambda api: api.withdraw_records,
    "/v1/votes": lambda api: api.deposit_vote,
    "/v1/messages": lambda api: api.relay_message,
    "/v1/holds": lambda api: api.decide_hold,
    "/v1/steps": lambda api: api.take_step,
    "/v1/acknowledgements": lambda api: api.note_acknowledgement,
    "/v1/safety-holds": lambda api: api.order_safety_hold,
    "/v1/deliveries/acknowledgements": lambda api: api.acknowledge_deliveries,
    "/v1/reconciliation/deliveries": lambda api: api.reconciliation.redeliver,
    "/v1/reconciliation/known-records": lambda api: api.reconciliation.take_known_records,
    "/v1/reconciliation/known-hits": lambda api: api.reconciliation.take_known_hits,
    "/v1/reconciliation/done": lambda api: api.reconciliation.note_reconciled,
}


@dataclass
class RunningHub:
    hub: Hub
    api: ApiServices
    worker: WorkerServices

    @classmethod
    def of(cls, hub: Hub) -> "RunningHub":
        wake = WakeUps(match=lambda: None, clear_away=lambda: None)
        return cls(
            hub,
            build_api_services(hub, OpenEncodings(hub.linkage_schemas()), wake),
            build_worker_services(hub, open_comparator(hub)),
        )


@dataclass
class State:
    """One member state: its node, and what its officers do."""

    node: Node
    worker: HubServices
    folder: Path
    written: int = 0

    @property
    def code(self) -> MemberCode:
        return self.node.settings.code

    def write(self, *rows: str, revise: bool = False) -> None:
        """Import rows of `id,case,name,born,role,share`."""
        self.written += 1
        file = self.folder / f"{self.code}-{self.written}.csv"
        file.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
        mapping = parse_mapping(MAPPING)
        choices = ImportChoices(revise_changed=revise)
        report = self.node.services.import_records(COMMAND, mapping, CsvRows(file, mapping.file), choices)
        assert not report.problems, report.problems

    def publish(self, *rows: str) -> None:
        """Import rows, if any, and publish all that may be."""
        if rows:
            self.write(*rows)
        self.node.services.publish_records(COMMAND)

    def withdraw(self, *local_ids: str) -> None:
        self.node.services.withdraw_records(COMMAND, list(local_ids))

    def reference(self, local_id: str) -> RecordReference:
        with self.node.unit_of_work.begin() as work:
            record = work.records.find_by_local_id(local_id)
        assert record is not None
        return record.reference

    def hit_on(self, local_id: str) -> HitId:
        with self.node.unit_of_work.begin() as work:
            record = work.records.find_by_local_id(local_id)
            assert record is not None
            (hit,) = [hit for hit in work.hits.all() if hit.own_reference == record.reference]
        return hit.hit_id


@dataclass
class Federation:
    """The hub and its members. `pump` lets everything that is on its way arrive."""

    hub: RunningHub
    states: dict[str, State] = field(default_factory=dict)

    def __getitem__(self, code: str) -> State:
        return self.states[code]

    def add(self, node: Node, folder: Path) -> State:
        """The node, as its worker would talk to the hub."""
        client = CallingClient(self, node.settings.code)
        state = State(node, build_hub_services(node.tools, client), folder)
        self.states[node.settings.code] = state
        return state

    def pump(self) -> None:
        """Outboxes out, comparisons made, deliveries in, until nothing moves any more."""
        for _round in range(12):
            for state in self.states.values():
                state.worker.refresh_directory()
                self._try(state.worker.reconcile_with_hub)
                state.node.services.reencode_records()
                self._try(state.worker.deliver_outbox)
            self.hub.worker.find_matches()
            for state in self.states.values():
                state.worker.receive_deliveries(0)
                state.worker.receive_deliveries.retry_waiting()

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except HubUnavailable:
            return

    def picture(self) -> dict[str, object]:
        """What came of it all: records and hits at the hub, and each node's hits and votes, by names of their own."""
        names = self._names()
        with self.hub.hub.store.work() as work:
            records = {
                names[each.reference]: (each.withdrawn, each.epochs)
                for code in self.states
                for each in work.reconciliation.records_of(MemberCode(code), None, 1000)
                if each.reference in names
            }
            hits = sorted(
                (
                    names[each.own_reference],
                    names[each.counterpart_reference],
                    each.ledger.state.value,
                    each.ledger.round,
                    each.own_vote.value,
                )
                for code in self.states
                for each in work.reconciliation.hits_of(MemberCode(code), None, 1000)
                if each.own_reference in names and each.counterpart_reference in names
            )
        return {"records": records, "hits": hits, "nodes": {code: self._view(code, names) for code in self.states}}

    def _view(self, code: str, names: dict[str, str]) -> object:
        with self.states[code].node.unit_of_work.begin() as work:
            hits = []
            for hit in work.hits.all():
                own, counterpart = work.hits.votes(hit.hit_id)
                hits.append(
                    (
                        names[hit.own_reference],
                        names.get(hit.counterpart_reference, "?"),
                        hit.joint_state.value,
                        hit.round,
                        tuple((vote.round, vote.verdict.value) for vote in own),
                        tuple((vote.round, vote.verdict.value) for vote in counterpart),
                        len(work.messages.of_hit(hit.hit_id)),
                    )
                )
            return {"hits": sorted(hits), "publications": work.records.count_by_publication()}

    def _names(self) -> dict[str, str]:
        names = {}
        for code, state in self.states.items():
            with state.node.database.transaction() as tx, state.node.unit_of_work.begin() as work:
                from symbolon.node.storage.records import QUERIES

                everything = {"protected": [False, True], "publications": None, "refused": False}
                unlimited = {"category_not_set": False, "case_id": None, "review_before": None}
                rows = tx.fetch_all(QUERIES["list_records"], **everything, **unlimited)
                for record in work.records.many([RecordReference(str(row["reference"])) for row in rows]):
                    names[record.reference] = f"{code} {record.content.local_id}"
        return names

    def close(self) -> None:
        self.hub.hub.database.close()
        for state in self.states.values():
            state.node.database.close()


def found(
    folder: Path, conninfo: Callable[[str], str], broker: str, codes: tuple[str, ...] = ("XA", "XB")
) -> Federation:
    """A hub and nodes that co-signed their founding directory and hold the linkage key."""
    hub_home = PartyHome(folder / "hub")
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION,
        "exercise": True,
        "database": conninfo("hub"),
        "broker": broker,
        "hub_url": "https://localhost:8443",
        "api_port": 0,
        "desk_port": 0,
    }
    initialise_hub(hub_home, HubDraft(FEDERATION, settings, ("localhost",))).database.close()
    federation = Federation(RunningHub.of(open_hub(hub_home, "drill", connections=6)))
    for code in codes:
        enrol(federation, code, folder, conninfo(code.lower()))
    co_sign(federation)
    return federation


def enrol(federation: Federation, code: str, folder: Path, conninfo: str) -> None:
    """Make a node and enrol it; it is a member when the others have signed."""
    given: dict[str, str | int] = {"code": code, "name": f"State {code}", "database": conninfo}
    draft = NodeDraft(MemberCode(code), f"State {code}", given, ("localhost",))
    node = initialise_node(PartyHome(folder / code.lower()), draft)
    welcome = federation.hub.hub.enrol_member()(node.enrolment_request(), None)
    node.join(welcome, welcome_fingerprint(welcome))
    federation.add(node, folder)


def co_sign(federation: Federation) -> None:
    """Everybody who may signs what is proposed, and holds the linkage key."""
    with federation.hub.hub.store.work() as work:
        proposed = work.directory.proposal()
    assert proposed is not None
    compared = {member.code: card_fingerprint(member.card) for member in proposed.members}
    for state in federation.states.values():
        with suppress(NodeError):
            # Whoever is a member only from this version on has no say in it.
            state.worker.sign_directory(COMMAND, compared, dry_run=False)
    for state in federation.states.values():
        state.worker.refresh_directory()
        state.node.linkage_keys.add(LinkageKey(1, bytes(range(32))))
    federation.pump()


def reopened(federation: Federation, home: PartyHome, folder: Path) -> State:
    """A node that was restored, in the place of the one that was destroyed."""
    return federation.add(open_node(home, "reconcile"), folder)
