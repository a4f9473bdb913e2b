-- name: add_account
-- A new person, who has a password already or gets one with a token. Returns no row when the login is taken.
INSERT INTO account (login, display_name, password_hash, roles)
VALUES (%(login)s, %(display_name)s, %(password_hash)s, %(roles)s)
ON CONFLICT (login) DO NOTHING
RETURNING login;

-- name: find_credentials
-- What a sign-in is checked against. Nothing is locked: the check takes its time, and its outcome is noted with care.
SELECT login, password_hash, second_factor_sealed
FROM account
WHERE login = %(login)s;

-- name: find_account
-- One person, without what proves who they are.
SELECT login, display_name, roles, created_at, last_sign_in_at, disabled_at, second_factor_since,
    password_hash IS NOT NULL AS has_password
FROM account
WHERE login = %(login)s;

-- name: lock_account
-- One person who is about to be changed.
SELECT login, display_name, roles, created_at, last_sign_in_at, disabled_at, second_factor_since,
    password_hash IS NOT NULL AS has_password
FROM account
WHERE login = %(login)s
FOR UPDATE;

-- name: list_accounts
-- Everyone who may sign in or once could, by login.
SELECT login, display_name, roles, created_at, last_sign_in_at, disabled_at, second_factor_since,
    password_hash IS NOT NULL AS has_password
FROM account
ORDER BY login;

-- name: lock_holders_of_role
-- Who has a role, with all of them locked: two administrators who disable each other at once do it one after the other.
SELECT login
FROM account
WHERE %(role)s = ANY (roles) AND disabled_at IS NULL
ORDER BY login
FOR UPDATE;

-- name: count_accounts_with_role
-- Who could use a role, disabled or not.
SELECT count(*)
FROM account
WHERE %(role)s = ANY (roles);

-- name: note_right_password
-- A right password. No row when it does not count: since they were read, it or the second factor was changed, or the
-- account disabled.
UPDATE account
SET last_sign_in_at = %(now)s, password_hash = %(password_hash)s
WHERE login = %(login)s AND password_hash = %(checked_hash)s AND disabled_at IS NULL
  AND second_factor_sealed IS NOT DISTINCT FROM %(checked_factor)s::bytea
RETURNING login;

-- name: set_password
-- A new password, by a token, with which its person comes in.
UPDATE account
SET password_hash = %(password_hash)s, last_sign_in_at = %(now)s
WHERE login = %(login)s AND disabled_at IS NULL
RETURNING login;

-- name: set_roles
-- Other roles from now on.
UPDATE account
SET roles = %(roles)s
WHERE login = %(login)s;

-- name: set_disabled
-- Nobody signs in with this login from now on; or, with NULL, its person may again.
UPDATE account
SET disabled_at = %(disabled_at)s
WHERE login = %(login)s;
