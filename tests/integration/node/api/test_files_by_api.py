"""Files up in parts and down by ranges; a part that was lost is sent again, and nothing else is."""

import pytest
from tests.integration.node.api.conftest import ApiDesk, Program
from tests.integration.node.hit_stories import confirmed

from symbolon.node.domain.actors import Role

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 6_000
PART = 600_000


def begin(program: Program, hit_id: str, size: int = len(PDF), name: str = "map.pdf") -> str:
    made = program.post(f"/hits/{hit_id}/uploads", {"file_name": name, "size": size, "handling_code": "H1"})
    assert made.status_code == 201, made.text
    return f"/hits/{hit_id}/uploads/{made.json()['upload_id']}"


def send(program: Program, upload: str, start: int, content: bytes = PDF) -> int:
    part = content[start : start + PART]
    headers = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(content)}"}
    status: int = program.ask("PUT", upload, part, headers).status_code
    return status


def test_a_file_comes_in_parts_and_goes_out_by_ranges(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    upload = begin(program, hit_id)
    for start in range(0, len(PDF), PART):
        assert send(program, upload, start) == 200
        assert send(program, upload, start) == 200
    assert program.get(upload).json()["received"] == len(PDF)
    made = program.post(f"{upload}/complete")
    assert made.json() == program.post(f"{upload}/complete").json()
    file = f"/hits/{hit_id}/files/{made.json()['attachment_id']}"
    assert program.get(file).content == PDF
    part = program.get(file, Range="bytes=1000000-1000009")
    assert (part.status_code, part.content) == (206, PDF[1_000_000:1_000_010])
    assert part.headers["Content-Range"] == f"bytes 1000000-1000009/{len(PDF)}"
    assert program.get(file, Range="bytes=1500000-").content == PDF[1_500_000:]
    listed = program.get(f"/hits/{hit_id}/files").json()
    assert [line["size"] for line in listed] == [len(PDF)]
    assert desk.node.rows("api_upload_part") == []


def test_a_part_out_of_its_order_is_refused_and_what_came_stays(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    upload = begin(program, hit_id)
    assert send(program, upload, 0) == 200
    assert send(program, upload, 2 * PART) == 409
    assert program.get(upload).json()["received"] == PART
    assert program.post(f"{upload}/complete").status_code == 409


def test_parts_lie_sealed_in_the_database(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    send(program, begin(program, hit_id), 0)
    (row,) = desk.node.rows("api_upload_part")
    assert b"%PDF" not in bytes(row["sealed_bytes"])  # type: ignore[call-overload]  # bytes of the database
    assert "map.pdf" not in str(desk.node.rows("api_upload"))


def test_another_programs_upload_is_not_there(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    upload = begin(desk.program("cases", Role.FOCAL_POINT), hit_id)
    other = desk.program("mobile", Role.FOCAL_POINT)
    assert other.get(upload).status_code == 404
    assert send(other, upload, 0) == 404
    assert other.ask("DELETE", upload).status_code == 404


@pytest.mark.parametrize(("name", "size"), [("tool.exe", 10), ("map.pdf", 0), ("map.pdf", 1 << 40)])
def test_a_file_that_is_not_taken_is_refused_before_its_first_byte(desk: ApiDesk, name: str, size: int) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    said = {"file_name": name, "size": size}
    assert program.post(f"/hits/{hit_id}/uploads", said).status_code == 422
