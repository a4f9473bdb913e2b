-- name: add_account
-- A new person. Returns no row when the login is taken.
INSERT INTO account (login, display_name, password_hash, roles)
VALUES (%(login)s, %(display_name)s, %(password_hash)s, %(roles)s)
ON CONFLICT (login) DO NOTHING
RETURNING login;

-- name: lock_credentials
-- What a sign-in is checked against. The row is locked, so that parallel guesses at one login wait for each other.
SELECT login, display_name, roles, password_hash, failed_attempts, refused_until, disabled_at
FROM account
WHERE login = %(login)s
FOR UPDATE;

-- name: find_account
-- One person, without the password hash.
SELECT login, display_name, roles, created_at, last_sign_in_at, disabled_at
FROM account
WHERE login = %(login)s;

-- name: list_accounts
-- Everyone who may sign in or once could, by login.
SELECT login, display_name, roles, created_at, last_sign_in_at, disabled_at
FROM account
ORDER BY login;

-- name: note_sign_in
-- A right password: the count of wrong ones starts anew.
UPDATE account
SET failed_attempts = 0, refused_until = NULL, last_sign_in_at = %(now)s
WHERE login = %(login)s;

-- name: note_failed_attempt
-- A wrong password. From the fifth in a row on, the login is refused for a while.
UPDATE account
SET failed_attempts = failed_attempts + 1, refused_until = %(refused_until)s
WHERE login = %(login)s;

-- name: set_password_hash
-- A new password, or the same one hashed with today's parameters.
UPDATE account
SET password_hash = %(password_hash)s
WHERE login = %(login)s;
