-- The hub's own tables. Runtime's tables (audit leaves, accounts, sessions) are made before by its own migrations.
-- No column of this schema can hold an identifier of a person: references, codes, counts, times, opaque bytes.

-- What the members agreed: one row, for a hub serves one federation (exercise and live never share a database).
CREATE TABLE federation (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    name              text NOT NULL,
    exercise          boolean NOT NULL,
    directory_version integer NOT NULL,
    schema_id         text NOT NULL,
    schema_digest     text NOT NULL,
    key_epoch         integer NOT NULL
);

CREATE TABLE member (
    code                    text COLLATE "C" PRIMARY KEY,
    name                    text NOT NULL,
    signing_key             bytea NOT NULL,
    sealing_key             bytea NOT NULL,
    certificate_fingerprint text NOT NULL UNIQUE,
    enrolled_at             timestamptz NOT NULL
);

-- Apart from member, so that noting a visit never waits for a batch of the same member.
CREATE TABLE member_presence (
    member    text COLLATE "C" PRIMARY KEY REFERENCES member (code),
    last_seen timestamptz NOT NULL
);

-- A batch that was answered: the same batch again is answered with the same receipt.
CREATE TABLE batch (
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    batch_id    text COLLATE "C" NOT NULL,
    purpose     text NOT NULL,
    body_digest text NOT NULL,
    receipt     bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (member, batch_id)
);

-- Records that share everything that decides whom they may be compared with.
CREATE TABLE partition (
    partition_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member       text COLLATE "C" NOT NULL REFERENCES member (code),
    namespace    text NOT NULL,
    mode         text NOT NULL,
    members      text[] NOT NULL,
    schema_id    text NOT NULL,
    key_epoch    integer NOT NULL,
    UNIQUE (member, namespace, mode, members, schema_id, key_epoch)
);

-- A handle names one published version of a record; a revision takes a new one, so that a comparison made
-- with the old encoding can never raise an alert. A withdrawn record keeps its row without a handle: its
-- version number must not be used again.
CREATE SEQUENCE record_handle;

CREATE TABLE record (
    reference     text COLLATE "C" PRIMARY KEY,
    member        text COLLATE "C" NOT NULL REFERENCES member (code),
    version       integer NOT NULL,
    handle        bigint UNIQUE,
    partition_id  bigint NOT NULL REFERENCES partition (partition_id),
    record_kind   text NOT NULL,
    offence_group text NOT NULL,
    urgency       text NOT NULL,
    review_date   date NOT NULL,
    accepted_at   timestamptz NOT NULL,
    withdrawn_at  timestamptz,
    CHECK ((handle IS NULL) = (withdrawn_at IS NOT NULL))
);

-- The open comparator's own: one encoding per handle. Blind operators hold theirs elsewhere.
CREATE TABLE encoding (
    handle       bigint PRIMARY KEY,
    partition_id bigint NOT NULL REFERENCES partition (partition_id),
    encoded      bytea NOT NULL
);

-- What an index must do to be as new as the table of encodings. Numbers are handed out under one advisory
-- lock that is held to the commit, so their order is the order of commits and a reader never misses one.
CREATE TABLE index_change (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handle     bigint NOT NULL,
    is_removal boolean NOT NULL
);

-- The matching outbox: handles that still wait to be compared with all others.
CREATE TABLE pending_comparison (
    handle   bigint PRIMARY KEY,
    asked_at timestamptz NOT NULL
);

CREATE TABLE hit (
    hit_id         text COLLATE "C" PRIMARY KEY,
    low_reference  text COLLATE "C" NOT NULL REFERENCES record (reference),
    high_reference text COLLATE "C" NOT NULL REFERENCES record (reference),
    state          text NOT NULL,
    band           text NOT NULL,
    agreement      jsonb NOT NULL,
    urgency        text NOT NULL,
    schema_id      text NOT NULL,
    key_epoch      integer NOT NULL,
    detected_at    timestamptz NOT NULL,
    rounds_opened  integer NOT NULL DEFAULT 0,
    CHECK (low_reference < high_reference)
);

-- A pair makes one hit, whatever is retried or concurrent. A hit that was closed stays in the way of its
-- like (dismissed stays dismissed); one whose record was withdrawn does not.
CREATE UNIQUE INDEX hit_once_per_pair ON hit (low_reference, high_reference) WHERE state <> 'WITHDRAWN';
CREATE INDEX hit_by_high_reference ON hit (high_reference);

CREATE TABLE hit_side (
    hit_id        text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    member        text COLLATE "C" NOT NULL REFERENCES member (code),
    reference     text COLLATE "C" NOT NULL REFERENCES record (reference),
    record_kind   text NOT NULL,
    offence_group text NOT NULL,
    is_protected  boolean NOT NULL,
    alerted_at    timestamptz,
    released_at   timestamptz,
    PRIMARY KEY (hit_id, member)
);

-- Sealed votes, until both of a round lie here and are handed over together.
CREATE TABLE vote_deposit (
    hit_id       text COLLATE "C" NOT NULL REFERENCES hit (hit_id),
    round        integer NOT NULL,
    member       text COLLATE "C" NOT NULL REFERENCES member (code),
    envelope     bytea NOT NULL,
    deposited_at timestamptz NOT NULL,
    PRIMARY KEY (hit_id, round, member)
);

-- Which messages of a member were taken: the same message again is taken once.
CREATE TABLE relayed_message (
    sender      text COLLATE "C" NOT NULL REFERENCES member (code),
    message_id  text COLLATE "C" NOT NULL,
    body_digest text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (sender, message_id)
);

-- What waits for a member, signed by the hub or by another member. The envelope goes when it is acknowledged.
CREATE TABLE delivery (
    seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id     text COLLATE "C" NOT NULL UNIQUE,
    member          text COLLATE "C" NOT NULL REFERENCES member (code),
    purpose         text NOT NULL,
    envelope        bytea,
    created_at      timestamptz NOT NULL,
    acknowledged_at timestamptz,
    CHECK ((envelope IS NULL) = (acknowledged_at IS NOT NULL))
);
CREATE INDEX delivery_waiting ON delivery (member, seq) WHERE acknowledged_at IS NULL;

-- One row per running worker: when it last looked, and how new its index was.
CREATE TABLE worker_presence (
    worker_id    text PRIMARY KEY,
    last_seen    timestamptz NOT NULL,
    index_number bigint NOT NULL
);
