-- The audit log of a party: one leaf per act, written in the act's own transaction.

create table audit_leaf (
    leaf_id uuid primary key,
    -- The order of writing, for the sequencer and for readers; it has gaps where a transaction was rolled back.
    arrival bigint generated always as identity unique,
    recorded_at timestamptz not null,
    act text not null,
    actor text not null,
    subject text,
    detail jsonb not null
);

create index audit_leaf_by_time on audit_leaf (recorded_at);
create index audit_leaf_by_subject on audit_leaf (subject);

-- Leaves that have no place in the chain yet. The sequencer empties it, usually within a second.
create table audit_unplaced (
    leaf_id uuid primary key references audit_leaf
);

-- The chain: each place binds its leaf and everything before it. A place taken inside each act's transaction would
-- make all acts wait for one another; so one sequencer gives the places.
create table audit_place (
    place bigint primary key check (place >= 1),
    leaf_id uuid not null unique references audit_leaf,
    chain_hash bytea not null check (octet_length(chain_hash) = 32)
);

-- Against accidents, not against the owner of the database: what an owner changes, the chain shows.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end
$$;

create trigger audit_leaf_is_append_only before update or delete or truncate on audit_leaf
    for each statement execute function refuse_audit_change();
create trigger audit_place_is_append_only before update or delete or truncate on audit_place
    for each statement execute function refuse_audit_change();
