-- name: order_commits
-- Whoever changes records takes its turn here and keeps it to the commit, so that numbers of index changes are
-- handed out in the order of commits.
SELECT pg_advisory_xact_lock(%(lock)s);

-- name: lock_references
-- Records by reference, locked in the order of references: two transactions that lock the same ones cannot
-- wait for each other.
SELECT reference
FROM record
WHERE reference = ANY(%(references)s)
ORDER BY reference
FOR UPDATE;

-- name: lock_owners_of_handles
-- The records that these handles are of, locked in the order of references.
SELECT reference
FROM record
WHERE reference IN (SELECT reference FROM encoded_version WHERE handle = ANY(%(handles)s))
ORDER BY reference
FOR UPDATE;

-- name: lock_expired
-- Live records whose review date has passed (the same rule as `has_expired` of the domain), locked in the order of
-- references. The index of live records by review date finds them without reading the others.
SELECT reference
FROM record
WHERE withdrawn_at IS NULL AND review_date < %(today)s
ORDER BY reference
LIMIT %(limit)s
FOR UPDATE;

-- name: lock_expelled
-- Live records of members that were expelled, locked in the order of references.
SELECT reference
FROM record
WHERE withdrawn_at IS NULL AND member IN (SELECT code FROM member WHERE standing = 'expelled')
ORDER BY reference
LIMIT %(limit)s
FOR UPDATE;

-- name: has_expelled
-- Whether an expelled member has a live record.
SELECT EXISTS (
    SELECT FROM record AS r
    JOIN member AS m ON m.code = r.member
    WHERE m.standing = 'expelled' AND r.withdrawn_at IS NULL
);

-- name: has_live
-- Whether a member has a live record.
SELECT EXISTS (
    SELECT FROM record
    WHERE member = %(member)s AND withdrawn_at IS NULL
);

-- name: lock_encoded_under
-- Records that have an encoding under an epoch, locked in the order of references.
SELECT reference
FROM record
WHERE reference IN (SELECT reference FROM encoded_version WHERE key_epoch = %(epoch)s LIMIT %(limit)s)
ORDER BY reference
FOR UPDATE;

-- name: list_records
-- Records that were locked before: what their handles are now, nobody else can change.
SELECT r.reference, r.member, r.version, r.withdrawn_at IS NOT NULL AS is_withdrawn, r.partition_id, r.record_kind,
       r.offence_group, r.urgency, r.review_date, p.namespace, p.mode, p.members,
       (SELECT coalesce(jsonb_object_agg(v.key_epoch, v.handle), '{}')
        FROM encoded_version AS v
        WHERE v.reference = r.reference) AS handles
FROM record AS r
JOIN partition AS p USING (partition_id)
WHERE r.reference = ANY(%(references)s)
ORDER BY r.reference;

-- name: new_handles
-- So many handles that were never used.
SELECT nextval('record_handle') AS handle
FROM generate_series(1, %(count)s);

-- name: insert_partition
-- A combination of owner, namespace and allow-list that has no id yet.
INSERT INTO partition (member, namespace, mode, members, members_digest)
VALUES (%(member)s, %(namespace)s, %(mode)s, %(members)s,
        encode(sha256(convert_to(array_to_string(%(members)s::text[], ','), 'UTF8')), 'hex'))
ON CONFLICT DO NOTHING;

-- name: list_partitions
-- Every partition, whether or not it has records.
SELECT partition_id, member, namespace, mode, members
FROM partition
ORDER BY partition_id;

-- name: list_live_partitions
-- Partitions of active members that have a live record: the scope of a comparison is made from these. One probe of an
-- index for each.
SELECT p.partition_id, p.member, p.namespace, p.mode, p.members
FROM partition AS p
JOIN member AS m ON m.code = p.member AND m.standing = 'active'
CROSS JOIN LATERAL (
    SELECT FROM record AS r
    WHERE r.partition_id = p.partition_id AND r.withdrawn_at IS NULL
    LIMIT 1
) AS live
ORDER BY p.partition_id;

-- name: list_partitions_of
-- The partitions of these live handles.
SELECT DISTINCT r.partition_id
FROM encoded_version AS v
JOIN record AS r USING (reference)
WHERE v.handle = ANY(%(handles)s);

