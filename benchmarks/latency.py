"""How long from "submission accepted" until both nodes have fetched the alert: real hub, worker, broker, PostgreSQL.

Prints one JSON object: the median and the slowest of the rounds, in milliseconds. The target is a median under 150 ms.
"""

import argparse
import json
import statistics
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import httpx
from hub_members import LONG_WAIT_S, WireMember, co_sign, item, running_hub

from symbolon.exercise.fiction import drama_phone
from symbolon.matching.identifiers import RecordIdentifiers, parse_phone

WARM_UP_ROUNDS = 5


class Listener:
    """A node in long poll: notes when its next delivery arrives."""

    def __init__(self, member: WireMember) -> None:
        self._member = member
        self._arrived = threading.Event()
        self._at = 0.0
        self._over = False
        threading.Thread(target=self._listen, daemon=True).start()

    def expect(self) -> None:
        self._arrived.clear()

    def arrival(self) -> float:
        assert self._arrived.wait(30), "no alert in 30 s"
        return self._at

    def stop(self) -> None:
        self._over = True

    def _listen(self) -> None:
        while True:
            try:
                found = self._member.fetch(LONG_WAIT_S)
            except httpx.HTTPError:
                # The hub stops at the end while we wait for it.
                if self._over:
                    return
                raise
            if found:
                self._at = perf_counter()
                self._member.acknowledge(*found)
                self._arrived.set()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder, running_hub(matching=True) as hub:
        one, other = (WireMember(hub, code, Path(folder)) for code in ("XA", "XB"))
        co_sign(one, other)
        # A node's connection for handing in is not the one that waits.
        listeners = [Listener(one), Listener(other)]
        for number in range(WARM_UP_ROUNDS + rounds):
            phone = RecordIdentifiers(phones=(parse_phone(drama_phone(number)),))
            one.post("/v1/submissions", one.simulated.submission(item(phone)))
            for listener in listeners:
                listener.expect()
            other.post("/v1/submissions", other.simulated.submission(item(phone)))
            accepted = perf_counter()
            arrivals = [listener.arrival() for listener in listeners]
            took.append(1000 * (max(arrivals) - accepted))
        for listener in listeners:
            listener.stop()
    took = took[WARM_UP_ROUNDS:]
    print(
        json.dumps(
            {
                "rounds": rounds,
                "accepted_to_both_fetched_median_ms": round(statistics.median(took), 1),
                "p95_ms": round(sorted(took)[int(0.95 * len(took))], 1),
                "slowest_ms": round(max(took), 1),
                "target_median_ms": 150,
            }
        )
    )


if __name__ == "__main__":
    main()
