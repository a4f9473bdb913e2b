"""Hits from before there were ledgers keep what the hub knew of them, and their parties are asked how far they went."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from tests.integration.hub.test_migration_to_trust import _DATA

from symbolon.protocol.lifecycle import JointState
from symbolon.runtime.migration_runner import run_missing
from symbolon.runtime.migrations import RoomMigrations, load_migrations

_HITS = """
UPDATE member SET standing = 'active';
INSERT INTO record (reference, member, version, partition_id, record_kind, offence_group, urgency, review_date,
                    accepted_at, withdrawn_at)
SELECT name || number, member, 3, 1, 'person', 'smuggling', 'U3', '2099-01-01', now(), now()
FROM generate_series(1, 5) AS number, (VALUES ('a', 'XA'), ('b', 'XB')) AS side (name, member);
INSERT INTO hit (hit_id, low_reference, high_reference, state, band, agreement, urgency, schema_id, key_epoch,
                 detected_at, rounds_opened)
SELECT 'hit-' || number, 'a' || number, 'b' || number, state, 'strong', '{}', 'U3', 'schema', 1, now(), rounds
FROM (VALUES (1, 'ALERTED', 1), (2, 'ALERTED', 2), (3, 'HELD', 0), (4, 'CLOSED', 0), (5, 'WITHDRAWN', 1))
     AS hit (number, state, rounds);
INSERT INTO hit_side (hit_id, member, reference, record_kind, offence_group, is_protected, alerted_at)
SELECT 'hit-' || number, member, name || number, 'person', 'smuggling', number IN (3, 4) AND name = 'a',
       CASE WHEN number IN (3, 4) AND name = 'b' THEN NULL ELSE now() END
FROM generate_series(1, 5) AS number, (VALUES ('a', 'XA'), ('b', 'XB')) AS side (name, member);
INSERT INTO held_message (hit_id, envelope, received_at) VALUES ('hit-3', '{}', now());
"""
_READ = """
SELECT hit_id, state, joint_state, version, round, held_from, closed_from, opened_round
FROM hit WHERE hit_id LIKE 'hit-%' ORDER BY hit_id
"""


@pytest.fixture
def migrated(fresh_database: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    conninfo = fresh_database("hub")
    hub = load_migrations("symbolon.hub")

    def up_to(number: str) -> None:
        some = tuple(migration for migration in hub.migrations if migration.number <= number)
        run_missing(conninfo, [load_migrations("symbolon.runtime"), RoomMigrations(hub.room, some)])

    for number, data in (("0006", _DATA), ("0008", _HITS)):
        up_to(number)
        with psycopg.connect(conninfo) as connection:
            connection.execute(data)
    up_to("9999")
    with psycopg.connect(conninfo) as connection:
        yield connection


def test_what_the_hub_knew_of_a_hit_is_older_than_any_word_of_its_parties(migrated: psycopg.Connection) -> None:
    held, detected, needs_more = JointState.HELD, JointState.DETECTED, JointState.NEEDS_MORE
    assert migrated.execute(_READ).fetchall() == [
        ("hit-1", "ALERTED", "ALERTED", 0, 1, None, None, 1),
        ("hit-2", needs_more, needs_more, 0, 2, None, None, 2),
        ("hit-3", held, held, 0, 1, detected, None, 0),
        ("hit-4", "CLOSED", "CLOSED", 0, 1, detected, held, 0),
        ("hit-5", "WITHDRAWN", "WITHDRAWN", 0, 1, None, None, 1),
    ]


def test_each_half_is_about_the_version_that_lies_here(migrated: psycopg.Connection) -> None:
    assert migrated.execute("SELECT DISTINCT version FROM hit_side WHERE hit_id LIKE 'hit-%'").fetchall() == [(3,)]


def test_the_parties_are_asked_how_far_their_hits_went_as_after_a_restore(migrated: psycopg.Connection) -> None:
    [(incarnation,)] = migrated.execute("SELECT incarnation FROM reconciliation WHERE finished_at IS NULL").fetchall()
    assert migrated.execute("SELECT incarnation FROM federation").fetchall() == [(incarnation,)]
