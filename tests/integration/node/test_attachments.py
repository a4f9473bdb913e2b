"""Files of a hit from one officer to another: chunk by chunk, resumed, verified, opened as their handling allows."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.conftest import FreshDatabase
from tests.integration.node.asking import AUTHORISER, REPLY, REQUEST, answer, ask
from tests.integration.node.conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair

from symbolon.node.domain.attachments import AttachmentState, FileToAttach
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.justification import JustificationNeeded, Visit
from symbolon.node.errors import Forbidden, HubUnavailable, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.services.open_attachment import OpenAttachment
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import Tlp
from symbolon.protocol.handling import HandlingCode, Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.messages_case import CHUNK_BYTES
from symbolon.protocol.messages_exchange import AttachmentReference
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId
from symbolon.runtime.database import Database
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.postgres_tools import PostgresTools
from symbolon.runtime.vault import open_vault

VISIT = Visit("a test")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8_300
"""A little over two chunks."""


def file(name: str = "statement.pdf", code: HandlingCode = HandlingCode.H2) -> FileToAttach:
    return FileToAttach(None, name, "", code)


def in_pieces(content: bytes, length: int = 70_000) -> Iterator[bytes]:
    return (content[start : start + length] for start in range(0, len(content), length))


def confirmed(pair: Pair) -> HitId:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "the same passport")
    pair.exchange()
    return hit_id


def attach(node: NodeUnderTest, hit_id: HitId, content: bytes = PDF, what: FileToAttach | None = None) -> AttachmentId:
    return node.services.files.attach_file(FOCAL_POINT, hit_id, what or file(), in_pieces(content))


def named(attachment_id: AttachmentId, content: bytes = PDF) -> tuple[AttachmentReference, ...]:
    return (AttachmentReference(attachment_id, sha256(content).hexdigest()),)


def send(pair: Pair, hit_id: HitId, tlp: Tlp = Tlp.AMBER) -> AttachmentId:
    """Attach a file at XA and let it leave with a request."""
    attachment_id = attach(pair.xa, hit_id)
    ask(pair.xa, hit_id, replace(REQUEST, tlp=tlp, attachments=named(attachment_id)))
    pair.exchange()
    return attachment_id


def move(*nodes: NodeUnderTest) -> None:
    for node in nodes:
        node.hub_services.move_attachments()


def opened(node: NodeUnderTest, hit_id: HitId, attachment_id: AttachmentId) -> bytes:
    return b"".join(node.services.files.open_attachment(FOCAL_POINT, hit_id, attachment_id, VISIT).pieces)


def state(node: NodeUnderTest, hit_id: HitId) -> AttachmentState:
    (line,) = node.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    return line.state


def test_a_file_leaves_with_the_message_that_names_it_and_arrives_as_it_was(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    move(pair.xa, pair.xb)
    assert opened(pair.xb, hit_id, attachment_id) == PDF
    (line,) = pair.xb.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    assert (line.direction, line.file_name, line.sha256) == (
        Direction.RECEIVED,
        "statement.pdf",
        sha256(PDF).hexdigest(),
    )
    assert pair.hub.files.chunks == {attachment_id: {}}


def test_before_a_second_officer_approves_nothing_of_a_file_leaves(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attach(pair.xa, hit_id)
    pair.exchange()
    move(pair.xa, pair.xb)
    assert pair.hub.files.offers == {}
    assert pair.xb.rows("attachment") == []


def test_an_upload_that_was_cut_off_goes_on_with_the_chunks_that_are_missing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    pair.hub.files.cut_after = 1
    with pytest.raises(HubUnavailable):
        move(pair.xa)
    pair.xa.restart()
    pair.draws.later(minutes=2)
    move(pair.xa)
    assert pair.hub.files.passed == [("put", 0), ("put", 1), ("put", 2)]
    move(pair.xb)
    assert opened(pair.xb, hit_id, attachment_id) == PDF


def test_a_download_that_was_cut_off_goes_on_with_the_chunks_that_are_missing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    move(pair.xa)
    pair.hub.files.cut_after = 2
    with pytest.raises(HubUnavailable):
        move(pair.xb)
    (line,) = pair.xb.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    assert (line.state, line.chunks_here, line.chunks) == (AttachmentState.ARRIVING, 2, 3)
    pair.xb.restart()
    pair.draws.later(minutes=2)
    move(pair.xb)
    assert pair.hub.files.passed[3:] == [("get", 0), ("get", 1), ("get", 2)]
    assert opened(pair.xb, hit_id, attachment_id) == PDF


def test_a_file_that_the_hub_changed_is_not_taken(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    move(pair.xa)
    chunks = pair.hub.files.chunks[attachment_id]
    chunks[0], chunks[1] = chunks[1], chunks[0]
    move(pair.xb)
    assert state(pair.xb, hit_id) is AttachmentState.BROKEN
    assert pair.xb.rows("attachment_chunk") == []
    with pytest.raises(NotAllowedNow):
        opened(pair.xb, hit_id, attachment_id)


def test_a_receiver_that_comes_before_the_chunks_tries_again(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    move(pair.xb, pair.xa)
    assert state(pair.xb, hit_id) is AttachmentState.ARRIVING
    pair.draws.later(minutes=2)
    move(pair.xb)
    assert opened(pair.xb, hit_id, attachment_id) == PDF


def test_a_hold_at_the_hub_lets_a_file_wait(pair: Pair) -> None:
    hit_id = confirmed(pair)
    send(pair, hit_id)
    pair.hub.files.refuse_with = Problem.ON_HOLD
    move(pair.xa)
    pair.hub.files.refuse_with = None
    pair.draws.later(minutes=2)
    move(pair.xa, pair.xb)
    assert state(pair.xb, hit_id) is AttachmentState.COMPLETE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.exe", b"MZ\x90"),
        ("statement.pdf", b"MZ\x90"),
        ("list.csv", b"\x00\x01\x02"),
        ("statement.pdf", b""),
        ("   ", b"%PDF-1.7"),
        ("x" * 220 + ".pdf", b"%PDF-1.7"),
        ("archive.zip", b"PK\x03\x04"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(pair: Pair, name: str, content: bytes) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(InvalidDraft):
        attach(pair.xa, hit_id, content, file(name))
    assert pair.xa.rows("attachment") == pair.xa.rows("attachment_chunk") == []


def test_a_file_name_brings_neither_folders_nor_hidden_letters(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attach(pair.xa, hit_id, PDF, file("..\\..\\case/tele\u202egnp.pdf"))
    (line,) = pair.xa.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    assert line.file_name == "telegnp.pdf"


def test_an_upload_that_breaks_off_leaves_nothing_behind(pair: Pair) -> None:
    hit_id = confirmed(pair)

    def broken() -> Iterator[bytes]:
        yield PDF[: CHUNK_BYTES + 5]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        pair.xa.services.files.attach_file(FOCAL_POINT, hit_id, file(), broken())
    assert pair.xa.rows("attachment") == pair.xa.rows("attachment_chunk") == []


def test_an_upload_of_a_process_that_died_is_tidied_up_later(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attach(pair.xa, hit_id)
    with pair.xa.unit_of_work.begin() as work:
        (whole,) = work.attachments.of_hit(hit_id)
        unended = AttachmentId("00000000-0000-4000-8000-00000000000a")
        work.attachments.begin(replace(whole, attachment_id=unended, manifest=None, state=AttachmentState.ARRIVING))
    pair.xa.services.keep_and_purge()
    assert len(pair.xa.rows("attachment")) == 2
    pair.draws.later(hours=7)
    pair.xa.services.keep_and_purge()
    assert [str(row["attachment_id"]) for row in pair.xa.rows("attachment")] == [whole.attachment_id]


def test_files_go_only_with_a_confirmed_hit(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        attach(pair.xa, hit_id)


def test_an_authoriser_attaches_nothing(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(Forbidden):
        pair.xa.services.files.attach_file(AUTHORISER, hit_id, file(), in_pieces(PDF))


def test_at_rest_neither_name_nor_content_lies_open(pair: Pair) -> None:
    hit_id = confirmed(pair)
    send(pair, hit_id)
    move(pair.xa, pair.xb)
    for node in (pair.xa, pair.xb):
        stored = b"".join(bytes(row["sealed_content"]) for row in node.rows("attachment_chunk"))  # type: ignore[arg-type]
        assert PDF[:64] not in stored
        assert b"statement" not in b"".join(bytes(row["sealed_manifest"]) for row in node.rows("attachment"))  # type: ignore[arg-type]


def test_a_file_is_opened_by_who_may_see_what_named_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id, Tlp.RED)
    move(pair.xa, pair.xb)
    shown = pair.xb.services.files.open_attachment(FOCAL_POINT, hit_id, attachment_id, VISIT)
    assert shown.file_name == "H2 statement.pdf"
    assert shown.mark.startswith("H2 · TLP:RED · from XA")
    assert pair.xb.leaves(AuditAct.FILE_OPENED) == [{"hit": hit_id, "handling": "H2"}]


def test_after_its_day_of_deletion_nobody_opens_a_file(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xb, hit_id)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    delete_by = pair.draws.now().date()
    answer(pair.xb, hit_id, exchange_id, replace(REPLY, delete_by=delete_by, attachments=named(attachment_id)))
    pair.exchange()
    move(pair.xb, pair.xa)
    assert opened(pair.xa, hit_id, attachment_id) == PDF
    pair.draws.later(days=1)
    with pytest.raises(NotDisclosed):
        opened(pair.xa, hit_id, attachment_id)
    (line,) = pair.xa.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    assert line.not_open is not None
    assert line.file_name == ""


def test_who_attached_a_file_may_take_it_away_until_it_is_released(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    with pytest.raises(Forbidden):
        pair.xa.services.files.remove_attachment(replace(FOCAL_POINT, login="other"), hit_id, attachment_id)
    pair.xa.services.files.remove_attachment(FOCAL_POINT, hit_id, attachment_id)
    assert pair.xa.rows("attachment") == pair.xa.rows("attachment_chunk") == []
    released = send(pair, hit_id)
    with pytest.raises(NotAllowedNow):
        pair.xa.services.files.remove_attachment(FOCAL_POINT, hit_id, released)


def test_a_draft_that_names_a_file_that_is_gone_is_not_released(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    draft = pair.xa.services.save_draft(
        FOCAL_POINT, hit_id, None, replace(REQUEST, attachments=named(attachment_id)), None
    )
    pair.xa.services.submit_draft(FOCAL_POINT, draft)
    shown = pair.xa.services.show_draft(AUTHORISER, draft)
    pair.xa.services.files.remove_attachment(FOCAL_POINT, hit_id, attachment_id)
    assert shown.content_digest is not None
    with pytest.raises(NotFound):
        pair.xa.services.approve_draft(AUTHORISER, draft, shown.content_digest)


def test_a_protected_hits_files_are_the_protection_officers_and_need_a_reason(pair: Pair) -> None:
    ours = pair.xa.publish("A-2,C-2,Malee Srisai,2004-01-09,victim,all,,")
    theirs = pair.xb.publish("B-2,C-2,Malee Srisai,2004-01-09,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, ("XA",))
    pair.exchange()
    with pytest.raises(NotFound):
        pair.xa.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.files.list_attachments(PROTECTION_OFFICER, hit_id, VISIT)
    with pytest.raises(NotFound):
        pair.xa.services.files.attach_file(FOCAL_POINT, hit_id, file(), in_pieces(PDF))


def test_a_backup_holds_the_files_and_they_open_where_it_is_restored(pair: Pair, fresh_database: FreshDatabase) -> None:
    hit_id = confirmed(pair)
    attachment_id = send(pair, hit_id)
    move(pair.xa, pair.xb)
    elsewhere = fresh_database("restored_files")
    tools = PostgresTools()
    tools.restore(elsewhere, tools.dump(pair.xb.conninfo))
    with Database(elsewhere, application_name="restored", max_size=2) as database:
        vault = open_vault(database, key_service_of(pair.xb.home.path, {}), pair.draws.now())
        restored = PostgresUnitOfWork(database, pair.xb.audit_log, vault)
        opening = OpenAttachment(restored, pair.draws)
        assert b"".join(opening(FOCAL_POINT, hit_id, attachment_id, VISIT).pieces) == PDF
