"""Reviews, purges, data subjects and files by pages alone, without JavaScript, over a real node."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256

import pytest
from fastapi import FastAPI
from tests.integration.node.asking import REQUEST
from tests.integration.node.conftest import FOCAL_POINT, HEADER, STATES, Pair, authority, databases_to_empty, pair
from tests.integration.node.test_attachments import confirmed, move
from tests.integration.web.conftest import StandingApp
from tests.integration.web.paper_desk import Visitor, hidden_field

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.records import Publication
from symbolon.node.web.forms import LARGEST_FORM
from symbolon.protocol.references import HitId, RecordReference
from symbolon.runtime.registry import Registry

__all__ = ["authority", "pair"]

GENERAL = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,AA1234567"
PROTECTED = "A-2,C-2,Malee Srisai,2004-01-09,victim,all,,BB7654321"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 5_000


@pytest.fixture(scope="module")
def node_databases(postgres_server: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """A migrated database for each node; who takes one empties it."""
    with databases_to_empty(postgres_server, {code: f"node_pages_{code.lower()}" for code in STATES}) as conninfos:
        yield conninfos


@pytest.fixture
def real_app(pair: Pair, registry: Registry, standing_node_apps: dict[bool, StandingApp]) -> Iterator[FastAPI]:
    """XA's desk with its real services behind it."""
    with standing_node_apps[True].serving(pair.xa.services, registry) as app:
        yield app


@pytest.fixture
def desk(real_app: FastAPI, visit: Callable[[FastAPI], Visitor]) -> Callable[[str], Visitor]:
    """Somebody signed in at XA's desk."""
    return lambda login: visit(real_app).sign_in(login)


def _import(pair: Pair, *rows: str) -> None:
    pair.xa.import_text("\n".join((HEADER, *rows, "")))


def _reference(pair: Pair, local_id: str = "A-1") -> RecordReference:
    return pair.xa.record(local_id).reference


def _upload(visitor: Visitor, hit_id: HitId, content: bytes = PDF, name: str = "statement.pdf", **fields: str):
    page = visitor.client.get(f"/hits/{hit_id}/files").text
    return visitor.client.post(
        f"/hits/{hit_id}/files",
        data={"csrf_token": hidden_field(page, "csrf_token"), "handling_code": "H2", **fields},
        files={"file": (name, content)},
        follow_redirects=False,
    )


def test_the_queue_lists_filters_and_exports_records_to_review(pair: Pair, desk) -> None:
    _import(pair, GENERAL, "A-9,C-9,Nguyen Van Thanh,1987-04-02,suspect,all,,")
    visitor = desk("mara")
    assert "No record is to be reviewed here" in visitor.client.get("/retention").text
    everything = visitor.client.get("/retention?due=all&sort=case").text
    assert everything.index("A-1") < everything.index("A-9")
    assert "A-9" not in visitor.client.get("/retention?due=all&case=C-1").text
    rows = list(csv.DictReader(io.StringIO(visitor.client.get("/retention.csv?due=all").text.removeprefix("\ufeff"))))
    assert {row["record"] for row in rows} == {"A-1", "A-9"}


def test_a_record_is_kept_with_a_reason_on_its_page(pair: Pair, desk) -> None:
    _import(pair, GENERAL)
    address = f"/retention/{_reference(pair)}"
    until = (pair.draws.now().date() + timedelta(days=500)).isoformat()
    visitor = desk("mara")
    wrong = visitor.send(address, f"{address}/renew", until="soon", reason="law-requires-it", text="Statute.")
    assert wrong.status_code == 422
    assert "Write the day as year-month-day" in wrong.text
    assert "Statute." in wrong.text
    visitor.send(address, f"{address}/renew", until=until, reason="law-requires-it", text="Statute.")
    page = visitor.client.get(address).text
    assert "Kept until" in page
    assert until in page
    assert "Statute." in page


def test_a_record_is_withdrawn_on_its_page(pair: Pair, desk) -> None:
    reference = pair.xa.publish(GENERAL)
    visitor = desk("mara")
    answer = visitor.send(
        f"/retention/{reference}", f"/retention/{reference}/withdraw", ground="wrong-person", words="Another man."
    )
    assert answer.status_code == 303
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWING


def test_an_authoriser_holds_a_record_by_law_and_the_focal_point_sees_it(pair: Pair, desk) -> None:
    _import(pair, GENERAL)
    address = f"/retention/{_reference(pair)}"
    authoriser, focal_point = desk("aya"), desk("mara")
    authoriser.send(address, f"{address}/hold", holds="yes", hold_reason="Court order 7/31")
    page = focal_point.client.get(address).text
    assert "Court order 7/31" in page
    assert "Withdraw the record" not in page
    assert "Legal hold" in focal_point.client.get("/retention?due=on-hold").text
    assert focal_point.send(address, f"{address}/hold", holds="no", hold_reason="Over").status_code == 403
    authoriser.send(address, f"{address}/hold", holds="no", hold_reason="Over")
    assert "Withdraw the record" in focal_point.client.get(address).text


