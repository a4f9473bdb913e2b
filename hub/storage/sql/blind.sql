-- name: insert_record
-- What all may see of an encoded version.
INSERT INTO blind_record (handle, partition_id, key_epoch, filled, outline)
VALUES (%(handle)s, %(partition_id)s, %(key_epoch)s, %(filled)s, %(outline)s);

-- name: insert_bundle
-- A bundle on its way to an operator.
INSERT INTO blind_bundle (handle, place, sealed)
VALUES (%(handle)s, %(place)s, %(sealed)s);

-- name: insert_token
-- A value of the oblivious function.
INSERT INTO blind_token (handle, kind, value)
VALUES (%(handle)s, %(kind)s, %(value)s)
ON CONFLICT DO NOTHING;

-- name: find_segment
-- The segment of these rows, made where there is none.
INSERT INTO blind_segment (key_epoch, partition_id, filled, what, bits)
VALUES (%(key_epoch)s, %(partition_id)s, %(filled)s, %(what)s, %(bits)s)
ON CONFLICT (key_epoch, partition_id, filled, what) DO UPDATE SET bits = excluded.bits
RETURNING segment;

-- name: take_free_rows
-- Rows that were freed, for the first of these vectors; as many as there are.
UPDATE blind_row AS taken
SET handle = wanted.handle, number = wanted.number
FROM (
    SELECT segment, row, row_number() OVER (ORDER BY row) AS place
    FROM blind_row
    WHERE segment = %(segment)s AND handle IS NULL
    ORDER BY row
    LIMIT %(count)s
) AS free
JOIN unnest(%(handles)s::bigint[], %(numbers)s::integer[]) WITH ORDINALITY AS wanted (handle, number, place)
    USING (place)
WHERE (taken.segment, taken.row) = (free.segment, free.row);

-- name: take_new_rows
-- The next rows of a segment, for vectors in their order.
WITH grown AS (
    UPDATE blind_segment SET next_row = next_row + %(count)s
    WHERE segment = %(segment)s
    RETURNING segment, next_row - %(count)s AS first
)
INSERT INTO blind_row (segment, row, handle, number)
SELECT grown.segment, grown.first + wanted.place - 1, wanted.handle, wanted.number
FROM grown
CROSS JOIN unnest(%(handles)s::bigint[], %(numbers)s::integer[]) WITH ORDINALITY AS wanted (handle, number, place);

-- name: delete_records
-- Erase encodings; the handles that had one. Their rows are free, their bundles and tokens gone.
DELETE FROM blind_record
WHERE handle = ANY(%(handles)s)
RETURNING handle;

