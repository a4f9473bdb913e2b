-- name: count_by_member
-- Members, when they were last here, and what they have not acknowledged.
SELECT m.code, m.name, m.standing, m.standing_since, m.keys_expire_on, m.certificate_expires_on, p.last_seen,
       (SELECT count(*) FROM delivery AS d WHERE d.member = m.code AND d.acknowledged_at IS NULL) AS undelivered,
       (SELECT min(d.created_at) FROM delivery AS d WHERE d.member = m.code AND d.acknowledged_at IS NULL)
           AS oldest_undelivered_at
FROM member AS m
LEFT JOIN member_presence AS p ON p.member = m.code
ORDER BY m.code;

-- name: count_records
-- Live records by member and kind, without what only stands for one in a hit.
WITH counted AS (
    SELECT member, record_kind, count(*) AS entries
    FROM record
    WHERE withdrawn_at IS NULL
    GROUP BY member, record_kind
), aliases AS (
    SELECT r.member, r.record_kind, count(*) AS entries
    FROM pair_alias
    JOIN record AS r USING (reference)
    WHERE r.withdrawn_at IS NULL
    GROUP BY r.member, r.record_kind
)
SELECT member, record_kind, counted.entries - coalesce(aliases.entries, 0) AS live
FROM counted
LEFT JOIN aliases USING (member, record_kind)
WHERE counted.entries > coalesce(aliases.entries, 0)
ORDER BY member, record_kind;

-- name: count_waiting_comparisons
-- How many records wait to be compared, and since when the oldest.
SELECT count(*) AS pending, min(asked_at) AS oldest
FROM pending_comparison;

-- name: count_hits_by_day
-- Hits by the day (UTC) of their detection, the newest days first.
SELECT (detected_at AT TIME ZONE 'UTC')::date AS day, count(*) AS hits
FROM hit
WHERE detected_at > %(since)s
GROUP BY day
ORDER BY day DESC;

-- name: count_hits_by_state
-- Hits by their joint state.
SELECT joint_state AS state, count(*) AS hits
FROM hit
GROUP BY joint_state
ORDER BY joint_state;

-- name: list_workers
-- Workers that looked lately, and how far their index lags.
SELECT worker_id, last_seen,
       greatest(0, (SELECT coalesce(max(number), 0) FROM index_change) - index_number) AS changes_behind
FROM worker_presence
WHERE last_seen > %(since)s
ORDER BY worker_id;

-- name: note_worker
-- A worker is alive.
INSERT INTO worker_presence (worker_id, last_seen, index_number)
VALUES (%(worker_id)s, %(now)s, %(index_number)s)
ON CONFLICT (worker_id) DO UPDATE
SET last_seen = excluded.last_seen, index_number = excluded.index_number;

-- name: forget_workers
-- Workers that are long gone.
DELETE FROM worker_presence
WHERE last_seen < %(before)s;

-- name: find_oldest_index
-- Up to which change the indexes of all workers are that looked lately.
SELECT coalesce(min(index_number), 0)
FROM worker_presence
WHERE last_seen > %(since)s;

-- name: list_epochs
-- Every epoch that was ever open.
SELECT epoch, schema_id, closed_at, erased_at
FROM linkage_epoch
ORDER BY epoch;
