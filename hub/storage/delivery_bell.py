"""One connection that hears PostgreSQL's notifications, for any number of nodes that wait for a delivery."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from symbolon.hub.storage.mail import DELIVERY_CHANNEL
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import session_conninfo
from symbolon.runtime.logs import get_logger

_LONGEST_SILENCE_S: Final = 10.0
_ANSWER_WITHIN_S: Final = 5.0
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0


class PostgresDeliveryBell:
    """See `symbolon.hub.ports.DeliveryBell`. All of it runs on one event loop; a waiting node costs one event."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = session_conninfo(conninfo, "symbolon hub bell")
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def waiting(self, member: MemberCode) -> Iterator[asyncio.Event]:
        """A bell that rings from now on whenever something may wait for the member."""
        bell = asyncio.Event()
        self._bells[member].add(bell)
        try:
            yield bell
        finally:
            self._bells[member].discard(bell)
            if not self._bells[member]:
                del self._bells[member]

    async def hear(self) -> None:
        """Listen until cancelled, and begin again, ever more slowly, when PostgreSQL is away."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    await connection.execute(sql.SQL("listen {}").format(sql.Identifier(DELIVERY_CHANNEL)))
                    pause_s = _FIRST_PAUSE_S
                    # What was posted while nobody listened made no sound.
                    self._ring_all()
                    await self._hear_over(connection)
            except (psycopg.OperationalError, TimeoutError):
                get_logger().warning("the delivery bell cannot hear", again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _hear_over(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for notice in connection.notifies(timeout=_LONGEST_SILENCE_S):
                self._ring(notice.payload)
            # A connection whose other end vanished without a word is silent too: ask it.
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await connection.execute("select 1")
            # A notification that came in one packet with this answer is read, but lies unheard in libpq until the next.
            self._ring_all()

    def _ring(self, member: str) -> None:
        for bell in self._bells.get(member, ()):
            bell.set()

    def _ring_all(self) -> None:
        for member in self._bells:
            self._ring(member)
