-- name: find_attachment
-- What was offered.
SELECT attachment_id, hit_id, exchange_id, sender, receiver, size, chunk_digests, offered_at, received_at, dropped_at
FROM attachment
WHERE attachment_id = %(attachment_id)s;

-- name: hold_attachment
-- What was offered, locked.
SELECT attachment_id, hit_id, exchange_id, sender, receiver, size, chunk_digests, offered_at, received_at, dropped_at
FROM attachment
WHERE attachment_id = %(attachment_id)s
FOR UPDATE;

-- name: hold_turn_to_offer
-- A pair's turn to offer a file, held to the end of the transaction, so that two offers do not share one room.
SELECT pg_advisory_xact_lock(hashtextextended('attachments of ' || %(low)s || ' ' || %(high)s, 0));

-- name: sum_kept
-- How much room the files of a pair take.
SELECT coalesce(sum(size), 0)::bigint
FROM attachment
WHERE received_at IS NULL AND dropped_at IS NULL
  AND ((sender = %(low)s AND receiver = %(high)s) OR (sender = %(high)s AND receiver = %(low)s));

-- name: put_attachment
-- A file is offered; for another exchange, it is offered anew.
INSERT INTO attachment (attachment_id, hit_id, exchange_id, sender, receiver, size, chunk_digests, offered_at)
VALUES (%(attachment_id)s, %(hit_id)s, %(exchange_id)s, %(sender)s, %(receiver)s, %(size)s, %(chunk_digests)s,
        %(offered_at)s)
ON CONFLICT (attachment_id) DO UPDATE
SET exchange_id = excluded.exchange_id, offered_at = excluded.offered_at, received_at = NULL, dropped_at = NULL;

-- name: list_numbers
-- Which chunks of a file lie here.
SELECT number
FROM attachment_chunk
WHERE attachment_id = %(attachment_id)s;

-- name: insert_chunk
-- A chunk came; nothing happens if it lies here.
INSERT INTO attachment_chunk (attachment_id, number, sealed)
VALUES (%(attachment_id)s, %(number)s, %(sealed)s)
ON CONFLICT DO NOTHING;

-- name: find_chunk
-- One chunk.
SELECT sealed
FROM attachment_chunk
WHERE attachment_id = %(attachment_id)s AND number = %(number)s;

-- name: delete_chunks
-- Chunks of a file that nobody takes any more.
DELETE FROM attachment_chunk
WHERE attachment_id = %(attachment_id)s;

-- name: mark_received
-- The receiver has the file.
UPDATE attachment
SET received_at = %(now)s
WHERE attachment_id = %(attachment_id)s AND received_at IS NULL AND dropped_at IS NULL;

-- name: mark_dropped
-- A file that goes unread.
UPDATE attachment
SET dropped_at = %(now)s
WHERE attachment_id = %(attachment_id)s AND received_at IS NULL AND dropped_at IS NULL;

-- name: lock_over
-- Kept files that nobody takes any more, and why, locked.
SELECT attachment_id, coalesce(over.reason, 'too-old') AS reason
FROM attachment
JOIN attachment_over AS over USING (attachment_id)
WHERE received_at IS NULL AND dropped_at IS NULL
  AND (over.reason IS NOT NULL OR offered_at < %(offered_before)s)
ORDER BY attachment_id
FOR UPDATE OF attachment SKIP LOCKED;

-- name: is_over
-- Whether a file is one of these.
SELECT over.reason IS NOT NULL OR offered_at < %(offered_before)s
FROM attachment
JOIN attachment_over AS over USING (attachment_id)
WHERE attachment_id = %(attachment_id)s;
