-- name: list_seats
-- The operators that were added.
SELECT contact, certificate_pem, request_fingerprint FROM operator_seat ORDER BY place;

-- name: put_seat
-- An operator, in the place of the one before.
INSERT INTO operator_seat (place, contact, certificate_pem, request_fingerprint, added_at)
VALUES (%(place)s, %(contact)s, %(certificate_pem)s, %(request_fingerprint)s, %(now)s)
ON CONFLICT (place) DO UPDATE
SET contact = excluded.contact, certificate_pem = excluded.certificate_pem,
    request_fingerprint = excluded.request_fingerprint, added_at = excluded.added_at;

-- name: take_erasures
-- Receipts that wait for being forwarded; they are gone from here with that.
DELETE FROM operator_erasure
WHERE (place, number, owner) IN (
    SELECT place, number, owner FROM operator_erasure ORDER BY number, place, owner LIMIT %(limit)s
)
RETURNING owner, content, signature;
