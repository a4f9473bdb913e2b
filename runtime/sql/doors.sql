-- name: find_known_browser
-- Whether this person signed in with this browser before, and until when it takes no try of theirs.
SELECT CASE WHEN refused_until > %(now)s THEN refused_until END AS refused_until
FROM known_browser
WHERE browser_digest = %(browser_digest)s AND login = %(login)s AND last_sign_in_at > %(known_since)s;

-- name: find_refusal
-- Until when what was typed as a login, or the place that the try comes from, takes no try from an unknown browser.
SELECT max(refused_until) AS refused_until
FROM (
    SELECT refused_until FROM sign_in_login WHERE login_digest = %(login_digest)s
    UNION ALL
    SELECT refused_until FROM sign_in_source WHERE source_digest = %(source_digest)s
) AS refusal
WHERE refused_until > %(now)s;

-- name: count_wrong_of_browser
-- A wrong try in a known browser: counted there and nowhere else. No row while the browser takes none.
UPDATE known_browser
SET failed_attempts = failed_attempts + 1,
    refused_until = CASE
        WHEN failed_attempts >= %(free_attempts)s THEN %(now)s::timestamptz + least(
            %(longest_refusal)s::interval,
            make_interval(secs => power(2, least(failed_attempts + 1 - %(free_attempts)s, 10)))
        )
    END
WHERE browser_digest = %(browser_digest)s AND login = %(login)s
  AND (refused_until IS NULL OR refused_until <= %(now)s)
RETURNING refused_until;

-- name: count_wrong_of_login
-- A wrong try from elsewhere. From the one after the free attempts on, the login is refused for a while: two seconds,
-- doubling. No row while the login takes none: wrong ones that are noted at the same time count one after the other.
INSERT INTO sign_in_login AS typed (login_digest, last_attempt_at, failed_attempts)
VALUES (%(login_digest)s, %(now)s, 1)
ON CONFLICT (login_digest) DO UPDATE
SET last_attempt_at = %(now)s,
    failed_attempts = typed.failed_attempts + 1,
    refused_until = CASE
        WHEN typed.failed_attempts >= %(free_attempts)s THEN %(now)s::timestamptz + least(
            %(longest_refusal)s::interval,
            make_interval(secs => power(2, least(typed.failed_attempts + 1 - %(free_attempts)s, 10)))
        )
    END
WHERE typed.refused_until IS NULL OR typed.refused_until <= %(now)s
RETURNING refused_until;

-- name: count_wrong_of_source
-- A wrong try from one place, for whatever login. No row while the place is refused.
INSERT INTO sign_in_source AS source (source_digest, last_attempt_at, failed_attempts)
VALUES (%(source_digest)s, %(now)s, 1)
ON CONFLICT (source_digest) DO UPDATE
SET last_attempt_at = %(now)s,
    failed_attempts = source.failed_attempts + 1,
    refused_until = CASE
        WHEN source.failed_attempts >= %(free_attempts)s THEN %(now)s::timestamptz + least(
            %(longest_refusal)s::interval,
            make_interval(secs => power(2, least(source.failed_attempts + 1 - %(free_attempts)s, 10)))
        )
    END
WHERE source.refused_until IS NULL OR source.refused_until <= %(now)s
RETURNING refused_until;

-- name: forgive_login
-- A right try from elsewhere: the login's count starts anew.
DELETE FROM sign_in_login
WHERE login_digest = %(login_digest)s;

-- name: know_browser
-- The person signed in with this browser: from now on it is known, and its count starts anew.
INSERT INTO known_browser (browser_digest, login, last_sign_in_at)
VALUES (%(browser_digest)s, %(login)s, %(now)s)
ON CONFLICT (browser_digest, login) DO UPDATE
SET last_sign_in_at = %(now)s, failed_attempts = 0, refused_until = NULL;

-- name: forget_browsers_of_login
-- None of this person's browsers is known any more.
DELETE FROM known_browser
WHERE login = %(login)s;

-- name: forget_old_browsers
-- Browsers that nobody used for long.
DELETE FROM known_browser
WHERE last_sign_in_at <= %(known_since)s;

-- name: forget_old_logins
-- What was typed as a login, and nothing wrong for a day.
DELETE FROM sign_in_login
WHERE last_attempt_at <= %(counted_since)s;

-- name: forget_old_sources
-- Places from which nothing wrong came for a day.
DELETE FROM sign_in_source
WHERE last_attempt_at <= %(counted_since)s;
