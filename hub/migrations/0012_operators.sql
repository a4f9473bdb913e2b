-- The operators of blind comparison as the hub knows them, and their receipts on the way to owners.

CREATE TABLE operator_seat (
    place               integer PRIMARY KEY CHECK (place BETWEEN 0 AND 2),
    -- Canonical JSON of an operator's card and where it is called.
    contact             bytea NOT NULL,
    certificate_pem     text NOT NULL,
    request_fingerprint text NOT NULL,
    added_at            timestamptz NOT NULL
);

-- Up to which change an operator's receipts are here.
ALTER TABLE blind_operator ADD COLUMN erasures bigint NOT NULL DEFAULT 0;

-- What an operator signed to an owner; forwarded as a delivery, and kept until then.
CREATE TABLE operator_erasure (
    place     integer NOT NULL,
    number    bigint NOT NULL,
    owner     text NOT NULL,
    content   bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (place, number, owner)
);