-- name: note_removals
-- What every operator must take out, and owes its owner a receipt for.
WITH gone AS (
    SELECT handle, coalesce(v.reference, k.reference) AS reference, coalesce(v.member, k.member) AS member,
        coalesce(e.version, k.version) AS version
    FROM unnest(%(handles)s::bigint[]) AS item (handle)
    LEFT JOIN encoded_version AS v USING (handle)
    LEFT JOIN record AS e ON e.reference = v.reference
    LEFT JOIN blind_canary AS k USING (handle)
),
noted AS (
    INSERT INTO index_change (handle, is_removal)
    SELECT handle, true FROM gone
    RETURNING number, handle
)
INSERT INTO blind_erasure_due (place, handle, number, reference, version, member)
SELECT place, handle, number, reference, version, member
FROM noted
JOIN gone USING (handle)
CROSS JOIN generate_series(0, 2) AS place
WHERE reference IS NOT NULL AND version IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: take_due
-- Receipts that an operator owes though it is past the removal and had a minute for it: it is told once more.
UPDATE blind_erasure_due AS due
SET told_at = %(now)s
FROM (
    SELECT place, handle FROM blind_erasure_due
    WHERE place = %(place)s AND number <= %(number)s AND told_at < %(before)s
    ORDER BY told_at, number
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS chosen
WHERE (due.place, due.handle) = (chosen.place, chosen.handle)
RETURNING due.number, due.handle, due.reference, due.version, due.member;

-- name: list_feed
-- What an operator that is at `after` has to do, in the order of commits. A record that is gone comes without a
-- bundle: its removal follows.
SELECT c.number, c.handle, c.is_removal, b.sealed, r.key_epoch,
       coalesce(v.reference, k.reference) AS reference, coalesce(v.member, k.member) AS member,
       coalesce(e.version, k.version) AS version,
       due.reference AS gone_reference, due.version AS gone_version, due.member AS gone_member,
       (SELECT array_agg(w.segment ORDER BY w.number) FROM blind_row AS w WHERE w.handle = c.handle) AS segments,
       (SELECT array_agg(w.row ORDER BY w.number) FROM blind_row AS w WHERE w.handle = c.handle) AS rows
FROM index_change AS c
LEFT JOIN blind_record AS r ON r.handle = c.handle AND NOT c.is_removal
LEFT JOIN blind_bundle AS b ON b.handle = r.handle AND b.place = %(place)s
LEFT JOIN encoded_version AS v ON v.handle = r.handle
LEFT JOIN record AS e ON e.reference = v.reference
LEFT JOIN blind_canary AS k ON k.handle = r.handle
LEFT JOIN blind_erasure_due AS due ON due.handle = c.handle AND due.place = %(place)s AND c.is_removal
WHERE c.number > %(after)s
ORDER BY c.number
LIMIT %(limit)s;

-- name: newest_change
-- The number of the newest change. Removals that every operator has made are forgotten, the newest one too: then it is
-- the number that all of them are at.
SELECT greatest(
    (SELECT coalesce(max(number), 0) FROM index_change),
    (SELECT coalesce(min(number), 0) FROM blind_operator)
);

-- name: describe_segments
-- Segments as operators are told of them.
SELECT s.segment, s.key_epoch, l.schema_digest, s.what, s.bits, s.filled, p.member, p.namespace, p.mode, p.members
FROM blind_segment AS s
JOIN partition AS p USING (partition_id)
JOIN linkage_epoch AS l ON l.epoch = s.key_epoch
WHERE s.segment = ANY(%(segments)s);

-- name: list_schemas
-- Linkage schemas by digest, as the members agreed on them.
SELECT schema_digest, content FROM linkage_schema WHERE schema_digest = ANY(%(digests)s);

-- name: note_operator
-- An operator answered, and is so far.
UPDATE blind_operator
SET number = greatest(number, %(number)s), records = %(records)s, seen_at = %(now)s, away_since = NULL, trouble = NULL
WHERE place = %(place)s;

-- name: list_operators
-- How the operators are.
SELECT place, number, seen_at, away_since, trouble, erasures FROM blind_operator ORDER BY place;

-- name: hold_erasures
-- Up to where an operator's receipts are here; no row while another worker asks for them.
SELECT erasures FROM blind_operator WHERE place = %(place)s FOR UPDATE SKIP LOCKED;

-- name: keep_erasure
-- What an operator signed to an owner.
INSERT INTO operator_erasure (place, number, owner, content, signature)
VALUES (%(place)s, %(number)s, %(owner)s, %(content)s, %(signature)s)
ON CONFLICT DO NOTHING;

-- name: note_erasures
-- Up to here an operator's receipts are with the hub.
UPDATE blind_operator SET erasures = greatest(erasures, %(number)s) WHERE place = %(place)s;

-- name: forget_bundles
-- Bundles that every operator has.
DELETE FROM blind_bundle AS b
USING index_change AS c
WHERE c.handle = b.handle AND NOT c.is_removal AND c.number <= %(number)s;

-- name: note_unreadable
-- Records that an operator could not read. What is being erased at this moment need not be noted, nor waited for.
INSERT INTO blind_unreadable (handle, place)
SELECT r.handle, %(place)s
FROM blind_record AS r
WHERE r.handle = ANY(%(handles)s)
  AND NOT EXISTS (SELECT FROM blind_unreadable AS u WHERE u.handle = r.handle AND u.place = %(place)s)
FOR KEY SHARE OF r SKIP LOCKED
ON CONFLICT DO NOTHING;

-- name: note_no_bits
-- Of these, all three operators know that they are no bits.
UPDATE blind_unreadable SET no_bits = true
WHERE place = %(place)s AND handle = ANY(%(handles)s) AND NOT no_bits;

-- name: list_records
-- Encoded versions by handle, which all operators can read.
SELECT r.handle, r.partition_id, r.key_epoch, r.filled, r.outline
FROM blind_record AS r
WHERE r.handle = ANY(%(handles)s)
  AND NOT EXISTS (SELECT FROM blind_unreadable AS u WHERE u.handle = r.handle);

-- name: list_rows
-- Where the vectors of records lie.
SELECT w.handle, w.number, w.segment, w.row, s.what
FROM blind_row AS w
JOIN blind_segment AS s USING (segment)
WHERE w.handle = ANY(%(handles)s)
ORDER BY w.handle, w.number;

-- name: list_targets
-- Segments of profiles that records of these partitions lie in.
SELECT segment, partition_id, filled, what, next_row
FROM blind_segment AS s
WHERE key_epoch = %(key_epoch)s AND partition_id = ANY(%(partition_ids)s) AND what <> '' AND filled <> ''
  AND EXISTS (SELECT FROM blind_row AS w WHERE w.segment = s.segment AND w.handle IS NOT NULL);

-- name: give_back_rows
-- Rows of closed epochs and of expelled members, where a whole segment is free: nobody is given them any more.
DELETE FROM blind_row AS w
USING blind_segment AS s
JOIN partition AS p USING (partition_id)
JOIN member AS m ON m.code = p.member
LEFT JOIN linkage_epoch AS e ON e.epoch = s.key_epoch
WHERE w.segment = s.segment AND (e.erased_at IS NOT NULL OR m.standing = 'expelled')
  AND NOT EXISTS (SELECT FROM blind_row AS held WHERE held.segment = s.segment AND held.handle IS NOT NULL);

-- name: give_back_segments
-- Segments of theirs without any row.
DELETE FROM blind_segment AS s
USING partition AS p, member AS m
WHERE p.partition_id = s.partition_id AND m.code = p.member
  AND (m.standing = 'expelled' OR EXISTS (
    SELECT FROM linkage_epoch AS e WHERE e.epoch = s.key_epoch AND e.erased_at IS NOT NULL
  ))
  AND NOT EXISTS (SELECT FROM blind_row AS w WHERE w.segment = s.segment);

-- name: owners_of_rows
-- Whose vectors lie in these rows now.
SELECT w.segment, w.row, w.handle
FROM blind_row AS w
JOIN unnest(%(segments)s::integer[], %(rows)s::integer[]) AS asked (segment, row) USING (segment, row)
WHERE w.handle IS NOT NULL;

-- name: join_tokens
-- Records that share a number with one of these, under the same epoch; canaries have numbers of nobody.
SELECT DISTINCT one.handle AS query, other.handle AS target, q.partition_id AS asking, t.partition_id AS asked
FROM blind_token AS one
JOIN blind_token AS other ON other.value = one.value AND other.kind = one.kind AND other.handle <> one.handle
JOIN blind_record AS q ON q.handle = one.handle
JOIN blind_record AS t ON t.handle = other.handle AND t.key_epoch = q.key_epoch
WHERE one.handle = ANY(%(handles)s) AND NOT EXISTS (SELECT FROM blind_canary AS k WHERE k.handle = other.handle);
