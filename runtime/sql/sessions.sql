-- name: start_session
-- A browser signed in.
INSERT INTO web_session (token_digest, login, started_at, last_active_at, browser)
VALUES (%(token_digest)s, %(login)s, %(now)s, %(now)s, %(browser)s);

-- name: find_session
-- The session of a cookie, with its person as they are now: roles taken away, or an account disabled, count at once.
SELECT s.session_id, s.login, s.started_at, s.last_active_at, a.display_name, a.roles
FROM web_session AS s
JOIN account AS a USING (login)
WHERE s.token_digest = %(token_digest)s
  AND s.ended_at IS NULL
  AND a.disabled_at IS NULL
  AND s.last_active_at > %(idle_since)s
  AND s.started_at > %(started_since)s;

-- name: note_activity
-- The person did something. Written at most once a minute, by the caller.
UPDATE web_session
SET last_active_at = %(now)s
WHERE token_digest = %(token_digest)s AND last_active_at < %(now)s;

-- name: end_session
-- Sign-out of one browser. No row when it was signed out before.
UPDATE web_session
SET ended_at = %(now)s
WHERE session_id = %(session_id)s AND login = %(login)s AND ended_at IS NULL
RETURNING session_id;

-- name: end_sessions_of_login
-- Sign-out everywhere, but for the browser that asked (NULL: for every browser).
UPDATE web_session
SET ended_at = %(now)s
WHERE login = %(login)s AND ended_at IS NULL
  AND session_id IS DISTINCT FROM %(kept)s;

-- name: list_sessions_of_login
-- Where a person is signed in at this moment.
SELECT session_id, started_at, last_active_at, browser
FROM web_session
WHERE login = %(login)s
  AND ended_at IS NULL
  AND last_active_at > %(idle_since)s
  AND started_at > %(started_since)s
ORDER BY last_active_at DESC, session_id;

-- name: count_open_sessions
-- In how many browsers each person is signed in at this moment.
SELECT login, count(*) AS open_sessions
FROM web_session
WHERE ended_at IS NULL AND last_active_at > %(idle_since)s AND started_at > %(started_since)s
GROUP BY login;

-- name: forget_ended_sessions
-- Old rows are of no use: they go with the next sign-in.
DELETE FROM web_session
WHERE started_at <= %(started_since)s;
