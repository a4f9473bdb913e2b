-- Where match bits open towards members alone: hits whose records the hub does not know, under references that stand
-- for one hit each. No column names a record that was compared.

CREATE TABLE pair_declaration (
    pair_id     text COLLATE "C" NOT NULL,
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    -- As the member declared it (canonical JSON).
    declaration bytea NOT NULL,
    PRIMARY KEY (pair_id, member)
);

-- What the hub calls a record towards other members than its owner, whatever its version and epoch.
CREATE TABLE record_name (
    reference text COLLATE "C" PRIMARY KEY,
    -- Drawn, and not counted: a hub that was restored gives no name a second time.
    name      bigint NOT NULL UNIQUE DEFAULT 1 + floor(random() * 9007199254740990)::bigint
);

-- Records that stand for a side of a hit. They have no encoding, and nobody compares them.
CREATE TABLE pair_alias (
    reference text COLLATE "C" PRIMARY KEY REFERENCES record (reference),
    pair_id   text COLLATE "C" NOT NULL,
    hit_id    text COLLATE "C" NOT NULL REFERENCES hit (hit_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX pair_alias_of_pair ON pair_alias (pair_id);
