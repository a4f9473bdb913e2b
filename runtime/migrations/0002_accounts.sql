-- People who sign in to a party's pages. The password is kept as an argon2id hash only.
CREATE TABLE account (
    login             text PRIMARY KEY CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
    display_name      text NOT NULL CHECK (display_name <> ''),
    password_hash     text NOT NULL,
    roles             text[] NOT NULL CHECK (cardinality(roles) > 0),
    created_at        timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at   timestamptz,
    disabled_at       timestamptz,
    failed_attempts   integer NOT NULL DEFAULT 0,
    refused_until     timestamptz
);

-- A signed-in browser. Only the SHA-256 of the token lies here: who reads this table cannot sign in with it.
CREATE TABLE web_session (
    token_digest      bytea PRIMARY KEY CHECK (octet_length(token_digest) = 32),
    login             text NOT NULL REFERENCES account (login) ON DELETE CASCADE,
    started_at        timestamptz NOT NULL,
    last_active_at    timestamptz NOT NULL,
    ended_at          timestamptz
);

CREATE INDEX web_session_of_login ON web_session (login, last_active_at);
