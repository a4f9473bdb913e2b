"""Whether a hundred nodes in long poll slow down an ordinary request: the same request with none and with a hundred.

Rounds with and without the waiting nodes take turns, so that what else the machine does meets both alike. Prints one
JSON object with the medians in milliseconds and their ratio. The target is a ratio of 1.2 at most.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
from pathlib import Path
from string import ascii_uppercase
from time import perf_counter

import httpx
from hub_members import LONG_WAIT_S, WireMember, co_sign, running_hub

SETTLE_S = 1.0


async def wait_forever(client: httpx.AsyncClient) -> None:
    while True:
        await client.get("/v1/deliveries", params={"wait": LONG_WAIT_S})


def time_requests(member: WireMember, count: int) -> list[float]:
    took = []
    for _ in range(count):
        started = perf_counter()
        member.client.get("/v1/federation").raise_for_status()
        took.append(1000 * (perf_counter() - started))
    return took


async def measure(hub_url: str, ordinary: WireMember, waiting: list[WireMember], rounds: int) -> dict[str, float]:
    alone: list[float] = []
    beside: list[float] = []
    await asyncio.to_thread(time_requests, ordinary, 50)
    for _ in range(rounds):
        alone += await asyncio.to_thread(time_requests, ordinary, 100)
        async with contextlib.AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(
                    httpx.AsyncClient(base_url=hub_url, verify=member.tls, timeout=60, trust_env=False)
                )
                for member in waiting
            ]
            tasks = [asyncio.create_task(wait_forever(client)) for client in clients]
            await asyncio.sleep(SETTLE_S)
            beside += await asyncio.to_thread(time_requests, ordinary, 100)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(SETTLE_S / 2)
    return {
        "alone_median_ms": round(statistics.median(alone), 2),
        "beside_median_ms": round(statistics.median(beside), 2),
        "ratio": round(statistics.median(beside) / statistics.median(alone), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    codes = [first + second for first in ascii_uppercase for second in ascii_uppercase]
    with tempfile.TemporaryDirectory() as folder, running_hub(matching=False) as hub:
        ordinary, *waiting = (WireMember(hub, code, Path(folder)) for code in codes[: arguments.nodes + 1])
        co_sign(ordinary, *waiting)
        result = asyncio.run(measure(hub.url, ordinary, waiting, arguments.rounds))
    print(json.dumps({"nodes": arguments.nodes, **result, "target_ratio": 1.2}))


if __name__ == "__main__":
    main()
