-- What the operators' oblivious function gave for keyed tokens, sealed, so that a retry or a revision asks for nothing:
-- found by a digest that only this node can compute, and gone with the epoch.
create table token_value (
    key_epoch integer not null,
    lookup bytea not null,
    sealed_value bytea not null,
    primary key (key_epoch, lookup)
);

-- That tokens could not be had when a batch was to be formed, why, and when it is tried again; no row while they can.
create table token_wait (
    only_row boolean primary key default true check (only_row),
    problem text not null,
    since timestamptz not null,
    attempts integer not null,
    next_attempt_at timestamptz not null
);
