-- The keys that columns are sealed under, each wrapped by the node key, which lies outside the database. The newest one
-- of a purpose is in use; older ones open what they sealed. There is one 'lookup' key for good: it makes the digests by
-- which a sealed value is found.
create table data_key (
    key_id integer generated always as identity primary key,
    purpose text not null check (purpose in ('sealing', 'lookup')),
    wrapped bytea not null,
    made_at timestamptz not null
);

create unique index data_key_lookup on data_key (purpose) where purpose = 'lookup';
