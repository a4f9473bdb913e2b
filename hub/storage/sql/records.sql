-- name: order_commits
-- Whoever changes records takes its turn here and keeps it to the commit, so that numbers of index changes are
-- handed out in the order of commits.
SELECT pg_advisory_xact_lock(%(lock)s);

-- name: lock_references
-- Records by reference, locked in the order of references: two transactions that lock the same ones cannot
-- wait for each other.
SELECT r.reference, r.member, r.version, r.handle, r.partition_id, r.record_kind, r.offence_group, r.urgency,
       r.review_date, p.namespace, p.mode, p.members, p.schema_id, p.key_epoch
FROM record AS r
JOIN partition AS p USING (partition_id)
WHERE r.reference = ANY(%(references)s)
ORDER BY r.reference
FOR UPDATE OF r;

-- name: lock_handles
-- Live records by handle, locked in the order of references. A handle that was superseded or withdrawn has no row.
SELECT r.reference, r.member, r.version, r.handle, r.partition_id, r.record_kind, r.offence_group, r.urgency,
       r.review_date, p.namespace, p.mode, p.members, p.schema_id, p.key_epoch
FROM record AS r
JOIN partition AS p USING (partition_id)
WHERE r.handle = ANY(%(handles)s)
ORDER BY r.reference
FOR UPDATE OF r;

-- name: lock_expired
-- Live records whose review date has passed (the same rule as `has_expired` of the domain), locked in the order of
-- references. The index of live records by review date finds them without reading the others.
SELECT r.reference, r.member, r.version, r.handle, r.partition_id, r.record_kind, r.offence_group, r.urgency,
       r.review_date, p.namespace, p.mode, p.members, p.schema_id, p.key_epoch
FROM record AS r
JOIN partition AS p USING (partition_id)
WHERE r.handle IS NOT NULL AND r.review_date < %(today)s
ORDER BY r.reference
LIMIT %(limit)s
FOR UPDATE OF r;

-- name: new_handles
-- So many handles that were never used.
SELECT nextval('record_handle') AS handle
FROM generate_series(1, %(count)s);

-- name: insert_partition
-- A combination of owner, allow-list, schema and epoch that has no id yet.
INSERT INTO partition (member, namespace, mode, members, members_digest, schema_id, key_epoch)
VALUES (%(member)s, %(namespace)s, %(mode)s, %(members)s,
        encode(sha256(convert_to(array_to_string(%(members)s::text[], ','), 'UTF8')), 'hex'),
        %(schema_id)s, %(key_epoch)s)
ON CONFLICT DO NOTHING;

-- name: list_partitions
-- Every partition, whether or not it has records.
SELECT partition_id, member, namespace, mode, members, schema_id, key_epoch
FROM partition
ORDER BY partition_id;

-- name: list_live_partitions
-- Partitions that have a live record: the scope of a comparison is made from these. One probe of an index for each.
SELECT p.partition_id, p.member, p.namespace, p.mode, p.members, p.schema_id, p.key_epoch
FROM partition AS p
CROSS JOIN LATERAL (
    SELECT FROM record AS r
    WHERE r.partition_id = p.partition_id AND r.handle IS NOT NULL
    LIMIT 1
) AS live
ORDER BY p.partition_id;

-- name: list_partitions_of
-- The partitions of these live handles.
SELECT DISTINCT partition_id
FROM record
WHERE handle = ANY(%(handles)s);

-- name: put_records
-- New records, or new versions in the place of the old.
INSERT INTO record (reference, member, version, handle, partition_id, record_kind, offence_group, urgency,
                    review_date, accepted_at)
SELECT reference, member, version, handle, partition_id, record_kind, offence_group, urgency, review_date, %(now)s
FROM unnest(%(references)s::text[], %(members)s::text[], %(versions)s::integer[], %(handles)s::bigint[],
            %(partition_ids)s::bigint[], %(record_kinds)s::text[], %(offence_groups)s::text[], %(urgencies)s::text[],
            %(review_dates)s::date[])
     AS item (reference, member, version, handle, partition_id, record_kind, offence_group, urgency, review_date)
ON CONFLICT (reference) DO UPDATE
SET version = excluded.version,
    handle = excluded.handle,
    partition_id = excluded.partition_id,
    record_kind = excluded.record_kind,
    offence_group = excluded.offence_group,
    urgency = excluded.urgency,
    review_date = excluded.review_date,
    accepted_at = excluded.accepted_at,
    withdrawn_at = NULL;

-- name: queue_comparisons
-- These handles wait to be compared.
INSERT INTO pending_comparison (handle, asked_at)
SELECT handle, %(now)s
FROM unnest(%(handles)s::bigint[]) AS item (handle);

-- name: retire_records
-- Withdrawn: no handle any more. The row stays for its version number.
UPDATE record
SET handle = NULL, withdrawn_at = %(now)s
WHERE reference = ANY(%(references)s) AND handle IS NOT NULL;

-- name: take_waiting
-- The oldest handles that wait to be compared and that no other worker has in hand; if this worker dies, they
-- are free again.
SELECT handle
FROM pending_comparison
ORDER BY handle
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: settle
-- These handles were compared, or are gone.
DELETE FROM pending_comparison
WHERE handle = ANY(%(handles)s);
