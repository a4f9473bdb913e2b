-- After a restore, of the hub or of a member: what was delivered can be delivered again, and a restored hub compares
-- nothing before the members have told it what it forgot.

-- Acknowledged envelopes are kept for some weeks. Those of hits that were withdrawn are not.
ALTER TABLE delivery
    DROP CONSTRAINT delivery_check,
    ADD CONSTRAINT delivery_waits_with_its_envelope CHECK (envelope IS NOT NULL OR acknowledged_at IS NOT NULL),
    ADD COLUMN hit_id text COLLATE "C";
UPDATE delivery
SET hit_id = convert_from(envelope, 'UTF8')::jsonb #>> '{body,hit_id}'
WHERE envelope IS NOT NULL;
CREATE INDEX delivery_kept ON delivery (member, acknowledged_at) WHERE envelope IS NOT NULL;
CREATE INDEX delivery_of_hit ON delivery (hit_id) WHERE hit_id IS NOT NULL AND envelope IS NOT NULL;

-- One row for each time that this hub was restored: while one is not finished, nothing is compared.
CREATE TABLE reconciliation (
    incarnation        text COLLATE "C" PRIMARY KEY,
    backup_made_at     timestamptz NOT NULL,
    restored_at        timestamptz NOT NULL,
    finished_at        timestamptz,
    proceeded_without  text[] NOT NULL DEFAULT '{}'
);
CREATE TABLE reconciled_member (
    incarnation text COLLATE "C" NOT NULL REFERENCES reconciliation (incarnation),
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    records     integer NOT NULL,
    hits        integer NOT NULL,
    done_at     timestamptz NOT NULL,
    PRIMARY KEY (incarnation, member)
);
-- Hits as the members know them, until the reconciliation is finished.
CREATE TABLE known_hit (
    hit_id    text COLLATE "C" NOT NULL,
    member    text COLLATE "C" NOT NULL REFERENCES member (code),
    known     bytea NOT NULL,
    PRIMARY KEY (hit_id, member)
);
