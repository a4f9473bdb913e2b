-- Canaries of blind comparison: encodings that are no record's. They have rows at the operators like all others, and no
-- place in `record`: so they raise no hit, are counted nowhere, and nobody reconciles them.

CREATE TABLE blind_canary (
    handle      bigint PRIMARY KEY REFERENCES blind_record ON DELETE CASCADE,
    reference   text NOT NULL UNIQUE,
    version     integer NOT NULL,
    member      text NOT NULL,
    number      integer NOT NULL,
    form        text NOT NULL CHECK (form IN ('query', 'hit', 'miss')),
    -- It was compared once, as a record is when it comes.
    asked       boolean NOT NULL DEFAULT false,
    accepted_at timestamptz NOT NULL
);
CREATE INDEX blind_canary_fresh ON blind_canary (handle) WHERE NOT asked;

-- How many known answers were right at a comparison: a row each, so that two workers do not wait for each other.
CREATE TABLE canary_check (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    answers    bigint NOT NULL
);

-- Why comparison is stopped, for the status page.
ALTER TABLE comparison_stop ADD COLUMN reason text;
