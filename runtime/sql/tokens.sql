-- name: add_token
-- A token that somebody is handed.
INSERT INTO one_time_token (token_digest, login, roles, issued_by, issued_at, expires_at)
VALUES (%(token_digest)s, %(login)s, %(roles)s, %(issued_by)s, %(now)s, %(expires_at)s);

-- name: withdraw_tokens
-- A new token takes the place of those that were handed out before for the same login (NULL: for the first account).
DELETE FROM one_time_token
WHERE login IS NOT DISTINCT FROM %(login)s AND used_at IS NULL;

-- name: lock_token
-- A token that is still good, with the person whom it is for.
SELECT t.token_digest, t.login, t.roles, t.expires_at, a.display_name
FROM one_time_token AS t
LEFT JOIN account AS a USING (login)
WHERE t.token_digest = %(token_digest)s
  AND t.used_at IS NULL
  AND t.expires_at > %(now)s
  AND a.disabled_at IS NULL
FOR UPDATE OF t;

-- name: use_token
-- A token is good once.
UPDATE one_time_token
SET used_at = %(now)s
WHERE token_digest = %(token_digest)s;
