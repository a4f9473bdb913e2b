-- name: find_used
-- References that canaries have.
SELECT reference FROM blind_canary WHERE reference = ANY(%(references)s);

-- name: insert_canary
-- An encoding of this transaction is no record's.
INSERT INTO blind_canary (handle, reference, version, member, number, form, accepted_at)
VALUES (%(handle)s, %(reference)s, %(version)s, %(member)s, %(number)s, %(form)s, %(now)s);

-- name: list_leftover
-- Canaries that should go: their epoch is closed, their owner expelled, no record is left that they stand beside, or a
-- newer one of the same name among the same records came long enough ago. Not while they are compared.
SELECT k.handle
FROM blind_canary AS k
JOIN blind_record AS r USING (handle)
WHERE EXISTS (SELECT FROM linkage_epoch AS e WHERE e.epoch = r.key_epoch AND e.closed_at IS NOT NULL)
   OR EXISTS (SELECT FROM member AS m WHERE m.code = k.member AND m.standing = 'expelled')
   OR NOT EXISTS (
        SELECT FROM blind_record AS beside
        WHERE beside.key_epoch = r.key_epoch AND beside.partition_id = r.partition_id AND beside.filled = r.filled
          AND NOT EXISTS (SELECT FROM blind_canary AS other WHERE other.handle = beside.handle)
   )
   OR EXISTS (
        SELECT FROM blind_canary AS newer
        JOIN blind_record AS place ON place.handle = newer.handle
        WHERE newer.number = k.number AND newer.form = k.form AND newer.handle > k.handle
          AND newer.accepted_at < %(since)s
          AND place.key_epoch = r.key_epoch AND place.partition_id = r.partition_id AND place.filled = r.filled
   )
ORDER BY k.handle
LIMIT %(limit)s
FOR UPDATE OF k SKIP LOCKED;

-- name: note_answers
-- Known answers that were right at a comparison.
INSERT INTO canary_check (checked_at, answers) VALUES (%(now)s, %(answers)s);

-- name: forget_answers
-- What was checked long ago.
DELETE FROM canary_check WHERE checked_at < %(before)s;

-- name: find_standing
-- How many canaries there are, and what was checked.
SELECT (SELECT count(*) FROM blind_canary) AS held, coalesce(sum(answers), 0)::bigint AS answers,
       max(checked_at) AS checked_at
FROM canary_check;

-- name: list_held
-- Canaries of these partitions that all operators can read.
SELECT k.handle, k.number, k.form, k.member, r.partition_id, r.key_epoch, r.filled
FROM blind_canary AS k
JOIN blind_record AS r USING (handle)
WHERE r.partition_id = ANY(%(partition_ids)s)
  AND NOT EXISTS (SELECT FROM blind_unreadable AS u WHERE u.handle = k.handle);

-- name: take_fresh
-- Canaries that were not compared yet and came with records like these; no other worker gets the same ones.
SELECT k.handle
FROM blind_canary AS k
JOIN blind_record AS r USING (handle)
WHERE NOT k.asked AND EXISTS (
    SELECT FROM blind_record AS beside
    WHERE beside.handle = ANY(%(handles)s) AND beside.key_epoch = r.key_epoch
      AND beside.partition_id = r.partition_id AND beside.filled = r.filled
)
ORDER BY k.handle
LIMIT %(limit)s
FOR UPDATE OF k SKIP LOCKED;

-- name: note_asked
-- These canaries were compared.
UPDATE blind_canary SET asked = true WHERE handle = ANY(%(handles)s);

-- name: lock_canaries
-- Those of these canaries that no other worker has in hand: they stay while they are compared.
SELECT handle FROM blind_canary WHERE handle = ANY(%(handles)s) FOR UPDATE SKIP LOCKED;

-- name: find_places_of
-- Among which records these lie.
SELECT DISTINCT key_epoch, partition_id, filled FROM blind_record WHERE handle = ANY(%(handles)s);
