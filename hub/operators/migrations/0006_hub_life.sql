-- A hub that was restored from a backup is followed where it signed that it was; what lay here for the life before goes.
ALTER TABLE seat ADD COLUMN life_begun_at timestamptz;
ALTER TABLE seat ADD COLUMN emptied_at timestamptz;
ALTER TABLE seat ADD COLUMN emptied_records bigint;

-- Receipts have tickets that rise whatever life the hub's numbers are of.
ALTER TABLE progress ADD COLUMN ticket bigint NOT NULL DEFAULT 0;
UPDATE progress SET ticket = greatest(number, (SELECT coalesce(max(number), 0) FROM erasure));
