-- name: insert_hits
-- Hits of pairs that have none; a pair that has one already, even a closed one, is passed over.
INSERT INTO hit (hit_id, low_reference, high_reference, state, band, agreement, urgency, schema_id, key_epoch,
                 detected_at)
SELECT hit_id, low_reference, high_reference, state, band, agreement, urgency, schema_id, key_epoch, detected_at
FROM unnest(%(hit_ids)s::text[], %(low_references)s::text[], %(high_references)s::text[], %(states)s::text[],
            %(bands)s::text[], %(agreements)s::jsonb[], %(urgencies)s::text[], %(schema_ids)s::text[],
            %(key_epochs)s::integer[], %(detected_ats)s::timestamptz[])
     AS item (hit_id, low_reference, high_reference, state, band, agreement, urgency, schema_id, key_epoch,
              detected_at)
ON CONFLICT (low_reference, high_reference) WHERE state <> 'WITHDRAWN' DO NOTHING
RETURNING hit_id;

-- name: insert_sides
-- Both halves of new hits.
INSERT INTO hit_side (hit_id, member, reference, record_kind, offence_group, is_protected, alerted_at)
VALUES (%(hit_id)s, %(member)s, %(reference)s, %(record_kind)s, %(offence_group)s, %(is_protected)s, %(alerted_at)s);

-- name: lock_hit
-- One hit, locked.
SELECT hit_id, state, band, agreement, urgency, schema_id, key_epoch, detected_at, rounds_opened
FROM hit
WHERE hit_id = %(hit_id)s
FOR UPDATE;

-- name: lock_live_hits_of
-- The live hits on any of these records, locked in the order of their ids.
SELECT hit_id, state, band, agreement, urgency, schema_id, key_epoch, detected_at, rounds_opened
FROM hit
WHERE (low_reference = ANY(%(references)s) OR high_reference = ANY(%(references)s))
  AND state IN ('HELD', 'ALERTED')
ORDER BY hit_id
FOR UPDATE;

-- name: list_sides
-- The halves of hits, in the order of references.
SELECT hit_id, member, reference, record_kind, offence_group, is_protected, alerted_at, released_at
FROM hit_side
WHERE hit_id = ANY(%(hit_ids)s)
ORDER BY hit_id, reference;

-- name: update_hit
-- What became of a hit.
UPDATE hit
SET state = %(state)s, rounds_opened = %(rounds_opened)s
WHERE hit_id = %(hit_id)s;

-- name: forget_delivered_of
-- What was delivered about a hit that is withdrawn now is kept no longer, but for the notice of that.
UPDATE delivery
SET envelope = NULL
WHERE hit_id = %(hit_id)s AND acknowledged_at IS NOT NULL AND envelope IS NOT NULL AND purpose <> 'hit-notice';

-- name: update_side
-- What a side was told and decided.
UPDATE hit_side
SET is_protected = %(is_protected)s, alerted_at = %(alerted_at)s, released_at = %(released_at)s
WHERE hit_id = %(hit_id)s AND member = %(member)s;

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

-- name: insert_held_message
-- A sealed message about a hit that is held.
INSERT INTO held_message (hit_id, envelope, received_at)
VALUES (%(hit_id)s, %(envelope)s, %(now)s);

-- name: take_held_messages
-- The messages that waited for a hit's release, in the order in which they came; they lie here no longer.
WITH taken AS (
    DELETE FROM held_message
    WHERE hit_id = %(hit_id)s
    RETURNING number, envelope
)
SELECT envelope
FROM taken
ORDER BY number;
