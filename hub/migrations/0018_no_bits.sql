-- Which of the records that are compared with nothing the operators proved to be no bits: whose they are is shown.
ALTER TABLE blind_unreadable ADD COLUMN no_bits boolean NOT NULL DEFAULT false;
CREATE INDEX blind_unreadable_no_bits ON blind_unreadable (handle) WHERE no_bits;
