-- Wrong tries are counted by what was typed as a login, whether or not an account has it: a lock-out tells nothing.
CREATE TABLE sign_in_login (
    login_digest      bytea PRIMARY KEY CHECK (octet_length(login_digest) = 32),
    last_attempt_at   timestamptz NOT NULL,
    failed_attempts   integer NOT NULL DEFAULT 0,
    refused_until     timestamptz
);

ALTER TABLE account DROP COLUMN failed_attempts, DROP COLUMN refused_until;

-- A proposed second factor is shown to the browser that asked for it alone: it lies with the session, sealed. Whoever
-- opens a token carries theirs, sealed, in the page.
ALTER TABLE account DROP COLUMN proposed_factor_sealed;
ALTER TABLE one_time_token DROP COLUMN proposed_factor_sealed;
ALTER TABLE web_session ADD COLUMN proposed_factor_sealed bytea;
