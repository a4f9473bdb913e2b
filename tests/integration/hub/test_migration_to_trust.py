"""A hub from before there was a directory to sign keeps its members, records and hits, and is founded anew."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from symbolon.hub.domain.members import Standing
from symbolon.hub.storage.unit_of_work import PostgresStore
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode, RecordReference
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.migration_runner import run_missing
from symbolon.runtime.migrations import RoomMigrations, load_migrations, migrate

_BEFORE = "0006"
_DATA = """
INSERT INTO federation (name, exercise, directory_version, schema_id, schema_digest, key_epoch)
VALUES ('exercise-tests', true, 3, 'schema', repeat('d', 64), 1);
INSERT INTO member (code, name, signing_key, sealing_key, certificate_fingerprint, enrolled_at)
SELECT code, 'State ' || code, decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'), repeat(code, 32), now()
FROM unnest(ARRAY['XA', 'XB']) AS code;
INSERT INTO partition (member, namespace, mode, members, members_digest, schema_id, key_epoch)
VALUES ('XA', 'general', 'all', '{}', 'digest', 'schema', 1), ('XB', 'general', 'all', '{}', 'digest', 'schema', 1);
INSERT INTO record (reference, member, version, handle, partition_id, record_kind, offence_group, urgency, review_date,
                    accepted_at, withdrawn_at)
VALUES ('ours', 'XA', 2, 7, 1, 'person', 'smuggling', 'U3', '2099-01-01', now(), NULL),
       ('theirs', 'XB', 1, 8, 2, 'person', 'smuggling', 'U3', '2099-01-01', now(), NULL),
       ('withdrawn', 'XB', 4, NULL, 2, 'person', 'smuggling', 'U3', '2099-01-01', now(), now());
INSERT INTO encoding (handle, partition_id, encoded) VALUES (7, 1, 'one'), (8, 2, 'two');
INSERT INTO index_change (handle, is_removal) VALUES (7, false), (8, false);
INSERT INTO pending_comparison (handle, asked_at) VALUES (8, now());
INSERT INTO hit (hit_id, low_reference, high_reference, state, band, agreement, urgency, schema_id, key_epoch,
                 detected_at)
VALUES ('a-hit', 'ours', 'theirs', 'ALERTED', 'strong', '{}', 'U3', 'schema', 1, now());
INSERT INTO hit_side (hit_id, member, reference, record_kind, offence_group, is_protected, alerted_at)
VALUES ('a-hit', 'XA', 'ours', 'person', 'smuggling', false, now()),
       ('a-hit', 'XB', 'theirs', 'person', 'smuggling', false, now());
"""


@pytest.fixture
def migrated(fresh_database: Callable[[str], str]) -> Iterator[PostgresStore]:
    conninfo = fresh_database("hub")
    hub = load_migrations("symbolon.hub")
    older = tuple(migration for migration in hub.migrations if migration.number <= _BEFORE)
    run_missing(conninfo, [load_migrations("symbolon.runtime"), RoomMigrations(hub.room, older)])
    with psycopg.connect(conninfo) as connection:
        connection.execute(_DATA)
    migrate(conninfo, "symbolon.hub")
    with Database(conninfo) as database:
        yield PostgresStore(database, HashChainAuditLog(SystemClock(), uuid4))


def test_its_members_wait_as_candidates_for_the_directory_that_they_sign(migrated: PostgresStore) -> None:
    with migrated.work() as work:
        assert [(member.code, member.standing) for member in work.members.all()] == [
            ("XA", Standing.CANDIDATE),
            ("XB", Standing.CANDIDATE),
        ]
        assert work.directory.in_effect() is None
        assert work.members.federation().incarnation


def test_its_records_keep_their_versions_and_have_one_encoding_under_their_epoch(migrated: PostgresStore) -> None:
    references = [RecordReference(text) for text in ("ours", "theirs", "withdrawn")]
    with migrated.work() as work:
        records = work.records.lock_references(references)
        assert {reference: (record.version, record.handles) for reference, record in records.items()} == {
            "ours": (2, {1: 7}),
            "theirs": (1, {1: 8}),
            "withdrawn": (4, {}),
        }
        assert records[references[2]].is_withdrawn
        assert work.records.take_waiting(10, datetime.now(UTC)) == [8]


def test_its_hits_stand(migrated: PostgresStore) -> None:
    with migrated.work() as work:
        hit = work.hits.lock(HitId("a-hit"))
        assert (hit.state, hit.ledger.version, hit.is_open) == (JointState.ALERTED, 0, True)


def test_nothing_is_compared_before_its_members_are_active(migrated: PostgresStore) -> None:
    with migrated.work() as work:
        assert work.records.live_partitions() == {}
        work.members.set_standing(MemberCode("XA"), Standing.ACTIVE, datetime.now(UTC))
        assert [each.member for each in work.records.live_partitions().values()] == ["XA"]
