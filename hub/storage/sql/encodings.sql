-- name: insert_encodings
-- Encodings of record versions, as their owners sent them.
INSERT INTO encoding (handle, partition_id, encoded)
SELECT handle, partition_id, encoded
FROM unnest(%(handles)s::bigint[], %(partition_ids)s::bigint[], %(encodeds)s::bytea[])
     AS item (handle, partition_id, encoded);

-- name: delete_encodings
-- Erase encodings; the handles that had one.
DELETE FROM encoding
WHERE handle = ANY(%(handles)s)
RETURNING handle;

-- name: note_additions
-- What every index must add.
INSERT INTO index_change (handle, is_removal)
SELECT handle, false
FROM unnest(%(handles)s::bigint[]) AS item (handle);

-- name: note_removals
-- What every index must take out.
INSERT INTO index_change (handle, is_removal)
SELECT handle, true
FROM unnest(%(handles)s::bigint[]) AS item (handle);

-- name: forget_additions
-- Additions whose encodings are gone: no index needs them. One that has not read them yet passes them over; one that
-- has, finds the removal, which comes later and stays.
DELETE FROM index_change
WHERE handle = ANY(%(handles)s) AND NOT is_removal;

-- name: list_changes
-- What an index that is at `after` has to do, in the order of commits. An addition whose encoding is gone comes
-- without one: its removal follows.
SELECT c.number, c.handle, c.is_removal, e.partition_id, e.encoded
FROM index_change AS c
LEFT JOIN encoding AS e ON e.handle = c.handle AND NOT c.is_removal
WHERE c.number > %(after)s
ORDER BY c.number
LIMIT %(limit)s;

-- name: find_encodings
-- Encodings by handle, to explain a pair.
SELECT handle, encoded
FROM encoding
WHERE handle = ANY(%(handles)s);

-- name: find_last_change
-- The number of the newest change.
SELECT coalesce(max(number), 0) AS number
FROM index_change;
