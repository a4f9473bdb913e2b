"""One operator as a process: multiplies, answers frames, sends its opening shares to the hub (party 3)."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from blind_channels import Channels, Link

from symbolon.matching.blind.batch import Batch, Carry, subject_of
from symbolon.matching.blind.dot_products import Lanes, dot_products, query_vectors
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.opening import opening_shares, scope_planes
from symbolon.matching.blind.party import BatchRun, Outgoing, Seat
from symbolon.matching.blind.ring import RING_16
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
    core: int | None
    session: SessionId
    pair_keys: dict[int, bytes]
    link: Link


def operate(place: Place, plan: Plan) -> None:
    """Compute all repetitions, each when the hub says so; report processor seconds and bytes after each."""
    if place.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {place.core})
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
        self._plan, self._records, self._queries, self._channels = plan, records, queries, channels
        self._early: list[tuple[int, bytes]] = []
        everything = np.ones((1, plan.records_per_batch), dtype=bool)
        self._scope = scope_planes(RING_16, everything)

    def await_go(self) -> None:
        """A faster operator's first frames may come before the hub's word."""
        while (arrival := self._channels.arrivals.get()) != (HUB, GO):
            self._early.append(arrival)

    def compute(self, first_number: int) -> None:
        """All batches once, a few in flight at a time: while one waits for frames, another multiplies."""
        waiting = self._plan.batches()[::-1]
        self._runs: dict[int, BatchRun] = {}
        self._announced = first_number
        self._first, self._active = first_number, set[int]()
        early, self._early = self._early, []
        for sender, frame in early:
            self._take(sender, frame)
        while waiting or self._active:
            while not self._channels.arrivals.empty() or (self._active and not self._may_start(waiting)):
                self._take(*self._channels.arrivals.get())
            if waiting and self._may_start(waiting):
                self._start(*waiting.pop())

    def _may_start(self, waiting: list[tuple[Batch, slice, slice]]) -> bool:
        return bool(waiting) and len(self._active) < self._plan.in_flight

    def _start(self, batch: Batch, rows: slice, columns: slice) -> None:
        number = self._first + batch.number
        run = self._run(number)
        self._active.add(number)
        vectors, constants = self._queries
        products = dot_products(self._records[columns], vectors[rows], constants[rows])
        self._post(number, run.start(products))

    def _run(self, number: int) -> BatchRun:
        while self._announced <= number:
            batch, _, _ = self._plan.batches()[self._announced - self._first]
            renumbered = replace(batch, number=BatchNumber(self._announced))
            self._runs[self._announced] = BatchRun(self._seat, renumbered)
            self._announced += 1
        return self._runs[number]

    def _take(self, sender: int, frame: bytes) -> None:
        number = Frame.from_bytes(frame).batch
        self._post(number, self._run(number).receive(sender, frame))

    def _post(self, number: int, outgoing: list[Outgoing]) -> None:
        for recipient, frame in outgoing:
            self._channels.send(recipient, frame)
        run = self._runs[number]
        if run.result is None:
            return
        for share in opening_shares(self._seat.session, run.batch, self._seat.operator, run.result, self._scope):
            self._channels.send(HUB, share.to_bytes())
        self._active.discard(number)
        del self._runs[number]
