"""A file that goes with several messages: it stays while one of them lives, and the strictest of them rules it."""

from dataclasses import replace

import pytest
from tests.integration.node.asking import REQUEST, ask, release
from tests.integration.node.conftest import FOCAL_POINT, Pair
from tests.integration.node.test_attachments import PDF, VISIT, attach, confirmed, file, move, named
from tests.integration.node.test_purges import keep

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.attachments import AttachmentState
from symbolon.node.domain.forms import NoteForm
from symbolon.node.services.answer_data_subject import ExportForm
from symbolon.protocol.exchange_terms import Caveat, RecallReason, Tlp
from symbolon.protocol.handling import HandlingCode, Verdict
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.references import AttachmentId, HitId, RequestId

ANOTHER_FOCAL_POINT = Actor("fp-2", frozenset({Role.FOCAL_POINT}))


def ask_with(pair: Pair, hit_id: HitId, attachment_id: AttachmentId) -> RequestId:
    asked = ask(pair.xa, hit_id, replace(REQUEST, attachments=named(attachment_id)))
    pair.exchange()
    move(pair.xa, pair.xb)
    move(pair.xa, pair.xb)
    return asked


def recall(pair: Pair, hit_id: HitId, exchange_id: RequestId) -> None:
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)
    pair.exchange()
    keep(pair)


def files_of_xb(pair: Pair, hit_id: HitId) -> list[AttachmentState]:
    return [line.state for line in pair.xb.services.files.list_attachments(FOCAL_POINT, hit_id, VISIT)]


def test_a_file_of_two_requests_stays_when_one_is_recalled_and_goes_with_the_other(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    first, second = (ask_with(pair, hit_id, attachment_id) for _ in range(2))
    recall(pair, hit_id, first)
    assert files_of_xb(pair, hit_id) == [AttachmentState.COMPLETE]
    recall(pair, hit_id, second)
    assert files_of_xb(pair, hit_id) == []
    assert pair.xb.rows("attachment_chunk") == []


def test_a_file_that_was_purged_with_one_request_travels_again_with_another(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    # Another request keeps the hit open: its last exchange would end it.
    ask(pair.xa, hit_id)
    recall(pair, hit_id, ask_with(pair, hit_id, attachment_id))
    assert files_of_xb(pair, hit_id) == []
    ask_with(pair, hit_id, attachment_id)
    assert files_of_xb(pair, hit_id) == [AttachmentState.COMPLETE]
    opened = pair.xb.services.files.open_attachment(FOCAL_POINT, hit_id, attachment_id, VISIT)
    assert b"".join(opened.pieces) == PDF


def test_a_file_that_is_named_again_while_it_is_there_does_not_travel_twice(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    ask_with(pair, hit_id, attachment_id)
    passed = len(pair.hub.files.passed)
    ask_with(pair, hit_id, attachment_id)
    assert len(pair.hub.files.passed) == passed


def test_a_request_that_names_a_file_of_the_receiver_takes_nothing_from_it_by_its_recall(pair: Pair) -> None:
    hit_id = confirmed(pair)
    theirs = attach(pair.xb, hit_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symbolon.node.services.approve_draft.ReleaseAttachments.__call__", lambda *_: None)
        patch.setattr("symbolon.node.services.submit_draft.manifest_of", lambda *_: None)
        patch.setattr("symbolon.node.services.list_drafts._file", lambda *_: None)
        forged = ask(pair.xa, hit_id, replace(REQUEST, attachments=named(theirs)))
    pair.exchange()
    recall(pair, hit_id, forged)
    assert [str(row["attachment_id"]) for row in pair.xb.rows("attachment")] == [theirs]


def test_a_file_that_came_with_a_red_note_is_red(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    note = NoteForm(
        text="For named officers", handling_code=HandlingCode.H3, tlp=Tlp.RED, attachments=named(attachment_id)
    )
    release(pair.xa, pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, note, None))
    pair.exchange()
    move(pair.xa, pair.xb)
    (line,) = pair.xb.services.files.list_attachments(ANOTHER_FOCAL_POINT, hit_id, VISIT)
    assert (line.file_name, line.not_open is None) == ("", False)
    with pytest.raises(NotDisclosed):
        pair.xb.services.files.open_attachment(ANOTHER_FOCAL_POINT, hit_id, attachment_id, VISIT)


def test_a_file_of_a_lax_and_a_strict_request_is_under_the_strict_one(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    for form in (replace(REQUEST, tlp=Tlp.GREEN), replace(REQUEST, caveats=(Caveat.NAMED_OFFICERS_ONLY,))):
        ask(pair.xa, hit_id, replace(form, attachments=named(attachment_id)))
        pair.exchange()
        move(pair.xa, pair.xb)
    with pytest.raises(NotDisclosed):
        pair.xb.services.files.open_attachment(ANOTHER_FOCAL_POINT, hit_id, attachment_id, VISIT)


def test_what_a_data_subject_is_given_holds_neither_the_other_sides_vote_nor_the_name_of_its_file(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "OUR-OWN-REASON")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "INFORMANT-SAW-HIM")
    pair.exchange()
    for name, tlp in (("INFORMANT-STATEMENT.pdf", Tlp.RED), ("CREW-LIST.pdf", Tlp.AMBER)):
        attachment_id = attach(pair.xb, hit_id, what=file(name, HandlingCode.H3))
        ask(pair.xb, hit_id, replace(REQUEST, tlp=tlp, attachments=named(attachment_id)))
        pair.exchange()
        move(pair.xb, pair.xa)
    reference = pair.xa.record("A-1").reference
    for form in ExportForm:
        given = pair.xa.services.retention.export_data_subject(FOCAL_POINT, reference, form).decode()
        assert [word for word in ("INFORMANT-SAW-HIM", "INFORMANT-STATEMENT") if word in given] == []
        assert "OUR-OWN-REASON" in given
        assert "CREW-LIST.pdf" in given
