-- name: note_nonce
-- An envelope that was taken; nothing happens if it was taken before.
INSERT INTO envelope_nonce (sender, nonce, forgotten_at)
VALUES (%(sender)s, %(nonce)s, %(keep_until)s)
ON CONFLICT DO NOTHING;

-- name: move_lane
-- How new the newest envelope of a lane is, this one included. Holds the lane to the end of the transaction.
INSERT INTO envelope_lane AS lane (sender, purpose, newest_issued_at)
VALUES (%(sender)s, %(purpose)s, %(issued_at)s)
ON CONFLICT (sender, purpose) DO UPDATE
SET newest_issued_at = greatest(lane.newest_issued_at, excluded.newest_issued_at)
RETURNING newest_issued_at;

-- name: forget_nonces
-- Nonces of envelopes that are refused as expired by now, whatever the clocks.
DELETE FROM envelope_nonce
WHERE forgotten_at < %(now)s;
