-- Requests that members signed and that were answered here, until they are stale: none is answered twice.
CREATE TABLE taken_request (
    member     text NOT NULL,
    nonce      bytea NOT NULL,
    keep_until timestamptz NOT NULL,
    PRIMARY KEY (member, nonce)
);
CREATE INDEX taken_request_until ON taken_request (keep_until);
