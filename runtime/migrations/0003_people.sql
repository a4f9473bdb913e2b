-- People prove who they are with two things; wrong guesses of others lock nobody out; accounts begin with a token.

-- An account without a password is one whose person has not used their token yet.
ALTER TABLE account ALTER COLUMN password_hash DROP NOT NULL;
ALTER TABLE account
    -- The second factor (RFC 6238): its secret, sealed, and the newest time step whose code was used.
    ADD COLUMN second_factor_sealed bytea,
    ADD COLUMN second_factor_since timestamptz,
    ADD COLUMN second_factor_last_step bigint NOT NULL DEFAULT 0,
    -- A secret that was shown to its person, sealed, until the first right code shows that they have it.
    ADD COLUMN proposed_factor_sealed bytea,
    ADD CONSTRAINT account_factor_has_a_beginning CHECK ((second_factor_sealed IS NULL) = (second_factor_since IS NULL));

-- Codes for a lost second factor: only their SHA-256, each good once.
CREATE TABLE recovery_code (
    login       text NOT NULL REFERENCES account (login) ON DELETE CASCADE,
    code_digest bytea NOT NULL CHECK (octet_length(code_digest) = 32),
    made_at     timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (login, code_digest)
);

-- What a person begins with: good once, and for minutes. Without a login it makes the party's first account.
CREATE TABLE one_time_token (
    token_digest           bytea PRIMARY KEY CHECK (octet_length(token_digest) = 32),
    login                  text REFERENCES account (login) ON DELETE CASCADE,
    roles                  text[] NOT NULL,
    issued_by              text NOT NULL,
    issued_at              timestamptz NOT NULL,
    expires_at             timestamptz NOT NULL,
    used_at                timestamptz,
    proposed_factor_sealed bytea
);

CREATE INDEX one_time_token_of_login ON one_time_token (login);

-- Browsers in which a person has signed in before: each counts its own wrong tries, and nobody else's hinder it.
CREATE TABLE known_browser (
    browser_digest    bytea NOT NULL CHECK (octet_length(browser_digest) = 32),
    login             text NOT NULL REFERENCES account (login) ON DELETE CASCADE,
    last_sign_in_at   timestamptz NOT NULL,
    failed_attempts   integer NOT NULL DEFAULT 0,
    refused_until     timestamptz,
    PRIMARY KEY (browser_digest, login)
);

-- Where wrong tries come from that no known browser made. Only a digest of the address lies here, and for a day.
CREATE TABLE sign_in_source (
    source_digest     bytea PRIMARY KEY CHECK (octet_length(source_digest) = 32),
    last_attempt_at   timestamptz NOT NULL,
    failed_attempts   integer NOT NULL DEFAULT 0,
    refused_until     timestamptz
);

-- What its person needs in order to tell one session from another and to end it.
ALTER TABLE web_session
    ADD COLUMN session_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN browser text NOT NULL DEFAULT '';
