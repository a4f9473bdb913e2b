-- name: hold_focal_points
-- A member's newest directory, locked.
SELECT signed
FROM focal_points
WHERE member = %(member)s
FOR UPDATE;

-- name: keep_focal_points
-- A member's newer directory takes the place of its older one.
INSERT INTO focal_points (member, version, signed, received_at)
VALUES (%(member)s, %(version)s, %(signed)s, %(now)s)
ON CONFLICT (member) DO UPDATE
SET version = excluded.version, signed = excluded.signed, received_at = excluded.received_at;

-- name: list_focal_points
-- The directories of all members that take part, or may again.
SELECT focal_points.signed
FROM focal_points
JOIN member ON member.code = focal_points.member AND member.standing <> 'expelled'
ORDER BY focal_points.member;

-- name: insert_watches
-- Desks that were not listed before were never asked.
INSERT INTO desk_watch (member, desk_id)
SELECT %(member)s, unnest(%(desk_ids)s::text[])
ON CONFLICT DO NOTHING;

-- name: forget_watches
-- Of desks that are listed no longer nothing is known.
DELETE FROM desk_watch
WHERE member = %(member)s AND desk_id <> ALL(%(desk_ids)s::text[]);

-- name: list_watches
-- Every listed desk, and how it lives.
SELECT w.member, w.desk_id, w.ping_id, w.asked_at, w.unanswered_since, w.answered_at, w.told_stale_at
FROM desk_watch AS w
JOIN member ON member.code = w.member AND member.standing <> 'expelled'
ORDER BY w.member, w.desk_id;

-- name: lock_watches
-- The desks of some members, locked; what somebody else is at waits for the next time.
SELECT member, desk_id, ping_id, asked_at, unanswered_since, answered_at, told_stale_at
FROM desk_watch
WHERE member = ANY(%(members)s)
ORDER BY member, desk_id
FOR UPDATE SKIP LOCKED;

-- name: lock_watch
-- One desk, locked.
SELECT member, desk_id, ping_id, asked_at, unanswered_since, answered_at, told_stale_at
FROM desk_watch
WHERE member = %(member)s AND desk_id = %(desk_id)s
FOR UPDATE;

-- name: update_watch
-- What became of a desk.
UPDATE desk_watch
SET ping_id = %(ping_id)s, asked_at = %(asked_at)s, unanswered_since = %(unanswered_since)s,
    answered_at = %(answered_at)s, told_stale_at = %(told_stale_at)s
WHERE member = %(member)s AND desk_id = %(desk_id)s;

-- name: hold_pair
-- A pair's turn to agree, held to the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('pair profile ' || %(low)s || ' ' || %(high)s, 0));

-- name: list_agreed
-- What a pair agreed on, oldest first.
SELECT signed
FROM pair_profile
WHERE low_member = %(low)s AND high_member = %(high)s AND agreed_at IS NOT NULL
ORDER BY version;

-- name: find_proposed
-- What one of a pair proposes.
SELECT signed
FROM pair_profile
WHERE low_member = %(low)s AND high_member = %(high)s AND agreed_at IS NULL;

-- name: drop_proposed
-- Nothing is proposed between a pair.
DELETE FROM pair_profile
WHERE low_member = %(low)s AND high_member = %(high)s AND agreed_at IS NULL;

-- name: insert_profile
-- A version that is proposed (no time), or that both signed.
INSERT INTO pair_profile (low_member, high_member, version, signed, agreed_at)
VALUES (%(low)s, %(high)s, %(version)s, %(signed)s, %(agreed_at)s);

-- name: list_profiles_of
-- Everything that a member has a part in: by pair and version, and then what is proposed.
SELECT signed
FROM pair_profile
WHERE %(member)s IN (low_member, high_member)
ORDER BY agreed_at IS NULL, low_member, high_member, version;

-- name: list_all_agreed
-- Every version that any pair agreed on, oldest first.
SELECT signed, agreed_at
FROM pair_profile
WHERE agreed_at IS NOT NULL
ORDER BY low_member, high_member, version;
