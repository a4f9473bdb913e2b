-- name: insert_hits
-- New hits; one on a pair that has an open one already is passed over.
INSERT INTO hit (hit_id, low_reference, high_reference, state, joint_state, version, since, held_from, band, agreement,
                 urgency, schema_id, key_epoch, detected_at)
SELECT hit_id, low_reference, high_reference, state, state, version, since, held_from, band, agreement, urgency,
       schema_id, key_epoch, detected_at
FROM unnest(%(hit_ids)s::text[], %(low_references)s::text[], %(high_references)s::text[], %(states)s::text[],
            %(versions)s::integer[], %(sinces)s::timestamptz[], %(held_froms)s::text[], %(bands)s::text[],
            %(agreements)s::jsonb[], %(urgencies)s::text[], %(schema_ids)s::text[], %(key_epochs)s::integer[],
            %(detected_ats)s::timestamptz[])
     AS item (hit_id, low_reference, high_reference, state, version, since, held_from, band, agreement, urgency,
              schema_id, key_epoch, detected_at)
ON CONFLICT (low_reference, high_reference) WHERE state NOT IN ('WITHDRAWN', 'CLOSED') DO NOTHING
RETURNING hit_id;

-- name: insert_sides
-- Both halves of new hits.
INSERT INTO hit_side (hit_id, member, reference, record_kind, offence_group, is_protected, version, alerted_at)
VALUES (%(hit_id)s, %(member)s, %(reference)s, %(record_kind)s, %(offence_group)s, %(is_protected)s, %(version)s,
        %(alerted_at)s);

-- name: lock_hit
-- One hit, locked.
SELECT hit_id, state, version, since, round, first_round, held_from, closed_from, band, agreement, urgency, schema_id,
       key_epoch, detected_at, opened_round, reconsidered
FROM hit
WHERE hit_id = %(hit_id)s
FOR UPDATE;

-- name: read_hits
-- Some hits as they are now.
SELECT hit_id, state, version, since, round, first_round, held_from, closed_from, band, agreement, urgency, schema_id,
       key_epoch, detected_at, opened_round, reconsidered
FROM hit
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY hit_id;

-- name: lock_hits_of
-- The hits on any of these records that were not withdrawn, locked in the order of their ids.
SELECT hit_id, state, version, since, round, first_round, held_from, closed_from, band, agreement, urgency, schema_id,
       key_epoch, detected_at, opened_round, reconsidered
FROM hit
WHERE (low_reference = ANY(%(references)s) OR high_reference = ANY(%(references)s))
  AND state <> 'WITHDRAWN' AND closed_from IS DISTINCT FROM 'WITHDRAWN'
ORDER BY hit_id
FOR UPDATE;

-- name: list_sides
-- The halves of hits, in the order of references.
SELECT s.hit_id, s.member, s.reference, s.record_kind, s.offence_group, s.is_protected, s.version, s.alerted_at,
       s.released_at, s.acknowledged_at, s.purged_at,
       EXISTS (
           SELECT FROM safety_hold AS h WHERE h.hit_id = s.hit_id AND h.member = s.member AND h.ended_at IS NULL
       ) AS freezes
FROM hit_side AS s
WHERE s.hit_id = ANY(%(hit_ids)s)
ORDER BY s.hit_id, s.reference;

-- name: list_exchanges
-- The exchanges about hits, in the order in which they were opened.
SELECT hit_id, exchange_id, receiver, urgency, state, version, since, clarifications
FROM hit_exchange
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY hit_id, number;

-- name: update_hit
-- What became of a hit.
UPDATE hit
SET state = %(state)s, version = %(version)s, since = %(since)s, round = %(round)s, first_round = %(first_round)s,
    held_from = %(held_from)s, closed_from = %(closed_from)s, joint_state = %(joint_state)s,
    opened_round = %(opened_round)s, reconsidered = %(reconsidered)s
WHERE hit_id = %(hit_id)s;

-- name: put_exchange
-- How far an exchange is.
INSERT INTO hit_exchange (hit_id, exchange_id, number, receiver, urgency, state, version, since, clarifications)
VALUES (%(hit_id)s, %(exchange_id)s, %(number)s, %(receiver)s, %(urgency)s, %(state)s, %(version)s, %(since)s,
        %(clarifications)s)
ON CONFLICT (hit_id, exchange_id) DO UPDATE
SET state = excluded.state, version = excluded.version, since = excluded.since,
    clarifications = excluded.clarifications;

-- name: forget_delivered_of
-- What was delivered about a hit that is withdrawn now is kept no longer, but for the word of that.
UPDATE delivery
SET envelope = NULL
WHERE hit_id = %(hit_id)s AND acknowledged_at IS NOT NULL AND envelope IS NOT NULL
  AND purpose NOT IN ('step-taken', 'purge-request', 'purge-receipt');

-- name: update_side
-- What a side was told and decided.
UPDATE hit_side
SET is_protected = %(is_protected)s, alerted_at = %(alerted_at)s, released_at = %(released_at)s,
    acknowledged_at = %(acknowledged_at)s, purged_at = %(purged_at)s
WHERE hit_id = %(hit_id)s AND member = %(member)s;