def test_pages_and_exports_are_the_same_with_and_without_a_protected_record(pair: Pair, desk) -> None:
    _import(pair, GENERAL)
    visitor = desk("mara")
    addresses = ("/retention?due=all", "/retention.csv?due=all", "/purges", "/purges.csv", "/data-subjects")

    def seen() -> list[bytes]:
        search = visitor.send("/data-subjects", "/data-subjects", name="Malee Srisai", birth_date="2004-01-09")
        return [search.content, *(visitor.client.get(address).content for address in addresses)]

    without = seen()
    _import(pair, PROTECTED)
    assert [len(each) for each in seen()] == [len(each) for each in without]
    tokens = {hidden_field(visitor.client.get("/data-subjects").text, "csrf_token")}
    assert len(tokens) == 1
    assert seen() == without
    hidden, unknown = _reference(pair, "A-2"), "00000000-0000-4000-8000-000000000000"
    for prefix in ("/retention", "/data-subjects"):
        there, not_there = (visitor.client.get(f"{prefix}/{reference}") for reference in (hidden, unknown))
        assert (there.status_code, not_there.status_code) == (404, 404)
    assert "A-2" in desk("ines").client.get("/retention?due=all").text


def test_a_data_subject_is_found_given_corrected_and_erased_by_pages(pair: Pair, desk) -> None:
    _import(pair, GENERAL)
    reference = _reference(pair)
    visitor = desk("mara")
    found = visitor.send("/data-subjects", "/data-subjects", name="Somchai Jaidee", birth_date="1990-05-03")
    assert f"/data-subjects/{reference}" in found.text
    address = f"/data-subjects/{reference}"
    given = visitor.client.get(f"{address}/export.txt")
    assert "Somchai Jaidee" in given.text
    assert given.headers["content-disposition"].startswith("attachment")
    visitor.send(
        address,
        f"{address}/correct",
        names="Somchai Jaidi",
        birth_date="1990-05-03",
        documents="passport XA AA1234567",
    )
    assert [name.text for name in pair.xa.record("A-1").content.identifiers.names] == ["Somchai Jaidi"]
    unsure = visitor.send(address, f"{address}/erase")
    assert unsure.status_code == 422
    visitor.send(address, f"{address}/erase", sure="yes")
    page = visitor.client.get(address).text
    assert "data subject erased" in page
    assert "Somchai" not in page


def test_a_search_that_says_too_little_says_what_is_missing(pair: Pair, desk) -> None:
    answer = desk("mara").send("/data-subjects", "/data-subjects", name="Somchai")
    assert answer.status_code == 422
    assert "A name and a date of birth are looked for together" in answer.text


def test_a_file_is_attached_named_in_a_draft_and_opened_as_a_download(pair: Pair, desk) -> None:
    hit_id = confirmed(pair)
    mara, aya = desk("mara"), desk("aya")
    assert _upload(mara, hit_id).status_code == 303
    assert "statement.pdf" in mara.client.get(f"/hits/{hit_id}/files").text
    officer = Actor("mara", frozenset({Role.FOCAL_POINT}))
    draft = pair.xa.services.save_draft(officer, hit_id, None, REQUEST, None)
    (row,) = pair.xa.rows("attachment")
    attachment_id = str(row["attachment_id"])
    files = f"/hits/{hit_id}/files"
    assert mara.send(files, f"{files}/{attachment_id}/name", draft=draft).status_code == 303
    pair.xa.services.submit_draft(officer, draft)
    shown = aya.client.get(f"/hits/{hit_id}/drafts/{draft}").text
    assert sha256(PDF).hexdigest() in shown
    digest = hidden_field(shown, "content_digest")
    page = f"/hits/{hit_id}/drafts/{draft}"
    assert aya.send(page, f"{page}/approve", content_digest=digest).status_code == 303
    pair.exchange()
    move(pair.xa, pair.xb)
    lines = pair.xb.rows("attachment")
    assert [line["state"] for line in lines] == ["complete"]
    opened = mara.client.get(f"{files}/{attachment_id}")
    assert opened.content == PDF
    assert opened.headers["content-disposition"] == "attachment; filename*=UTF-8''H2%20statement.pdf"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["content-type"] == "application/octet-stream"


def test_a_files_handling_begins_at_the_strictest(pair: Pair, desk) -> None:
    page = desk("mara").client.get(f"/hits/{confirmed(pair)}/files").text
    assert '<option value="H3" selected>' in page


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"MZ"), ("statement.pdf", b"MZ"), ("empty.txt", b"")])
def test_a_file_that_is_not_taken_is_refused_beside_its_field(pair: Pair, desk, name: str, content: bytes) -> None:
    hit_id = confirmed(pair)
    answer = _upload(desk("mara"), hit_id, content, name)
    assert answer.status_code == 422
    assert 'id="file-mistake"' in answer.text
    assert pair.xa.rows("attachment") == []


def test_an_upload_needs_a_form_of_this_session(pair: Pair, desk) -> None:
    hit_id = confirmed(pair)
    answer = desk("mara").client.post(
        f"/hits/{hit_id}/files",
        data={"csrf_token": "another", "handling_code": "H1"},
        files={"file": ("statement.pdf", PDF)},
        follow_redirects=False,
    )
    assert answer.status_code == 403
    assert pair.xa.rows("attachment") == []


def test_only_a_files_form_may_be_larger_than_a_form(pair: Pair, desk) -> None:
    hit_id = confirmed(pair)
    visitor = desk("mara")
    large = b"x" * (LARGEST_FORM + 1)
    assert visitor.client.post("/data-subjects", content=large).status_code == 413
    assert visitor.client.post(f"/hits/{hit_id}/files", content=large).status_code == 422


def test_the_list_of_purges_names_who_is_overdue(pair: Pair, desk) -> None:
    confirmed(pair)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    pair.xa.receive()
    pair.xa.services.keep_and_purge()
    visitor = desk("mara")
    assert "Waiting for the receipt" in visitor.client.get("/purges").text
    pair.draws.later(hours=25)
    page = visitor.client.get("/purges").text
    assert "Belanu (XB)" in page
    assert "Overdue" in page
