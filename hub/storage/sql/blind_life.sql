-- A restored hub of a blind federation begins anew with its operators: what they hold was numbered by another life, and
-- the hub has no shares to give them again. Its members are told that it lacks their encodings, and send them.

-- name: find_life
-- Under which incarnation the hub lives, and since when; no moment in its first life.
SELECT f.incarnation, r.restored_at
FROM federation AS f
LEFT JOIN reconciliation AS r USING (incarnation);

-- name: forget_pending
-- Nothing waits to be compared that no operator will have.
DELETE FROM pending_comparison
WHERE handle IN (SELECT handle FROM blind_record);

-- name: forget_names
-- Records have no encodings any more: reconciliation names them as lacking.
DELETE FROM encoded_version
WHERE handle IN (SELECT handle FROM blind_record);

-- name: forget_additions
-- No operator is told of them.
DELETE FROM index_change
WHERE NOT is_removal AND handle IN (SELECT handle FROM blind_record);

-- name: forget_records
-- Outlines, numbers and bundles; their rows are free.
DELETE FROM blind_record;

-- name: begin_operators_anew
-- All three are followed from the beginning.
UPDATE blind_operator
SET number = 0, records = 0;
