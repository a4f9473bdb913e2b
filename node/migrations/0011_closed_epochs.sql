-- What the hub had, or was about to get, under an epoch when that was closed: kept until the hub's receipt for its
-- erasure comes, which is compared with it.
create table closed_encoding (
    epoch integer not null,
    reference uuid not null references record,
    at_hub boolean not null,
    primary key (epoch, reference)
);

-- How many of them were at the hub by what this node knew, and whether the receipt names exactly those; both null where
-- nothing is known of that any more.
alter table epoch_receipt add column own_records integer, add column agrees boolean;

-- How far the records are is counted from these alone, without a look at the tables.
drop index record_encoding_by_epoch;
create index record_encoding_by_epoch on record_encoding (epoch, reference) include (version, state, answered_at);
create index record_published on record (reference) include (version, hub_version) where publication = 'published';
create index outbox_batch_answered on outbox_batch (place) where delivered_at is not null;

-- When the hub issued the proposal that was last seen: an older one that is delivered later does not take its place.
alter table directory_proposal add column issued_at timestamptz;

-- That the hub takes nothing of this node now, and why; no row while it does.
create table shut_out (
    only_row boolean primary key default true check (only_row),
    problem text not null,
    since timestamptz not null
);
