-- With which members this node is in touch about pairs that are found past the hub, and what was wrong with openings.

create table pair_contact (
    member text primary key,
    -- When a message for it was last queued; null: never.
    told_at timestamptz,
    -- When one of its messages was last taken.
    heard_at timestamptz
);

create table opening_problem (
    session bytea not null,
    number integer not null,
    noted_at timestamptz not null,
    primary key (session, number)
);

-- When the other side was last told of a pair: what it does not answer waits behind the rest.
alter table found_pair add column told_at timestamptz;

-- Told by the other side, while this pair of the same two records is in the way: it is named in the answer.
alter table found_pair add column known_as uuid;
