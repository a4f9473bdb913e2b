-- Receipts of operators that cannot be forwarded are set aside and named, so that they keep no other one back.
ALTER TABLE operator_erasure ADD COLUMN refused text;
CREATE INDEX operator_erasure_refused ON operator_erasure (place) WHERE refused IS NOT NULL;

-- Which operator still owes which owner a receipt for what is gone: also one that never had a share of it, or lost it
-- before it was told.
CREATE TABLE blind_erasure_due (
    place     integer NOT NULL CHECK (place BETWEEN 0 AND 2),
    handle    bigint NOT NULL,
    number    bigint NOT NULL,
    reference text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    member    text COLLATE "C" NOT NULL,
    -- When the operator was last told that it is gone; the removal itself comes first.
    told_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (place, handle)
);
CREATE INDEX blind_erasure_due_of ON blind_erasure_due (place, member, reference);

CREATE INDEX blind_unreadable_by_place ON blind_unreadable (place);
