from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.audit_log import (
    GENESIS,
    AuditAct,
    ChainEntry,
    ChainHead,
    Leaf,
    chain,
    leaf_bytes,
    leaf_hash,
    verify_chain,
)
from symbolon.protocol.problems import BrokenChain, MalformedMessage, Problem
from symbolon.protocol.references import new_leaf_id

LEAF = Leaf(
    leaf_id=new_leaf_id(UUID(int=1)),
    recorded_at=datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC),
    act=AuditAct.VOTE_CAST,
    actor="officer",
    subject="00000000-0000-4000-8000-000000000001",
    detail={"round": 1},
)


def log_of(size):
    entries, head = [], GENESIS
    for place in range(1, size + 1):
        leaf = replace(LEAF, leaf_id=new_leaf_id(UUID(int=place)))
        head = chain(head, leaf_hash(leaf))
        entries.append(ChainEntry(place, leaf, head))
    return entries


@given(st.integers(0, 20))
def test_an_untouched_log_is_accepted_and_its_head_covers_it(size):
    entries = log_of(size)
    head = verify_chain(entries)
    assert head == ChainHead(size, entries[-1].chain_hash if entries else GENESIS)


@given(st.integers(1, 12), st.data())
def test_a_removed_entry_is_found_where_it_is_missing(size, data):
    entries = log_of(size + 1)
    gone = data.draw(st.integers(0, size - 1))
    del entries[gone]
    with pytest.raises(BrokenChain) as broken:
        verify_chain(entries)
    assert broken.value.at == gone + 1


@given(st.integers(2, 12), st.data())
def test_reordered_entries_are_found(size, data):
    entries = log_of(size)
    one, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True).map(sorted))
    entries[one], entries[other] = entries[other], entries[one]
    with pytest.raises(BrokenChain) as broken:
        verify_chain(entries)
    assert broken.value.at == one + 1


@given(st.integers(2, 12), st.data())
def test_leaves_that_changed_places_under_their_hashes_are_found(size, data):
    entries = log_of(size)
    one, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True).map(sorted))
    first, second = entries[one], entries[other]
    entries[one], entries[other] = replace(first, leaf=second.leaf), replace(second, leaf=first.leaf)
    with pytest.raises(BrokenChain) as broken:
        verify_chain(entries)
    assert broken.value.at == one + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"leaf_id": new_leaf_id(UUID(int=99))},
        {"recorded_at": LEAF.recorded_at + timedelta(microseconds=1)},
        {"act": AuditAct.HIT_VIEWED},
        {"actor": "another"},
        {"subject": None},
        {"detail": {"round": 2}},
        {"detail": {}},
        {"detail": {"round": True}},
    ],
)
def test_a_change_of_any_field_of_a_leaf_is_found(changed):
    entries = log_of(3)
    entries[1] = replace(entries[1], leaf=replace(entries[1].leaf, **changed))
    with pytest.raises(BrokenChain) as broken:
        verify_chain(entries)
    assert broken.value.at == 2
    assert broken.value.problem is Problem.BROKEN_AUDIT_LOG


def test_an_inserted_entry_is_found_even_with_hashes_of_its_own():
    entries = log_of(3)
    forged = replace(LEAF, actor="forger")
    entries.insert(1, ChainEntry(2, forged, chain(entries[0].chain_hash, leaf_hash(forged))))
    with pytest.raises(BrokenChain) as broken:
        verify_chain(entries)
    assert broken.value.at == 3


def test_a_cut_off_end_shows_in_the_head():
    assert verify_chain(log_of(3)[:2]) != verify_chain(log_of(3))


def test_the_zone_in_which_a_time_is_given_does_not_matter():
    elsewhere = replace(LEAF, recorded_at=LEAF.recorded_at.astimezone(timezone(timedelta(hours=7))))
    assert leaf_hash(elsewhere) == leaf_hash(LEAF)


def test_a_leaf_is_written_in_canonical_json_to_the_microsecond():
    assert leaf_bytes(LEAF) == (
        b'{"act":"vote-cast","actor":"officer","detail":{"round":1},"leaf_id":"00000000-0000-0000-0000-000000000001",'
        b'"recorded_at":"2026-01-31T09:30:00.123456Z","subject":"00000000-0000-4000-8000-000000000001"}'
    )


def test_a_leaf_whose_time_knows_no_zone_has_no_hash():
    with pytest.raises(MalformedMessage):
        leaf_hash(replace(LEAF, recorded_at=datetime(2026, 1, 31)))  # noqa: DTZ001 - the point of the test


def test_a_leaf_with_a_detail_that_the_wire_does_not_have_has_no_hash():
    with pytest.raises(MalformedMessage):
        leaf_hash(replace(LEAF, detail={"score": 0.5}))


def test_leaves_and_links_are_hashed_apart_as_in_rfc_6962():
    assert leaf_hash(LEAF) == sha256(b"\x00" + leaf_bytes(LEAF)).digest()
    assert chain(GENESIS, leaf_hash(LEAF)) == sha256(b"\x01" + GENESIS + leaf_hash(LEAF)).digest()
