-- name: name_records
-- Give records a name that have none.
INSERT INTO record_name (reference)
SELECT DISTINCT reference FROM encoded_version WHERE handle = ANY(%(handles)s)
ON CONFLICT DO NOTHING;

-- name: list_numbers
-- By which numbers openings speak of records, with their owners.
SELECT v.handle, n.name, v.reference, v.member, v.key_epoch, r.version
FROM encoded_version AS v
JOIN record AS r USING (reference)
JOIN record_name AS n USING (reference)
WHERE v.handle = ANY(%(handles)s)
ORDER BY v.handle;

-- name: rows_that_ask
-- The vectors of these records and canaries that are compared; of what an operator could not read, none. A canary has no
-- name.
SELECT r.handle, coalesce(n.name, 0) AS name, r.partition_id, r.key_epoch, r.filled, s.what, w.segment, w.row
FROM blind_record AS r
LEFT JOIN encoded_version AS v USING (handle)
LEFT JOIN record_name AS n USING (reference)
JOIN blind_row AS w USING (handle)
JOIN blind_segment AS s USING (segment)
WHERE r.handle = ANY(%(handles)s)
  AND s.what NOT LIKE 'explain/%%'
  AND NOT EXISTS (SELECT FROM blind_unreadable AS u WHERE u.handle = r.handle)
ORDER BY w.segment, w.row;

-- name: segments_asked
-- Segments of one kind and epoch that records of these partitions lie in.
SELECT segment, partition_id, filled, next_row
FROM blind_segment
WHERE key_epoch = %(key_epoch)s AND what = %(what)s AND partition_id = ANY(%(partition_ids)s) AND next_row > 0
ORDER BY segment;

-- name: handles_of_rows
-- What lay in these ranges of rows at a change; what came later is compared in its own turn, and what is gone is no pair
-- any more. A canary has no name.
SELECT w.segment, w.row, w.handle, coalesce(n.name, 0) AS name
FROM unnest(%(segments)s::int[], %(firsts)s::int[], %(counts)s::int[]) AS asked (segment, first, count)
JOIN blind_row AS w ON w.segment = asked.segment AND w.row >= asked.first AND w.row < asked.first + asked.count
LEFT JOIN encoded_version AS v ON v.handle = w.handle
LEFT JOIN record_name AS n USING (reference)
JOIN index_change AS c ON c.handle = w.handle AND NOT c.is_removal
WHERE c.number <= %(change)s;

-- name: describe_range
-- Whose a segment is, and under which schema its epoch is encoded.
SELECT p.member, l.schema_digest
FROM blind_segment AS s
JOIN partition AS p USING (partition_id)
JOIN linkage_epoch AS l ON l.epoch = s.key_epoch
WHERE s.segment = %(segment)s AND s.key_epoch = %(key_epoch)s;

-- name: canaries_among
-- Those of these that are canaries, which ones, and how many vectors of a kind each has; as it stands now.
SELECT k.handle, k.number, k.form, r.partition_id, r.filled,
       EXISTS (SELECT FROM blind_unreadable AS u WHERE u.handle = k.handle) AS is_unreadable,
       (
           SELECT count(*) FROM blind_row AS w JOIN blind_segment AS s USING (segment)
           WHERE w.handle = k.handle AND s.what = %(what)s
       ) AS vectors
FROM blind_canary AS k
JOIN blind_record AS r USING (handle)
WHERE k.handle = ANY(%(handles)s)
ORDER BY k.handle;
