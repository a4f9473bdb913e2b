"""One operator as a process: multiplies, answers frames, sends its opening shares to the hub (party 3)."""

import os
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from blind_channels import Channels, Link

from symbolon.matching.blind.batch import Batch, Carry, subject_of
from symbolon.matching.blind.dot_products import Lanes, dot_products, query_vectors
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.opening import opening_shares, scope_planes
from symbolon.matching.blind.party import Outgoing, Seat
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.session import OperatorSession
from symbolon.matching.blind.streams import BatchNumber, SessionId

HUB = 3
GO = b"go"


@dataclass(frozen=True)
class Plan:
    """What all three compute: queries by `queries_per_batch`, each against records by `records_per_batch`."""

    test: LinearTest
    bits: int
    queries: int
    records: int
    queries_per_batch: int
    records_per_batch: int
    carry: Carry
    in_flight: int
    repetitions: int
    threads: int
    """That multiply."""

    def batches(self) -> list[tuple[Batch, slice, slice]]:
        """The batches of one repetition, numbered from 0."""
        parts = [
            (
                slice(query, min(query + self.queries_per_batch, self.queries)),
                slice(record, record + self.records_per_batch),
            )
            for query in range(0, self.queries, self.queries_per_batch)
            for record in range(0, self.records, self.records_per_batch)
        ]
        return [
            (
                Batch(BatchNumber(number), *_lengths(rows, columns), self.bits, subject_of([]), carry=self.carry),
                rows,
                columns,
            )
            for number, (rows, columns) in enumerate(parts)
        ]


def _lengths(*parts: slice) -> tuple[int, ...]:
    return tuple(part.stop - part.start for part in parts)


@dataclass(frozen=True)
class Place:
    """Where an operator runs, and what it holds."""

    folder: Path
    ports: list[int]
    operator: int
    cores: frozenset[int]
    """That it is kept to; none: whatever is free."""
    session: SessionId
    pair_keys: dict[int, bytes]
    link: Link


def operate(place: Place, plan: Plan) -> None:
    """Compute all repetitions, each when the hub says so; report processor seconds and bytes after each."""
    if place.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, place.cores)
    records: Lanes = np.load(place.folder / f"records{place.operator}.npy")
    records = np.tile(records, (plan.records // len(records), 1))
    queries: Lanes = np.load(place.folder / f"queries{place.operator}.npy")
    others = [other for other in range(4) if other != place.operator]
    channels = Channels(place.folder, place.operator, place.ports, others, place.link)
    operator = _Operator(place, plan, records, query_vectors(RING_16, queries, plan.test, place.operator), channels)
    for repetition in range(plan.repetitions):
        operator.await_go()
        cpu, sent = time.process_time(), channels.sent_bytes
        operator.compute(repetition * len(plan.batches()))
        report = f"{time.process_time() - cpu} {channels.sent_bytes - sent}"
        channels.send(HUB, report.encode())
    operator.await_go()


class _Operator:
    def __init__(
        self, place: Place, plan: Plan, records: Lanes, queries: tuple[Lanes, Lanes], channels: Channels
    ) -> None:
        self._seat = Seat(place.operator, place.session, place.pair_keys)
        self._session = OperatorSession(self._seat)
        self._plan, self._records, self._queries, self._channels = plan, records, queries, channels
        self._scope = scope_planes(RING_16, np.ones((1, plan.records_per_batch), dtype=bool))
        self._active: dict[BatchNumber, Batch] = {}
        self._pool = ThreadPoolExecutor(plan.threads) if plan.threads > 1 else None
        self._multiplied: queue.SimpleQueue[tuple[BatchNumber, Lanes]] = queue.SimpleQueue()

    def await_go(self) -> None:
        """A faster operator's first frames may come before the hub's word."""
        while (arrival := self._channels.arrivals.get()) != (HUB, GO):
            self._take(*arrival)

    def compute(self, first_number: int) -> None:
        """All batches once, a few in flight at a time: while one waits for frames, another multiplies."""
        waiting = [
            (replace(batch, number=BatchNumber(first_number + batch.number)), rows, columns)
            for batch, rows, columns in self._plan.batches()
        ][::-1]
        while waiting or self._active:
            may_start = waiting and len(self._active) < self._plan.in_flight
            while not self._channels.arrivals.empty() or (self._active and not may_start):
                self._take(*self._channels.arrivals.get())
                may_start = waiting and len(self._active) < self._plan.in_flight
            if may_start:
                self._start(*waiting.pop())

    def _start(self, batch: Batch, rows: slice, columns: slice) -> None:
        self._session.announce(batch)
        self._active[batch.number] = batch
        vectors, constants = self._queries

        def multiply() -> Lanes:
            return dot_products(self._records[columns], vectors[rows], constants[rows])

        if self._pool is None:
            self._post(self._session.start(batch.number, multiply()))
            return

        def multiply_beside() -> None:
            self._multiplied.put((batch.number, multiply()))
            # Whoever waits for frames looks here first.
            self._channels.arrivals.put((self._seat.operator, b""))

        self._pool.submit(multiply_beside)

    def _take(self, sender: int, frame: bytes) -> None:
        if sender == self._seat.operator:
            number, products = self._multiplied.get()
            self._post(self._session.start(number, products))
            return
        self._post(self._session.receive(sender, frame))
        number = Frame.from_bytes(frame).batch
        batch = self._active.get(number)
        result = self._session.result(number) if batch else None
        if batch and result:
            for share in opening_shares(self._seat.session, batch, self._seat.operator, result, self._scope):
                self._channels.send(HUB, share.to_bytes())
            del self._active[number]

    def _post(self, outgoing: list[Outgoing]) -> None:
        for recipient, frame in outgoing:
            self._channels.send(recipient, frame)
