-- A long list of members does not fit into an index: partitions are told apart by a digest of it.
ALTER TABLE partition ADD COLUMN members_digest text COLLATE "C";
UPDATE partition SET members_digest = encode(sha256(convert_to(array_to_string(members, ','), 'UTF8')), 'hex');
ALTER TABLE partition
    ALTER COLUMN members_digest SET NOT NULL,
    DROP CONSTRAINT partition_member_namespace_mode_members_schema_id_key_epoch_key,
    ADD CONSTRAINT partition_once UNIQUE (member, namespace, mode, members_digest, schema_id, key_epoch);
