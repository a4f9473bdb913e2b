-- What was signed of every bundle that was ever taken here, until its epoch is closed: a hub that kept a bundle cannot
-- hand it out again when its record is erased, nor under a second handle.
CREATE TABLE taken_bundle (
    digest bytea PRIMARY KEY,
    epoch  integer NOT NULL
);
