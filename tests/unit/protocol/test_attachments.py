"""Files in sealed chunks: each opens in its own place alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolon.protocol.attachments import (
    TAKEN_TYPES,
    TEXT_TYPES,
    ChunkPlan,
    chunk_digest,
    is_what_it_says,
    missing_chunks,
    open_chunk,
    seal_chunk,
)
from symbolon.protocol.messages import AttachmentOffer
from symbolon.protocol.messages_case import CHUNK_BYTES, LARGEST_ATTACHMENT, MOST_CHUNKS
from symbolon.protocol.problems import MalformedMessage, UnsealFailed
from symbolon.protocol.references import AttachmentId, HitId

FILE, OTHER_FILE = AttachmentId("a"), AttachmentId("b")
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def chunks():
    plan = ChunkPlan(FILE, 2 * CHUNK_BYTES + 5)
    contents = [bytes([number]) * plan.length(number) for number in range(plan.count)]
    return plan, contents, [seal_chunk(plan, number, content, KEY) for number, content in enumerate(contents)]


def test_a_file_comes_together_again_whatever_comes_first(chunks):
    plan, contents, sealed = chunks
    assert [open_chunk(plan, number, sealed[number], KEY) for number in (2, 0, 1)] == [contents[n] for n in (2, 0, 1)]
    assert [len(each) for each in sealed] == [plan.sealed_length(number) for number in range(plan.count)]


def test_a_chunk_sealed_again_is_the_same_so_that_an_upload_can_go_on(chunks):
    plan, contents, sealed = chunks
    assert chunk_digest(seal_chunk(plan, 1, contents[1], KEY)) == chunk_digest(sealed[1])
    assert missing_chunks(plan.count, {0, 1}) == (2,)
    assert missing_chunks(plan.count, {0, 1, 2}) == ()


@pytest.mark.parametrize(
    "open_elsewhere",
    [
        lambda plan, sealed: open_chunk(plan, 1, sealed[0], KEY),
        lambda plan, sealed: open_chunk(ChunkPlan(OTHER_FILE, plan.size), 0, sealed[0], KEY),
        lambda plan, sealed: open_chunk(ChunkPlan(FILE, plan.size + 1), 0, sealed[0], KEY),
        lambda plan, sealed: open_chunk(ChunkPlan(FILE, plan.size - 5), 0, sealed[0], KEY),
        lambda plan, sealed: open_chunk(plan, 0, sealed[0], bytes(32)),
        lambda plan, sealed: open_chunk(plan, 0, sealed[0][:-1], KEY),
        lambda plan, sealed: open_chunk(plan, 0, b"\x01" + sealed[0][1:], KEY),
        lambda plan, sealed: open_chunk(plan, 2, sealed[0], KEY),
    ],
)
def test_a_chunk_opens_in_its_own_place_alone(chunks, open_elsewhere):
    plan, _, sealed = chunks
    with pytest.raises(UnsealFailed):
        open_elsewhere(plan, sealed)


@given(st.integers(1, LARGEST_ATTACHMENT))
@settings(deadline=None)
def test_the_lengths_of_the_chunks_add_up_to_the_file(size):
    plan = ChunkPlan(FILE, size)
    assert sum(plan.length(number) for number in range(plan.count)) == size
    assert 1 <= plan.count <= MOST_CHUNKS


@pytest.mark.parametrize("size", [0, LARGEST_ATTACHMENT + 1])
def test_an_empty_or_too_large_file_is_refused(size):
    with pytest.raises(MalformedMessage):
        ChunkPlan(FILE, size)


def test_a_chunk_that_the_file_does_not_have_is_refused(chunks):
    plan, contents, _ = chunks
    for number, content in ((3, b"x"), (-1, b"x"), (0, contents[2])):
        with pytest.raises(MalformedMessage):
            seal_chunk(plan, number, content, KEY)


def test_an_offer_names_as_many_chunks_as_the_file_has():
    with pytest.raises(MalformedMessage):
        AttachmentOffer(FILE, HitId("h"), None, CHUNK_BYTES, ("5f" * 32, "5f" * 32))


BEGINNINGS = {
    "application/pdf": b"%PDF-1.7\n",
    "image/png": b"\x89PNG\r\n\x1a\n\x00",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/tiff": b"II*\x00",
    "audio/wav": b"RIFF\x00\x00",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
    "text/plain": "ธารา\n".encode(),
    "text/csv": b"a,b\r\n",
}


@pytest.mark.parametrize("media_type", sorted(TAKEN_TYPES))
def test_a_file_is_what_its_sender_says_and_nothing_else(media_type):
    assert BEGINNINGS.keys() == TAKEN_TYPES
    assert is_what_it_says(media_type, BEGINNINGS[media_type])
    for other in TAKEN_TYPES - TEXT_TYPES - {media_type}:
        assert not is_what_it_says(other, BEGINNINGS[media_type]), other


@pytest.mark.parametrize("media_type", ["application/zip", "text/html", "application/x-msdownload", "image/svg+xml"])
def test_what_could_run_or_hide_something_is_not_taken(media_type):
    assert not is_what_it_says(media_type, b"PK\x03\x04")
    assert media_type not in TAKEN_TYPES


def test_text_that_is_cut_within_a_character_is_still_text():
    whole = "ธ".encode()
    assert is_what_it_says("text/plain", b"a" + whole[:2])
    assert not is_what_it_says("text/plain", b"a\x00b")
    assert not is_what_it_says("text/plain", b"\xff\xfe\xfd\xfc\xfb")
