"""A file in a form, as a stream: in whatever pieces it comes, its fields first, never more than a piece in memory."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.problems import Problem
from symbolon.runtime.file_upload import read_upload
from symbolon.runtime.problem_responses import Refusal

BOUNDARY = b"----symbolon"


def form(fields: dict[str, str], name: str = "statement.pdf", content: bytes = b"%PDF-1.7") -> bytes:
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY, key.encode(), value.encode())
        for key, value in fields.items()
    ]
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n' % (BOUNDARY, name.encode())
    return b"".join(parts) + head + content + b"\r\n--%s--\r\n" % BOUNDARY


def in_pieces(body: bytes, length: int) -> Iterator[bytes]:
    return (body[start : start + length] for start in range(0, len(body), length))


@given(st.binary(max_size=400), st.integers(1, 300))
def test_a_file_comes_out_as_it_went_in_however_it_is_cut(content: bytes, length: int) -> None:
    upload = read_upload(in_pieces(form({"csrf_token": "abc"}, content=content), length), BOUNDARY)
    assert (upload.fields, upload.name) == ({"csrf_token": "abc"}, "statement.pdf")
    assert b"".join(upload.content) == content


def test_what_only_looks_like_the_end_is_content() -> None:
    content = b"\r\n--%s-and-more\r\n----" % BOUNDARY[:5]
    upload = read_upload(in_pieces(form({}, content=content), 7), BOUNDARY)
    assert b"".join(upload.content) == content


def test_the_fields_are_known_before_the_first_byte_of_the_file_was_asked_for() -> None:
    def pieces() -> Iterator[bytes]:
        body = form({"handling_code": "H2"}, content=b"x" * 1000)
        yield body[:300]
        raise AssertionError("more was read than was asked for")

    upload = read_upload(pieces(), BOUNDARY)
    assert upload.fields == {"handling_code": "H2"}


def test_a_name_in_any_script_is_read() -> None:
    assert read_upload([form({}, name="คำให้การ.pdf")], BOUNDARY).name == "คำให้การ.pdf"


def test_a_form_without_a_file_gives_no_name() -> None:
    body = b'--%s\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--%s--\r\n' % (BOUNDARY, BOUNDARY)
    upload = read_upload([body], BOUNDARY)
    assert (upload.fields, upload.name, list(upload.content)) == ({"a": "1"}, "", [])


def test_a_body_that_broke_off_is_no_whole_file() -> None:
    upload = read_upload([form({}, content=b"x" * 500)[:200]], BOUNDARY)
    with pytest.raises(Refusal):
        b"".join(upload.content)


@pytest.mark.parametrize(
    "body",
    [
        b"this is no form",
        form({"long": "x" * 70_000}),
        form({f"field-{number}": "x" for number in range(30)}),
        b"--%s\r\nContent-Disposition: form-data\r\n\r\nx\r\n--%s--\r\n" % (BOUNDARY, BOUNDARY),
        b"--%s\r\n%s: x\r\n\r\n" % (BOUNDARY, b"H" * 10_000),
        b'--%s\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--%s--\r\n' % (BOUNDARY, BOUNDARY),
    ],
)
def test_what_no_browser_writes_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        b"".join(read_upload([body], BOUNDARY).content)
    assert refused.value.problem is Problem.INVALID_INPUT
