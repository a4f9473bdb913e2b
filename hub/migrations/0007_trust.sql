-- Who stands how, the directory that the members sign together, several epochs of the linkage key side by side, and
-- envelopes that count once.

-- What the hub goes by while it serves a member: the card of the directory in effect, or of the enrolment before that.
-- `standing` is the hub's own: a member that it suspended is suspended here before the members confirmed it.
ALTER TABLE member
    ADD COLUMN hybrid_sealing_key bytea,
    ADD COLUMN standing text NOT NULL DEFAULT 'candidate'
        CHECK (standing IN ('candidate', 'active', 'suspended', 'expelled')),
    ADD COLUMN standing_since timestamptz,
    ADD COLUMN keys_expire_on date,
    ADD COLUMN certificate_expires_on date;
-- Members that were enrolled before there was a directory to sign found it together, as candidates.
UPDATE member
SET standing_since = enrolled_at,
    keys_expire_on = (enrolled_at AT TIME ZONE 'UTC')::date + 730,
    certificate_expires_on = (enrolled_at AT TIME ZONE 'UTC')::date + 397;
ALTER TABLE member
    ALTER COLUMN standing DROP DEFAULT,
    ALTER COLUMN standing_since SET NOT NULL,
    ALTER COLUMN keys_expire_on SET NOT NULL,
    ALTER COLUMN certificate_expires_on SET NOT NULL;

-- Signing keys that a member gave up in good order: messages that were signed before and waited are still theirs.
CREATE TABLE member_retired_key (
    member      text COLLATE "C" NOT NULL REFERENCES member (code),
    signing_key bytea NOT NULL,
    retired_at  timestamptz NOT NULL,
    PRIMARY KEY (member, signing_key)
);

-- The certificates with which a member may connect: during a rotation the old one and the new one.
CREATE TABLE member_certificate (
    fingerprint     text COLLATE "C" PRIMARY KEY,
    member          text COLLATE "C" NOT NULL REFERENCES member (code),
    certificate_pem text,
    issued_at       timestamptz NOT NULL
);
CREATE INDEX member_certificate_by_member ON member_certificate (member);
INSERT INTO member_certificate (fingerprint, member, certificate_pem, issued_at)
SELECT certificate_fingerprint, code, certificate_pem, enrolled_at
FROM member;
ALTER TABLE member
    DROP COLUMN certificate_pem,
    DROP CONSTRAINT member_certificate_fingerprint_key;

-- New keys that a member asked for and that wait for the next version of the directory: one request for each member.
CREATE TABLE member_rotation (
    member                  text COLLATE "C" PRIMARY KEY REFERENCES member (code),
    request_digest          text NOT NULL,
    certificate_fingerprint text NOT NULL REFERENCES member_certificate (fingerprint),
    asked_at                timestamptz NOT NULL
);

-- Every version of the directory that came into effect, as the members signed it.
CREATE TABLE directory_version (
    version      integer PRIMARY KEY,
    digest       text NOT NULL,
    signed       bytea NOT NULL,
    in_effect_at timestamptz NOT NULL
);

-- The one version that is proposed, and who signed it so far. An amended proposal is another one: nobody signed it.
CREATE TABLE directory_proposal (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version    integer NOT NULL,
    digest     text NOT NULL,
    directory  bytea NOT NULL,
    drafted_at timestamptz NOT NULL
);
CREATE TABLE directory_approval (
    member    text COLLATE "C" PRIMARY KEY REFERENCES member (code),
    key_id    text NOT NULL,
    signature bytea NOT NULL,
    signed_at timestamptz NOT NULL
);

-- What the members encode with. A schema is no secret, and its digest is in the directory that they signed.
CREATE TABLE linkage_schema (
    schema_digest text COLLATE "C" PRIMARY KEY,
    schema_id     text NOT NULL,
    content       bytea NOT NULL
);

-- Epochs of the linkage key: open from one version of the directory on, closed by another, and then erased in chunks.
CREATE TABLE linkage_epoch (
    epoch         integer PRIMARY KEY,
    schema_id     text NOT NULL,
    schema_digest text NOT NULL,
    opened_at     timestamptz NOT NULL,
    closed_at     timestamptz,
    erased_at     timestamptz,
    CHECK (erased_at IS NULL OR closed_at IS NOT NULL)
);
INSERT INTO linkage_epoch (epoch, schema_id, schema_digest, opened_at)
SELECT key_epoch, schema_id, schema_digest, now()
FROM federation;
ALTER TABLE federation
    ADD COLUMN incarnation text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text,
    DROP COLUMN directory_version,
    DROP COLUMN schema_id,
    DROP COLUMN schema_digest,
    DROP COLUMN key_epoch;
