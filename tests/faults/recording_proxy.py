"""Stands between one node and the hub, ends TLS on both sides, and keeps every byte that passes, in clear.

To the node it is the hub (with a certificate of the federation's authority), to the hub it is the node (with the
node's own certificate): what it records is what the parties say to each other before it is encrypted for the wire.
"""

import asyncio
import contextlib
import ssl
import threading
from types import TracebackType
from typing import Self

_BUFFER = 65536


class RecordingProxy:
    """Listens on a loopback port, with an event loop and thread of its own. Use it as a context manager."""

    def __init__(self, port: int, hub_port: int, as_hub: ssl.SSLContext, as_node: ssl.SSLContext) -> None:
        self.port = port
        self._hub_port = hub_port
        self._as_hub = as_hub
        self._as_node = as_node
        self._chunks: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()
        self._loop.close()

    def recorded(self) -> bytes:
        """Everything that passed so far, both ways, in the order of its passing."""
        return b"".join(tuple(self._chunks))

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._hang_up())

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._relay, "127.0.0.1", self.port, ssl=self._as_hub)
        self._listening.set()
        async with server:
            await server.serve_forever()

    async def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        # The loop closes the sockets in its next turns.
        await asyncio.sleep(0.05)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A side that hangs up ends the connection, as it would without us.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._hub_port, ssl=self._as_node)
            self._writers += (writer, hub_writer)
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(self._pump(reader, hub_writer))
                both_ways.create_task(self._pump(hub_reader, writer))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_BUFFER):
                self._chunks.append(chunk)
                target.write(chunk)
                await target.drain()
        target.close()
