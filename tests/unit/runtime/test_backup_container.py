"""A backup opens with its passphrase or key, whole and unchanged, or not at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.runtime.backup_container import (
    CHUNK_BYTES,
    MAGIC,
    TAG_BYTES,
    BackupRefused,
    Passphrase,
    PassphraseCost,
    PrivateKey,
    Recipient,
    read_container,
    write_container,
)

CHEAP = PassphraseCost(passes=1, memory_kib=8, lanes=1)
PASSPHRASE = Passphrase("six words that nobody guesses", CHEAP)
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(text, lock=PASSPHRASE):
    out = io.BytesIO()
    written = write_container([text], out, lock)
    assert written == len(out.getvalue())
    return out.getvalue()


def opened(container, unlock=PASSPHRASE):
    return b"".join(read_container(io.BytesIO(container), unlock))


def parts(container):
    """The head, and the sealed chunks."""
    start = container.index(b"\n", len(MAGIC)) + 1
    body = container[start:]
    return container[:start], [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]


THREE_CHUNKS = sealed(bytes(range(256)) * (CHUNK_BYTES // 256 * 2) + b"and the rest")


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_was_sealed_comes_back(length):
    text = b"x" * length
    assert opened(sealed(text)) == text


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_how_the_text_was_cut_into_pieces_makes_no_difference(pieces):
    out = io.BytesIO()
    write_container(pieces, out, PASSPHRASE)
    assert opened(out.getvalue()) == b"".join(pieces)


def test_the_same_text_sealed_twice_shows_no_likeness():
    first, second = (parts(sealed(b"the same text"))[1] for _ in range(2))
    assert first != second


def test_nothing_of_the_text_is_in_the_container():
    assert b"Somchai Jaidee" not in sealed(b"Somchai Jaidee" * 10)


@given(st.integers(0, 10_000_000), st.integers(0, 7))
@settings(max_examples=examples(300))
def test_every_flipped_bit_is_found(place, bit):
    changed = bytearray(THREE_CHUNKS)
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(BackupRefused):
        opened(bytes(changed))


def test_every_flipped_byte_of_a_small_container_is_found():
    container = sealed(b"a small text")
    for place in range(len(container)):
        changed = bytearray(container)
        changed[place] ^= 0xFF
        with pytest.raises(BackupRefused):
            opened(bytes(changed))


@given(st.integers(0, 10_000_000))
@settings(max_examples=examples(100))
def test_every_truncation_is_found(length):
    with pytest.raises(BackupRefused):
        opened(THREE_CHUNKS[: length % len(THREE_CHUNKS)])


@pytest.mark.parametrize(
    ("order", "what"),
    [
        ([1, 0, 2], "two chunks in another order"),
        ([0, 2], "a chunk left out"),
        ([0, 0, 1, 2], "a chunk doubled"),
        ([0, 1], "the last chunk left out"),
        ([0, 1, 2, 2], "the last chunk doubled"),
        ([2], "the last chunk alone"),
        ([], "no chunk at all"),
    ],
)
def test_chunks_out_of_their_places_are_found(order, what):
    head, chunks = parts(THREE_CHUNKS)
    with pytest.raises(BackupRefused):
        opened(head + b"".join(chunks[at] for at in order))


def test_a_chunk_of_another_backup_is_found():
    head, chunks = parts(THREE_CHUNKS)
    _head, others = parts(sealed(bytes(2 * CHUNK_BYTES) + b"and the rest"))
    with pytest.raises(BackupRefused):
        opened(head + chunks[0] + others[1] + chunks[2])


def test_bytes_added_at_the_end_are_found():
    with pytest.raises(BackupRefused):
        opened(THREE_CHUNKS + b"\0")


def test_another_passphrase_is_refused_with_a_sentence_that_says_so():
    with pytest.raises(BackupRefused, match="not its passphrase"):
        opened(THREE_CHUNKS, Passphrase("six other words of somebody", CHEAP))


def test_a_short_passphrase_is_refused():
    with pytest.raises(BackupRefused, match="six words"):
        Passphrase("short")


def test_a_header_that_asks_for_endless_work_is_refused():
    greedy = THREE_CHUNKS.replace(b'"memory_kib":8,', b'"memory_kib":99999999,')
    with pytest.raises(BackupRefused, match="was changed"):
        opened(greedy)


def test_another_file_is_refused():
    with pytest.raises(BackupRefused, match="no backup of Symbolon"):
        opened(b"PGDMP and the rest of it")


@pytest.fixture(scope="module")
def private_key():
    return HybridSealingKey.generate(bytes(range(32)))


def test_a_backup_for_a_key_opens_with_its_private_half(private_key):
    container = sealed(b"for one key", Recipient(private_key.public))
    assert opened(container, PrivateKey(private_key)) == b"for one key"


def test_a_backup_for_a_key_does_not_open_with_another(private_key):
    container = sealed(b"for one key", Recipient(private_key.public))
    with pytest.raises(BackupRefused, match="another key"):
        opened(container, PrivateKey(HybridSealingKey.generate(bytes(32))))


def test_every_flipped_byte_of_a_backup_for_a_key_is_found(private_key):
    container = sealed(b"for one key", Recipient(private_key.public))
    for place in range(0, len(container), 7):
        changed = bytearray(container)
        changed[place] ^= 0x01
        with pytest.raises(BackupRefused):
            opened(bytes(changed), PrivateKey(private_key))


def test_what_opens_the_other_kind_is_asked_for(private_key):
    with pytest.raises(BackupRefused, match="--passphrase-file"):
        opened(THREE_CHUNKS, PrivateKey(private_key))
    with pytest.raises(BackupRefused, match="--key-file"):
        opened(sealed(b"for one key", Recipient(private_key.public)))