-- name: put_records
-- New records, or new versions in the place of the old.
INSERT INTO record (reference, member, version, partition_id, record_kind, offence_group, urgency, review_date,
                    accepted_at)
SELECT reference, member, version, partition_id, record_kind, offence_group, urgency, review_date, %(now)s
FROM unnest(%(references)s::text[], %(members)s::text[], %(versions)s::integer[], %(partition_ids)s::bigint[],
            %(record_kinds)s::text[], %(offence_groups)s::text[], %(urgencies)s::text[], %(review_dates)s::date[])
     AS item (reference, member, version, partition_id, record_kind, offence_group, urgency, review_date)
ON CONFLICT (reference) DO UPDATE
SET version = excluded.version,
    partition_id = excluded.partition_id,
    record_kind = excluded.record_kind,
    offence_group = excluded.offence_group,
    urgency = excluded.urgency,
    review_date = excluded.review_date,
    accepted_at = excluded.accepted_at,
    withdrawn_at = NULL;

-- name: insert_handles
-- What records are called under an epoch.
INSERT INTO encoded_version (handle, reference, member, key_epoch)
SELECT handle, reference, member, key_epoch
FROM unnest(%(handles)s::bigint[], %(references)s::text[], %(members)s::text[], %(key_epochs)s::integer[])
     AS item (handle, reference, member, key_epoch);

-- name: delete_handles
-- These encodings are gone, or have a successor.
DELETE FROM encoded_version
WHERE handle = ANY(%(handles)s);

-- name: queue_comparisons
-- These handles wait to be compared; `again` where the same version was queued under another epoch before.
INSERT INTO pending_comparison (handle, again, asked_at)
SELECT handle, again, %(now)s
FROM unnest(%(handles)s::bigint[], %(agains)s::boolean[]) AS item (handle, again);

-- name: queue_comparisons_of_member
-- All that a member has here waits to be compared (again). The update waits for a worker that has the handle in hand
-- and compares it by an older scope: once that worker has settled it, the handle is put in anew.
INSERT INTO pending_comparison (handle, again, asked_at)
SELECT handle, true, %(now)s
FROM encoded_version
WHERE member = %(member)s
ORDER BY handle
ON CONFLICT (handle) DO UPDATE
SET again = excluded.again, asked_at = excluded.asked_at;

-- name: retire_records
-- Withdrawn. The row stays for its version number.
UPDATE record
SET withdrawn_at = %(now)s
WHERE reference = ANY(%(references)s) AND withdrawn_at IS NULL;

-- name: take_waiting
-- The oldest handles that wait to be compared and that no other worker has in hand; if this worker dies, they
-- are free again. None while a restored hub waits for what its members know, and none of a closed epoch, whose
-- encodings wait to be erased.
SELECT p.handle
FROM pending_comparison AS p
WHERE NOT EXISTS (SELECT FROM reconciliation WHERE finished_at IS NULL)
  AND (p.not_before IS NULL OR p.not_before <= %(now)s)
  AND NOT EXISTS (
    SELECT FROM encoded_version AS v
    JOIN linkage_epoch AS e ON e.epoch = v.key_epoch
    WHERE v.handle = p.handle AND e.closed_at IS NOT NULL
  )
ORDER BY p.again, p.handle
LIMIT %(limit)s
FOR UPDATE OF p SKIP LOCKED;

-- name: set_aside
-- These handles, and all that a member has here, wait until later, except what another worker has in hand.
UPDATE pending_comparison AS later
SET not_before = %(until)s
FROM (
    SELECT p.handle
    FROM pending_comparison AS p
    WHERE p.handle = ANY(%(handles)s)
       OR p.handle IN (SELECT v.handle FROM encoded_version AS v WHERE v.member = %(member)s)
    ORDER BY p.handle
    FOR UPDATE OF p SKIP LOCKED
) AS free
WHERE later.handle = free.handle
RETURNING later.handle;

-- name: settle
-- These handles were compared, or are gone.
DELETE FROM pending_comparison
WHERE handle = ANY(%(handles)s);
