-- An operator's own tables. Runtime's tables (audit leaves) are made before by its own migrations.
-- Shares are uniform bytes: what is here says how many records there are, whose they are and when they came, no more.

-- Whom this operator serves, once it joined; one row.
CREATE TABLE seat (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    federation text NOT NULL,
    exercise   boolean NOT NULL,
    place      integer NOT NULL CHECK (place BETWEEN 0 AND 2),
    joined_at  timestamptz NOT NULL
);

-- The schemas that the federation's epochs are used under: what may be asked follows from them.
CREATE TABLE linkage_schema (
    digest  text PRIMARY KEY,
    content bytea NOT NULL
);

-- Rows of one kind, of records of one owner and one allow-list. The hub numbers them; every operator is told the same.
CREATE TABLE segment (
    segment         integer PRIMARY KEY,
    epoch           integer NOT NULL,
    schema_digest   text NOT NULL,
    what            text NOT NULL,
    bits            integer NOT NULL,
    owner           text NOT NULL,
    namespace       text NOT NULL,
    compare_mode    text NOT NULL,
    compare_members text[] NOT NULL
);

-- One share of each vector of a record, one after another, and where each lies in the memory-mapped segments.
CREATE TABLE shared_record (
    handle    bigint PRIMARY KEY,
    reference text NOT NULL,
    version   integer NOT NULL,
    owner     text NOT NULL,
    bundle    bytea NOT NULL,
    segments  integer[] NOT NULL,
    row_numbers integer[] NOT NULL,
    taken_at  timestamptz NOT NULL,
    CHECK (cardinality(segments) = cardinality(row_numbers))
);

-- The newest of the hub's changes that is in the tables above; one row, written in the transaction of the changes.
CREATE TABLE progress (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number   bigint NOT NULL
);
INSERT INTO progress (number) VALUES (0);

-- Records whose bundle did not open, or not to what their rows ask for: their rows stay empty.
CREATE TABLE unreadable_record (
    handle   bigint PRIMARY KEY,
    reason   text NOT NULL,
    noted_at timestamptz NOT NULL
);

-- What members had compared, and how many tokens they had evaluated: a budget a day.
CREATE TABLE spending (
    member text NOT NULL,
    day    date NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('comparisons', 'tokens')),
    amount bigint NOT NULL,
    PRIMARY KEY (member, day, kind)
);
