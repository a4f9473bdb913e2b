"""Files on their way: offered in an envelope, then their sealed chunks as they are."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response
from starlette.requests import Request

from symbolon.hub.domain.members import Caller
from symbolon.hub.services.desk_services import AttachmentServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.callers import read_envelope
from symbolon.hub.web.routes.exchange import json_response
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages_case import CHUNK_BYTES, MOST_CHUNKS
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, parse_attachment_id
from symbolon.runtime.problem_responses import Refusal

_NO_CONTENT: Final = 204
_CHUNK_TYPE: Final = "application/octet-stream"
_LARGEST_SEALED: Final = CHUNK_BYTES + 64


_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def attachment_named(attachment_id: Annotated[str, Path(pattern=_UUID)]) -> AttachmentId:
    """The file of the address."""
    return parse_attachment_id(attachment_id)


async def read_chunk(request: Request) -> bytes:
    """The bytes of one chunk, no more than one may have: a longer body is refused while it comes."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _LARGEST_SEALED:
            raise Refusal(Problem.PAYLOAD_TOO_LARGE, "A chunk has at most 1 MiB of content: send one at a time.")
    return bytes(content)


def attachments_router(services: AttachmentServices) -> APIRouter:
    """What the two parties of a hit do about a file."""
    router = APIRouter(prefix="/v1/attachments")
    calling = Depends(caller_of)
    handed_in = Depends(read_envelope)
    Named = Annotated[AttachmentId, Depends(attachment_named)]  # noqa: N806 - a type
    Number = Annotated[int, Path(ge=0, lt=MOST_CHUNKS)]  # noqa: N806 - a type

    @router.post("")
    def offer_attachment(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Offer a file to the other party; the answer says which chunks to send. The same offer again: what is left."""
        return json_response(services.offer(caller.member, envelope))

    @router.get("/{attachment_id}/progress")
    def show_progress(caller: Annotated[Caller, calling], attachment_id: Named) -> Response:
        """Which chunks are not here yet."""
        return json_response(services.show_progress(caller.member, attachment_id))

    @router.put("/{attachment_id}/chunks/{number}", status_code=_NO_CONTENT)
    def take_chunk(
        caller: Annotated[Caller, calling],
        attachment_id: Named,
        number: Number,
        sealed: Annotated[bytes, Depends(read_chunk)],
    ) -> None:
        """One sealed chunk of a file that the caller offered."""
        services.take_chunk(caller.member, attachment_id, number, sealed)

    @router.get("/{attachment_id}/chunks/{number}", response_class=Response)
    def hand_out_chunk(caller: Annotated[Caller, calling], attachment_id: Named, number: Number) -> Response:
        """One sealed chunk of a file that was offered to the caller."""
        return Response(services.hand_out_chunk(caller.member, attachment_id, number), media_type=_CHUNK_TYPE)

    @router.post("/{attachment_id}/received", status_code=_NO_CONTENT)
    def note_received(
        caller: Annotated[Caller, calling], attachment_id: Named, envelope: Annotated[Envelope, handed_in]
    ) -> None:
        """Say that the caller has the whole file: the hub keeps none of it."""
        services.note_received(caller.member, attachment_id, envelope)

    return router
