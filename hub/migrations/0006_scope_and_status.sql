-- Which partitions have live records, without reading the records; and the counts of the status page from indexes that
-- are small, for equal entries of an index are stored once.
CREATE INDEX record_live_by_partition ON record (partition_id) WHERE handle IS NOT NULL;
CREATE INDEX record_live_by_owner_and_kind ON record (member, record_kind) WHERE handle IS NOT NULL;
CREATE INDEX hit_by_state ON hit (state);
CREATE INDEX hit_by_detection ON hit (detected_at);
