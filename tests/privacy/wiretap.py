"""Notes, at each of three operators in this process, every message that it receives, and what it computes of them.

Messages are noted where TLS ends: an operator has its own keys. By whom and to whom is known from the ports: operators
listen on known ones, and whoever calls is known to the called by its certificate.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from tests.simulators.operator_bench import PLACES, OperatorBench

from symbolon.hub.operators.services import compare_rows
from symbolon.hub.operators.services.sessions import Asker, ComparisonSession
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.dot_products import Lanes
from symbolon.matching.blind.streams import BatchNumber, SessionId
from symbolon.protocol.messages_operators import Channel
from symbolon.runtime.links import Arrival, Link

HUB = -1
_Ports = tuple[int, int]
"""The own port and the other party's."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was received: from whom (a place, or `HUB`), of what kind, its bytes."""

    sender: int
    kind: Channel
    payload: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Multiplied:
    """What one operator computed alone for one batch."""

    session: SessionId
    batch: Batch
    scope: Planes
    """Which pairs it opens."""
    queries: Lanes
    records: Lanes
    """As many rows as the batch has records; what fills them up is zero."""
    products: Lanes


@dataclass(slots=True)
class Wiretap:
    """What was received, by who received it, and what operators computed, by place."""

    received: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))
    computed: dict[int, list[Multiplied]] = field(default_factory=lambda: defaultdict(list))
    _noted: list[tuple[_Ports, Arrival]] = field(default_factory=list)
    _callers: dict[_Ports, str] = field(default_factory=dict)
    _ports: dict[Link, _Ports] = field(default_factory=dict)
    _scopes: dict[tuple[SessionId, BatchNumber], Planes] = field(default_factory=dict)
    _alone: threading.local = field(default_factory=threading.local)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note what every operator of this process receives and computes; they must be started within."""
        with pytest.MonkeyPatch.context() as patch:
            self._note_links(patch)
            self._note_products(patch)
            yield

    def sort(self, bench: OperatorBench) -> None:
        """Say of every message that was noted who received it from whom."""
        listening = {port: place for place, port in enumerate(bench.ports)}
        parties = {bench.fingerprint(f"operator{place}-client"): place for place in PLACES}
        parties[bench.fingerprint("coordinator")] = HUB
        for (own, other), arrival in self._noted:
            if own in listening:
                recipient, sender = listening[own], parties[self._callers[own, other]]
            else:
                recipient, sender = parties[self._callers[other, own]], listening[other]
            self.received[recipient].append(Message(sender, Channel(arrival.kind), arrival.payload))
        self._noted.clear()

    def _note_links(self, patch: pytest.MonkeyPatch) -> None:
        begin, receive = Link.__init__, Link.receive

        def begin_noted(link: Link, channel: Any) -> None:
            ports = channel.getsockname()[1], channel.getpeername()[1]
            begin(link, channel)
            self._ports[link] = ports
            self._callers[ports] = link.fingerprint

        def receive_noted(link: Link) -> Arrival:
            arrival = receive(link)
            self._noted.append((self._ports[link], arrival))
            return arrival

        patch.setattr(Link, "__init__", begin_noted)
        patch.setattr(Link, "receive", receive_noted)

    def _note_products(self, patch: pytest.MonkeyPatch) -> None:
        fold, multiply, pair = compare_rows.query_vectors, compare_rows.dot_products, compare_rows.paired_products
        announce, start = ComparisonSession.announce, ComparisonSession.start

        def fold_noted(ring: Any, queries: Lanes, *rest: Any) -> Any:
            self._alone.queries, self._alone.records = queries.copy(), []
            return fold(ring, queries, *rest)

        def multiply_noted(records: Lanes, *rest: Any) -> Lanes:
            self._alone.records.append(records.copy())
            return multiply(records, *rest)

        def pair_noted(records: Lanes, *rest: Any) -> Lanes:
            self._alone.records.append(records.copy())
            return pair(records, *rest)

        def announce_noted(session: ComparisonSession, batch: Batch, scope: Planes, asker: Asker) -> None:
            self._scopes[session.name, batch.number] = scope
            announce(session, batch, scope, asker)

        def start_noted(session: ComparisonSession, batch: Batch, products: Lanes) -> None:
            records = np.zeros((batch.records, self._alone.queries.shape[1]), dtype=products.dtype)
            together = np.concatenate(self._alone.records)
            records[: len(together)] = together
            scope = self._scopes[session.name, batch.number]
            noted = Multiplied(session.name, batch, scope, self._alone.queries, records, products.copy())
            self.computed[session._place].append(noted)
            start(session, batch, products)

        patch.setattr(compare_rows, "query_vectors", fold_noted)
        patch.setattr(compare_rows, "dot_products", multiply_noted)
        patch.setattr(compare_rows, "paired_products", pair_noted)
        patch.setattr(ComparisonSession, "announce", announce_noted)
        patch.setattr(ComparisonSession, "start", start_noted)
