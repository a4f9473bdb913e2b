-- name: insert_delivery
-- A signed envelope for a member.
INSERT INTO delivery (delivery_id, member, purpose, envelope, created_at)
VALUES (%(delivery_id)s, %(member)s, %(purpose)s, %(envelope)s, %(now)s);

-- name: list_waiting
-- The member's oldest unacknowledged deliveries.
SELECT delivery_id, envelope
FROM delivery
WHERE member = %(member)s AND acknowledged_at IS NULL
ORDER BY seq
LIMIT %(limit)s;

-- name: acknowledge
-- The member has them: the envelopes go, the counts stay. Only its own rows are touched, whatever ids it names.
UPDATE delivery
SET acknowledged_at = %(now)s, envelope = NULL
WHERE member = %(member)s AND delivery_id = ANY(%(delivery_ids)s) AND acknowledged_at IS NULL;

-- name: note_message
-- A message was taken; nothing happens if its id is known.
INSERT INTO relayed_message (sender, message_id, body_digest, received_at)
VALUES (%(sender)s, %(message_id)s, %(body_digest)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: find_message
-- Under which digest a message id was first noted.
SELECT body_digest
FROM relayed_message
WHERE sender = %(sender)s AND message_id = %(message_id)s;
