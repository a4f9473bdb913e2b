"""A notification may lie unheard on its connection; whoever waits is not kept waiting by it for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.protocol.references import MemberCode


class SilentConnection:
    """Answers, and lets no notification be heard."""

    async def notifies(self, timeout: float) -> AsyncIterator[Any]:
        assert timeout > 0
        await asyncio.sleep(0.01)
        for unheard in ():
            yield unheard

    async def execute(self, _query: str) -> None:
        await asyncio.sleep(0)


def test_the_bell_rings_after_each_silence() -> None:
    async def listen() -> bool:
        bell = PostgresDeliveryBell("host=nowhere")
        hearing = asyncio.create_task(bell._hear_over(SilentConnection()))  # type: ignore[arg-type]  # a stand-in
        with bell.waiting(MemberCode("XA")) as rung, suppress(TimeoutError):
            async with asyncio.timeout(2):
                await rung.wait()
        hearing.cancel()
        return rung.is_set()

    assert asyncio.run(listen())
