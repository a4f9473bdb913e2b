-- name: insert_notice
-- Something that the facilitator is to be told.
INSERT INTO facilitator_notice (kind, member, subject, state, urgency, noted_at)
VALUES (%(kind)s, %(member)s, %(subject)s, %(state)s, %(urgency)s, %(noted_at)s);

-- name: hold_pen
-- The turn to write to the facilitator, held to the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('letter to the facilitator', 0));

-- name: list_waiting
-- What no mail counts yet, oldest first.
SELECT kind, member, subject, state, urgency, noted_at
FROM facilitator_notice
WHERE mailed_at IS NULL
ORDER BY number;

-- name: find_last_written
-- When the facilitator was last written to.
SELECT max(mailed_at)
FROM facilitator_notice;

-- name: mark_written
-- All that waits is counted by a mail.
UPDATE facilitator_notice
SET mailed_at = %(now)s
WHERE mailed_at IS NULL;

-- name: insert_mail
-- A mail to send.
INSERT INTO mail_outbox (mail_id, recipient, subject, content, written_at, next_try_at)
VALUES (%(mail_id)s, %(recipient)s, %(subject)s, %(content)s, %(written_at)s, %(written_at)s);

-- name: take_due_mail
-- The mail that is due for longest, locked; one that is being sent is passed over.
SELECT mail_id, recipient, subject, content, written_at, tries
FROM mail_outbox
WHERE sent_at IS NULL AND refused_at IS NULL AND next_try_at <= %(now)s
ORDER BY next_try_at
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: mark_sent
-- The mail server took it.
UPDATE mail_outbox
SET sent_at = %(now)s, tries = tries + 1
WHERE mail_id = %(mail_id)s;

-- name: mark_refused
-- The mail server refused it for good.
UPDATE mail_outbox
SET refused_at = %(now)s, tries = tries + 1
WHERE mail_id = %(mail_id)s;

-- name: try_again_at
-- It was tried in vain.
UPDATE mail_outbox
SET next_try_at = %(moment)s, tries = tries + 1
WHERE mail_id = %(mail_id)s;

-- name: count_unsent
-- How many mails wait longer than they should, and how many were refused.
SELECT count(*) FILTER (WHERE refused_at IS NULL AND tries > 0) AS waiting,
       count(*) FILTER (WHERE refused_at IS NOT NULL) AS refused
FROM mail_outbox
WHERE sent_at IS NULL;

-- name: forget_notices
-- What was counted by a mail long ago, or that nobody is mailed about. The newest stays: it says when that was.
DELETE FROM facilitator_notice
WHERE noted_at < %(before)s AND number < (SELECT max(number) FROM facilitator_notice);

-- name: forget_mails
-- What was sent or refused long ago.
DELETE FROM mail_outbox
WHERE written_at < %(before)s AND (sent_at IS NOT NULL OR refused_at IS NOT NULL);
