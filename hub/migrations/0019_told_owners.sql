-- Of which records that operators cannot read their owners were told.
ALTER TABLE blind_unreadable ADD COLUMN told boolean NOT NULL DEFAULT false;
CREATE INDEX blind_unreadable_untold ON blind_unreadable (handle) WHERE NOT told;
