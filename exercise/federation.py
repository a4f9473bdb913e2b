"""A whole federation on this machine: the hub and its members, each with processes, keys and a database of its own."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Final, Self

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.fiction import STATE_NAMES
from symbolon.exercise.hub_party import WORKER, ExerciseHub
from symbolon.exercise.node_party import ExerciseNode
from symbolon.exercise.operator_party import ExerciseOperator
from symbolon.exercise.own_log import OwnLog
from symbolon.exercise.servers import ExerciseServers
from symbolon.protocol.messages import Opening, welcome_fingerprint
from symbolon.protocol.messages_comparison import OperatorRequest, OperatorWelcome
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.protocol.references import MemberCode

PAIRS_EVERY: Final = timedelta(seconds=1)
"""At which intervals members tell each other of pairs where the hub learns none: a hit takes three of them."""
_TAKEN_WITHIN_S: Final = 90.0


class Federation:
    """Laid out when entered as a context manager; :meth:`start` starts the parties' processes."""

    def __init__(
        self,
        states: Mapping[MemberCode, str] = STATE_NAMES,
        *,
        broker_url: str | None = None,
        blind: bool = False,
        opening: Opening = Opening.HUB,
    ) -> None:
        """``states``: the members' names by code; ``broker_url``: a broker that runs already, instead of our own.

        ``blind``: three operators compare what nobody sees; else the hub compares encodings. ``opening``: towards whom
        match bits of a blind comparison open.
        """
        self.servers = ExerciseServers(broker_url=broker_url)
        self.opening = opening
        self.hub = ExerciseHub(self.servers.folder / "hub", opening=opening)
        pairs_every = PAIRS_EVERY if opening is Opening.RECEIVERS else None
        self.nodes: Mapping[MemberCode, ExerciseNode] = {
            code: ExerciseNode(self.servers.folder / code.lower(), code, name, pairs_every)
            for code, name in states.items()
        }
        places = range(OPERATORS if blind else 0)
        self.operators = tuple(ExerciseOperator(self.servers.folder / f"operator{place}", place) for place in places)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undone:
            undone.enter_context(self.servers)
            log = OwnLog(self.servers.logs / "exercise.log")
            undone.enter_context(log.open())
            undone.callback(self._close_parties)
            self._lay_out()
            log.claim()
            self._open = undone.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def start(self, hub_urls: Mapping[MemberCode, str] | None = None) -> None:
        """Start all processes; the members sign the first directory, make the linkage key, and publish their desks.

        ``hub_urls`` gives single nodes another way to the hub, such as through a recorder.
        """
        self.start_processes(hub_urls)
        self.co_sign()
        self.hold_ceremony()
        self.publish_desks()

    def start_processes(self, hub_urls: Mapping[MemberCode, str] | None = None) -> None:
        """Start all processes, and nothing else: the states are enrolled, and the federation is not founded yet."""
        logs, supervisor = self.servers.logs, self.servers.supervisor
        first = [operator.process(logs) for operator in self.operators]
        first += self.hub.processes(logs, lambda: supervisor.pid(WORKER))
        workers = []
        for code, node in self.nodes.items():
            detour = (hub_urls or {}).get(code)
            web, worker = node.processes(logs, {} if detour is None else {"SYMBOLON_HUB_URL": detour})
            first.append(web)
            workers.append(worker)
        # The nodes' workers last, so that none begins with waiting for the hub.
        supervisor.start(*first)
        supervisor.start(*workers)

    def co_sign(self) -> None:
        """Every active member signs what the hub proposes, each new card compared; and each takes the version."""
        # Fingerprints come from each party's own keys, as over the telephone, and not from the hub's proposal.
        cards = {code: node.read_out_fingerprint() for code, node in self.nodes.items()}
        version = self.hub.directory_version() + 1
        signers = [node for node in self.nodes.values() if self.hub.serves(node.code)]
        for node in signers:
            # The last signatures of a version are not needed once a quorum has signed it.
            if self.hub.directory_version() < version:
                node.sign_directory(cards)
        for node in signers:
            has_version = partial(node.has_directory, version)
            self.wait_until("Taking the signed directory", has_version, _TAKEN_WITHIN_S)

    def hold_ceremony(self) -> None:
        """Every active member commits to its contribution to the newest epoch's key; and each has made the key."""
        members = [node for node in self.nodes.values() if self.hub.serves(node.code)]
        for node in members:
            node.join_ceremony()
        self.await_key()

    def publish_desks(self) -> None:
        """Every state signs its focal points and hands them in."""
        for code, node in self.nodes.items():
            node.publish_desks(CASE_FOLDER / f"{code.lower()}-desks.toml")

    def know_desks(self) -> None:
        """Wait until every node keeps the desks of all others, and so knows whom to call while the hub is away."""
        for node in self.nodes.values():
            node.answer_pings()
        for node in self.nodes.values():
            others = [code for code in self.nodes if code != node.code]
            self.wait_until("Handing out the desks", partial(_fetches_desks, node, others), _TAKEN_WITHIN_S)

    def await_key(self) -> None:
        """Wait until every active member holds the key of each epoch."""
        for node in self.nodes.values():
            if self.hub.serves(node.code):
                self.wait_until("Making the linkage key together", node.holds_linkage_keys, _TAKEN_WITHIN_S)

    def wait_until(self, what: str, is_so: Callable[[], bool], within_s: float, *, look_every_s: float = 0.2) -> None:
        """Wait for something to become true. Raises :class:`ExerciseError` naming ``what`` when it does not in time."""
        deadline = time.monotonic() + within_s
        while not is_so():
            if time.monotonic() > deadline:
                raise ExerciseError(f"{what} did not happen within {within_s:.0f} s: read the logs in its run folder.")
            time.sleep(look_every_s)

    def is_settled(self) -> bool:
        """Whether nothing is under way: all handed in, all compared, all deliveries fetched and taken in."""
        for node in self.nodes.values():
            status = node.status()
            if status.outbox["items"] or status.outbox["messages"] or status.inbox["waiting"]:
                return False
            if node.pairs_under_way():
                return False
        status_of_hub = self.hub.status()
        waiting = any(member.undelivered for member in status_of_hub.members)
        return not waiting and not status_of_hub.pending_comparisons

    def _lay_out(self) -> None:
        postgres = self.servers.postgres
        parties = ("hub", *(code.lower() for code in self.nodes), *(operator.name for operator in self.operators))
        databases = {name: postgres.create_party(name) for name in parties}
        with ThreadPoolExecutor() as pool:
            founding = pool.submit(self.hub.found, databases["hub"], self.servers.broker_url)
            requests = [pool.submit(node.initialise, databases[code.lower()]) for code, node in self.nodes.items()]
            asking = [pool.submit(operator.initialise, databases[operator.name]) for operator in self.operators]
            founding.result()
            self._add_operators([request.result() for request in asking])
            welcomes = [self.hub.enrol(request.result()) for request in requests]
        for node, welcome in zip(self.nodes.values(), welcomes, strict=True):
            node.join(welcome, welcome_fingerprint(welcome))

    def _add_operators(self, requests: Sequence[OperatorRequest]) -> None:
        """Before the members: the founding that they sign lists the operators."""
        welcomes: tuple[OperatorWelcome, ...] = ()
        for operator, request in zip(self.operators, requests, strict=True):
            welcomes = self.hub.add_operator(request, operator.port)
        # Those that are written last know all three.
        for operator, welcome in zip(self.operators, welcomes, strict=True):
            operator.join(welcome)

    def _close_parties(self) -> None:
        self.hub.close()
        for node in self.nodes.values():
            node.close()


def _fetches_desks(node: ExerciseNode, others: Collection[MemberCode]) -> bool:
    node.fetch_desks()
    return all(node.knows_desks_of(other) for other in others)
