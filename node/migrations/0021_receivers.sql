-- Where match bits open towards members alone: by which numbers the hub speaks of this node's records, and the pairs
-- that were found, with what stands for them at the hub.

create table record_number (
    handle bigint primary key,
    reference uuid not null references record,
    version integer not null,
    key_epoch integer not null,
    -- The same for all versions of a record.
    name bigint not null
);
create index record_number_of_record on record_number (reference);

create table found_pair (
    pair_id uuid primary key,
    place bigint generated always as identity,
    is_finder boolean not null,
    counterpart text not null,
    own_reference uuid not null references record,
    own_version integer not null,
    -- The hub's number of the other record's version, and of own one's.
    other_handle bigint not null,
    own_handle bigint not null,
    -- What the hub calls the other record, and the own one, whatever their versions.
    other_name bigint not null,
    own_name bigint not null,
    -- What the other side told of its record (canonical JSON of SideOfPair); null until it did.
    other_side jsonb,
    band text not null,
    key_epoch integer not null,
    own_alias uuid not null unique,
    other_alias uuid not null unique,
    -- The other side is told at the next interval, and again until it answers.
    to_tell boolean not null default false,
    -- The other side told this one, and is answered at the next interval.
    to_answer boolean not null default false,
    -- When it is declared to the hub (again); null: not yet, or its hit is here.
    declare_at timestamptz,
    hit_id uuid,
    -- No pair after all, or ended: it stays so that it is not found anew.
    is_over boolean not null default false,
    found_at timestamptz not null,
    -- Found although it was judged DIFFERENT: the own record changed materially since.
    brings_back boolean not null default false
);
create index found_pair_of_record on found_pair (own_reference);
create index found_pair_of_hit on found_pair (hit_id) where hit_id is not null;

-- When this node next tells the others, whether or not there is anything to tell.
create table pair_round (
    only_row boolean primary key default true check (only_row),
    next_at timestamptz not null
);
