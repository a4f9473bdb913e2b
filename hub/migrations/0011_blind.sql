-- Blind comparison, the hub's side: what all may see of an encoding (its outline), where its vectors lie at the
-- operators, and the sealed bundles on their way there. No column holds a share that the hub could open.

-- An encoded version of a record. `filled` are the profiles that it fills, in the schema's order.
CREATE TABLE blind_record (
    handle       bigint PRIMARY KEY,
    partition_id bigint NOT NULL REFERENCES partition (partition_id),
    key_epoch    integer NOT NULL,
    filled       text NOT NULL,
    outline      bytea NOT NULL
);
CREATE INDEX blind_record_by_place ON blind_record (key_epoch, partition_id, filled);

-- Sealed for one operator each; erased once all three have theirs.
CREATE TABLE blind_bundle (
    handle bigint NOT NULL REFERENCES blind_record ON DELETE CASCADE,
    place  integer NOT NULL CHECK (place BETWEEN 0 AND 2),
    sealed bytea NOT NULL,
    PRIMARY KEY (handle, place)
);

-- Rows of one kind. Of profiles, apart by what else the records fill: which profile judges a pair follows from that.
CREATE TABLE blind_segment (
    segment      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_epoch    integer NOT NULL,
    partition_id bigint NOT NULL REFERENCES partition (partition_id),
    filled       text NOT NULL,
    what         text NOT NULL,
    bits         integer NOT NULL,
    -- Rows are handed out from here on; what was freed comes first.
    next_row     integer NOT NULL DEFAULT 0,
    UNIQUE (key_epoch, partition_id, filled, what)
);

CREATE TABLE blind_row (
    segment integer NOT NULL REFERENCES blind_segment,
    row     integer NOT NULL,
    -- Null: the row is free.
    handle  bigint REFERENCES blind_record ON DELETE SET NULL,
    -- The place of the vector in its record's bundle.
    number  integer,
    PRIMARY KEY (segment, row)
);
CREATE INDEX blind_row_of_record ON blind_row (handle, number) WHERE handle IS NOT NULL;
CREATE INDEX blind_row_free ON blind_row (segment, row) WHERE handle IS NULL;

-- Values of the oblivious function: equal where numbers are, and nothing that anybody could try alone.
CREATE TABLE blind_token (
    handle bigint NOT NULL REFERENCES blind_record ON DELETE CASCADE,
    kind   text NOT NULL,
    value  bytea NOT NULL,
    PRIMARY KEY (handle, kind, value)
);
CREATE INDEX blind_token_by_value ON blind_token (value, kind);

-- How far each operator is with the hub's changes, and since when it has not answered.
CREATE TABLE blind_operator (
    place      integer PRIMARY KEY CHECK (place BETWEEN 0 AND 2),
    number     bigint NOT NULL DEFAULT 0,
    seen_at    timestamptz,
    away_since timestamptz,
    trouble    text
);
INSERT INTO blind_operator (place) VALUES (0), (1), (2);

-- Records whose bundle an operator could not read: they are not compared.
CREATE TABLE blind_unreadable (
    handle bigint NOT NULL REFERENCES blind_record ON DELETE CASCADE,
    place  integer NOT NULL,
    PRIMARY KEY (handle, place)
);
