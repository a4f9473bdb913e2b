"""Answers of the API: a value as JSON, a list by parts, a file, or nothing."""

import json
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.api_acts import StoredAnswer
from symbolon.node.web.api.operations import Blob, Made, PageOf
from symbolon.node.web.api.values import as_json
from symbolon.protocol.canonical import JsonValue

_NO_CONTENT = 204
_FRESH = {"Cache-Control": "no-store"}


def answer_of(request: Request, value: object, version: int | None) -> StoredAnswer | Response:
    """What an operation gave, ready to be sent (a file), or to be kept and sent."""
    etag = None if version is None else f'"{version}"'
    if isinstance(value, Blob):
        return file_response(value)
    if value is None:
        return StoredAnswer(_NO_CONTENT, b"", etag)
    if isinstance(value, Made):
        return StoredAnswer(201, _bytes({value.name: value.id}), etag, f"/api/v1{value.location}")
    if isinstance(value, PageOf):
        page = _bytes({"items": as_json(value.items), "next": value.next})
        return StoredAnswer(200, page, None, None if value.next is None else _next(request, value.next))
    return StoredAnswer(200, _bytes(as_json(value)), etag)


def response_of(answer: StoredAnswer) -> Response:
    """A kept answer as a response; the location of one that was not made is that of the next part (RFC 8288)."""
    response = Response(answer.body, answer.status, _FRESH, "application/json" if answer.body else None)
    if answer.etag is not None:
        response.headers["ETag"] = answer.etag
    if answer.location is not None and answer.status == 201:
        response.headers["Location"] = answer.location
    elif answer.location is not None:
        response.headers["Link"] = f'<{answer.location}>; rel="next"'
    return response


def file_response(blob: Blob) -> Response:
    """A file, to be kept and not shown by whatever receives it."""
    return Response(blob.content, 200, _FRESH | disposition(blob.file_name), blob.media_type)


def disposition(file_name: str) -> dict[str, str]:
    """The header that names a file (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"}


def _next(request: Request, cursor: str) -> str:
    others = [(name, text) for name, text in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*others, ('cursor', cursor)])}"


def _bytes(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
