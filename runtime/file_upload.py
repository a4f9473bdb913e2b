"""A file that a form brings, as a stream: its fields first, then its content as it comes, never held whole.

Browsers write a form's parts in the order of its fields (HTML Standard, *multipart/form-data encoding algorithm*; RFC
7578): the file's field stands last in the form, so that what it needs to be taken is known before its first byte.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from anyio import from_thread
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from symbolon.protocol.problems import Problem
from symbolon.runtime.problem_responses import Refusal

_LONGEST_FIELD: Final = 64 * 1024
_MOST_FIELDS: Final = 20
_LONGEST_HEADERS: Final = 8 * 1024
_HEADERS, _DATA, _END = "headers", "data", "end"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a form; `content` is to be read to its end, once. A form without a file gives an empty name."""

    fields: Mapping[str, str] = field(repr=False)
    name: str = field(repr=False)
    content: Iterator[bytes] = field(repr=False)


def uploaded_file(request: Request) -> UploadedFile:
    """The file of a form that was sent to a route on the thread pool.

    Raises `Refusal` for a body that is no such form.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"application/x-www-form-urlencoded":
        return UploadedFile(_plain_fields(_body(request)), "", iter(()))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise _no_form()
    return read_upload(_body(request), boundary)


def read_upload(pieces: Iterable[bytes], boundary: bytes) -> UploadedFile:
    """The fields before the file, and the file. Raises `Refusal`."""
    events = _events(pieces, boundary)
    fields: dict[str, str] = {}
    for kind, headers in events:
        if kind != _HEADERS:
            continue
        name, file_name = _names(headers)
        if file_name is not None:
            return UploadedFile(fields, file_name, _content(events))
        value = b"".join(_content(events, limit=_LONGEST_FIELD))
        if len(fields) >= _MOST_FIELDS:
            raise _no_form()
        fields[name] = _text(value)
    return UploadedFile(fields, "", iter(()))


def _body(request: Request) -> Iterator[bytes]:
    stream = request.stream()

    async def following() -> bytes | None:
        return await anext(stream, None)

    while (piece := from_thread.run(following)) is not None:
        yield piece


def _plain_fields(pieces: Iterable[bytes]) -> dict[str, str]:
    """The fields of a form that was sent without its file."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _LONGEST_FIELD:
            raise _no_form()
    try:
        return dict(parse_qsl(bytes(body).decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise _no_form() from None


def _content(events: Iterator[tuple[str, Any]], limit: int | None = None) -> Iterator[bytes]:
    length = 0
    for kind, data in events:
        if kind == _END:
            return
        length += len(data)
        if limit is not None and length > limit:
            raise _no_form()
        yield data
    # The body ended in the middle of a part: whoever sent it went away.
    raise _no_form()


def _events(pieces: Iterable[bytes], boundary: bytes) -> Iterator[tuple[str, Any]]:
    gathered = _Gathered()
    parser = MultipartParser(boundary, gathered.callbacks())  # type: ignore[arg-type]  # a TypedDict of any subset
    try:
        for piece in pieces:
            parser.write(piece)
            yield from gathered.take()
    except MultipartParseError:
        raise _no_form() from None


class _Gathered:
    """What the parser told since it was asked last."""

    def __init__(self) -> None:
        self._events: list[tuple[str, Any]] = []
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_name,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": lambda: self._events.append((_HEADERS, dict(self._headers))),
            "on_part_data": lambda data, start, end: self._events.append((_DATA, data[start:end])),
            "on_part_end": lambda: self._events.append((_END, b"")),
        }

    def take(self) -> list[tuple[str, Any]]:
        taken, self._events = self._events, []
        return taken

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._refuse_long()

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._refuse_long()

    def _on_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _refuse_long(self) -> None:
        if len(self._name) + len(self._value) > _LONGEST_HEADERS or len(self._headers) > _MOST_FIELDS:
            raise _no_form()


def _names(headers: Mapping[bytes, bytes]) -> tuple[str, str | None]:
    """The field's name, and the file's where it is one."""
    kind, options = parse_options_header(headers.get(b"content-disposition"))
    if kind != b"form-data" or b"name" not in options:
        raise _no_form()
    file_name = options.get(b"filename")
    return _text(options[b"name"]), None if file_name is None else _text(file_name)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _no_form() from None


def _no_form() -> Refusal:
    return Refusal(
        Problem.INVALID_INPUT,
        "The form is not written as a browser writes forms with a file, or it broke off: send it once more.",
    )