-- name: insert_step
-- A step that was taken, in its order.
INSERT INTO hit_step (hit_id, exchange_id, event, by_party, follows, urgency, at, taken_at)
VALUES (%(hit_id)s, %(exchange_id)s, %(event)s, %(by_party)s, %(follows)s, %(urgency)s, %(at)s, %(now)s);

-- name: begin_safety_hold
-- A side freezes a hit; one that does already goes on.
INSERT INTO safety_hold (hit_id, member, began_at)
VALUES (%(hit_id)s, %(member)s, %(now)s)
ON CONFLICT (hit_id, member) WHERE ended_at IS NULL DO NOTHING;

-- name: end_safety_hold
-- A side lifts its own.
UPDATE safety_hold
SET ended_at = %(now)s
WHERE hit_id = %(hit_id)s AND member = %(member)s AND ended_at IS NULL;

-- name: list_pauses
-- When a hit was held, or frozen by whichever side, since a moment.
SELECT began_at, ended_at
FROM (
    SELECT began_at, ended_at
    FROM safety_hold
    WHERE hit_id = %(hit_id)s
    UNION ALL
    SELECT held.taken_at, (
        SELECT min(released.taken_at)
        FROM hit_step AS released
        WHERE released.hit_id = held.hit_id AND released.number > held.number AND released.event = 'released'
    )
    FROM hit_step AS held
    WHERE held.hit_id = %(hit_id)s AND held.event = 'held'
) AS pause
WHERE ended_at IS NULL OR ended_at > %(since)s
ORDER BY began_at;

-- name: list_past
-- The newest hit on each of these pairs, with the versions of the records that it was about.
SELECT DISTINCT ON (h.low_reference, h.high_reference)
       h.hit_id, h.low_reference, h.high_reference, h.state, h.closed_from, h.reconsidered,
       low.version AS low_version, high.version AS high_version
FROM hit AS h
JOIN unnest(%(low_references)s::text[], %(high_references)s::text[]) AS pair (low_reference, high_reference)
     USING (low_reference, high_reference)
JOIN hit_side AS low ON low.hit_id = h.hit_id AND low.reference = h.low_reference
JOIN hit_side AS high ON high.hit_id = h.hit_id AND high.reference = h.high_reference
ORDER BY h.low_reference, h.high_reference, h.detected_at DESC, h.hit_id DESC;

-- name: list_voting
-- Hits whose votes are asked for, after one of them.
SELECT hit_id
FROM hit
WHERE state IN ('ALERTED', 'NEEDS_MORE') AND opened_round < round AND (%(after)s::text IS NULL OR hit_id > %(after)s)
ORDER BY hit_id
LIMIT %(limit)s;

-- name: list_waiting_for_hub
-- Hits with something that the hub may do by itself, by how long a state of theirs has lasted; after one of them.
SELECT h.hit_id
FROM hit AS h
WHERE (%(after)s::text IS NULL OR h.hit_id > %(after)s) AND (
   h.state IN ('NOT_SAME', 'UNRESOLVED', 'EXPIRED')
   OR h.state = 'WITHDRAWN' AND (
        h.since <= %(purging)s
        OR NOT EXISTS (
            SELECT FROM hit_side AS s WHERE s.hit_id = h.hit_id AND s.alerted_at IS NOT NULL AND s.purged_at IS NULL
        )
   )
   OR h.state = 'CONFIRMED' AND (
        h.since <= %(unused)s
            AND NOT EXISTS (SELECT FROM hit_exchange AS e WHERE e.hit_id = h.hit_id AND e.state <> 'CLOSED')
        OR EXISTS (
            SELECT FROM hit_exchange AS e
            WHERE e.hit_id = h.hit_id
              AND (
                  e.state IN ('RESPONDED', 'SPONTANEOUS')
                  OR e.state = 'RECALLED' AND e.since <= %(purging)s
                  OR e.state IN ('REFUSED', 'FORMAL_ROUTE') AND e.since <= %(formal_route)s
                  OR e.state = 'FEEDBACK_DUE' AND (
                      e.since <= %(first_reminder)s AND e.reminders < 1
                      OR e.since <= %(second_reminder)s AND e.reminders < 2
                      OR e.since <= %(without_feedback)s
                  )
              )
        )
   )
)
ORDER BY h.hit_id
LIMIT %(limit)s;

-- name: list_reminders
-- How often the receiver of each exchange was reminded.
SELECT exchange_id, reminders
FROM hit_exchange
WHERE hit_id = %(hit_id)s;

-- name: note_reminders
-- The receiver of an exchange was reminded so often.
UPDATE hit_exchange
SET reminders = %(reminders)s
WHERE hit_id = %(hit_id)s AND exchange_id = %(exchange_id)s;

-- name: list_deposits
-- The sealed votes that lie here.
SELECT member, round, envelope
FROM vote_deposit
WHERE hit_id = %(hit_id)s
ORDER BY round, member;

-- name: insert_deposit
-- A sealed vote, kept until the other side's is there.
INSERT INTO vote_deposit (hit_id, round, member, envelope, deposited_at)
VALUES (%(hit_id)s, %(round)s, %(member)s, %(envelope)s, %(now)s);

-- name: clear_deposits
-- The votes were handed over, or will never be: they lie here no longer.
DELETE FROM vote_deposit
WHERE hit_id = %(hit_id)s;

-- name: find_pairing
-- The two records of a hit.
SELECT low_reference, high_reference
FROM hit
WHERE hit_id = %(hit_id)s;
