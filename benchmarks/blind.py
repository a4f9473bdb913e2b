"""Blind comparison by three processes over mutual TLS on loopback, one core each, beside the open kernel.

    make bench-blind ARGS="--rows 16384 --queries 1024 --threshold 4/5"

Every opened bit is compared with clear Dice. The last line is JSON. `--link lan` and `--link wan` add .2 ms / 10 Gbit/s
and 60 ms / 700 Mbit/s to every connection. Then one query is compared with a million records (the distinct ones again
and again, 2 GB at each operator), which is told as `latency_1m_ms`; `--one-against 0` leaves it out. With `--cores 2`
or `4` each operator multiplies on so many cores; where that is more than the machine has for three, they share them,
and a core's share is a third of the machine.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import secrets
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from blind_channels import LINKS, Channels, write_certificates
from blind_operator import GO, HUB, Place, Plan, operate
from tests.simulators.blind_operators import OPERATORS, Bits, clear_values, shared
from tests.simulators.dense_vectors import rows_of_all_densities

from symbolon.matching import kernel
from symbolon.matching.blind.batch import Carry
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.opening import OpeningShare, opened_records
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import session_of

_JOBS = 4
"""That one query against a million records makes."""


def main() -> None:
    arguments = _arguments()
    threshold = Fraction(arguments.threshold)
    test = LinearTest.dice(threshold)
    queries, records = rows_of_all_densities(np.random.default_rng(1), arguments.queries, arguments.rows, test)
    plan = Plan(
        test=test,
        bits=test.fitting(RING_16, PopcountBounds(queries.shape[1], queries.shape[1])),
        queries=arguments.queries,
        records=arguments.rows,
        queries_per_batch=min(arguments.batch_queries, arguments.queries),
        records_per_batch=arguments.rows // arguments.parts,
        carry=Carry[arguments.carry.upper()],
        in_flight=arguments.in_flight,
        repetitions=arguments.rounds + 1,
        threads=arguments.cores,
    )
    figures = _measure(plan, queries, records, arguments)
    if arguments.one_against:
        rows = arguments.one_against - arguments.one_against % arguments.rows
        # One query, cut into as many jobs as the hub does.
        one = replace(plan, queries=1, queries_per_batch=1, records=rows, records_per_batch=rows // _JOBS, threads=1)
        arguments.unpinned = True
        latency = _measure(replace(one, in_flight=_JOBS), queries[:1], records, arguments)
        figures["latency_1m_ms"] = round(1e9 / latency["pairs_per_s"], 1)
        figures["errors"] += latency["errors"]
    figures["open_kernel_pairs_per_s"] = round(_open_kernel(queries, records, threshold))
    ratio = figures["open_kernel_pairs_per_s"] / figures["pairs_per_s_core"]
    print(f"open comparison is {ratio:.0f} times as fast on a core")
    print(json.dumps(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=16_384, help="distinct records, a multiple of 64")
    parser.add_argument("--queries", type=int, default=1_024)
    parser.add_argument("--threshold", default="4/5")
    parser.add_argument("--batch-queries", type=int, default=64)
    parser.add_argument("--parts", type=int, default=1, help="batches that the records are parted into")
    parser.add_argument("--in-flight", type=int, default=4, help="batches at a time")
    parser.add_argument("--rounds", type=int, default=3, help="measured repetitions; the median is told")
    parser.add_argument("--link", choices=sorted(LINKS), default="loopback")
    parser.add_argument("--carry", choices=[carry.name.lower() for carry in Carry], default="ripple")
    parser.add_argument(
        "--one-against", type=int, default=1_000_000, help="records for the latency of one query; 0: do not measure it"
    )
    parser.add_argument("--cores", type=int, choices=(1, 2, 4), default=1, help="of each operator")
    parser.add_argument("--unpinned", action="store_true", help="let operators use whatever core is free")
    return parser.parse_args()


def _measure(plan: Plan, queries: Bits, records: Bits, arguments: argparse.Namespace) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_certificates(folder, 4)
        for kind, rows in (("records", records), ("queries", queries)):
            for operator, held in enumerate(shared(rows)):
                np.save(folder / f"{kind}{operator}.npy", held)
        keys = {frozenset(pair): secrets.token_bytes(32) for pair in ((0, 1), (1, 2), (2, 0))}
        session = session_of((secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32)))
        ports, link = _free_ports(4), LINKS[arguments.link]
        cores = os.cpu_count() or 1
        processes = []
        for own in OPERATORS:
            pinned = frozenset((own * arguments.cores + 1 + core) % cores for core in range(arguments.cores))
            pair_keys = {other: keys[frozenset((own, other))] for other in OPERATORS if other != own}
            place = Place(folder, ports, own, frozenset() if arguments.unpinned else pinned, session, pair_keys, link)
            processes.append(context.Process(target=operate, args=(place, plan), daemon=True))
        for process in processes:
            process.start()
        channels = Channels(folder, HUB, ports, list(OPERATORS), link)
        hub = _Hub(channels, plan, session, clear_values(queries, records, plan.test) >= 0)
        runs = [hub.repetition(number) for number in range(plan.repetitions)][1:]
        for operator in OPERATORS:
            channels.send(operator, GO)
        for process in processes:
            process.join()
    pairs = plan.queries * plan.records
    wall = statistics.median(run["wall"] for run in runs)
    best = pairs / min(run["wall"] for run in runs) / 1e6
    print(f"{pairs} pairs of {plan.bits} bits, {hub.positives} matches; the best round {best:.1f} M pairs/s")
    return {
        "pairs_per_s_core": round(pairs / wall / min(plan.threads, max(1.0, cores / len(OPERATORS)))),
        "pairs_per_s": round(pairs / wall),
        "cores": plan.threads,
        "pairs_per_cpu_s": round(pairs / statistics.median(run["cpu"] for run in runs)),
        "errors": hub.errors,
        "bytes_per_pair_party": round(max(run["bytes"] for run in runs) / pairs, 3),
        "rounds": plan.batches()[0][0].rounds,
        "mem_bytes_record": queries.shape[1] * RING_16.word_bytes,
    }


class _Hub:
    """Says when to begin, collects opening shares, opens them and compares them with the clear answers."""

    def __init__(self, channels: Channels, plan: Plan, session: bytes, expected: Bits) -> None:
        self._channels, self._plan, self._session, self._expected = channels, plan, session, expected
        self.errors = self.positives = 0

    def repetition(self, number: int) -> dict[str, float]:
        batches = self._plan.batches()
        awaited = 3 * sum(batch.queries for batch, _, _ in batches) + 3
        started = time.monotonic()
        for operator in OPERATORS:
            self._channels.send(operator, GO)
        messages, reports = [], []
        while awaited > len(messages) + len(reports):
            sender, message = self._channels.arrivals.get()
            if message[:4] == b"SYO1":
                messages.append((sender, message))
                arrived = time.monotonic()
            else:
                reports.append([float(figure) for figure in message.split()])
        self._check(messages, number * len(batches))
        return {
            "wall": arrived - started,
            "cpu": max(cpu for cpu, _ in reports),
            "bytes": max(sent for _, sent in reports),
        }

    def _check(self, messages: list[tuple[int, bytes]], first_number: int) -> None:
        parts = {first_number + batch.number: (batch, rows, columns) for batch, rows, columns in self._plan.batches()}
        by_query: dict[tuple[int, int], list[OpeningShare]] = {}
        for _, message in messages:
            number = int.from_bytes(message[20:28], "big")
            share = OpeningShare.from_bytes(parts[number][0], message)
            by_query.setdefault((number, share.query), []).append(share)
        distinct = self._expected.shape[1]
        self.positives = 0
        for (number, query), shares in by_query.items():
            batch, rows, columns = parts[number]
            renumbered = replace(batch, number=shares[0].batch)
            opened = opened_records(RING_16, renumbered, shares[0].session, shares)
            found = np.zeros(batch.records, dtype=bool)
            found[opened] = True
            places = np.arange(columns.start, columns.stop) % distinct
            self.errors += int((found != self._expected[rows.start + query, places]).sum())
            self.positives += len(opened)


def _open_kernel(queries: Bits, records: Bits, threshold: Fraction) -> float:
    """Pairs per second of the open comparison on the same vectors and one core."""
    packed_queries, packed = (
        np.packbits(rows, axis=1, bitorder="little").view(np.uint64) for rows in (queries, records)
    )
    packed = np.concatenate([packed, np.zeros((-len(packed) % kernel.TILE_RECORDS, packed.shape[1]), np.uint64)])
    folds, limits = kernel.block_folds(kernel.fold_rows(packed)), kernel.limits_of(packed, threshold)
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        kernel.scan(packed_queries, packed, folds, limits, threshold)
        seconds.append(time.perf_counter() - started)
    return len(queries) * len(packed) / statistics.median(seconds[1:])


def _free_ports(count: int) -> list[int]:
    with_ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in with_ports]
    for listener in with_ports:
        listener.close()
    return ports


if __name__ == "__main__":
    main()
