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
    SELECT place, number, owner FROM operator_erasure WHERE refused IS NULL
    ORDER BY number, place, owner LIMIT %(limit)s
)
RETURNING place, number, owner, content, signature;

-- name: settle_erasures
-- An operator gave its receipt for these versions.
DELETE FROM blind_erasure_due AS due
USING unnest(%(references)s::text[], %(versions)s::integer[]) AS given (reference, version)
WHERE due.place = %(place)s AND due.member = %(owner)s
  AND (due.reference, due.version) = (given.reference, given.version);

-- name: set_aside_erasure
-- What came as a receipt and is none.
INSERT INTO operator_erasure (place, number, owner, content, signature, refused)
VALUES (%(place)s, %(number)s, %(owner)s, %(content)s, %(signature)s, %(reason)s);

-- name: take_unread
-- Versions of which some operator cannot read its shares, and whose owners do not know it yet: with this, they are told.
WITH due AS (
    SELECT handle, place FROM blind_unreadable WHERE NOT told
    ORDER BY handle, place LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE blind_unreadable AS u SET told = true FROM due
    WHERE (u.handle, u.place) = (due.handle, due.place)
    RETURNING u.handle, u.place
), versions AS (
    SELECT e.handle, e.member, e.reference, r.version, e.key_epoch
    FROM encoded_version AS e
    JOIN record AS r USING (reference)
    UNION ALL
    SELECT c.handle, c.member, c.reference, c.version, b.key_epoch
    FROM blind_canary AS c
    JOIN blind_record AS b USING (handle)
)
SELECT v.member, v.reference, v.version, v.key_epoch, array_agg(taken.place ORDER BY taken.place) AS places
FROM taken
JOIN versions AS v USING (handle)
GROUP BY v.member, v.reference, v.version, v.key_epoch
ORDER BY v.member, v.reference, v.key_epoch;

-- name: spend_tokens
-- Take from a member's budget of the day; no row where that would be more than it has.
INSERT INTO token_budget (member, day, tokens)
SELECT %(member)s, %(day)s, %(tokens)s WHERE %(tokens)s <= %(most)s
ON CONFLICT (member, day) DO UPDATE SET tokens = token_budget.tokens + excluded.tokens
WHERE token_budget.tokens + excluded.tokens <= %(most)s
RETURNING tokens;

-- name: give_back_tokens
-- What was taken from a budget and brought nothing.
UPDATE token_budget SET tokens = tokens - %(tokens)s WHERE member = %(member)s AND day = %(day)s;

-- name: count_no_bits
-- Whose records were proved to be no bits, and how many.
SELECT p.member, count(DISTINCT u.handle) AS records
FROM blind_unreadable AS u
JOIN blind_record AS r USING (handle)
JOIN partition AS p USING (partition_id)
WHERE u.no_bits
GROUP BY p.member
ORDER BY p.member;

-- name: list_budgets
-- What the members had evaluated on a day.
SELECT member, tokens FROM token_budget WHERE day = %(day)s ORDER BY member;

-- name: forget_budgets
-- The budgets of days that are over.
DELETE FROM token_budget WHERE day < %(day)s;

-- name: note_trouble
-- An operator is away, or refuses; since when, for as long as it lasts.
UPDATE blind_operator
SET away_since = coalesce(away_since, %(now)s), trouble = %(trouble)s
WHERE place = %(place)s;

-- name: stop_comparison
-- Nothing is compared from now on.
INSERT INTO comparison_stop (since, reason) VALUES (%(now)s, %(reason)s) ON CONFLICT DO NOTHING;

-- name: resume_comparison
-- It is compared again.
DELETE FROM comparison_stop;

-- name: find_stop
-- Since when nothing is compared, and why.
SELECT since, reason FROM comparison_stop;

-- name: list_standings
-- How the operators are that were added, beside the newest change here.
SELECT seat.place, seat.contact, operator.number, operator.records, operator.seen_at, operator.away_since,
    operator.trouble, (SELECT coalesce(max(number), 0) FROM index_change) AS newest,
    (SELECT count(*) FROM blind_unreadable AS u WHERE u.place = seat.place) AS unreadable,
    (SELECT count(*) FROM operator_erasure AS e WHERE e.place = seat.place AND e.refused IS NOT NULL)
        AS receipts_refused
FROM operator_seat AS seat JOIN blind_operator AS operator USING (place)
ORDER BY seat.place;
