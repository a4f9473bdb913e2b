"""What it costs three operators to prove that records are bits: time and bytes of one record at one of them.

`make bench-bit_proof ARGS="--records 500 --vectors 7"`. All three run in this process, one after the other.
"""

import argparse
import os
import time
from collections import defaultdict, deque

from symbolon.matching.blind.bit_proof import ProofRun
from symbolon.matching.blind.holdings import HeldRecord, Holding, place_digest
from symbolon.matching.blind.party import Seat
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.matching.blind.streams import BatchNumber, session_of
from symbolon.matching.blind.warm_up import warm_up

OPERATORS = (0, 1, 2)


def seats() -> list[Seat]:
    """Three operators that have keys with each other."""
    keys = {frozenset(pair): os.urandom(32) for pair in ((0, 1), (1, 2), (2, 0))}
    session = session_of((os.urandom(32), os.urandom(32), os.urandom(32)))
    return [
        Seat(own, session, {other: keys[frozenset((own, other))] for other in OPERATORS if other != own})
        for own in OPERATORS
    ]


def holdings(records: int, bits: int) -> list[Holding]:
    """What each holds: records of random bits."""
    row = RowOfElements(RING_16, bits)
    dealt = [share(row, os.urandom(bits // 8), os.urandom(row.size)) for _ in range(records)]
    return [
        Holding(
            tuple(
                HeldRecord(handle, place_digest(handle, [(1, handle, bits)]), False, each[own])
                for handle, each in enumerate(dealt, 1)
            ),
            False,
        )
        for own in OPERATORS
    ]


def main() -> None:
    """Prove all records once, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--vectors", type=int, default=7, help="of 1,024 bits, in each record")
    asked = parser.parse_args()
    warm_up()
    held = holdings(asked.records, 1024 * asked.vectors)
    runs = [ProofRun(seat, BatchNumber(0), b"benchmark", os.urandom(32)) for seat in seats()]
    spent: defaultdict[int, float] = defaultdict(float)
    sent: defaultdict[int, int] = defaultdict(int)
    road: deque[tuple[int, int, bytes]] = deque()
    for own, run in enumerate(runs):
        began = time.perf_counter()
        road += [(own, to, frame) for to, frame in run.start(held[own])]
        spent[own] += time.perf_counter() - began
    while road:
        sender, to, frame = road.popleft()
        sent[sender] += len(frame)
        began = time.perf_counter()
        road += [(to, other, answer) for other, answer in runs[to].receive(sender, frame)]
        spent[to] += time.perf_counter() - began
    proved = {len(run.verdict.proved) for run in runs if run.verdict is not None}
    print(f"{asked.records} records of {asked.vectors} vectors of 1,024 bits; proved: {proved.pop()}")
    print(f"{1e6 * max(spent.values()) / asked.records:.0f} µs and {max(sent.values()) / asked.records:,.0f} bytes")
    print("of one record at one operator")


if __name__ == "__main__":
    main()
