-- name: find_batch
-- The answer that this member's batch got, if it was here before.
SELECT body_digest, receipt
FROM batch
WHERE member = %(member)s AND batch_id = %(batch_id)s;

-- name: insert_batch
-- Keep the answer, for when the same batch comes again.
INSERT INTO batch (member, batch_id, purpose, body_digest, receipt, received_at)
VALUES (%(member)s, %(batch_id)s, %(purpose)s, %(body_digest)s, %(receipt)s, %(now)s);
