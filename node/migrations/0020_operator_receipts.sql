-- What operators of blind comparison signed of erased shares, by record: the newest word of each.
CREATE TABLE operator_receipt (
    reference   uuid NOT NULL REFERENCES record,
    place       integer NOT NULL CHECK (place BETWEEN 0 AND 2),
    version     integer NOT NULL,
    erased_at   timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (reference, place)
);

-- Of what was withdrawn before receipts were kept by record, none is missed.
ALTER TABLE withdrawal_outcome ADD COLUMN operators_owe boolean NOT NULL DEFAULT false;
ALTER TABLE withdrawal_outcome ALTER COLUMN operators_owe SET DEFAULT true;
