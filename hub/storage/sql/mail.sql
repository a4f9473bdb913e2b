-- name: insert_delivery
-- A signed envelope for a member; nothing is kept for one that was expelled.
INSERT INTO delivery (delivery_id, member, purpose, envelope, created_at, hit_id)
SELECT %(delivery_id)s, code, %(purpose)s, %(envelope)s, %(now)s,
       convert_from(%(envelope)s, 'UTF8')::jsonb #>> '{body,hit_id}'
FROM member
WHERE code = %(member)s AND standing <> 'expelled';

-- name: list_waiting
-- The member's oldest unacknowledged deliveries: the first, and what more of them fits into so many bytes.
SELECT delivery_id, envelope
FROM (
    SELECT delivery_id, envelope, seq, sum(length(envelope)) OVER (ORDER BY seq) - length(envelope) AS before
    FROM (
        SELECT delivery_id, envelope, seq
        FROM delivery
        WHERE member = %(member)s AND acknowledged_at IS NULL
        ORDER BY seq
        LIMIT %(limit)s
    ) AS oldest
) AS weighed
WHERE before < %(bytes)s
ORDER BY seq;

-- name: acknowledge
-- The member has them. Their envelopes are kept for some weeks, in case that it is restored from a backup; of what was
-- about a hit that is withdrawn by now, only the word of that. Only its own rows are touched, whatever ids it names.
UPDATE delivery
SET acknowledged_at = %(now)s,
    envelope = CASE
        -- Large, and asked of the operators anew for a member that was restored.
        WHEN purpose = 'sealed-openings' THEN NULL
        WHEN purpose NOT IN ('step-taken', 'purge-request', 'purge-receipt')
             AND EXISTS (
                 SELECT FROM hit
                 WHERE hit.hit_id = delivery.hit_id AND 'WITHDRAWN' IN (hit.state, hit.closed_from)
             )
        THEN NULL
        ELSE envelope
    END
WHERE member = %(member)s AND delivery_id = ANY(%(delivery_ids)s) AND acknowledged_at IS NULL;

-- name: note_message
-- A message was taken; nothing happens if its id is known.
INSERT INTO relayed_message (sender, message_id, body_digest, received_at)
VALUES (%(sender)s, %(message_id)s, %(body_digest)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: note_refusal
-- A message that was noted was refused, for good.
UPDATE relayed_message
SET problem = %(problem)s
WHERE sender = %(sender)s AND message_id = %(message_id)s;

-- name: find_message
-- Under which digest a message id was first noted, and the problem that it was refused by.
SELECT body_digest, problem
FROM relayed_message
WHERE sender = %(sender)s AND message_id = %(message_id)s;

-- name: purge
-- Nothing waits for the member any more.
DELETE FROM delivery
WHERE member = %(member)s AND acknowledged_at IS NULL;

-- name: supersede
-- A newer word of the same purpose takes the place of what nobody has acknowledged.
DELETE FROM delivery
WHERE purpose = %(purpose)s AND acknowledged_at IS NULL;
