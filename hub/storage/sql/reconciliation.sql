-- Restores: of this hub, and of its members.

-- name: begin
-- This hub was restored from a backup.
INSERT INTO reconciliation (incarnation, backup_made_at, restored_at)
VALUES (%(incarnation)s, %(backup_made_at)s, %(now)s);

-- name: end_earlier
-- An earlier restore that was not finished is overtaken by this one.
UPDATE reconciliation
SET finished_at = %(now)s
WHERE finished_at IS NULL;

-- name: live_anew
-- The hub's new incarnation, by which its members notice.
UPDATE federation
SET incarnation = %(incarnation)s;

-- name: forget_known_hits
-- What was said in an earlier reconciliation.
DELETE FROM known_hit;

-- name: find_open
-- The restore that is not finished, and the active members that have not told all.
SELECT r.incarnation, r.backup_made_at, r.restored_at,
       ARRAY(
           SELECT m.code
           FROM member AS m
           WHERE m.standing = 'active'
             AND NOT EXISTS (
                 SELECT FROM reconciled_member AS d WHERE d.incarnation = r.incarnation AND d.member = m.code
             )
           ORDER BY m.code
       ) AS waiting_for
FROM reconciliation AS r
WHERE r.finished_at IS NULL;

-- name: keep_known_hits
-- Hits as a member knows them.
INSERT INTO known_hit (hit_id, member, known)
SELECT hit_id, %(member)s, known
FROM unnest(%(hit_ids)s::text[], %(knowns)s::bytea[]) AS item (hit_id, known)
ON CONFLICT (hit_id, member) DO UPDATE
SET known = excluded.known;

-- name: list_known_hits
-- What the members said of their hits.
SELECT hit_id, member, known
FROM known_hit
ORDER BY hit_id, member;

-- name: note_done
-- A member has told all.
INSERT INTO reconciled_member (incarnation, member, records, hits, done_at)
VALUES (%(incarnation)s, %(member)s, %(records)s, %(hits)s, %(now)s)
ON CONFLICT (incarnation, member) DO UPDATE
SET records = excluded.records, hits = excluded.hits, done_at = excluded.done_at;

-- name: finish
-- The restore is over: what waits is compared again.
UPDATE reconciliation
SET finished_at = %(now)s, proceeded_without = %(without)s
WHERE finished_at IS NULL;

-- name: list_records_of
-- A member's records with the open epochs that they are encoded under.
SELECT r.reference, r.version, r.withdrawn_at IS NOT NULL AS withdrawn,
       ARRAY(
           SELECT e.key_epoch
           FROM encoded_version AS e
           JOIN linkage_epoch AS l ON l.epoch = e.key_epoch AND l.closed_at IS NULL
           WHERE e.reference = r.reference
           ORDER BY e.key_epoch
       ) AS epochs
FROM record AS r
WHERE r.member = %(member)s AND (%(after)s::text IS NULL OR r.reference > %(after)s)
  -- What stands for a side of a hit is no record of a file.
  AND NOT EXISTS (SELECT FROM pair_alias AS a WHERE a.reference = r.reference)
ORDER BY r.reference
LIMIT %(limit)s;

-- name: list_hits_of
-- The hits that a member was told of, and of which round of each its vote lies here.
SELECT own.hit_id, own.member, own.reference AS own_reference, other.reference AS counterpart_reference,
       (SELECT max(v.round) FROM vote_deposit AS v WHERE v.hit_id = own.hit_id AND v.member = %(member)s) AS lying
FROM hit_side AS own
JOIN hit_side AS other ON other.hit_id = own.hit_id AND other.member <> own.member
WHERE own.member = %(member)s AND own.alerted_at IS NOT NULL
  AND (%(after)s::text IS NULL OR own.hit_id > %(after)s)
ORDER BY own.hit_id
LIMIT %(limit)s;

-- name: redeliver
-- What the member acknowledged since waits again, under its old id and in its old order.
UPDATE delivery
SET acknowledged_at = NULL
WHERE member = %(member)s AND acknowledged_at >= %(since)s AND envelope IS NOT NULL;

-- name: forget_delivered
-- What was acknowledged long ago is kept no longer.
UPDATE delivery
SET envelope = NULL
WHERE envelope IS NOT NULL AND acknowledged_at < %(before)s;
