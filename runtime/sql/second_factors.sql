-- name: use_step
-- Use up the code of a time step: each step counts once, and none before it any more. No row when it was used.
UPDATE account
SET second_factor_last_step = %(step)s
WHERE login = %(login)s AND second_factor_last_step < %(step)s
RETURNING login;

-- name: propose_factor
-- A secret that the browser of a session is shown, and no other; it proves nothing before its first right code.
UPDATE web_session
SET proposed_factor_sealed = %(sealed)s
WHERE session_id = %(session_id)s;

-- name: find_proposed_factor
-- The secret that this session's browser was shown.
SELECT proposed_factor_sealed
FROM web_session
WHERE session_id = %(session_id)s;

-- name: forget_proposed_factors
-- What any browser of a person was shown and did not enrol.
UPDATE web_session
SET proposed_factor_sealed = NULL
WHERE login = %(login)s AND proposed_factor_sealed IS NOT NULL;

-- name: enrol_factor
-- The secret whose first right code was given, of this time step, takes the place of an older one.
UPDATE account
SET second_factor_sealed = %(sealed)s,
    second_factor_since = %(now)s,
    second_factor_last_step = %(step)s
WHERE login = %(login)s;

-- name: forget_factor
-- The person has no second factor any more. No row when there was none.
UPDATE account
SET second_factor_sealed = NULL, second_factor_since = NULL
WHERE login = %(login)s AND second_factor_sealed IS NOT NULL
RETURNING login;

-- name: forget_recovery_codes
-- None of a person's recovery codes is good any more.
DELETE FROM recovery_code
WHERE login = %(login)s;

-- name: add_recovery_code
-- One more recovery code of a person.
INSERT INTO recovery_code (login, code_digest, made_at)
VALUES (%(login)s, %(code_digest)s, %(now)s);

-- name: use_recovery_code
-- Use up a recovery code. No row when it is none of this person's, or was used.
UPDATE recovery_code
SET used_at = %(now)s
WHERE login = %(login)s AND code_digest = %(code_digest)s AND used_at IS NULL
RETURNING login;

-- name: count_recovery_codes
-- How many a person has left.
SELECT count(*)
FROM recovery_code
WHERE login = %(login)s AND used_at IS NULL;
