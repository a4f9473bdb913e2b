-- name: add_account
-- A new person. Returns no row when the login is taken.
INSERT INTO account (login, display_name, password_hash, roles)
VALUES (%(login)s, %(display_name)s, %(password_hash)s, %(roles)s)
ON CONFLICT (login) DO NOTHING
RETURNING login;

-- name: find_credentials
-- What a sign-in is checked against. Nothing is locked: the check takes its time, and its outcome is noted with care.
-- A refusal that is over is none.
SELECT login, password_hash, CASE WHEN refused_until > %(now)s THEN refused_until END AS refused_until
FROM account
WHERE login = %(login)s;

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

-- name: note_right_password
-- A right password: the count of wrong ones starts anew. No row when it does not count: since it was read, the password
-- was changed, the account disabled, or the login refused for the sake of wrong ones.
UPDATE account
SET failed_attempts = 0, refused_until = NULL, last_sign_in_at = %(now)s, password_hash = %(password_hash)s
WHERE login = %(login)s
  AND password_hash = %(checked_hash)s
  AND disabled_at IS NULL
  AND (refused_until IS NULL OR refused_until <= %(now)s)
RETURNING login;

-- name: note_wrong_password
-- A wrong password. From the one after the free attempts on, the login is refused for a while: two seconds, doubling.
-- No row when the login takes no try: wrong ones that are noted at the same time count one after the other.
UPDATE account
SET failed_attempts = failed_attempts + 1,
    refused_until = CASE
        WHEN failed_attempts >= %(free_attempts)s THEN %(now)s::timestamptz + least(
            %(longest_refusal)s::interval,
            make_interval(secs => power(2, least(failed_attempts + 1 - %(free_attempts)s, 10)))
        )
    END
WHERE login = %(login)s
  AND disabled_at IS NULL
  AND (refused_until IS NULL OR refused_until <= %(now)s)
RETURNING refused_until;
