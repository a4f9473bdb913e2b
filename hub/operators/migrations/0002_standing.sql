-- How an operator stands towards the other two: refreshed shares, restored ones, and receipts that it owes.

-- Which life of the hub feeds this operator: a hub that was put back to a backup hands out numbers a second time.
ALTER TABLE seat ADD COLUMN incarnation text;

-- Of which generation a record's shares are; all three operators' must be of the same.
ALTER TABLE shared_record ADD COLUMN generation integer NOT NULL DEFAULT 0;

-- One row. `doing` is the word of the channel; `agreed`: all three contributions to the refresh are on every disk.
CREATE TABLE standing (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation integer NOT NULL DEFAULT 0,
    doing      text NOT NULL DEFAULT 'working',
    agreed     boolean NOT NULL DEFAULT false,
    -- While shares are restored: up to which record, and of which change of the other two.
    restored   bigint,
    restored_at_change bigint
);
INSERT INTO standing DEFAULT VALUES;

-- What was last heard of the other two, for the status command.
CREATE TABLE other_operator (
    place      integer PRIMARY KEY CHECK (place BETWEEN 0 AND 2),
    doing      text NOT NULL,
    generation integer NOT NULL,
    number     bigint NOT NULL,
    heard_at   timestamptz NOT NULL
);

-- Receipts for shares that were erased, until the hub has them.
CREATE TABLE erasure (
    number    bigint NOT NULL,
    owner     text NOT NULL,
    content   bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (number, owner)
);
