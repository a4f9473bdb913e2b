-- Which records the three operators proved to be bits: these alone get into rows. What lies here already is proved with
-- the next comparison, as if it had just come.
ALTER TABLE shared_record ADD COLUMN proved boolean NOT NULL DEFAULT false;
CREATE INDEX shared_record_to_prove ON shared_record (handle) WHERE NOT proved;
