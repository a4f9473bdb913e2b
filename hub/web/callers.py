"""What a caller handed in; who calls, `symbolon.hub.web.authorisation` finds out."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from symbolon.protocol.envelope import Envelope


async def read_body(request: Request) -> bytes:
    """The body's bytes; how many there may be, a middleware decides."""
    return await request.body()


def read_envelope(body: Annotated[bytes, Depends(read_body)]) -> Envelope:
    """The envelope of the body, on the thread pool: a batch takes a while to parse. Raises `MalformedMessage`."""
    return Envelope.from_bytes(body)
