-- The co-signed directory as this operator verified it: whose keys speak for whom, and who the three operators are.

-- Every version from the founding on, as canonical JSON of what the members signed.
CREATE TABLE directory_version (
    version  integer PRIMARY KEY,
    digest   text NOT NULL,
    signed   bytea NOT NULL,
    taken_at timestamptz NOT NULL
);

-- When the founding's fingerprint was compared with a member, and why the hub's versions were last refused.
ALTER TABLE seat ADD COLUMN confirmed_at timestamptz;
ALTER TABLE seat ADD COLUMN directory_trouble text;
