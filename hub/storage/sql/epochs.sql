-- name: list_epochs
-- Every epoch that was ever open.
SELECT epoch, schema_id, schema_digest, closed_at, erased_at
FROM linkage_epoch
ORDER BY epoch;

-- name: open_epoch
-- Encodings are taken under it from now on.
INSERT INTO linkage_epoch (epoch, schema_id, schema_digest, opened_at)
VALUES (%(epoch)s, %(schema_id)s, %(schema_digest)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: close_epoch
-- No more encodings are taken under it; what is here waits to be erased.
UPDATE linkage_epoch
SET closed_at = %(now)s
WHERE epoch = %(epoch)s AND closed_at IS NULL;

-- name: settle_epoch
-- Nothing of it is left, and its receipts are posted.
UPDATE linkage_epoch
SET erased_at = %(now)s
WHERE epoch = %(epoch)s;

-- name: keep_schema
-- A linkage schema that epochs may use.
INSERT INTO linkage_schema (schema_digest, schema_id, content)
VALUES (%(schema_digest)s, %(schema_id)s, %(content)s)
ON CONFLICT DO NOTHING;

-- name: find_schema
-- A linkage schema by its digest.
SELECT content
FROM linkage_schema
WHERE schema_digest = %(schema_digest)s;

-- name: put_progress
-- How far a member says that it is with an epoch.
INSERT INTO epoch_progress (member, epoch, key_held, key_check_value, records_total, records_encoded, told_at)
VALUES (%(member)s, %(epoch)s, %(key_held)s, %(key_check_value)s, %(records_total)s, %(records_encoded)s, %(now)s)
ON CONFLICT (member, epoch) DO UPDATE
SET key_held = excluded.key_held,
    key_check_value = excluded.key_check_value,
    records_total = excluded.records_total,
    records_encoded = excluded.records_encoded,
    told_at = excluded.told_at;

-- name: list_progress
-- Active members in open epochs: what they told, how many live records they have here, how many encodings of them.
SELECT m.code AS member, e.epoch, p.key_held, p.key_check_value, p.records_total, p.records_encoded, p.told_at,
       (SELECT count(*) FROM record AS r WHERE r.member = m.code AND r.withdrawn_at IS NULL) AS live,
       (SELECT count(*) FROM encoded_version AS v WHERE v.key_epoch = e.epoch AND v.member = m.code) AS encoded
FROM linkage_epoch AS e
CROSS JOIN member AS m
LEFT JOIN epoch_progress AS p ON p.member = m.code AND p.epoch = e.epoch
WHERE e.closed_at IS NULL AND m.standing = 'active'
ORDER BY e.epoch, m.code;

-- name: note_erased
-- Whose encodings were erased.
INSERT INTO epoch_erased (epoch, member, reference)
SELECT %(epoch)s, member, reference
FROM unnest(%(members)s::text[], %(references)s::text[]) AS item (member, reference)
ON CONFLICT DO NOTHING;

-- name: list_erased
-- Whose encodings of an epoch were erased.
SELECT member, array_agg(reference) AS references
FROM epoch_erased
WHERE epoch = %(epoch)s
GROUP BY member
ORDER BY member;

-- name: forget_erased
-- The receipts are signed.
DELETE FROM epoch_erased
WHERE epoch = %(epoch)s;

-- name: forget_progress
-- Nobody is anywhere in an epoch that is gone.
DELETE FROM epoch_progress
WHERE epoch = %(epoch)s;
