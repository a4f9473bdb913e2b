"""Files of a hit: listed, opened by ranges, sent in parts that can be sent again, named in a draft, taken away."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from symbolon.node.domain.api_uploads import LARGEST_PART, UploadDraft
from symbolon.node.domain.drafts import DraftId
from symbolon.node.services.admit_client import Caller
from symbolon.node.services.api_services import ApiServices
from symbolon.node.web.api.answers import answer_of, disposition, response_of
from symbolon.node.web.api.described import needs, path_parameters, refusals
from symbolon.node.web.api.operations import Made
from symbolon.node.web.api.requests import read_body, read_path
from symbolon.node.web.api.rows import API
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RequestId
from symbolon.runtime.problem_responses import Refusal

_RANGE: Final = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")
_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")
_FILES: Final = "/hits/{hit_id}/files"
_FILE: Final = f"{_FILES}/{{attachment_id}}"
_UPLOADS: Final = "/hits/{hit_id}/uploads"
_UPLOAD: Final = f"{_UPLOADS}/{{upload_id}}"


@dataclass(frozen=True, slots=True)
class UploadBody:
    """A file that is to come: its name, its size in bytes, how it is to be handled, the exchange it belongs to."""

    file_name: str = field(repr=False)
    size: int
    handling_code: HandlingCode = HandlingCode.H3
    exchange_id: RequestId | None = None


@dataclass(frozen=True, slots=True)
class NameBody:
    """The draft with which the file is to leave."""

    draft_id: str


async def _raw_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_raw_body)]


def file_routes(services: ApiServices) -> APIRouter:
    """``/hits/{hit_id}/files…`` and ``/hits/{hit_id}/uploads…``."""
    router = APIRouter()
    files, uploads = services.desk.files, services.uploads

    def listed(request: Request) -> Response:
        caller, path = _asked(request)
        lines = files.list_attachments(caller.actor, path["hit_id"], caller.visit)
        return _answer(request, lines)

    def opened(request: Request) -> Response:
        caller, path = _asked(request)
        found = files.open_attachment(caller.actor, path["hit_id"], path["attachment_id"], caller.visit)
        start, end = _wanted(request.headers.get("range"), found.size)
        headers = {
            **disposition(found.file_name),
            "Accept-Ranges": "bytes",
            "Cache-Control": "no-store",
            "Content-Length": str(end - start),
            "Symbolon-Handling": found.mark.encode("ascii", "replace").decode("ascii"),
        }
        whole = (start, end) == (0, found.size)
        if not whole:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
        pieces = _part(found.pieces, start, end)
        return StreamingResponse(pieces, 200 if whole else 206, headers, found.media_type)

    def named(request: Request, body: Body) -> Response:
        caller, path = _asked(request)
        said = read_body(NameBody, body)
        draft_id: DraftId = read_path({"draft_id": "" if said is None else said.draft_id})["draft_id"]
        services.desk.view_hit.again(caller.actor, path["hit_id"], caller.visit)
        files.name_in_draft(caller.actor, path["hit_id"], path["attachment_id"], draft_id)
        return Response(status_code=204)

    def removed(request: Request) -> Response:
        caller, path = _asked(request)
        services.desk.view_hit.again(caller.actor, path["hit_id"], caller.visit)
        files.remove_attachment(caller.actor, path["hit_id"], path["attachment_id"])
        return Response(status_code=204)

    def begun(request: Request, body: Body) -> Response:
        caller, path = _asked(request)
        said = read_body(UploadBody, body)
        if said is None:
            raise TypeError("a body that is taken is read")
        services.desk.view_hit.again(caller.actor, path["hit_id"], caller.visit)
        draft = UploadDraft(path["hit_id"], said.exchange_id, said.file_name, said.size, said.handling_code)
        upload_id = uploads.begin(caller.actor, caller.client.client_id, draft)
        made = Made("upload_id", str(upload_id), f"/hits/{path['hit_id']}/uploads/{upload_id}")
        return _answer(request, made)

    def stood(request: Request) -> Response:
        caller, path = _asked(request)
        return _answer(request, uploads.show(caller.client.client_id, (path["hit_id"], path["upload_id"])))

    def put(request: Request, body: Body) -> Response:
        caller, path = _asked(request)
        found = _CONTENT_RANGE.fullmatch(request.headers.get("content-range", ""))
        if found is None or int(found[2]) - int(found[1]) + 1 != len(body):
            raise Refusal(
                Problem.INVALID_INPUT, "Content-Range: say which bytes these are, as bytes 0-1048575/5242880."
            )
        upload = (caller.client.client_id, (path["hit_id"], path["upload_id"]))
        return _answer(request, uploads.add(caller.actor, upload, (int(found[1]), int(found[3])), body))

    def completed(request: Request) -> Response:
        caller, path = _asked(request)
        services.desk.view_hit.again(caller.actor, path["hit_id"], caller.visit)
        made = uploads.complete(caller.actor, caller.client.client_id, (path["hit_id"], path["upload_id"]))
        return _answer(request, Made("attachment_id", made, f"/hits/{path['hit_id']}/files/{made}"))

    def given_up(request: Request) -> Response:
        caller, path = _asked(request)
        uploads.give_up(caller.client.client_id, (path["hit_id"], path["upload_id"]))
        return Response(status_code=204)

    for method, address, route in (
        ("GET", _FILES, listed),
        ("GET", _FILE, opened),
        ("POST", f"{_FILE}/name", named),
        ("DELETE", _FILE, removed),
        ("POST", _UPLOADS, begun),
        ("GET", _UPLOAD, stood),
        ("PUT", _UPLOAD, put),
        ("POST", f"{_UPLOAD}/complete", completed),
        ("DELETE", _UPLOAD, given_up),
    ):
        router.add_api_route(address, route, methods=[method], response_model=None)
    return router


def _asked(request: Request) -> tuple[Caller, Mapping[str, Any]]:
    if request.url.query:
        raise Refusal(Problem.INVALID_INPUT, "query: this address takes none.")
    return request.state.caller, read_path(request.path_params)


def _answer(request: Request, value: object) -> Response:
    answer = answer_of(request, value, None)
    return answer if isinstance(answer, Response) else response_of(answer)


def _wanted(header: str | None, size: int) -> tuple[int, int]:
    """From which byte up to which (not included); what is no range that we know means the whole file (RFC 9110)."""
    found = None if header is None else _RANGE.fullmatch(header)
    if found is None:
        return 0, size
    start = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return 0, size
    if start >= size:
        raise Refusal(Problem.INVALID_INPUT, f"Range: the file has {size} bytes; ask for bytes that it has.")
    return start, end


def _part(pieces: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    place = 0
    for piece in pieces:
        part = piece[max(start - place, 0) : max(end - place, 0)]
        place += len(piece)
        if part:
            yield part
        if place >= end:
            return


def _described(method: str, address: str, summary: str, *, example: object = None) -> dict[str, Any]:
    content: dict[str, Any] = {"*/*": {"schema": {}}}
    described: dict[str, Any] = {
        "operationId": "_".join([method.lower(), *re.findall(r"\w+", address)]),
        "summary": summary,
        "description": needs(API[method, address]),
        "tags": ["hits"],
        "parameters": path_parameters(address),
        "responses": {
            "200": {"description": "What was asked for.", "content": content},
            "201": {"description": "Made; `Location` says where it is.", "content": content},
            "204": {"description": "Done."},
            "206": {"description": "The bytes of the range.", "content": content},
            **refusals(),
        },
    }
    if example is not None:
        media = {"application/json": {"schema": {"type": "object"}, "example": example}}
        described["requestBody"] = {"required": True, "content": media}
    return described


_BYTES: Final = {
    "required": True,
    "description": f"The bytes that `Content-Range` names, at most {LARGEST_PART}.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
FILES_DESCRIBED: Final[Mapping[str, Mapping[str, Any]]] = {
    _FILES: {"get": _described("GET", _FILES, "List a hit's files")},
    _FILE: {
        "get": _described("GET", _FILE, "Open a file, or by `Range` a part of it"),
        "delete": _described("DELETE", _FILE, "Take a file away that was not released"),
    },
    f"{_FILE}/name": {
        "post": _described(
            "POST",
            f"{_FILE}/name",
            "Let a file leave with a draft",
            example={"draft_id": "0b9f8c3e-4d7a-4a57-9a61-2f1d6f0a7c11"},
        )
    },
    _UPLOADS: {
        "post": _described(
            "POST",
            _UPLOADS,
            "Begin to send a file in parts",
            example={"file_name": "map.pdf", "size": 5242880, "handling_code": "H1"},
        )
    },
    _UPLOAD: {
        "get": _described("GET", _UPLOAD, "Say how much of a file has come"),
        "put": {**_described("PUT", _UPLOAD, "Send the next part of a file"), "requestBody": _BYTES},
        "delete": _described("DELETE", _UPLOAD, "Give an upload up"),
    },
    f"{_UPLOAD}/complete": {"post": _described("POST", f"{_UPLOAD}/complete", "Attach a file that has come whole")},
}