ALTER TABLE federation ALTER COLUMN incarnation DROP DEFAULT;

-- How far each member says that it is with an epoch. The check value shows whether all hold the same key, not which.
CREATE TABLE epoch_progress (
    member          text COLLATE "C" NOT NULL REFERENCES member (code),
    epoch           integer NOT NULL,
    key_held        boolean NOT NULL,
    key_check_value bytea,
    records_total   integer NOT NULL,
    records_encoded integer NOT NULL,
    told_at         timestamptz NOT NULL,
    PRIMARY KEY (member, epoch)
);

-- Whose encodings of a closed epoch were erased, until the receipts for them are signed.
CREATE TABLE epoch_erased (
    epoch     integer NOT NULL REFERENCES linkage_epoch (epoch),
    member    text COLLATE "C" NOT NULL REFERENCES member (code),
    reference text COLLATE "C" NOT NULL,
    PRIMARY KEY (epoch, member, reference)
);

-- A record version has one handle for each epoch that it is encoded under.
CREATE TABLE encoded_version (
    handle    bigint PRIMARY KEY,
    reference text COLLATE "C" NOT NULL REFERENCES record (reference),
    member    text COLLATE "C" NOT NULL REFERENCES member (code),
    key_epoch integer NOT NULL,
    UNIQUE (reference, key_epoch)
);
INSERT INTO encoded_version (handle, reference, member, key_epoch)
SELECT r.handle, r.reference, r.member, p.key_epoch
FROM record AS r
JOIN partition AS p USING (partition_id)
WHERE r.handle IS NOT NULL;
CREATE INDEX encoded_version_by_epoch_and_owner ON encoded_version (key_epoch, member);

ALTER TABLE encoding ADD COLUMN key_epoch integer;
UPDATE encoding
SET key_epoch = partition.key_epoch
FROM partition
WHERE partition.partition_id = encoding.partition_id;
ALTER TABLE encoding ALTER COLUMN key_epoch SET NOT NULL;

DROP INDEX record_live_by_review_date, record_live_by_partition, record_live_by_owner_and_kind;
ALTER TABLE record DROP COLUMN handle;
CREATE INDEX record_live_by_review_date ON record (review_date) WHERE withdrawn_at IS NULL;
CREATE INDEX record_live_by_partition ON record (partition_id) WHERE withdrawn_at IS NULL;
CREATE INDEX record_live_by_owner_and_kind ON record (member, record_kind) WHERE withdrawn_at IS NULL;

-- Whom a record may be compared with has nothing to do with the epochs that it is encoded under.
ALTER TABLE partition DROP CONSTRAINT partition_once;
ALTER TABLE partition DROP COLUMN schema_id, DROP COLUMN key_epoch;
ALTER TABLE partition ADD CONSTRAINT partition_once UNIQUE (member, namespace, mode, members_digest);

-- What was compared before, under another epoch, waits behind what was not.
ALTER TABLE pending_comparison ADD COLUMN again boolean NOT NULL DEFAULT false;
ALTER TABLE pending_comparison ALTER COLUMN again DROP DEFAULT;
CREATE INDEX pending_comparison_in_turn ON pending_comparison (again, handle);

-- Removals up to this number are forgotten: an index that is older begins anew.
CREATE TABLE index_floor (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number   bigint NOT NULL
);
INSERT INTO index_floor (number) VALUES (0);
CREATE INDEX index_change_removal ON index_change (number) WHERE is_removal;

-- Envelopes that were taken, as long as they could be sent again; and how new the newest of each lane was.
CREATE TABLE envelope_nonce (
    sender        text COLLATE "C" NOT NULL REFERENCES member (code),
    nonce         bytea NOT NULL,
    forgotten_at  timestamptz NOT NULL,
    PRIMARY KEY (sender, nonce)
);
CREATE INDEX envelope_nonce_by_end ON envelope_nonce (forgotten_at);
CREATE TABLE envelope_lane (
    sender           text COLLATE "C" NOT NULL REFERENCES member (code),
    purpose          text NOT NULL,
    newest_issued_at timestamptz NOT NULL,
    PRIMARY KEY (sender, purpose)
);
