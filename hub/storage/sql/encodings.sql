-- name: insert_encodings
-- Encodings of record versions, as their owners sent them.
INSERT INTO encoding (handle, partition_id, key_epoch, encoded)
SELECT handle, partition_id, key_epoch, encoded
FROM unnest(%(handles)s::bigint[], %(partition_ids)s::bigint[], %(key_epochs)s::integer[], %(encodeds)s::bytea[])
     AS item (handle, partition_id, key_epoch, encoded);

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
-- has, finds the removal, which comes later.
DELETE FROM index_change
WHERE handle = ANY(%(handles)s) AND NOT is_removal;

-- name: list_changes
-- What an index that is at `after` has to do, in the order of commits. An addition whose encoding is gone comes
-- without one: its removal follows.
SELECT c.number, c.handle, c.is_removal, e.partition_id, e.key_epoch, e.encoded
FROM index_change AS c
LEFT JOIN encoding AS e ON e.handle = c.handle AND NOT c.is_removal
WHERE c.number > %(after)s
ORDER BY c.number
LIMIT %(limit)s;

-- name: find_floor
-- Up to which number removals were forgotten: an index that was older may have missed one.
SELECT number
FROM index_floor;

-- name: raise_floor
-- Removals up to this number will be forgotten.
UPDATE index_floor
SET number = %(number)s
WHERE number < %(number)s;

-- name: forget_removals
-- Removals that every index has made.
DELETE FROM index_change
WHERE is_removal AND number <= %(number)s;

-- name: find_encodings
-- Encodings by handle, to compare them and to explain a pair.
SELECT handle, key_epoch, encoded
FROM encoding
WHERE handle = ANY(%(handles)s);

-- name: find_schema_of_epoch
-- What the encodings of an epoch are made with.
SELECT s.content
FROM linkage_epoch AS e
JOIN linkage_schema AS s USING (schema_digest)
WHERE e.epoch = %(epoch)s;

-- name: find_schema
-- A linkage schema by its digest.
SELECT content
FROM linkage_schema
WHERE schema_digest = %(schema_digest)s;
